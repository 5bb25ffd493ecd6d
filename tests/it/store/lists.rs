//! The public lists as values: what the service writes, read back strictly (an unknown or
//! missing key fails) and with the order of keys kept.

use std::fmt;
use std::marker::PhantomData;

use atelier::domain::{Page, ProductId, QuestionId, ReviewOrder};
use atelier::service::{Service, ServiceError};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionsList {
    pub(crate) product_id: String,
    pub(crate) results: Vec<ListedQuestion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedQuestion {
    pub(crate) question_id: u64,
    pub(crate) question_body: String,
    pub(crate) question_date: String,
    pub(crate) asker_name: String,
    pub(crate) question_helpfulness: u32,
    pub(crate) reported: bool,
    #[serde(deserialize_with = "in_order")]
    pub(crate) answers: Vec<(String, NestedAnswer)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NestedAnswer {
    pub(crate) id: u64,
    pub(crate) body: String,
    pub(crate) date: String,
    pub(crate) answerer_name: String,
    pub(crate) helpfulness: u32,
    pub(crate) photos: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswersList {
    pub(crate) question: String,
    pub(crate) page: u64,
    pub(crate) count: u32,
    pub(crate) results: Vec<ListedAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedAnswer {
    pub(crate) answer_id: u64,
    pub(crate) body: String,
    pub(crate) date: String,
    pub(crate) answerer_name: String,
    pub(crate) helpfulness: u32,
    pub(crate) photos: Vec<ListedPhoto>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedPhoto {
    pub(crate) id: u64,
    pub(crate) url: String,
}

/// A page of a product's reviews.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewsList {
    pub(crate) product: String,
    /// How many reviews come before this page.
    pub(crate) page: u64,
    pub(crate) count: u32,
    pub(crate) results: Vec<ListedReview>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedReview {
    pub(crate) review_id: u64,
    pub(crate) rating: u8,
    pub(crate) summary: String,
    pub(crate) recommend: bool,
    pub(crate) response: Option<String>,
    pub(crate) body: String,
    pub(crate) date: String,
    pub(crate) reviewer_name: String,
    pub(crate) helpfulness: u32,
    pub(crate) photos: Vec<ListedPhoto>,
}

/// The sums of a product's reviews.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewSums {
    pub(crate) product_id: String,
    #[serde(deserialize_with = "in_order")]
    pub(crate) ratings: Vec<(String, String)>,
    #[serde(deserialize_with = "in_order")]
    pub(crate) recommended: Vec<(String, String)>,
    #[serde(deserialize_with = "in_order")]
    pub(crate) characteristics: Vec<(String, CharacteristicSum)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CharacteristicSum {
    pub(crate) id: u64,
    pub(crate) value: Option<String>,
}

/// A JSON object as pairs in the order of the text.
fn in_order<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<(String, T)>, D::Error> {
    struct Pairs<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
        type Value = Vec<(String, T)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pairs = Vec::new();
            while let Some(pair) = map.next_entry()? {
                pairs.push(pair);
            }
            Ok(pairs)
        }
    }
    deserializer.deserialize_map(Pairs(PhantomData))
}

/// Asks for a page of a product's questions.
pub(crate) async fn questions(
    service: &Service,
    product_id: ProductId,
    page: Page,
) -> Result<QuestionsList, ServiceError> {
    let mut output = Vec::new();
    service.list_questions(product_id, page, |_| false, &mut output).await?;
    Ok(parse(&output))
}

/// Asks for a page of a question's answers.
pub(crate) async fn answers(
    service: &Service,
    question_id: QuestionId,
    page: Page,
) -> Result<AnswersList, ServiceError> {
    let mut output = Vec::new();
    service.list_answers(question_id, page, |_| false, &mut output).await?;
    Ok(parse(&output))
}

/// Asks for a page of a product's reviews.
pub(crate) async fn reviews(
    service: &Service,
    product_id: ProductId,
    page: Page,
    order: ReviewOrder,
) -> Result<ReviewsList, ServiceError> {
    let mut output = Vec::new();
    service.list_reviews(product_id, page, order, |_| false, &mut output).await?;
    Ok(parse(&output))
}

/// Asks for the sums of a product's reviews.
pub(crate) async fn review_sums(
    service: &Service,
    product_id: ProductId,
) -> Result<ReviewSums, ServiceError> {
    let mut output = Vec::new();
    service.show_review_sums(product_id, |_| false, &mut output).await?;
    Ok(parse(&output))
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> T {
    serde_json::from_slice(json)
        .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(json)))
}
