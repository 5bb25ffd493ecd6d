//! `atelier backup` and `atelier restore` as an operator runs them: during writes, under a server,
//! and on files that are no stores. `imports` tests that a killed restore leaves the former rows.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rusqlite::Connection;

use super::harness::{CLIENTS, fingerprint, generate, write, write_meanwhile};
use crate::support::ledger::{Ledger, PRODUCTS};
use crate::support::place::Place;
use crate::support::program::{Process, Server, atelier, check, run, until};
use crate::support::{OnStore as _, StoreKind};

/// Writes of each client before the backup.
const WRITES_BEFORE: u64 = 100;

/// Questions of other products than the clients', so that a backup takes a while: 60 MB.
const FILLING: u64 = 60_000;

fn place() -> Place {
    Place::on(StoreKind::Sqlite)
}

/// Runs the program, which must refuse; returns what it said.
fn refusal(arguments: &[&str], store: &str) -> String {
    let output = atelier(arguments, Some(store)).output().expect("the program runs");
    assert!(!output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// A store with rows.
fn shop(place: &Place, products: u32, seed: u32) -> String {
    let store = place.fresh();
    run(&["import", &generate(place.folder(), products, seed)], Some(&store));
    store
}

fn fill(place: &Place, store: &str) {
    let mut questions =
        "id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n".to_owned();
    let body = "filling ".repeat(125);
    for number in 1..=FILLING {
        let product = PRODUCTS + 1 + number / 5;
        writeln!(questions, "{number},{product},{body},2018-10-18,ann,a@b.c,0,0").expect("a text");
    }
    let folder = place.folder().join("filling");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("questions.csv"), questions).expect("written");
    let answers = "id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful\n";
    fs::write(folder.join("answers.csv"), answers).expect("written");
    fs::write(folder.join("answers_photos.csv"), "id,answer_id,url\n").expect("written");
    run(&["import", &folder.display().to_string()], Some(store));
}

#[test]
fn a_backup_under_writes_has_every_write_that_was_acknowledged_before() {
    let place = place();
    let store = place.fresh();
    fill(&place, &store);
    let server = Server::start(&store);
    let mut ledger = write(&server, &Ledger::default(), "before", |written| written < WRITES_BEFORE, || ());
    assert_eq!(ledger.acknowledged, CLIENTS * WRITES_BEFORE);

    let backup = place.folder().join("backup");
    let (during, written_meanwhile) = write_meanwhile(&server, &ledger, || {
        let mut command = atelier(&["backup", &backup.display().to_string()], Some(&store));
        assert!(Process::start(&mut command).wait().success(), "the backup succeeds");
    });
    assert!(written_meanwhile > CLIENTS, "only {written_meanwhile} writes during the backup");
    ledger.add(during.perhaps_later());

    assert_is_one_private_file(&backup);
    let restored = place.fresh();
    run(&["restore", &backup.display().to_string()], Some(&restored));
    let mode = fs::metadata(&restored["sqlite:".len()..]).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    check(&restored);
    let output = run(&["check"], Some(&restored)).stdout;
    let counted = String::from_utf8(output).expect("UTF-8");
    let questions: u64 = counted
        .split(", ")
        .find_map(|part| part.strip_suffix(" questions"))
        .and_then(|count| count.parse().ok())
        .expect("a count");
    assert!(questions > FILLING, "{counted}");
    let restored = Server::start(&restored);
    ledger.settle(&mut restored.client());
}

fn assert_is_one_private_file(backup: &Path) {
    let folder_entries: Vec<_> = fs::read_dir(backup.parent().expect("a folder"))
        .expect("the folder can be read")
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with("backup") && name != "backup")
        .collect();
    assert_eq!(folder_entries, [""; 0]);
    assert_eq!(fs::metadata(backup).expect("it is there").permissions().mode() & 0o777, 0o600);
    // Bytes 18 and 19 of its header: it needs no log file.
    assert_eq!(fs::read(backup).expect("it is there")[18..20], [1, 1]);
}

#[test]
fn a_server_at_work_notices_a_restore_and_goes_on() {
    let place = place();
    let (store, other) = (shop(&place, 50, 1), shop(&place, 80, 2));
    let backup = place.folder().join("backup").display().to_string();
    run(&["backup", &backup], Some(&other));
    let list = "/qa/questions?product_id=7&count=1000";
    let expected = Server::start(&other).client().get(list);
    let server = Server::start(&store);
    let mut client = server.client();
    assert_ne!(client.get(list), expected);
    run(&["restore", &backup, "--replace"], Some(&store));
    until("the server shows the restored rows", || client.get(list) == expected);
    let post = r#"{"body":"And now?","name":"Ada","email":"ada@example.com","product_id":7}"#;
    let answer = client.exchange("POST", "/qa/questions", post).expect("the server answers");
    assert_eq!(answer.status, 201, "{answer:?}");
    drop(server);
    check(&store);
    let rows = |list: &serde_json::Value| list["results"].as_array().expect("a list").len();
    assert_eq!(rows(&Server::start(&store).client().get(list)), rows(&expected) + 1);
}

#[test]
fn a_server_whose_file_is_replaced_refuses_writes_and_is_not_ready() {
    let place = place();
    let (store, other) = (shop(&place, 20, 1), shop(&place, 20, 2));
    let (file, elsewhere) = (&store["sqlite:".len()..], place.folder().join("elsewhere.db"));
    let server = Server::start(&store);
    let mut client = server.client();
    let mut status = |method: &str, target: &str, body: &str| {
        client.exchange(method, target, body).expect("the server answers").status
    };
    let post = r#"{"body":"And now?","name":"Ada","email":"ada@example.com","product_id":7}"#;
    assert_eq!(status("GET", "/readyz", ""), 200);
    assert_eq!(status("GET", "/qa/questions?product_id=7", ""), 200);
    fs::rename(file, &elsewhere).expect("moved away");
    fs::rename(&other["sqlite:".len()..], file).expect("put in its place");
    until("the server is not ready", || status("GET", "/readyz", "") == 503);
    assert_eq!(status("POST", "/qa/questions", post), 503);
    assert_eq!(status("PUT", "/qa/questions/1/helpful", ""), 503);
    assert_eq!(status("GET", "/qa/questions?product_id=7", ""), 200, "lists in memory go on");
    fs::rename(&elsewhere, file).expect("moved back");
    until("the server is ready again", || status("GET", "/readyz", "") == 200);
    assert_eq!(status("POST", "/qa/questions", post), 201);
    drop(server);
    check(&store);
}

#[test]
fn a_server_on_a_full_disk_serves_lists_and_writes_again_when_there_is_room() {
    let place = place();
    let store = shop(&place, 20, 1);
    let list = "/qa/questions?product_id=7&count=1000";
    let expected = Server::start(&store).client().get(list);
    // A full disk that only this process sees.
    let disk = place.folder().join("disk");
    fs::create_dir(&disk).expect("a folder");
    let (file, disk_name) = (&store["sqlite:".len()..], disk.display());
    let script = format!(
        "mount -t tmpfs -o size=8m tmpfs {disk_name} && cp {file} {disk_name}/shop.db
         dd if=/dev/zero of={disk_name}/filler bs=4k 2>/dev/null
         exec {} serve --store sqlite:{disk_name}/shop.db --listen 127.0.0.1:0 --rate-limits off",
        env!("CARGO_BIN_EXE_atelier")
    );
    let mut command = std::process::Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &script]).stdin(std::process::Stdio::null());
    let server = Server::of(&mut command);
    let mut client = server.client();
    assert_eq!(client.get(list), expected);
    let vote = |client: &mut crate::support::client::Connection| {
        client.exchange("PUT", "/qa/questions/1/helpful", "").expect("the server answers").status
    };
    assert_eq!(vote(&mut client), 503);
    assert_eq!(client.get("/qa/questions?product_id=8&count=1000")["product_id"], "8");
    fs::remove_file(format!("/proc/{}/root{disk_name}/filler", server.process.id())).expect("removed");
    until("there is room to write", || vote(&mut client) == 204);
    let post = r#"{"body":"And now?","name":"Ada","email":"ada@example.com","product_id":7}"#;
    assert_eq!(client.exchange("POST", "/qa/questions", post).expect("the server answers").status, 201);
    let rows = |list: &serde_json::Value| list["results"].as_array().expect("a list").len();
    assert_eq!(rows(&client.get(list)), rows(&expected) + 1);
}

#[test]
fn a_backup_replaces_no_file_and_needs_a_store() {
    let place = place();
    let store = shop(&place, 5, 1);
    let file = place.folder().join("mine");
    fs::write(&file, "mine").expect("written");
    let file = file.display().to_string();
    assert!(refusal(&["backup", &file], &store).contains("is there already"));
    assert_eq!(fs::read(&file).expect("it is there"), b"mine");

    let missing = place.fresh();
    let target = place.folder().join("backup").display().to_string();
    assert!(refusal(&["backup", &target], &missing).contains("no such file"));
    let mine = format!("sqlite:{file}");
    assert!(refusal(&["backup", &target], &mine).contains("not an SQLite database"));
    let postgres = "postgres://nobody@127.0.0.1:1/nothing";
    assert!(refusal(&["backup", &target], postgres).contains("pg_dump"));
    assert!(refusal(&["restore", &target], postgres).contains("atelier copy"));
    for path in [target.as_str(), &format!("{target}.partial"), &missing["sqlite:".len()..]] {
        assert!(!Path::new(path).exists(), "{path}");
    }
}

#[test]
fn a_restore_that_is_refused_leaves_the_store_as_it_was() {
    let place = place();
    let (store, other) = (shop(&place, 20, 1), shop(&place, 30, 2));
    let path = |name: &str| place.folder().join(name).display().to_string();
    let former = fingerprint(&store);
    run(&["backup", &path("good")], Some(&other));
    let good = fs::read(path("good")).expect("it is there");

    fs::write(path("text"), "Dear diary, ".repeat(1_000)).expect("written");
    fs::write(path("empty"), "").expect("written");
    fs::write(path("cut"), &good[..good.len() / 2]).expect("written");
    let mut broken = good.clone();
    broken[good.len() / 2..good.len() / 2 + 4_096].fill(0xA5);
    fs::write(path("broken"), broken).expect("written");
    let strange = Connection::open(path("strange")).expect("the file opens");
    strange.execute_batch("CREATE TABLE cats (name TEXT)").expect("a table");
    fs::write(path("later"), &good).expect("written");
    let later = Connection::open(path("later")).expect("the file opens");
    later.pragma_update(None, "user_version", 77).expect("set");
    drop((strange, later));

    for (name, reason) in [
        ("missing", "unable to open database file"),
        ("text", "not an SQLite database"),
        ("empty", "not a store of atelier"),
        ("strange", "another program"),
        ("later", "later version"),
        ("cut", "malformed"),
        ("broken", "damaged"),
    ] {
        let said = refusal(&["restore", &path(name), "--replace"], &store);
        assert!(said.contains(reason), "{name}: {said}");
    }
    assert!(refusal(&["restore", &path("good")], &store).contains("--replace"));
    let itself = store["sqlite:".len()..].to_owned();
    assert!(refusal(&["restore", &itself, "--replace"], &store).contains("the store itself"));
    assert_eq!(fingerprint(&store), former);
    check(&store);

    run(&["restore", &path("good"), "--replace"], Some(&store));
    assert_eq!(fingerprint(&store), fingerprint(&other));
    check(&store);
}
