//! The statements of the two round trips that are about reviews. All of them keep one order of
//! locks: reviews by id in the first trip, sums by product and characteristic in the second one. So
//! two processes do not wait for each other.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::carried::{Carried, Found};
use super::origins::INSERT_RATINGS;
use super::plan::Plan;
use super::rows::{NEW_RATING_TYPES, NEW_REVIEW_TYPES};
use crate::store::StoreError;
use crate::store::postgres::connect::failure::Failure;
use crate::store::postgres::connect::statement::{Naming, Statement};
use crate::store::postgres::decode::Columns;

const VOTE: &str = "
    UPDATE reviews r SET helpful = least(r.helpful + v.votes, 4294967295)
    FROM (SELECT id, votes FROM unnest($1::bigint[], $2::bigint[]) AS v (id, votes) ORDER BY id) v
    WHERE r.review_id = v.id
    RETURNING r.review_id, r.product_id, r.helpful - r.withdrawn";
const CHARACTERISTICS: &str =
    "SELECT product_id, characteristic_id FROM characteristics WHERE product_id = ANY ($1::bigint[])";
const NEW_IDS: &str = "SELECT nextval('review_ids') FROM generate_series(1, $1::bigint)";
const NEW_PHOTO_IDS: &str = "SELECT nextval('review_photo_ids') FROM generate_series(1, $1::bigint)";
const NEW_RATING_IDS: &str = "SELECT nextval('rating_ids') FROM generate_series(1, $1::bigint)";
const INSERT: &str = "
    INSERT INTO reviews (product_id, review_id, written_at, rating, recommend, summary, body, name, email)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::smallint[], $5::boolean[],
                         $6::text[], $7::text[], $8::text[], $9::text[])";
const INSERT_PHOTOS: &str = "
    INSERT INTO review_photos (product_id, photo_id, review_id, url)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])";
// New ratings come in. The sub-select's order is the order in which the rows of sums are locked.
const ADD_TO_SUMS: &str = "
    UPDATE characteristic_sums s SET stars = s.stars + d.stars, ratings = s.ratings + d.ratings
    FROM (
        SELECT product_id, characteristic_id, sum(stars)::bigint AS stars, count(*) AS ratings
        FROM unnest($1::bigint[], $2::bigint[], $3::smallint[]) AS a (product_id, characteristic_id, stars)
        GROUP BY product_id, characteristic_id ORDER BY product_id, characteristic_id
    ) d
    WHERE s.product_id = d.product_id AND s.characteristic_id = d.characteristic_id";

const NEW_PHOTO_TYPES: [Type; 4] = [Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::TEXT_ARRAY];
const SUM_TYPES: [Type; 3] = [Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT2_ARRAY];

/// The statements.
pub(crate) struct Statements {
    vote: Statement,
    characteristics: Statement,
    new_ids: Statement,
    new_photo_ids: Statement,
    new_rating_ids: Statement,
    insert: Statement,
    insert_photos: Statement,
    insert_ratings: Statement,
    add_to_sums: Statement,
}

/// The rows that the first trip brings back.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) votes: Vec<Row>,
    pub(crate) characteristics: Vec<Row>,
    pub(crate) new_ids: Vec<Row>,
    pub(crate) new_photo_ids: Vec<Row>,
    pub(crate) new_rating_ids: Vec<Row>,
}

impl Statements {
    pub(crate) async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        const IDS: &[Type] = &[Type::INT8_ARRAY];
        const HOW_MANY: &[Type] = &[Type::INT8];
        let prepare = |text, types| Statement::prepare(client, naming, text, types);
        let (vote, characteristics) = tokio::try_join!(
            prepare(VOTE, &[Type::INT8_ARRAY, Type::INT8_ARRAY]),
            prepare(CHARACTERISTICS, IDS),
        )?;
        let (new_ids, new_photo_ids, new_rating_ids) = tokio::try_join!(
            prepare(NEW_IDS, HOW_MANY),
            prepare(NEW_PHOTO_IDS, HOW_MANY),
            prepare(NEW_RATING_IDS, HOW_MANY),
        )?;
        let (insert, insert_photos, insert_ratings, add_to_sums) = tokio::try_join!(
            prepare(INSERT, &NEW_REVIEW_TYPES),
            prepare(INSERT_PHOTOS, &NEW_PHOTO_TYPES),
            prepare(INSERT_RATINGS, &NEW_RATING_TYPES),
            prepare(ADD_TO_SUMS, &SUM_TYPES),
        )?;
        Ok(Self {
            vote,
            characteristics,
            new_ids,
            new_photo_ids,
            new_rating_ids,
            insert,
            insert_photos,
            insert_ratings,
            add_to_sums,
        })
    }

    /// Votes, looks for characteristics, and draws ids with `draws`.
    pub(crate) async fn first_trip(
        &self,
        client: &Client,
        plan: &Plan,
        draws: bool,
    ) -> Result<Answers, Failure> {
        let concerns_none = plan.review_votes.ids.is_empty() && plan.new_reviews == 0;
        if concerns_none {
            return Ok(Answers::default());
        }
        // So that a batch without reviews does not carry the room for them.
        Box::pin(self.ask(client, plan, draws)).await
    }

    async fn ask(&self, client: &Client, plan: &Plan, draws: bool) -> Result<Answers, Failure> {
        let votes = &plan.review_votes;
        let needs = |count: i64| draws && count > 0;
        let (votes, characteristics, new_ids, new_photo_ids, new_rating_ids) = tokio::try_join!(
            biased;
            self.vote.query_if(!votes.ids.is_empty(), client, [&votes.ids, &votes.votes]),
            self.characteristics.query_if(!plan.rated.is_empty(), client, [&plan.rated]),
            self.new_ids.query_if(needs(plan.new_reviews), client, [&plan.new_reviews]),
            self.new_photo_ids.query_if(needs(plan.new_review_photos), client, [&plan.new_review_photos]),
            self.new_rating_ids.query_if(needs(plan.new_ratings), client, [&plan.new_ratings]),
        )?;
        Ok(Answers { votes, characteristics, new_ids, new_photo_ids, new_rating_ids })
    }

    /// Inserts, and adds to the sums.
    pub(crate) async fn second_trip(&self, client: &Client, carried: &Carried<'_>) -> Result<(), Failure> {
        // Photos of reviews that wait come here without their reviews.
        if carried.reviews.review_ids.is_empty() && carried.review_photos.photo_ids.is_empty() {
            return Ok(());
        }
        Box::pin(self.change(client, carried)).await
    }

    async fn change(&self, client: &Client, carried: &Carried<'_>) -> Result<(), Failure> {
        let Carried { reviews, review_photos: photos, ratings, .. } = carried;
        tokio::try_join!(
            biased;
            self.insert.query_if(!reviews.review_ids.is_empty(), client, reviews.parameters()),
            self.insert_photos.query_if(!photos.photo_ids.is_empty(), client, [
                &photos.product_ids,
                &photos.photo_ids,
                &photos.review_ids,
                &photos.urls,
            ]),
            self.insert_ratings.query_if(!ratings.rating_ids.is_empty(), client, ratings.parameters()),
            self.add_to_sums.query_if(!ratings.rating_ids.is_empty(), client, [
                &ratings.product_ids,
                &ratings.characteristic_ids,
                &ratings.stars,
            ]),
        )?;
        Ok(())
    }
}

/// Reads drawn ids.
pub(crate) fn read_rating_ids(rows: &[Row]) -> Result<Vec<i64>, Failure> {
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Reads the characteristics of products.
pub(crate) fn read_characteristics(rows: &[Row], found: &mut Found) -> Result<(), StoreError> {
    for row in rows {
        let columns = Columns::new(row, "characteristics", 1);
        found.characteristics.insert((columns.id(0, "product_id")?, columns.id(1, "characteristic_id")?));
    }
    Ok(())
}
