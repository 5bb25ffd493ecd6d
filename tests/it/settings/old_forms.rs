//! Settings with old names and old values: they work, and a note names the new form of each. The
//! forms of today are not tested here.

use std::process::{Command, Output};

use super::{Desk, has, printed, refused};

/// What `atelier config` notes.
fn noted(command: &mut Command) -> Vec<String> {
    let Output { status, stderr, .. } = command.output().expect("the program runs");
    let notes = String::from_utf8(stderr).expect("UTF-8");
    assert!(status.success(), "{notes}");
    notes.lines().map(str::to_owned).collect()
}

#[test]
fn old_names_work_with_a_note_that_names_the_new_one() {
    let desk = Desk::with("slow_ms = 250\nviews_max_bytes = \"1GiB\"\nphotos_max = 4\n");
    let options = "--config atelier.toml --store-wait-ms 5000 --first-page=off";
    let variables = [("ATELIER_MAX_VIEW_AGE_S", "60"), ("ATELIER_PHOTOS_MAX", "3")];
    let in_force = desk.in_force(options, &variables);
    has(&in_force, "max_store_wait = \"5000ms\"", "--max-store-wait");
    has(&in_force, "home_page = \"off\"", "--home-page");
    has(&in_force, "max_product_age = \"60s\"", "ATELIER_MAX_PRODUCT_AGE");
    has(&in_force, "max_photos = 3", "ATELIER_MAX_PHOTOS");
    has(&in_force, "slow_request = \"250ms\"", "atelier.toml:1");
    has(&in_force, "max_product_cache = \"1GiB\"", "atelier.toml:2");
    let notes = noted(desk.atelier(&format!("config {options}")).envs(variables));
    let expected = [
        ("--store-wait-ms", "--max-store-wait=5000ms"),
        ("--first-page", "--home-page=off"),
        ("ATELIER_MAX_VIEW_AGE_S", "ATELIER_MAX_PRODUCT_AGE=60s"),
        ("ATELIER_PHOTOS_MAX", "ATELIER_MAX_PHOTOS=3"),
        ("atelier.toml:1: slow_ms", "slow_request = \"250ms\""),
        ("atelier.toml:2: views_max_bytes", "max_product_cache = \"1GiB\""),
        ("atelier.toml:3: photos_max", "max_photos = 4"),
    ];
    let sentence =
        |(old, new)| format!("note: {old} is an old form, which ends with the next release: write {new}");
    let mut expected = expected.map(sentence).to_vec();
    let mut sorted = notes.clone();
    expected.sort();
    sorted.sort();
    assert_eq!(sorted, expected);
    // An option wins over a variable, under whichever name.
    let in_force = desk.in_force("--max-photos 2", &variables);
    has(&in_force, "max_photos = 2", "--max-photos");
    let in_force = desk.in_force("--photos-max 2", &[("ATELIER_MAX_PHOTOS", "3")]);
    has(&in_force, "max_photos = 2", "--max-photos");
}

#[test]
fn old_values_work_with_a_note_that_names_the_new_one() {
    let desk = Desk::with("demo = true\n");
    let options = "--config atelier.toml --duplicate-window 300 --home-page=false";
    let variables = [("ATELIER_MIGRATE", "false")];
    let in_force = desk.in_force(options, &variables);
    has(&in_force, "demo = \"on\"", "atelier.toml:1");
    has(&in_force, "migrate = \"off\"", "ATELIER_MIGRATE");
    has(&in_force, "duplicate_window = \"300s\"", "--duplicate-window");
    has(&in_force, "home_page = \"off\"", "--home-page");
    let ending = "is an old form, which ends with the next release: write";
    assert_eq!(
        noted(desk.atelier(&format!("config {options}")).envs(variables)),
        [
            format!("note: ATELIER_MIGRATE: \"false\" {ending} off"),
            format!("note: atelier.toml:1: \"true\" {ending} on"),
            format!("note: --home-page: \"false\" {ending} off"),
            format!("note: --duplicate-window: \"300\" {ending} 300s"),
        ]
    );
    assert_eq!(noted(&mut desk.atelier("config --demo --duplicate-window 0 --migrate=off")), [""; 0]);
}

#[test]
fn a_setting_by_its_old_and_its_new_name_is_refused() {
    let desk = Desk::with("max_photos = 4\nphotos_max = 4\n");
    let both =
        |old: &str, new: &str| format!("atelier: {old} and {new} are the same setting: write {new} alone\n");
    let mut by_file = desk.atelier("config --config atelier.toml");
    assert_eq!(refused(&mut by_file), both("atelier.toml:2: photos_max", "max_photos"));
    let mut by_options = desk.atelier("config --photos-max 4 --max-photos=4");
    assert_eq!(refused(&mut by_options), both("--photos-max", "--max-photos"));
    let mut by_variables = desk.atelier("config");
    by_variables.env("ATELIER_PHOTOS_MAX", "4").env("ATELIER_MAX_PHOTOS", "4");
    assert_eq!(refused(&mut by_variables), both("ATELIER_PHOTOS_MAX", "ATELIER_MAX_PHOTOS"));
    let mut wrong = desk.atelier("serve");
    let wanted = "write a duration such as 250ms, 5s or 15m, in steps of 1ms, up to 24h";
    wrong.env("ATELIER_SLOW_MS", "soon");
    assert_eq!(refused(&mut wrong), format!("atelier: ATELIER_SLOW_MS is \"soon\": {wanted}\n"));
}

#[test]
fn old_names_are_shown_nowhere() {
    let desk = Desk::with("");
    let shown = [
        "serve --help",
        "man serve",
        "completions bash",
        "completions zsh",
        "completions fish",
        "config --default",
    ];
    for arguments in shown {
        let shown = printed(&mut desk.atelier(arguments)).replace('\\', "").replace('_', "-").to_lowercase();
        assert!(shown.contains("max-store-wait"), "{shown}");
        for old in ["store-wait-ms", "first-page", "views-max", "photos-max", "slow-ms", "max-waiting"] {
            assert!(!shown.contains(old), "{old} is in {arguments}");
        }
    }
}
