//! Pages for people: the one at `/`, the one that shows the description of the interface, and the
//! demo shop. Deliberately absent: pages of real shops.

pub(crate) mod demo;
pub(crate) mod docs;
pub(crate) mod first_page;
mod html;
