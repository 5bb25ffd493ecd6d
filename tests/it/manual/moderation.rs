//! Carries out `docs/moderation.md`: types all of its commands in one session and looks for the
//! lines that it shows.

use super::blocks::{Block, Document};
use super::session::Session;
use crate::project::{read, root};

#[test]
fn the_first_hour_of_moderators() {
    let document = Document::read(&read(&root().join("docs/moderation.md"))).expect("a document");
    let mut session = Session::new();
    session.replace_ports(&["3200"]);
    let blocks: Vec<&Block> = document.blocks.iter().collect();
    assert!(blocks.iter().filter(|block| block.language == "text").count() > 5, "it shows what is said");
    session.type_in(&blocks).assert_shows(&blocks);
}
