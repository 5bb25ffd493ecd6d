//! Opening an SQLite file that is new, in use, someone else's, later than this program, or no file
//! at all.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Barrier};

use atelier::domain::Kind;
use atelier::store::{LoadMode, Migrated, Store, StoreAddress, StoreError};
use rusqlite::Connection;

use super::harness::{News, TestStore, ask, product_id, question_id, time, vote};
use super::stock::{Load, imported_at, small_shop};

fn open(store: &TestStore) -> Result<Arc<dyn Store>, StoreError> {
    store.address().open()
}

/// The error of opening, or nothing when it opened.
fn refusal(store: &TestStore) -> Option<StoreError> {
    open(store).err()
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    for sql in [
        "CREATE TABLE cats (name TEXT)",
        "PRAGMA application_id = 1234",
        "PRAGMA user_version = 1; CREATE TABLE questions (id)",
    ] {
        let store = TestStore::sqlite();
        Connection::open(store.file())
            .expect("the file opens")
            .execute_batch(sql)
            .expect("the statement runs");
        let before = fs::read(store.file()).expect("the file is there");
        let refusal = refusal(&store);
        assert!(
            matches!(&refusal, Some(StoreError::WrongSchema(reason)) if reason.contains("another program")),
            "{sql}: {refusal:?}"
        );
        assert_eq!(fs::read(store.file()).expect("the file is there"), before, "{sql}");
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let store = TestStore::sqlite();
    let text = "Dear diary, ".repeat(1_000);
    fs::write(store.file(), &text).expect("written");
    let refusal = refusal(&store);
    assert!(
        matches!(&refusal, Some(StoreError::WrongSchema(reason)) if reason.contains("not an SQLite database")),
        "{refusal:?}"
    );
    assert_eq!(fs::read_to_string(store.file()).expect("the file is there"), text);
}

#[test]
fn a_store_of_a_later_version_is_refused_with_both_versions() {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    let connection = Connection::open(store.file()).expect("the file opens");
    connection.pragma_update(None, "user_version", 77).expect("set");
    drop(connection);
    let refusal = refusal(&store);
    assert!(
        matches!(&refusal, Some(StoreError::WrongSchema(reason))
            if reason.contains("later version") && reason.contains("77") && reason.contains("knows 4")),
        "{refusal:?}"
    );
}

#[test]
fn a_store_without_moderation_keeps_all_rows_when_it_is_brought_up_to_date() {
    let store = TestStore::sqlite();
    let connection = Connection::open(store.file()).expect("the file opens");
    let place = 5_i64 << 24;
    for migration in [
        include_str!("../../../migrations/sqlite/0001_questions_and_answers.sql"),
        include_str!("../../../migrations/sqlite/0002_submissions.sql"),
        include_str!("../../../migrations/sqlite/0003_catalogue_and_reviews.sql"),
        &format!(
            "INSERT INTO questions VALUES ({place}, 1, 0, 0, 2, 'Old?', 'ann', 'ann@mail.test'),
                                          ({place} + 2, 2, 0, 0, 1, 'Hidden?', 'ann', 'ann@mail.test');
             INSERT INTO answers VALUES ({place} + 1, 1, 1, 0, 0, 4, 'Old.', 'bob', 'bob@mail.test');
             INSERT INTO marks VALUES ({place}, 7, 0), ({place} + 2, 1, 1);
             INSERT INTO reviews VALUES ({place}, 1, 0, 4, 1, 0, 6, '', 'Good.', 'cas', NULL, 'cas@mail.test');
             INSERT INTO review_marks VALUES ({place}, 9, 1, 0, 0);
             UPDATE last_ids SET id = 2;
             PRAGMA application_id = 0x41745141; PRAGMA user_version = 3;"
        ),
    ] {
        connection.execute_batch(migration).expect("carried out");
    }
    drop(connection);
    assert_eq!(store.address().migrate().expect("migrated"), Migrated { from: 3, to: 4 });
    let lines = store.lines(5);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("+7") && lines[1].ends_with("+4"), "{lines:?}");
    assert_eq!(store.review_rows(5).reviews[0].helpful, 8);
    let voter = atelier::domain::Digest::from_bytes([1; 16]);
    let cast = |takes_back| atelier::store::Command::VoteAs {
        target: super::harness::question(1),
        voter,
        takes_back,
    };
    store.commit(&[cast(false)]);
    assert!(store.lines(5)[0].ends_with("+8"));
    store.commit(&[cast(true)]);
    assert!(store.lines(5)[0].ends_with("+7"));
    let votes = "SELECT helpful FROM all_questions WHERE question_id = 1";
    assert_eq!(store.query(votes), "7", "those who read by hand see what lists show");
    store.open().check(&mut |finding| panic!("{finding:?}")).expect("it is checked");
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date() {
    let store = TestStore::sqlite();
    let connection = Connection::open(store.file()).expect("the file opens");
    connection
        .execute_batch(include_str!("../../../migrations/sqlite/0001_questions_and_answers.sql"))
        .expect("the tables of then");
    connection
        .execute_batch(
            "INSERT INTO questions VALUES (5 << 24, 3, 1600000000000, 0, 2, 'Old?', 'ann', 'ann@mail.test');
             UPDATE last_ids SET id = 3 WHERE kind = 'question';
             PRAGMA application_id = 0x41745141; PRAGMA user_version = 1;",
        )
        .expect("a row of then");
    drop(connection);
    assert_eq!(store.address().migrate().expect("migrated"), Migrated { from: 1, to: 4 });
    assert_eq!(store.commit(&[ask(5, "New?")]).len(), 1);
    let lines = store.lines(5).join("\n");
    assert!(lines.contains("Q3 \"Old?\" ann") && lines.contains("Q4 \"New?\" Ada"), "{lines}");
    let counts = store.open().check(&mut |finding| panic!("{finding:?}")).expect("checked");
    assert_eq!(counts.of(Kind::Question), 2);
}

/// The reason why an address cannot be used.
fn reason(path: &Path) -> String {
    match StoreAddress::Sqlite(path.to_owned()).open().err() {
        Some(StoreError::BadAddress(reason)) => reason,
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn a_place_where_there_can_be_no_file_is_refused_with_the_reason() {
    let store = TestStore::sqlite();
    let missing = store.file().join("no");
    assert_eq!(reason(&missing.join("atelier.db")), format!("there is no folder {}", missing.display()));
    fs::create_dir(store.file()).expect("created");
    assert_eq!(reason(&store.file()), "it is a folder");
    // Not even root creates files in /proc.
    assert_eq!(reason(Path::new("/proc/atelier.db")), "unable to open database file");
}

/// The bits of a file's mode that say who may do what with it.
fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
}

#[test]
fn only_its_owner_may_read_a_new_file() {
    let store = TestStore::sqlite();
    let mut writer = store.writer();
    writer.commit(&[ask(5, "Whose?")]).expect("committed");
    let with_ending = |ending: &str| format!("{}{ending}", store.file().display());
    assert_eq!(["", "-wal", "-shm"].map(|ending| mode(with_ending(ending))), [0o600; 3]);
    drop(writer);
    let load = small_shop().begin(store.open().as_ref(), LoadMode::Replace).expect("begun");
    assert_eq!(mode(with_ending("-journal")), 0o600);
    drop(load);
    // A mode that an operator set stays.
    fs::set_permissions(store.file(), fs::Permissions::from_mode(0o640)).expect("changed");
    let _writer = store.writer();
    assert_eq!(["", "-wal", "-shm"].map(|ending| mode(with_ending(ending))), [0o640; 3]);
}

/// Another account than root, for which permissions count.
const ACCOUNT: u32 = 65_534;

/// Opens the store as a process of an account for which permissions count. Returns the error.
fn refused_as_account(store: &TestStore, command: &str) -> String {
    let mut program = Command::new("timeout");
    program.args(["20", env!("CARGO_BIN_EXE_atelier"), command, "--store", &store.address().to_string()]);
    if command == "serve" {
        program.args(["--listen", "127.0.0.1:0"]);
    }
    if rustix::process::geteuid().is_root() {
        program.uid(ACCOUNT).gid(ACCOUNT);
    }
    let output = program.stdin(Stdio::null()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{command}: {output:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn a_file_that_the_account_may_not_write_to_is_refused() {
    // The file that is not writable, and the error for it.
    for (ending, said) in [("", "may not write to the file"), ("-wal", "cannot be written to")] {
        let store = TestStore::sqlite();
        small_shop().into(&store);
        let file = PathBuf::from(format!("{}{ending}", store.file().display()));
        fs::OpenOptions::new().append(true).create(true).open(&file).expect("the file is there");
        let folder = store.file().parent().expect("a folder").to_owned();
        if rustix::process::geteuid().is_root() {
            for path in [&folder, &store.file()] {
                chown(path, Some(ACCOUNT), Some(ACCOUNT)).expect("another owner");
            }
        }
        let before = fs::read(store.file()).expect("the file is there");
        // Its own file, but read-only.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("changed");
        for command in ["serve", "migrate", "check"] {
            let error = refused_as_account(&store, command);
            assert!(error.contains(said), "{ending} {command}: {error}");
        }
        // Another owner's file, which all may read.
        if rustix::process::geteuid().is_root() {
            chown(&file, Some(0), Some(0)).expect("another owner");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("changed");
            let error = refused_as_account(&store, "serve");
            assert!(error.contains(said), "{ending}: {error}");
        }
        assert_eq!(fs::read(store.file()).expect("the file is there"), before, "{ending}");
    }
}

/// The error of a session that must not go on.
fn removed_or_replaced<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(
        matches!(&result, Err(StoreError::Unavailable(reason)) if reason.contains("removed or replaced")),
        "{result:?}"
    );
}

#[test]
fn a_file_that_was_removed_or_replaced_in_use_is_not_written_to() {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    let handle = store.open();
    let news = News::default();
    let (mut reader, mut writer) = (store.reader(), handle.writer(news.sink()).expect("a writer"));
    let elsewhere = store.file().with_file_name("elsewhere.db");
    let mut is_refused = |what: &str| {
        removed_or_replaced(writer.commit(&[ask(5, what)]));
        removed_or_replaced(reader.load_products(&[product_id(5)]));
        removed_or_replaced(reader.products_of(&[question_id(1)]));
        // It was logged once, not ten times a second.
        writer.idle(time(0)).expect("the session stays");
    };
    fs::rename(store.file(), &elsewhere).expect("moved away");
    is_refused("Removed?");
    fs::copy(&elsewhere, store.file()).expect("copied");
    is_refused("Replaced?");
    fs::rename(&elsewhere, store.file()).expect("moved back");
    writer.commit(&[ask(5, "Back?")]).expect("committed");
    let lines = store.lines(5).join("\n");
    assert!(
        lines.contains("Back?") && !lines.contains("Removed?") && !lines.contains("Replaced?"),
        "{lines}"
    );
}

#[test]
fn a_load_into_a_file_that_was_removed_meanwhile_fails() {
    let store = TestStore::sqlite();
    let handle = store.open();
    let load = small_shop().begin(handle.as_ref(), LoadMode::IntoEmpty).expect("begun");
    fs::remove_file(store.file()).expect("removed");
    removed_or_replaced(load.commit(imported_at()));
}

#[test]
fn a_store_that_must_be_there_is_not_created() {
    let store = TestStore::sqlite();
    let refusal = store.address().open_existing().err();
    assert!(matches!(&refusal, Some(StoreError::BadAddress(_))), "{refusal:?}");
    assert!(!store.file().exists());
    small_shop().into(&store);
    assert!(store.address().open_existing().is_ok());
}

#[test]
fn opening_again_changes_nothing() {
    let store = TestStore::sqlite();
    let shop = small_shop().into(&store);
    for _ in 0..3 {
        assert_eq!(store.lines(5), shop.lines(5));
    }
}

#[test]
fn many_threads_open_a_fresh_store_at_once() {
    const THREADS: usize = 8;
    for round in 0..10 {
        let store = TestStore::sqlite();
        let start = Barrier::new(THREADS);
        let refusals: Vec<StoreError> = std::thread::scope(|scope| {
            let open_at_once = || {
                start.wait();
                refusal(&store)
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(open_at_once)).collect();
            threads.into_iter().filter_map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(refusals.is_empty(), "round {round}: {refusals:?}");
        assert_eq!(store.commit(&[ask(5, "Usable?")]).len(), 1);
    }
}

#[test]
fn many_processes_open_a_fresh_store_at_once() {
    for round in 0..3 {
        let store = TestStore::sqlite();
        // `check` opens what is there; an empty file is a store without tables.
        fs::write(store.file(), "").expect("written");
        let children: Vec<_> = (0..4)
            .map(|_| {
                Command::new(env!("CARGO_BIN_EXE_atelier"))
                    .args(["check", "--store", &store.address().to_string()])
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .expect("the program starts")
            })
            .collect();
        let outputs: Vec<_> =
            children.into_iter().map(|child| child.wait_with_output().expect("the program ends")).collect();
        for output in outputs {
            assert!(output.status.success(), "round {round}: {output:?}");
        }
    }
}

/// Whether the file says that it is used with a write-ahead log (bytes 18 and 19 of its header).
fn has_write_ahead_log(store: &TestStore) -> bool {
    fs::read(store.file()).expect("the file is there")[18..20] == [2, 2]
}

#[test]
fn a_loaded_store_has_a_write_ahead_log_again() {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    assert!(has_write_ahead_log(&store));
}

#[test]
fn a_session_opened_before_a_load_was_dropped_has_a_write_ahead_log() {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    let handle = store.open();
    drop(Load::default().question(1, 1).begin(handle.as_ref(), LoadMode::Replace).expect("begun"));
    let mut writer = handle.writer(Arc::new(|_| {})).expect("a writer");
    writer.commit(&[ask(5, "And now?")]).expect("committed");
    assert!(has_write_ahead_log(&store));
}

#[test]
fn counters_left_behind_by_hand_do_not_stick_to_loaded_rows() {
    let store = TestStore::sqlite();
    let shop = small_shop().into(&store);
    store.commit(&[vote(super::harness::question(1), 40)]);
    let connection = Connection::open(store.file()).expect("the file opens");
    connection
        .execute_batch("DELETE FROM photos; DELETE FROM answers; DELETE FROM questions")
        .expect("the statements run");
    drop(connection);
    shop.load(store.open().as_ref(), LoadMode::IntoEmpty).expect("loaded");
    assert_eq!(store.lines(5), shop.lines(5));
}
