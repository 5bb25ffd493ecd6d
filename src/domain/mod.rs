//! The terms of the service: ids, pages, texts, dates, products, questions, answers and reviews.
//!
//! Values are parsed once at an edge and trusted afterwards. Nothing here knows HTTP, SQL or a
//! file, and nothing here imports another part of this crate.

mod cart;
mod catalogue;
mod definitions;
mod digest;
mod draft;
mod ids;
mod kind;
mod moderation;
mod order;
mod page;
mod product;
mod review;
mod submission;
mod target;
mod text;
mod time;
mod verdict;

pub use cart::{CartItem, Interaction, MAX_PIECES};
pub use catalogue::{
    CatalogueRows, FeatureRow, InvalidPrice, Price, ProductPart, ProductRow, SkuRow, StylePhotoRow, StyleRow,
};
pub use digest::{Digest, DigestKey, IdempotencyKey, InvalidKey, PEOPLE_SECRET};
pub use draft::{Draft, FIELDS, Field, FieldError, NotAnArray, NotAnObject};
pub use ids::{
    AnswerId, CharacteristicId, Id, InvalidId, MAX_ID, MAX_IMPORTED_ID, PhotoId, ProductId, QuestionId,
    ReviewId, SkuId, StyleId,
};
pub use kind::{Column, Definition, Holds, Kind, Set};
pub use moderation::{Actor, AuthorRole, Finding, FormSignals, Identity, Origin, Reason, Sender, State};
pub use order::ReviewOrder;
pub use page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page};
pub use product::{AnswerRow, PhotoRow, ProductRows, QuestionRow, Span, Texts};
pub use review::{
    CHARACTERISTICS, CharacteristicRow, InvalidStars, NewReview, Rated, ReviewPhotoRow, ReviewRow,
    ReviewRows, ReviewsPart, Stars,
};
pub use submission::{NewAnswer, NewQuestion, SELLER_NAME, SubmissionLimits, note};
pub use target::Target;
pub use text::{
    Body, Email, Name, PhotoUrl, Summary, TextError, is_invisible, is_photo_address, normalize, visible,
};
pub use time::{InvalidTimestamp, Timestamp};
pub use verdict::{MAX_NOTE_CHARS, Verdict, VerdictDraft};
