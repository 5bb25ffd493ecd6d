//! An import that is killed leaves the former rows or, when it was through, the new ones, never a mix; alone and
//! while a server has the store open. A server at work notices an import of another process.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::harness::{Chance, DEADLINE, Process, Server, atelier, check, fingerprint, generate, run, sqlite};

/// How often an import is killed, spread over the time that it takes.
const KILLS: u32 = 10;

const FORMER_PRODUCTS: u32 = 1_000;
const NEW_PRODUCTS: u32 = 4_000;

/// A store with rows, and the files of others.
struct Shops {
    folder: TempDir,
    new_files: String,
    former: u64,
    new: u64,
}

impl Shops {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pristine = sqlite(folder.path(), "pristine.db");
        let former_files = generate(folder.path(), FORMER_PRODUCTS, 1);
        run(&["import", &former_files], Some(&pristine));
        let new_files = generate(folder.path(), NEW_PRODUCTS, 2);
        let loaded = sqlite(folder.path(), "loaded.db");
        run(&["import", &new_files], Some(&loaded));
        let (former, new) = (fingerprint(&pristine), fingerprint(&loaded));
        assert_ne!(former, new);
        Self { folder, new_files, former, new }
    }

    /// A copy of the store with the former rows.
    fn copy(&self, name: &str) -> String {
        fs::copy(self.folder.path().join("pristine.db"), self.folder.path().join(name))
            .expect("the store is copied");
        sqlite(self.folder.path(), name)
    }

    fn import(&self, store: &str) -> Process {
        let mut command = atelier(&["import", "--replace", &self.new_files], Some(store));
        Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// How long an import takes that nobody kills.
    fn measure(&self, store: &str) -> Duration {
        let started = Instant::now();
        assert!(self.import(store).wait().success());
        started.elapsed()
    }

    /// Starts an import and kills it at a moment; whether it was through before.
    fn import_killed_at(&self, store: &str, moment: Duration) -> bool {
        let mut import = self.import(store);
        // The moment of the crash, not a wait for something to be ready.
        std::thread::sleep(moment);
        import.kill().success()
    }
}

/// Calls `kill` with moments spread over the time that an import takes, until it was killed midway
/// [`KILLS`] times. `kill` tells whether it was too late.
fn kill_midway(mut duration: Duration, seed: u64, mut kill: impl FnMut(u32, Duration) -> bool) {
    let mut chance = Chance::new(seed);
    let mut killed = 0;
    for attempt in 0..5 * KILLS {
        let percent = killed * 100 / KILLS + u32::try_from(chance.below(100)).expect("small") / KILLS;
        let moment = duration * percent / 100;
        if kill(attempt, moment) {
            // It was faster than the one that was measured.
            duration = moment;
        } else {
            killed += 1;
        }
        if killed == KILLS {
            return;
        }
    }
    panic!("only {killed} imports were killed midway");
}

#[test]
fn a_killed_import_leaves_the_former_rows_or_all_new_ones() {
    let shops = Shops::make();
    let duration = shops.measure(&shops.copy("measured.db"));
    kill_midway(duration, 3, |attempt, moment| {
        let store = shops.copy(&format!("killed-{attempt}.db"));
        let through = shops.import_killed_at(&store, moment);
        check(&store);
        let found = fingerprint(&store);
        assert!(found == shops.former || found == shops.new, "a mix after {moment:?} of {duration:?}");
        assert!(!through || found == shops.new, "the import said that it was through, {moment:?}");
        found == shops.new
    });
}

#[test]
fn a_killed_import_under_a_server_leaves_the_former_rows_or_all_new_ones() {
    let shops = Shops::make();
    let measured = shops.copy("measured.db");
    let server = Server::start(&measured);
    let duration = shops.measure(&measured);
    drop(server);

    let list = "/qa/questions?product_id=7&count=1000";
    let mut former_list = None;
    kill_midway(duration, 4, |attempt, moment| {
        let store = shops.copy(&format!("served-{attempt}.db"));
        let server = Server::start(&store);
        let mut client = server.client();
        let former_list = former_list.get_or_insert_with(|| client.get(list));
        let through = shops.import_killed_at(&store, moment);
        check(&store);
        let found = fingerprint(&store);
        assert!(found == shops.former || found == shops.new, "a mix after {moment:?} of {duration:?}");
        if found == shops.former {
            assert!(!through, "the import said that it was through, {moment:?}");
            assert_eq!(client.get(list), *former_list, "after {moment:?} of {duration:?}");
            // The dead import is not in the way of the next write.
            let (status, answer) =
                client.request("PUT", "/qa/questions/1/report", "").expect("the server answers");
            assert_eq!(status, 204, "{answer}");
            assert_ne!(fingerprint(&store), shops.former, "the write is there");
        }
        found == shops.new
    });
}

#[test]
fn a_server_at_work_notices_an_import_of_another_process() {
    let shops = Shops::make();
    let expected_server = Server::start(&sqlite(shops.folder.path(), "loaded.db"));
    let (questions, answers) =
        ("/qa/questions?product_id=7&count=1000", "/qa/questions/7/answers?count=1000");
    let expected = [expected_server.client().get(questions), expected_server.client().get(answers)];
    drop(expected_server);

    let store = shops.copy("noticed.db");
    let server = Server::start(&store);
    let mut client = server.client();
    assert_ne!([client.get(questions), client.get(answers)], expected);
    assert!(shops.import(&store).wait().success());
    let deadline = Instant::now() + DEADLINE;
    while [client.get(questions), client.get(answers)] != expected {
        assert!(Instant::now() < deadline, "the server still shows the former rows");
        std::thread::sleep(Duration::from_millis(5));
    }
    // A vote counts on the new row.
    let votes = |list: &serde_json::Value| list["results"][0]["question_helpfulness"].as_u64();
    let question_id = &expected[0]["results"][0]["question_id"];
    client.request("PUT", &format!("/qa/questions/{question_id}/helpful"), "").expect("the server answers");
    assert_eq!(votes(&client.get(questions)), votes(&expected[0]).map(|votes| votes + 1));
}
