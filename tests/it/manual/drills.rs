//! Carries out `docs/drills.md`: runs every drill as it is written and checks its output.

use std::collections::BTreeSet;

use super::blocks::Document;
use super::session::Session;
use crate::project::{read, root};

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

#[test]
fn a_killed_process() {
    carry_out(1);
}

#[test]
fn a_full_disk() {
    carry_out(2);
}

#[test]
fn a_database_that_goes_away() {
    carry_out(3);
}

#[test]
fn a_database_that_fails_over() {
    carry_out(4);
}

#[test]
fn a_damaged_file() {
    carry_out(5);
}

#[test]
fn a_lost_process_behind_nginx() {
    carry_out(6);
}

#[test]
fn back_to_a_backup() {
    carry_out(7);
}

#[test]
fn an_expired_certificate() {
    carry_out(8);
}

#[test]
fn overload() {
    carry_out(9);
}

#[test]
fn every_drill_is_carried_out() {
    let numbered = |section: &str| section.split_once(". ").and_then(|(number, _)| number.parse().ok());
    let drills: BTreeSet<u32> =
        document().blocks.iter().filter_map(|block| numbered(&block.section)).collect();
    let calls = include_str!("drills.rs").split("    carry_out(").skip(1);
    let carried_out = calls.filter_map(|call| call.split(')').next()?.parse().ok()).collect();
    assert_eq!(drills, carried_out);
}
