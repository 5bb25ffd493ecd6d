//! Every kind of row that a store keeps, each defined once. Import, export, copy, check and both
//! stores work from these definitions, so a new kind needs one definition here and a migration.
//! Deliberately absent: how values are read or written.

use super::kind::{Column, Definition, Holds, Kind, Set};

const fn column(name: &'static str, csv: &'static str, holds: Holds) -> Column {
    Column { name, csv: Some(csv), holds }
}

const fn own(name: &'static str, holds: Holds) -> Column {
    Column { name, csv: None, holds }
}

const fn entry_columns(
    own_id: &'static str,
    parent: Column,
    name: &'static str,
    email: &'static str,
) -> [Column; 8] {
    [
        column(own_id, "id", Holds::OwnId),
        parent,
        column("body", "body", Holds::Text),
        column("written_at", "date_written", Holds::Time),
        column("name", name, Holds::Text),
        column("email", email, Holds::Text),
        column("reported", "reported", Holds::Hidden),
        column("helpful", "helpful", Holds::Count),
    ]
}

/// Every kind, in the order in which a load takes them: parents first.
static DEFINITIONS: [Definition; Kind::COUNT] = [
    Definition {
        kind: Kind::Product,
        set: Set::Catalogue,
        noun: "product",
        table: "products",
        files: &["product.csv", "products.csv"],
        parent: None,
        columns: &[
            column("product_id", "id", Holds::Product),
            column("name", "name", Holds::Text),
            column("slogan", "slogan", Holds::Text),
            column("description", "description", Holds::Text),
            column("category", "category", Holds::Text),
            column("default_price", "default_price", Holds::Price),
        ],
    },
    Definition {
        kind: Kind::Style,
        set: Set::Catalogue,
        noun: "style",
        table: "styles",
        files: &["styles.csv"],
        parent: Some(Kind::Product),
        columns: &[
            column("style_id", "id", Holds::OwnId),
            column("product_id", "productId", Holds::Product),
            column("name", "name", Holds::Text),
            column("sale_price", "sale_price", Holds::OptionalPrice),
            column("original_price", "original_price", Holds::Price),
            column("is_default", "default_style", Holds::Flag),
        ],
    },
    Definition {
        kind: Kind::Feature,
        set: Set::Catalogue,
        noun: "feature",
        table: "features",
        files: &["features.csv"],
        parent: Some(Kind::Product),
        columns: &[
            column("feature_id", "id", Holds::OwnId),
            column("product_id", "product_id", Holds::Product),
            column("feature", "feature", Holds::Text),
            column("value", "value", Holds::OptionalText),
        ],
    },
    Definition {
        kind: Kind::StylePhoto,
        set: Set::Catalogue,
        noun: "style photo",
        table: "style_photos",
        files: &["photos.csv"],
        parent: Some(Kind::Style),
        columns: &[
            column("photo_id", "id", Holds::OwnId),
            column("style_id", "styleId", Holds::Parent),
            column("url", "url", Holds::Text),
            column("thumbnail_url", "thumbnail_url", Holds::Text),
        ],
    },
    Definition {
        kind: Kind::Sku,
        set: Set::Catalogue,
        noun: "SKU",
        table: "skus",
        files: &["skus.csv"],
        parent: Some(Kind::Style),
        columns: &[
            column("sku_id", "id", Holds::OwnId),
            column("style_id", "styleId", Holds::Parent),
            column("size", "size", Holds::Text),
            column("quantity", "quantity", Holds::Count),
        ],
    },
    Definition {
        kind: Kind::Related,
        set: Set::Catalogue,
        noun: "related product",
        table: "related_products",
        files: &["related.csv"],
        parent: Some(Kind::Product),
        columns: &[
            column("relation_id", "id", Holds::OwnId),
            column("product_id", "current_product_id", Holds::Product),
            column("related_product_id", "related_product_id", Holds::Reference),
            own("position", Holds::Position),
            // Whether the list shows it: it is in the catalogue, is another product, and came
            // before for no other row of its product.
            own("is_shown", Holds::Flag),
        ],
    },
    Definition {
        kind: Kind::Characteristic,
        set: Set::Reviews,
        noun: "characteristic",
        table: "characteristics",
        files: &["characteristics.csv"],
        parent: None,
        columns: &[
            column("characteristic_id", "id", Holds::OwnId),
            column("product_id", "product_id", Holds::Product),
            column("name", "name", Holds::Text),
        ],
    },
    Definition {
        kind: Kind::Review,
        set: Set::Reviews,
        noun: "review",
        table: "reviews",
        files: &["reviews.csv"],
        parent: None,
        columns: &[
            column("review_id", "id", Holds::OwnId),
            column("product_id", "product_id", Holds::Product),
            column("rating", "rating", Holds::Stars),
            column("written_at", "date", Holds::Time),
            column("summary", "summary", Holds::Text),
            column("body", "body", Holds::Text),
            column("recommend", "recommend", Holds::Flag),
            column("state", "reported", Holds::Hidden),
            column("name", "reviewer_name", Holds::Text),
            column("email", "reviewer_email", Holds::Text),
            column("response", "response", Holds::OptionalText),
            column("helpful", "helpfulness", Holds::Count),
        ],
    },
    Definition {
        kind: Kind::ReviewPhoto,
        set: Set::Reviews,
        noun: "review photo",
        table: "review_photos",
        files: &["reviews_photos.csv", "review_photos.csv"],
        parent: Some(Kind::Review),
        columns: &[
            column("photo_id", "id", Holds::OwnId),
            column("review_id", "review_id", Holds::Parent),
            column("url", "url", Holds::PhotoUrl),
        ],
    },
    Definition {
        kind: Kind::Rating,
        set: Set::Reviews,
        noun: "rating",
        table: "characteristic_ratings",
        files: &["characteristic_reviews.csv", "characteristics_reviews.csv"],
        parent: Some(Kind::Review),
        columns: &[
            column("rating_id", "id", Holds::OwnId),
            column("characteristic_id", "characteristic_id", Holds::Other(Kind::Characteristic)),
            column("review_id", "review_id", Holds::Parent),
            column("stars", "value", Holds::Stars),
        ],
    },
    Definition {
        kind: Kind::CharacteristicSum,
        set: Set::Reviews,
        noun: "sum",
        table: "characteristic_sums",
        files: &[],
        parent: Some(Kind::Characteristic),
        columns: &[
            own("characteristic_id", Holds::Parent),
            own("stars", Holds::Sum),
            own("ratings", Holds::Sum),
        ],
    },
    Definition {
        kind: Kind::Question,
        set: Set::Questions,
        noun: "question",
        table: "questions",
        files: &["questions.csv"],
        parent: None,
        columns: &entry_columns(
            "question_id",
            column("product_id", "product_id", Holds::Product),
            "asker_name",
            "asker_email",
        ),
    },
    Definition {
        kind: Kind::Answer,
        set: Set::Questions,
        noun: "answer",
        table: "answers",
        files: &["answers.csv"],
        parent: Some(Kind::Question),
        columns: &entry_columns(
            "answer_id",
            column("question_id", "question_id", Holds::Parent),
            "answerer_name",
            "answerer_email",
        ),
    },
    Definition {
        kind: Kind::Photo,
        set: Set::Questions,
        noun: "photo",
        table: "photos",
        files: &["answers_photos.csv"],
        parent: Some(Kind::Answer),
        columns: &[
            column("photo_id", "id", Holds::OwnId),
            column("answer_id", "answer_id", Holds::Parent),
            column("url", "url", Holds::PhotoUrl),
        ],
    },
];

impl Set {
    /// Its kinds, parents first.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::all().filter(move |kind| kind.definition().set == self)
    }
}

impl Kind {
    /// How many kinds there are.
    pub const COUNT: usize = Self::Photo as usize + 1;

    /// Every kind, in the order in which a load takes them.
    pub fn all() -> impl Iterator<Item = Self> {
        DEFINITIONS.iter().map(|definition| definition.kind)
    }

    /// Its definition.
    pub fn definition(self) -> &'static Definition {
        &DEFINITIONS[self as usize]
    }

    /// The place of a column in [`Definition::columns`] by its name in the stores.
    ///
    /// # Panics
    /// When there is no such column: names are written in the program.
    pub fn column(self, name: &str) -> usize {
        let columns = self.definition().columns;
        columns
            .iter()
            .position(|column| column.name == name)
            .expect("the program names columns that are there")
    }

    /// Whether rows get new ids from a store: shoppers can add them.
    pub fn grows(self) -> bool {
        self.id_name().is_some()
    }

    /// The name under which a store keeps the largest id of a kind that [grows](Self::grows).
    pub fn id_name(self) -> Option<&'static str> {
        match self {
            Self::Review => Some("review"),
            Self::ReviewPhoto => Some("review_photo"),
            Self::Rating => Some("rating"),
            Self::Question => Some("question"),
            Self::Answer => Some("answer"),
            Self::Photo => Some("photo"),
            _ => None,
        }
    }

    /// The place of the column with the row's own id: of a product, that is the product's.
    pub fn id_column(self) -> Option<usize> {
        let own = if self == Self::Product { Holds::Product } else { Holds::OwnId };
        self.column_that_holds(own)
    }

    /// The place of the first column that holds this.
    pub fn column_that_holds(self, holds: Holds) -> Option<usize> {
        self.definition().columns.iter().position(|column| column.holds == holds)
    }

    /// The place of the column with the author's e-mail address, if rows have authors.
    pub fn email_column(self) -> Option<usize> {
        self.definition().columns.iter().position(|column| column.name == "email")
    }

    /// Whether rows come from a file. Others are computed.
    pub fn has_file(self) -> bool {
        !self.definition().files.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_stand_in_the_order_of_their_kinds() {
        for (place, kind) in Kind::all().enumerate() {
            assert_eq!(kind as usize, place, "{kind:?}");
            assert_eq!(kind.definition().kind, kind);
        }
    }

    #[test]
    fn parents_come_first_and_are_of_the_same_set() {
        for kind in Kind::all() {
            if let Some(parent) = kind.definition().parent {
                assert!(parent < kind, "{kind:?}");
                assert_eq!(parent.definition().set, kind.definition().set, "{kind:?}");
            }
        }
    }
}
