//! What the invented shop sells, what its customers say and who they are, read from the files in
//! `data/`. Choosing and joining phrases is not done here.
//!
//! Changing any of these files changes the bytes of every generated file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// All files as one: TOML wants plain keys before the tables that begin with `[[`.
const TEXT: &str = concat!(
    include_str!("data/counts.toml"),
    include_str!("data/people.toml"),
    include_str!("data/sentences.toml"),
    include_str!("data/catalogue.toml"),
    include_str!("data/shop.toml"),
    include_str!("data/clothes.toml"),
    include_str!("data/shoes.toml"),
    include_str!("data/home.toml"),
    include_str!("data/kitchen.toml"),
    include_str!("data/shelves/clothes.toml"),
    include_str!("data/shelves/shoes.toml"),
    include_str!("data/shelves/home.toml"),
    include_str!("data/shelves/kitchen.toml"),
    include_str!("data/reviews.toml"),
);

/// The data, read when it is first used.
pub(super) static DATA: LazyLock<Data> =
    LazyLock::new(|| toml::from_str(TEXT).expect("the files are part of the program and tested"));

/// A count and how many cases in a thousand have it.
pub(super) type Share = (u8, usize);

/// A name and how it is spelled in an e-mail address.
pub(super) type Spelled = (String, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    pub(super) questions_per_product: Vec<Share>,
    pub(super) answers_per_question: Vec<Share>,
    pub(super) photos_per_answer: Vec<Share>,
    pub(super) styles_per_product: Vec<Share>,
    pub(super) features_per_product: Vec<Share>,
    pub(super) photos_per_style: Vec<Share>,
    pub(super) related_per_product: Vec<Share>,
    pub(super) reviews_per_product: Vec<Share>,
    pub(super) photos_per_review: Vec<Share>,
    /// Of a hundred reviews, how many give one to five stars: for a good product, a middling one
    /// and a bad one.
    pub(super) stars: [[u64; 5]; 3],
    pub(super) given_names: Vec<Spelled>,
    pub(super) family_names: Vec<Spelled>,
    pub(super) email_domains: Vec<String>,
    pub(super) question_openings: Vec<String>,
    pub(super) question_details: Vec<String>,
    pub(super) question_closings: Vec<String>,
    pub(super) answer_openings: Vec<String>,
    pub(super) answer_remarks: Vec<String>,
    pub(super) answer_afterthoughts: Vec<String>,
    pub(super) answer_closings: Vec<String>,
    pub(super) seller_openings: Vec<String>,
    pub(super) seller_closings: Vec<String>,
    pub(super) colors: Vec<String>,
    pub(super) cities: Vec<String>,
    pub(super) months: Vec<String>,
    pub(super) persons: Vec<String>,
    /// What names of products begin with.
    pub(super) collections: Vec<String>,
    pub(super) description_closings: Vec<String>,
    /// Colours of styles, each with the colour of its picture.
    pub(super) style_colors: Vec<(String, String)>,
    pub(super) moods: Moods,
    pub(super) responses: Responses,
    /// What people ask about any item.
    pub(super) topics: Vec<Topic>,
    /// Each is as likely as the others.
    pub(super) departments: Vec<Department>,
    /// What the catalogue and the reviews need of each department, in the same order.
    pub(super) shelves: Vec<Shelf>,
}

/// A part of the shop.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    /// What it sells, in the singular.
    pub(super) items: Vec<String>,
    /// What people buy it for.
    pub(super) uses: Vec<String>,
    pub(super) sizes: Vec<String>,
    /// What people ask about these items and not about others.
    pub(super) topics: Vec<Topic>,
}

/// Something that people ask about. Any answer of a topic fits any question of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    pub(super) questions: Vec<String>,
    /// Answers of customers, who need not agree.
    pub(super) answers: Vec<String>,
    /// Answers of the shop.
    pub(super) seller_answers: Vec<String>,
}

/// A department for the catalogue and the reviews.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shelf {
    pub(super) category: String,
    /// The sizes that each style has.
    pub(super) sizes: Vec<String>,
    pub(super) characteristics: Vec<String>,
    /// Names of features with their values.
    pub(super) features: Vec<(String, Vec<String>)>,
    pub(super) slogans: Vec<String>,
    /// Beginnings of descriptions.
    pub(super) openings: Vec<String>,
    /// What descriptions go into.
    pub(super) details: Vec<String>,
    /// What content customers say.
    pub(super) praise: Vec<String>,
    /// What customers say who are not sure.
    pub(super) doubts: Vec<String>,
    pub(super) complaints: Vec<String>,
    /// Every item of the department.
    pub(super) items: BTreeMap<String, Good>,
}

/// An item for the catalogue: its picture's shape, its usual price in whole euros, and the name and
/// slogan of the best known one.
#[derive(Deserialize)]
pub(super) struct Good(String, u64, String, String);

impl Good {
    pub(super) fn picture(&self) -> &str {
        &self.0
    }

    pub(super) fn euros(&self) -> u64 {
        self.1
    }

    pub(super) fn known_name(&self) -> &str {
        &self.2
    }

    pub(super) fn known_slogan(&self) -> &str {
        &self.3
    }
}

/// What reviews say, by how content their author is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moods {
    pub(super) delighted: Mood,
    pub(super) content: Mood,
    pub(super) undecided: Mood,
    pub(super) annoyed: Mood,
}

/// What people in a mood say of anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mood {
    pub(super) summaries: Vec<String>,
    pub(super) openings: Vec<String>,
    pub(super) remarks: Vec<String>,
    pub(super) closings: Vec<String>,
}

/// What the shop responds to reviews.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Responses {
    pub(super) glad: Vec<String>,
    pub(super) sorry: Vec<String>,
}
