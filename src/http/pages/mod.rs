//! Pages for people: the one at `/`, and the one that shows the description of the interface. Shop pages are not here.

pub(crate) mod docs;
pub(crate) mod first_page;
mod html;
