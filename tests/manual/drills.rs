//! `docs/drills.md`, carried out: every drill as it is written, and what must be seen is seen.

use std::collections::BTreeSet;

use crate::blocks::Document;
use crate::project::{read, root};
use crate::session::Session;

/// Ports that the document uses.
const PORTS: [&str; 5] = ["3100", "3101", "3180", "5433", "5434"];

/// The section that every drill begins with.
const BEGINNING: &str = "Before the first one";

fn document() -> Document {
    Document::read(&read(&root().join("docs/drills.md"))).expect("a document")
}

/// Carries out one drill.
fn carry_out(number: u32) {
    let document = document();
    let mut session = Session::new();
    session.replace_ports(&PORTS);
    let drill = document.section(&format!("{number}. "));
    assert!(
        drill.iter().any(|block| block.language == "text"),
        "drill {number} shows nothing that must be seen"
    );
    let blocks = [document.section(BEGINNING), drill].concat();
    session.type_in(&blocks).assert_shows(&blocks);
}

macro_rules! drills {
    ($($name:ident: $number:literal),+ $(,)?) => {
        const CARRIED_OUT: &[u32] = &[$($number),+];
        $(
            #[test]
            fn $name() {
                carry_out($number);
            }
        )+
    };
}

drills!(
    a_killed_process: 1,
    a_full_disk: 2,
    a_database_that_goes_away: 3,
    a_database_that_fails_over: 4,
    a_damaged_file: 5,
    a_lost_process_behind_nginx: 6,
    back_to_a_backup: 7,
    an_expired_certificate: 8,
    overload: 9,
);

#[test]
fn every_drill_is_carried_out() {
    let numbered =
        |section: &str| section.split_once(". ").and_then(|(number, _)| number.parse::<u32>().ok());
    let drills: BTreeSet<u32> =
        document().blocks.iter().filter_map(|block| numbered(&block.section)).collect();
    assert_eq!(drills, CARRIED_OUT.iter().copied().collect());
}
