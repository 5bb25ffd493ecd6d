//! What the invented shop sells, what its customers say and who they are, read from the files in
//! `data/`. Choosing and joining phrases is not done here.
//!
//! Changing any of these files changes the bytes of every generated file.

use std::sync::LazyLock;

use serde::Deserialize;

/// All files as one: TOML wants plain keys before the tables that begin with `[[`.
const TEXT: &str = concat!(
    include_str!("data/counts.toml"),
    include_str!("data/people.toml"),
    include_str!("data/sentences.toml"),
    include_str!("data/shop.toml"),
    include_str!("data/clothes.toml"),
    include_str!("data/shoes.toml"),
    include_str!("data/home.toml"),
    include_str!("data/kitchen.toml"),
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
    /// What people ask about any item.
    pub(super) topics: Vec<Topic>,
    /// Each is as likely as the others.
    pub(super) departments: Vec<Department>,
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
