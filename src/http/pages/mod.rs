//! Pages for people: the one at `/`, and the one that shows the description of the interface.
//! Deliberately absent: pages for shoppers.

pub(crate) mod docs;
pub(crate) mod first_page;
mod html;
