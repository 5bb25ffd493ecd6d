//! Carries out `docs/moderation.md` and `docs/identity.md`: types all commands of each in one
//! session and looks for the lines that it shows.

use super::blocks::{Block, Document};
use super::session::Session;
use crate::project::{read, root};

/// Types all commands of a document.
fn carry_out(path: &str, port: &str) -> Document {
    let document = Document::read(&read(&root().join(path))).expect("a document");
    let mut session = Session::new();
    session.replace_ports(&[port]);
    let blocks: Vec<&Block> = document.blocks.iter().filter(|block| is_typed_or_output(block)).collect();
    session.type_in(&blocks).assert_shows(&blocks);
    document
}

fn is_typed_or_output(block: &Block) -> bool {
    matches!(block.language.as_str(), "sh" | "text" | "json")
}

fn outputs(document: &Document) -> usize {
    document.blocks.iter().filter(|block| block.language == "text").count()
}

#[test]
fn the_first_hour_of_moderators() {
    let document = carry_out("docs/moderation.md", "3200");
    assert!(outputs(&document) > 5, "it shows output");
}

#[test]
fn from_a_question_to_an_appeal() {
    let document = carry_out("docs/identity.md", "3210");
    assert!(outputs(&document) > 2, "it shows output");
}
