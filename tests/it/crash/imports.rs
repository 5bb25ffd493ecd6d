//! A killed import, copy or restore leaves all former rows, or all new ones if it had finished.
//! This holds alone and while a server has the store open. The next run works, and nothing of the
//! killed one is left. A running server notices an import of another process.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::harness::{fingerprint, generate};
use crate::support::place::Place;
use crate::support::program::{Chance, Process, Server, atelier, check, run, until};
use crate::support::{OnStore as _, StoreKind, on_every_store};

/// How often a program is killed, spread over the time that it takes.
const KILLS: u32 = 10;

const FORMER_PRODUCTS: u32 = 250;
const NEW_PRODUCTS: u32 = 1_000;

on_every_store!(
    without pooler:
    a_killed_import_leaves_the_former_rows_or_all_new_ones,
    a_killed_first_import_leaves_nothing_or_all_rows,
    a_killed_import_under_a_server_leaves_the_former_rows_or_all_new_ones,
    a_killed_copy_leaves_the_former_rows_or_all_new_ones,
    a_server_at_work_notices_an_import_of_another_process,
    a_server_at_work_notices_that_a_person_is_erased,
);

/// A store with rows, and a command that replaces them by others.
struct Shops<'a> {
    place: &'a Place,
    /// Its rows are the former ones.
    pristine: String,
    /// Its rows are the new ones.
    loaded: String,
    former: u64,
    new: u64,
    replaces: bool,
    command: Vec<String>,
    store_option: &'static str,
}

impl<'a> Shops<'a> {
    /// The command is an import. Without `former_products` the store is empty, and nothing is to be
    /// replaced.
    fn importing(place: &'a Place, former_products: u32) -> Self {
        let files = generate(place.folder(), NEW_PRODUCTS, 2);
        let mut command = vec!["import".to_owned(), files];
        if former_products > 0 {
            command.push("--replace".to_owned());
        }
        Self::make(place, former_products, command, "--store")
    }

    /// The command is a copy of an SQLite store.
    fn copying(place: &'a Place, source: &Place) -> Self {
        let files = generate(source.folder(), NEW_PRODUCTS, 2);
        let from = source.fresh();
        run(&["import", &files], Some(&from));
        let command = ["copy", "--from", &from, "--replace"].map(str::to_owned).to_vec();
        Self::make(place, FORMER_PRODUCTS, command, "--to")
    }

    /// The command is a restoring of an SQLite store.
    fn restoring(place: &'a Place) -> Self {
        let files = generate(place.folder(), NEW_PRODUCTS, 2);
        let (from, backup) = (place.fresh(), place.folder().join("backup").display().to_string());
        run(&["import", &files], Some(&from));
        run(&["backup", &backup], Some(&from));
        let command = ["restore", &backup, "--replace"].map(str::to_owned).to_vec();
        Self::make(place, FORMER_PRODUCTS, command, "--store")
    }

    fn make(
        place: &'a Place,
        former_products: u32,
        command: Vec<String>,
        store_option: &'static str,
    ) -> Self {
        let pristine = place.fresh();
        run(&["migrate"], Some(&pristine));
        if former_products > 0 {
            let files = generate(place.folder(), former_products, 1);
            run(&["import", &files], Some(&pristine));
        }
        let loaded = place.copy_of(&pristine);
        let replaces = former_products > 0;
        let mut shops = Self { place, pristine, loaded, former: 0, new: 0, replaces, command, store_option };
        assert!(shops.start(&shops.loaded).wait().success());
        (shops.former, shops.new) = (fingerprint(&shops.pristine), fingerprint(&shops.loaded));
        assert_ne!(shops.former, shops.new);
        shops
    }

    /// A copy of the store with the former rows.
    fn copy(&self) -> String {
        self.place.copy_of(&self.pristine)
    }

    fn start(&self, store: &str) -> Process {
        let arguments: Vec<&str> = self.command.iter().map(String::as_str).collect();
        let mut command = atelier(&arguments, None);
        command.args([self.store_option, store]);
        Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// How long the command takes when nobody kills it.
    fn measure(&self, store: &str) -> Duration {
        let started = Instant::now();
        assert!(self.start(store).wait().success());
        started.elapsed()
    }

    /// Starts the command and kills it at a moment. Returns whether it had finished.
    fn killed_at(&self, store: &str, moment: Duration) -> bool {
        let mut process = self.start(&self.place.for_the_doomed(store));
        // The moment of the crash, not a wait for something to be ready.
        std::thread::sleep(moment);
        process.kill().success()
    }

    /// Whether the new rows are there after a kill; otherwise all former ones are.
    fn is_through(&self, store: &str, said_so: bool) -> bool {
        self.place.wait_for_killed_programs();
        check(store);
        let found = fingerprint(store);
        assert!(found == self.former || found == self.new, "a mix");
        assert!(!said_so || found == self.new, "it said that it was through");
        found == self.new
    }

    /// Runs the command to its end after a kill. It works, and nothing of the killed one is left.
    fn run_the_next_one(&self, store: &str) {
        let succeeded = self.start(store).wait().success();
        // Without `--replace`, the command is refused when the rows are there already.
        assert!(succeeded || !self.replaces, "the next one failed");
        assert_eq!(fingerprint(store), self.new);
        assert_eq!(self.place.tables(store), self.place.tables(&self.loaded));
    }

    /// Kills the command on copies of the store.
    fn kill_again_and_again(&self, seed: u64) {
        let duration = self.measure(&self.copy());
        kill_midway(duration, seed, |number, moment| {
            let store = self.copy();
            let said_so = self.killed_at(&store, moment);
            // Every other time, the next run starts while the sessions of the killed one may still
            // be at work.
            let through = if number.is_multiple_of(2) { self.is_through(&store, said_so) } else { said_so };
            self.run_the_next_one(&store);
            through
        });
    }
}

/// Calls `kill` with moments spread over the duration of the command, until it was killed midway
/// [`KILLS`] times. `kill` returns whether it came too late.
fn kill_midway(mut duration: Duration, seed: u64, mut kill: impl FnMut(u32, Duration) -> bool) {
    let mut chance = Chance::new(seed);
    let mut killed = 0;
    for attempt in 0..5 * KILLS {
        let percent = killed * 100 / KILLS + u32::try_from(chance.below(100)).expect("small") / KILLS;
        let moment = duration * percent / 100;
        if kill(attempt, moment) {
            // This run was faster than the measured one.
            duration = moment;
        } else {
            killed += 1;
        }
        if killed == KILLS {
            return;
        }
    }
    panic!("only {killed} programs were killed midway");
}

fn a_killed_import_leaves_the_former_rows_or_all_new_ones(place: &Place) {
    Shops::importing(place, FORMER_PRODUCTS).kill_again_and_again(3);
}

fn a_killed_first_import_leaves_nothing_or_all_rows(place: &Place) {
    Shops::importing(place, 0).kill_again_and_again(4);
}

fn a_killed_copy_leaves_the_former_rows_or_all_new_ones(place: &Place) {
    Shops::copying(place, &Place::on(StoreKind::Sqlite)).kill_again_and_again(5);
}

#[test]
fn on_sqlite_a_killed_restore_leaves_the_former_rows_or_all_new_ones() {
    Shops::restoring(&Place::on(StoreKind::Sqlite)).kill_again_and_again(7);
}

fn a_killed_import_under_a_server_leaves_the_former_rows_or_all_new_ones(place: &Place) {
    let shops = Shops::importing(place, FORMER_PRODUCTS);
    let measured = shops.copy();
    let server = Server::start(&measured);
    let duration = shops.measure(&measured);
    drop(server);

    let list = "/qa/questions?product_id=7&count=1000";
    let former_list = Server::start(&shops.pristine).client().get(list);
    kill_midway(duration, 6, |_, moment| {
        let store = shops.copy();
        let server = Server::start(&store);
        let mut client = server.client();
        assert_eq!(client.get(list), former_list);
        let said_so = shops.killed_at(&store, moment);
        let through = shops.is_through(&store, said_so);
        if !through {
            assert_eq!(client.get(list), former_list, "after {moment:?} of {duration:?}");
            // The killed import does not block the next write.
            let answer = client.exchange("PUT", "/qa/questions/1/report", "").expect("the server answers");
            assert_eq!(answer.status, 204, "{answer:?}");
            assert_ne!(fingerprint(&store), shops.former, "the write is there");
        }
        through
    });
}

fn a_server_at_work_notices_an_import_of_another_process(place: &Place) {
    let shops = Shops::importing(place, FORMER_PRODUCTS);
    let expected_server = Server::start(&shops.loaded);
    let (questions, answers) =
        ("/qa/questions?product_id=7&count=1000", "/qa/questions/7/answers?count=1000");
    let expected = [expected_server.client().get(questions), expected_server.client().get(answers)];
    drop(expected_server);

    let store = shops.copy();
    let server = Server::start(&store);
    let mut client = server.client();
    assert_ne!([client.get(questions), client.get(answers)], expected);
    assert!(shops.start(&store).wait().success());
    until("the server shows the new rows", || [client.get(questions), client.get(answers)] == expected);
    // A vote counts on the new row.
    let votes = |list: &serde_json::Value| list["results"][0]["question_helpfulness"].as_u64();
    let question_id = &expected[0]["results"][0]["question_id"];
    client.exchange("PUT", &format!("/qa/questions/{question_id}/helpful"), "").expect("the server answers");
    assert_eq!(votes(&client.get(questions)), votes(&expected[0]).map(|votes| votes + 1));
}

fn a_server_at_work_notices_that_a_person_is_erased(place: &Place) {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    let server = Server::start(&store);
    let mut client = server.client();
    let post = r#"{"body":"Hers?","name":"Ada","email":"ada@example.com","product_id":7}"#;
    client.exchange("POST", "/qa/questions", post).expect("the server answers");
    let list = "/qa/questions?product_id=7";
    assert_eq!(client.get(list)["results"][0]["asker_name"], "Ada");
    run(&["person", "erase", "ada@example.com"], Some(&store));
    until("the server shows that she is erased", || {
        client.get(list)["results"][0]["asker_name"] == atelier::store::ERASED_NAME
    });
    assert_eq!(client.get(list)["results"][0]["question_body"], atelier::store::ERASED_BODY);
}
