//! Writes responses: replies and problems, their headers and their encodings. Deliberately absent:
//! what is in a reply (`operations`).

pub(crate) mod allowance;
pub(crate) mod caching;
pub(crate) mod cors;
pub(crate) mod encoded_pages;
pub(crate) mod encoding;
pub(crate) mod moderation;
pub(crate) mod problem;
pub(crate) mod reply;
pub(crate) mod validators;
