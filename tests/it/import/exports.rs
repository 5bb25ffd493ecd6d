//! `atelier export` as an operator uses it: what is in the files, that an import of them makes the
//! same store, and that existing files are not lost. Deliberately absent: exports under writes,
//! which `crash` tests.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use atelier::domain::Target;
use atelier::domain::{AnswerId, Id, Kind, QuestionId};
use atelier::store::Command;
use rustix::process::{Pid, Signal, kill_process};

use super::shop::{self, ANSWERS, PHOTOS, QUESTIONS, Shop};
use crate::support::place::Place;
use crate::support::{OnStore as _, StoreKind, on_every_store, report_all};

on_every_store!(
    without pooler:
    every_row_is_in_the_files_with_every_column,
    an_import_of_an_export_makes_the_same_store,
    an_empty_store_exports_empty_files,
    existing_files_are_replaced_only_with_replace,
    an_export_that_fails_leaves_nothing_and_loses_nothing,
    an_interrupted_export_leaves_nothing,
);

const FILES: [&str; 3] = ["questions.csv", "answers.csv", "answers_photos.csv"];

/// A shop with everything that is hard to write as CSV: quotes, commas, line ends, other scripts,
/// hidden rows, empty names, dates that no number stands for, the largest ids and counters.
fn odd_shop(place: &Place) -> Shop<'_> {
    let questions = "1,7,\"Is it \"\"red\"\", or not?\",1595884714409,ann,a@b.c,0,3\n\
        9007194959773695,9007199254740991,\"two\nlines, \"\"quoted\"\"\",1969-12-31T23:59:59.999Z,\"O'Neil, Pat\",ü@bücher.example,1,4294967295\n\
        3,274877906951,Größe? 尺寸？ 😀,1970-01-01,\"\",,0,0\n\
        4,7,'; DROP TABLE questions; --,2018-10-18,\"\"\"\",\"\"\"a b\"\"@c.d\",true,1\n";
    let answers = "1,1,\"a\tb\\n \"\"\"\"\",1595884714409,bob,b@c.d,0,2\n\
        2,1,\",\",9999-12-31T23:59:59.999Z,\"x\ny\",b@c.d,1,0\n\
        3,9007194959773695,On a hidden one.,2018-10-18,kim,k@l.m,0,7\n";
    let photos = "5,1,\"https://example.com/a,b\"\"c.jpg\"\n6,1,https://example.com/ü.jpg\n7,2,https://example.com/hidden.jpg\n";
    let shop = Shop::written(place, questions, answers, photos);
    let run = shop.import(&[]);
    assert!(run.success, "{run:?}");
    shop
}

/// Counters and hidden rows from use, not from an import.
fn use_it(shop: &Shop<'_>) {
    let question = |id| Target::Question(QuestionId::new(id).expect("in range"));
    let answer = |id| Target::Answer(AnswerId::new(id).expect("in range"));
    let commands =
        [Command::Vote { target: question(1), votes: 39 }, Command::Vote { target: answer(1), votes: 5 }];
    let mut writer = shop.store().writer(Arc::new(|_| ())).expect("a writer");
    writer.commit(&commands).expect("committed");
    report_all(writer.as_mut(), &[question(3), answer(3)]);
}

/// The records of a file, as a CSV reader other than the importer's reads them; stores differ in
/// their order.
fn records(folder: &Path, name: &str) -> BTreeSet<Vec<String>> {
    let mut reader = csv::Reader::from_path(folder.join(name)).expect("the file is opened");
    reader.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect()).collect()
}

fn record(fields: &[&str]) -> Vec<String> {
    fields.iter().map(ToString::to_string).collect()
}

fn export(shop: &Shop<'_>, folder: &str) {
    let run = shop.atelier(&["export", folder]);
    assert!(run.success, "{run:?}");
}

/// The names of the files when somebody has decided about rows.
fn with_states() -> BTreeSet<String> {
    FILES.into_iter().chain(["states.csv"]).map(str::to_owned).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read").flatten();
    entries.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect()
}

fn every_row_is_in_the_files_with_every_column(place: &Place) {
    let shop = odd_shop(place);
    use_it(&shop);
    export(&shop, "out/deep");
    let folder = shop.path("out/deep");
    assert_eq!(
        records(&folder, "questions.csv"),
        BTreeSet::from([
            record(&["1", "7", "Is it \"red\", or not?", "1595884714409", "ann", "a@b.c", "0", "42"]),
            record(&[
                "9007194959773695",
                "9007199254740991",
                "two\nlines, \"quoted\"",
                "1969-12-31T23:59:59.999Z",
                "O'Neil, Pat",
                "ü@bücher.example",
                "1",
                "4294967295",
            ]),
            record(&["3", "274877906951", "Größe? 尺寸？ 😀", "1970-01-01T00:00:00.000Z", "", "", "1", "0"]),
            record(&[
                "4",
                "7",
                "'; DROP TABLE questions; --",
                "1539820800000",
                "\"",
                "\"a b\"@c.d",
                "1",
                "1"
            ]),
        ])
    );
    assert_eq!(
        records(&folder, "answers.csv"),
        BTreeSet::from([
            record(&["1", "1", "a\tb\\n \"\"", "1595884714409", "bob", "b@c.d", "0", "7"]),
            record(&["2", "1", ",", "9999-12-31T23:59:59.999Z", "x\ny", "b@c.d", "1", "0"]),
            record(&["3", "9007194959773695", "On a hidden one.", "1539820800000", "kim", "k@l.m", "1", "7"]),
        ])
    );
    assert_eq!(
        records(&folder, "answers_photos.csv"),
        BTreeSet::from([
            record(&["5", "1", "https://example.com/a,b\"c.jpg"]),
            record(&["6", "1", "https://example.com/ü.jpg"]),
            record(&["7", "2", "https://example.com/hidden.jpg"]),
        ])
    );
    for (name, header) in FILES.into_iter().zip([QUESTIONS, ANSWERS, PHOTOS]) {
        let text = fs::read_to_string(folder.join(name)).expect("the file is read");
        assert!(text.starts_with(header), "{name}: {text}");
        let mode = fs::metadata(folder.join(name)).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name} holds e-mail addresses");
    }
    // A report is a decision, so the states are there as well.
    assert_eq!(names(&folder), with_states());
}

/// Imports an export into stores of both kinds and compares everything that they then hold.
fn assert_round_trip(shop: &Shop<'_>) {
    export(shop, "first");
    for kind in [StoreKind::Sqlite, StoreKind::Postgres] {
        let place = Place::on(kind);
        let second = place.fresh();
        let folder = shop.path("first").display().to_string();
        let run = shop.atelier(&["import", &folder, "--store", &second]);
        assert!(run.success && !run.errors.contains("warning"), "{run:?}");
        let run = shop.atelier(&["check", "--store", &second]);
        assert!(run.success, "{run:?}");
        let again = place.folder().join("second");
        let run = shop.atelier(&["export", &again.display().to_string(), "--store", &second]);
        assert!(run.success, "{run:?}");
        for name in FILES {
            assert_eq!(records(&again, name), records(&shop.path("first"), name), "{name} from {second}");
        }
    }
}

fn an_import_of_an_export_makes_the_same_store(place: &Place) {
    let shop = odd_shop(place);
    use_it(&shop);
    assert_round_trip(&shop);
    // The lists are the same as well, on the same kind of store.
    let copy = place.fresh();
    assert!(shop.atelier(&["import", "first", "--store", &copy]).success);
    let rows = |address: &str| {
        shop::store_at(address).reader().expect("a reader").scan_products(None, 1_000).expect("rows")
    };
    assert_eq!(rows(&copy), rows(&shop.address));

    // More rows than a batch has.
    let other = Place::on(place.kind);
    let shop = Shop::generated(&other, 1_500);
    assert!(shop.import(&[]).success);
    use_it(&shop);
    assert!(shop.rows("questions.csv") > atelier::store::DUMP_ROWS_PER_BATCH);
    assert_round_trip(&shop);
    assert_eq!(shop.rows("first/answers.csv"), shop.rows("answers.csv"));
}

fn an_empty_store_exports_empty_files(place: &Place) {
    let shop = Shop::written(place, "", "", "");
    assert!(shop.atelier(&["migrate"]).success);
    let run = shop.atelier(&["export", "out"]);
    assert!(run.success && run.output.starts_with("0 questions, 0 answers, 0 photos exported"), "{run:?}");
    for (name, header) in FILES.into_iter().zip([QUESTIONS, ANSWERS, PHOTOS]) {
        assert_eq!(shop.read(&format!("out/{name}")), header);
    }
}

fn existing_files_are_replaced_only_with_replace(place: &Place) {
    let shop = odd_shop(place);
    for name in FILES {
        fs::create_dir(shop.path("out")).expect("the folder is made");
        fs::write(shop.path("out").join(name), "mine").expect("the file is written");
        let run = shop.atelier(&["export", "out"]);
        assert!(!run.success && run.errors.contains(name) && run.errors.contains("--replace"), "{run:?}");
        assert_eq!(names(&shop.path("out")), BTreeSet::from([name.to_owned()]));
        assert_eq!(shop.read(&format!("out/{name}")), "mine");
        fs::remove_dir_all(shop.path("out")).expect("the folder is removed");
    }
    export(&shop, "out");
    use_it(&shop);
    let run = shop.atelier(&["export", "out", "--replace"]);
    assert!(run.success, "{run:?}");
    assert!(shop.read("out/questions.csv").contains(",42\n"));
    assert_eq!(names(&shop.path("out")), with_states());
}

fn an_export_that_fails_leaves_nothing_and_loses_nothing(place: &Place) {
    let shop = odd_shop(place);
    export(&shop, "out");
    let before = FILES.map(|name| shop.read(&format!("out/{name}")));
    use_it(&shop);
    // The second file cannot be written: its temporary name is a folder's.
    fs::create_dir(shop.path("out/answers.csv.partial")).expect("the folder is made");
    let run = shop.atelier(&["export", "out", "--replace"]);
    assert!(!run.success && run.errors.contains("answers.csv"), "{run:?}");
    assert_eq!(FILES.map(|name| shop.read(&format!("out/{name}"))), before);
    fs::remove_dir(shop.path("out/answers.csv.partial")).expect("the folder is removed");
    assert_eq!(names(&shop.path("out")), FILES.map(str::to_owned).into());

    let run = shop.atelier(&["export", "nowhere", "--store", "sqlite:missing.db"]);
    assert!(!run.success && run.errors.contains("no such file"), "{run:?}");
    assert!(!shop.path("missing.db").exists());
}

fn an_interrupted_export_leaves_nothing(place: &Place) {
    let shop = Shop::generated(place, 1_500);
    assert!(shop.import(&[]).success);
    let folder = shop.path("out");
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut export = shop.command(&["export", "out"]).spawn().expect("the program runs");
        let process_id = Pid::from_child(&export);
        while !folder.join("product.csv.partial").exists() {
            assert!(export.try_wait().expect("the program is there").is_none(), "it ended before it began");
        }
        // A stopped program cannot finish before the signal arrives.
        kill_process(process_id, Signal::STOP).expect("it is stopped");
        let begun = names(&folder);
        assert!(begun.contains("product.csv.partial"), "it was ready before it could be stopped: {begun:?}");
        kill_process(process_id, signal).expect("it gets the signal");
        kill_process(process_id, Signal::CONT).expect("it goes on");
        let ended = export.wait_with_output().expect("the program ends");
        assert_eq!(ended.status.code(), Some(status), "{ended:?}");
        assert_eq!(names(&folder), BTreeSet::new());
    }
    export(&shop, "out");
    let files = Kind::all().filter_map(|kind| kind.definition().files.first());
    assert_eq!(names(&folder), files.map(ToString::to_string).collect());
}
