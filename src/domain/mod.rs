//! The terms of the service: ids, pages, texts, dates, questions and answers.
//!
//! Values are parsed once at an edge and trusted afterwards. Nothing here knows HTTP, SQL or a
//! file, and nothing here imports another part of this crate.

mod digest;
mod ids;
mod page;
mod product;
mod submission;
mod target;
mod text;
mod time;

pub use digest::{Digest, IdempotencyKey, InvalidKey};
pub use ids::{AnswerId, Id, InvalidId, MAX_ID, MAX_IMPORTED_ID, PhotoId, ProductId, QuestionId};
pub use page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page};
pub use product::{AnswerRow, PhotoRow, ProductRows, QuestionRow, Span, Texts};
pub use submission::{Draft, Field, FieldError, NewAnswer, NewQuestion, NotAnArray, SubmissionLimits};
pub use target::Target;
pub use text::{Body, Email, Name, PhotoUrl, TextError, is_invisible, is_photo_address, normalize, visible};
pub use time::{InvalidTimestamp, Timestamp};
