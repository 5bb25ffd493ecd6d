//! A folder with the three files and a store, and the program run in it.
//! Deliberately absent: tests.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use atelier::domain::{Body, Email, Id, Name, NewQuestion, ProductId, QuestionId, Timestamp};
use atelier::store::{Command as Write, Outcome, Store, StoreAddress};

use crate::support::place::Place;

pub(crate) const QUESTIONS: &str =
    "id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n";
pub(crate) const ANSWERS: &str =
    "id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful\n";
pub(crate) const PHOTOS: &str = "id,answer_id,url\n";

/// The files are in the place's folder.
pub(crate) struct Shop<'a> {
    pub(crate) place: &'a Place,
    pub(crate) address: String,
}

/// The result of a run of the program.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) success: bool,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl<'a> Shop<'a> {
    /// The files of a generated shop.
    pub(crate) fn generated(place: &'a Place, products: u64) -> Self {
        let shop = Self { place, address: place.fresh() };
        let run = shop.atelier(&["generate", "--products", &products.to_string(), "--out", "."]);
        assert!(run.success, "{run:?}");
        shop
    }

    /// The files with these rows below their headers.
    pub(crate) fn written(place: &'a Place, questions: &str, answers: &str, photos: &str) -> Self {
        let shop = Self { place, address: place.fresh() };
        shop.write("questions.csv", QUESTIONS, questions);
        shop.write("answers.csv", ANSWERS, answers);
        shop.write("answers_photos.csv", PHOTOS, photos);
        shop
    }

    pub(crate) fn write(&self, name: &str, header: &str, rows: &str) {
        std::fs::write(self.path(name), format!("{header}{rows}")).expect("the file is written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is read")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.folder().join(name)
    }

    /// Rows of a file, counted by a CSV reader other than the importer's.
    pub(crate) fn rows(&self, name: &str) -> usize {
        let mut reader = csv::Reader::from_path(self.path(name)).expect("the file is opened");
        reader.byte_records().flatten().count()
    }

    /// Runs `atelier import .` with further arguments.
    pub(crate) fn import(&self, arguments: &[&str]) -> Run {
        self.atelier(&[&["import", "."], arguments].concat())
    }

    /// Runs the program in the folder, on the store.
    pub(crate) fn atelier(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().expect("the program runs");
        Run {
            success: output.status.success(),
            output: String::from_utf8(output.stdout).expect("UTF-8"),
            errors: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The program in the folder, on the store. The environment asks for what only `--replace` may
    /// do.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
        command.args(arguments).current_dir(self.place.folder());
        command.env("ATELIER_STORE", &self.address).env("ATELIER_REPLACE", "true");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        store_at(&self.address)
    }

    /// The ids of a product's visible questions.
    pub(crate) fn questions_of(&self, product_id: u64) -> Vec<u64> {
        let product_id = ProductId::new(product_id).expect("in range");
        let mut reader = self.store().reader().expect("a reader");
        let products = reader.load_products(&[product_id]).expect("rows");
        products[0].questions.iter().map(|row| row.question_id.get()).collect()
    }
}

/// Opens a store that is there.
pub(crate) fn store_at(address: &str) -> Arc<dyn Store> {
    address.parse::<StoreAddress>().expect("an address").open_existing().expect("the store opens")
}

/// The command that asks a question about a product.
pub(crate) fn question(product_id: ProductId, body: &str) -> Write {
    let question = NewQuestion {
        product_id,
        body: Body::parse(body, 100).expect("a good text"),
        name: Name::parse("Ann", 60).expect("a good name"),
        email: Email::parse("ann@example.com", 254).expect("a good address"),
    };
    let written_at = Timestamp::from_milliseconds(0).expect("in range");
    Write::AddQuestion { question, written_at, submission: None, origin: None }
}

/// The id that it got.
pub(crate) fn question_id(outcomes: &[Outcome]) -> QuestionId {
    match outcomes {
        [Outcome::QuestionAdded { question_id, .. }] => *question_id,
        other => panic!("not one question: {other:?}"),
    }
}
