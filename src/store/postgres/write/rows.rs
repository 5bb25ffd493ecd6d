//! Rows of a batch as statements take them: a list for each column. What becomes a row is decided
//! in `plan`.

use tokio_postgres::types::{ToSql, Type};

use crate::domain::{
    AnswerId, CharacteristicId, NewAnswer, NewQuestion, NewReview, PhotoId, ProductId, QuestionId, ReviewId,
    Stars,
};
use crate::store::postgres::decode::{Milliseconds, bigint};

/// A parameter of a statement.
type Parameter<'p> = &'p (dyn ToSql + Sync);

/// The types of the columns of new rows, in the order of the fields.
pub(crate) const NEW_QUESTION_TYPES: [Type; 6] = [
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
];

pub(crate) const NEW_ANSWER_TYPES: [Type; 7] = [
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
];

pub(crate) const NEW_PHOTO_TYPES: [Type; 4] =
    [Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::TEXT_ARRAY];

pub(crate) const NEW_REVIEW_TYPES: [Type; 9] = [
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::INT2_ARRAY,
    Type::BOOL_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
];

pub(crate) const NEW_RATING_TYPES: [Type; 5] =
    [Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT2_ARRAY];

/// Ids, and the votes for each, in two parallel lists.
#[derive(Debug, Default)]
pub(crate) struct Votes {
    pub(crate) ids: Vec<i64>,
    pub(crate) votes: Vec<i64>,
}

impl Votes {
    pub(crate) fn new(mut pairs: Vec<(i64, i64)>) -> Self {
        pairs.sort_unstable();
        let (ids, votes) = pairs.into_iter().unzip();
        Self { ids, votes }
    }
}

/// Columns of new questions.
#[derive(Debug, Default)]
pub(crate) struct NewQuestions<'c> {
    pub(crate) product_ids: Vec<i64>,
    pub(crate) question_ids: Vec<i64>,
    pub(crate) written_at: Vec<Milliseconds>,
    pub(crate) bodies: Vec<&'c str>,
    pub(crate) names: Vec<&'c str>,
    pub(crate) emails: Vec<&'c str>,
}

/// Columns of new answers.
#[derive(Debug, Default)]
pub(crate) struct NewAnswers<'c> {
    pub(crate) product_ids: Vec<i64>,
    pub(crate) answer_ids: Vec<i64>,
    pub(crate) question_ids: Vec<i64>,
    pub(crate) written_at: Vec<Milliseconds>,
    pub(crate) bodies: Vec<&'c str>,
    pub(crate) names: Vec<&'c str>,
    pub(crate) emails: Vec<&'c str>,
}

/// Columns of new photos.
#[derive(Debug, Default)]
pub(crate) struct NewPhotos<'c> {
    pub(crate) product_ids: Vec<i64>,
    pub(crate) photo_ids: Vec<i64>,
    pub(crate) answer_ids: Vec<i64>,
    pub(crate) urls: Vec<&'c str>,
}

/// Columns of new reviews.
#[derive(Debug, Default)]
pub(crate) struct NewReviews<'c> {
    pub(crate) product_ids: Vec<i64>,
    pub(crate) review_ids: Vec<i64>,
    pub(crate) written_at: Vec<Milliseconds>,
    pub(crate) ratings: Vec<i16>,
    pub(crate) recommend: Vec<bool>,
    pub(crate) summaries: Vec<&'c str>,
    pub(crate) bodies: Vec<&'c str>,
    pub(crate) names: Vec<&'c str>,
    pub(crate) emails: Vec<&'c str>,
}

/// Columns of new photos of reviews.
#[derive(Debug, Default)]
pub(crate) struct NewReviewPhotos<'c> {
    pub(crate) product_ids: Vec<i64>,
    pub(crate) photo_ids: Vec<i64>,
    pub(crate) review_ids: Vec<i64>,
    pub(crate) urls: Vec<&'c str>,
}

/// Columns of what new reviews give to characteristics.
#[derive(Debug, Default)]
pub(crate) struct NewRatings {
    pub(crate) product_ids: Vec<i64>,
    pub(crate) review_ids: Vec<i64>,
    pub(crate) rating_ids: Vec<i64>,
    pub(crate) characteristic_ids: Vec<i64>,
    pub(crate) stars: Vec<i16>,
}

impl<'c> NewQuestions<'c> {
    /// The columns, as statements take them.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 6] {
        [&self.product_ids, &self.question_ids, &self.written_at, &self.bodies, &self.names, &self.emails]
    }

    pub(crate) fn add(
        &mut self,
        question_id: QuestionId,
        question: &'c NewQuestion,
        written_at: Milliseconds,
    ) {
        self.product_ids.push(bigint(question.product_id));
        self.question_ids.push(bigint(question_id));
        self.written_at.push(written_at);
        self.bodies.push(question.body.as_str());
        self.names.push(question.name.as_str());
        self.emails.push(question.email.as_str());
    }
}

impl<'c> NewAnswers<'c> {
    /// The columns, as statements take them.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 7] {
        [
            &self.product_ids,
            &self.answer_ids,
            &self.question_ids,
            &self.written_at,
            &self.bodies,
            &self.names,
            &self.emails,
        ]
    }

    pub(crate) fn add(
        &mut self,
        product_id: ProductId,
        answer_id: AnswerId,
        question_id: QuestionId,
        answer: &'c NewAnswer,
        written_at: Milliseconds,
    ) {
        self.product_ids.push(bigint(product_id));
        self.answer_ids.push(bigint(answer_id));
        self.question_ids.push(bigint(question_id));
        self.written_at.push(written_at);
        self.bodies.push(answer.body.as_str());
        self.names.push(answer.name.as_str());
        self.emails.push(answer.email.as_str());
    }
}

impl<'c> NewPhotos<'c> {
    pub(crate) fn add(
        &mut self,
        product_id: ProductId,
        photo_id: PhotoId,
        answer_id: AnswerId,
        url: &'c str,
    ) {
        self.product_ids.push(bigint(product_id));
        self.photo_ids.push(bigint(photo_id));
        self.answer_ids.push(bigint(answer_id));
        self.urls.push(url);
    }
}

impl<'c> NewReviews<'c> {
    /// The columns, as statements take them.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 9] {
        [
            &self.product_ids,
            &self.review_ids,
            &self.written_at,
            &self.ratings,
            &self.recommend,
            &self.summaries,
            &self.bodies,
            &self.names,
            &self.emails,
        ]
    }

    pub(crate) fn add(&mut self, review_id: ReviewId, review: &'c NewReview, written_at: Milliseconds) {
        self.product_ids.push(bigint(review.product_id));
        self.review_ids.push(bigint(review_id));
        self.written_at.push(written_at);
        self.ratings.push(i16::from(review.rating.get()));
        self.recommend.push(review.recommend);
        self.summaries.push(review.summary.as_str());
        self.bodies.push(review.body.as_str());
        self.names.push(review.name.as_str());
        self.emails.push(review.email.as_str());
    }
}

impl<'c> NewReviewPhotos<'c> {
    pub(crate) fn add(
        &mut self,
        product_id: ProductId,
        photo_id: PhotoId,
        review_id: ReviewId,
        url: &'c str,
    ) {
        self.product_ids.push(bigint(product_id));
        self.photo_ids.push(bigint(photo_id));
        self.review_ids.push(bigint(review_id));
        self.urls.push(url);
    }
}

impl NewRatings {
    /// The columns, as statements take them.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 5] {
        [&self.product_ids, &self.review_ids, &self.rating_ids, &self.characteristic_ids, &self.stars]
    }

    pub(crate) fn add(
        &mut self,
        product_id: ProductId,
        review_id: ReviewId,
        rating_id: i64,
        characteristic_id: CharacteristicId,
        stars: Stars,
    ) {
        self.product_ids.push(bigint(product_id));
        self.review_ids.push(bigint(review_id));
        self.rating_ids.push(rating_id);
        self.characteristic_ids.push(bigint(characteristic_id));
        self.stars.push(i16::from(stars.get()));
    }
}
