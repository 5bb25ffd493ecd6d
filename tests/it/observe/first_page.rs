//! The page at `/` of the real program: it never shows where the store is, and an operator can turn
//! it off.

use super::watched::{Watched, command, migrated};
use crate::support::on_every_store;
use crate::support::place::Place;

on_every_store!(without pooler: the_page_shows_the_kind_of_store_and_never_its_place, an_option_or_a_variable_turns_the_page_off);

fn the_page_shows_the_kind_of_store_and_never_its_place(place: &Place) {
    let store = migrated(place);
    let (scheme, address) = store.split_once(':').expect("a scheme");
    let name = if scheme == "sqlite" { "SQLite" } else { "PostgreSQL" };
    let watched = Watched::start(&store, &[]);
    let [page, json] = ["/", "/status.json"].map(|path| watched.get(path));
    assert!(page.body.contains(&format!("<dd>{name}</dd>")), "{}", page.body);
    assert_eq!(json.json()["store"], name);
    // Its user is called like the program.
    let parts = address.split(['/', '?', '@', '&', '=']).filter(|part| part.len() > 4 && *part != "atelier");
    for part in parts.chain([scheme, &store]) {
        for response in [&page, &json] {
            assert!(!response.body.contains(part), "{part} is in {}", response.body);
        }
    }
}

fn an_option_or_a_variable_turns_the_page_off(place: &Place) {
    let store = migrated(place);
    let mut by_variable = command(&store, &[]);
    by_variable.env("ATELIER_HOME_PAGE", "off");
    for mut command in [command(&store, &["--home-page", "off"]), by_variable] {
        let watched = Watched::of(&mut command);
        for path in ["/", "/status.json"] {
            assert_eq!(watched.get(path).status, 404, "{path}");
        }
        assert_eq!(watched.get("/readyz").status, 200);
    }
}
