//! Atelier: the questions and answers of a shop's product pages.
pub mod domain;
pub mod import;
pub mod store;
