//! Writing responses: replies and problems, the headers that they carry, and their encodings. What is replied is
//! said in `operations`.

pub(crate) mod allowance;
pub(crate) mod caching;
pub(crate) mod cors;
pub(crate) mod encoded_pages;
pub(crate) mod encoding;
pub(crate) mod problem;
pub(crate) mod reply;
pub(crate) mod validators;
