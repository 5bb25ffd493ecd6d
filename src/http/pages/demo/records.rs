//! What the demo shop's pages show, as the service writes it for front ends: JSON of the same
//! routes, read back. Deliberately absent: asking for it (`load`), how it looks (`page`).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A product of `GET /products/…`.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Product {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) slogan: String,
    pub(super) description: String,
    pub(super) category: String,
    pub(super) default_price: String,
    #[serde(default)]
    pub(super) features: Vec<Feature>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Feature {
    pub(super) feature: String,
    pub(super) value: Option<String>,
}

/// The styles of a product.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Styles {
    pub(super) results: Vec<Style>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Style {
    pub(super) style_id: u64,
    pub(super) name: String,
    pub(super) original_price: String,
    pub(super) sale_price: Option<String>,
    #[serde(rename = "default?")]
    pub(super) is_default: bool,
    pub(super) photos: Vec<StylePhoto>,
    #[serde(deserialize_with = "in_order")]
    pub(super) skus: Vec<(String, Sku)>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct StylePhoto {
    pub(super) url: Option<String>,
}

/// A size of a style. Both are missing where a style has none.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Sku {
    pub(super) size: Option<String>,
    pub(super) quantity: Option<u32>,
}

/// The questions of a product.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Questions {
    pub(super) results: Vec<Question>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Question {
    pub(super) question_id: u64,
    pub(super) question_body: String,
    pub(super) question_date: String,
    pub(super) asker_name: String,
    pub(super) question_helpfulness: u64,
    #[serde(deserialize_with = "in_order")]
    pub(super) answers: Vec<(String, Answer)>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Answer {
    pub(super) id: u64,
    pub(super) body: String,
    pub(super) date: String,
    pub(super) answerer_name: String,
    pub(super) helpfulness: u64,
    pub(super) photos: Vec<String>,
}

/// The reviews of a product.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Reviews {
    pub(super) results: Vec<Review>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Review {
    pub(super) review_id: u64,
    pub(super) rating: u64,
    pub(super) summary: String,
    pub(super) recommend: bool,
    pub(super) response: Option<String>,
    pub(super) body: String,
    pub(super) date: String,
    pub(super) reviewer_name: String,
    pub(super) helpfulness: u64,
    pub(super) photos: Vec<ReviewPhoto>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct ReviewPhoto {
    pub(super) url: String,
}

/// The sums of a product's reviews. Counts are texts.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Sums {
    #[serde(deserialize_with = "in_order")]
    pub(super) ratings: Vec<(String, String)>,
    pub(super) recommended: Recommended,
    #[serde(deserialize_with = "in_order")]
    pub(super) characteristics: Vec<(String, Characteristic)>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Recommended {
    #[serde(rename = "true")]
    pub(super) yes: String,
    #[serde(rename = "false")]
    pub(super) no: String,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Characteristic {
    pub(super) id: u64,
    /// The average with its decimals; none before the first rating.
    pub(super) value: Option<String>,
}

/// Reads the members of an object in their order, which means something here.
fn in_order<'de, D, T>(deserializer: D) -> Result<Vec<(String, T)>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Members<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
        type Value = Vec<(String, T)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut read = Vec::new();
            while let Some(member) = members.next_entry()? {
                read.push(member);
            }
            Ok(read)
        }
    }

    deserializer.deserialize_map(Members(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order() {
        let json = r#"{"ratings":{"5":"2","1":"3"},"recommended":{"false":"0","true":"9"},
            "characteristics":{"Size":{"id":9,"value":null},"Fit":{"id":8,"value":"3.5"}}}"#;
        let sums: Sums = serde_json::from_str(json).unwrap();
        assert_eq!(sums.ratings, [("5".to_owned(), "2".to_owned()), ("1".to_owned(), "3".to_owned())]);
        let names: Vec<&str> = sums.characteristics.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, sums.characteristics[0].1.id), (vec!["Size", "Fit"], 9));
    }
}
