//! `atelier import`: migrates the shop's CSV files into a store, showing how far it is.

#![expect(clippy::doc_markdown, reason = "these comments are the help texts, shown as they are")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;

use super::progress::Progress;
use crate::config::{StoreOption, whole_number};
use crate::import::{self, ImportOptions, Sources, Stage, Summary};
use crate::store::{LoadMode, StoreError};

/// The options of `import`.
#[derive(Debug, Clone, Args)]
pub(super) struct ImportArgs {
    /// Folder with questions.csv, answers.csv and answers_photos.csv
    #[arg(value_name = "DIR", env = "ATELIER_IMPORT_DIR", required_unless_present_all = ["questions", "answers", "photos"], conflicts_with_all = ["questions", "answers", "photos"])]
    directory: Option<PathBuf>,

    /// The file of questions
    #[arg(long, env = "ATELIER_QUESTIONS", value_name = "FILE", requires = "answers")]
    questions: Option<PathBuf>,

    /// The file of answers
    #[arg(long, env = "ATELIER_ANSWERS", value_name = "FILE", requires = "photos")]
    answers: Option<PathBuf>,

    /// The file of photos
    #[arg(long, env = "ATELIER_PHOTOS", value_name = "FILE", requires = "questions")]
    photos: Option<PathBuf>,

    #[command(flatten)]
    store: StoreOption,

    /// Drop what the store holds, in the same transaction; without this a store with rows is refused
    #[arg(long, env = "ATELIER_REPLACE")]
    replace: bool,

    /// Bad rows to leave out; with more of them nothing is loaded
    #[arg(long, env = "ATELIER_MAX_REJECTS", value_name = "N", default_value_t = 0, value_parser = whole_number(0..=u64::MAX))]
    max_rejects: u64,

    /// Where to list bad rows, as CSV: file, line, column, value, reason [default: atelier-rejects.csv]
    #[arg(long, env = "ATELIER_REJECTS", value_name = "FILE")]
    rejects: Option<PathBuf>,
}

impl ImportArgs {
    fn sources(&self) -> anyhow::Result<Sources> {
        match (&self.directory, &self.questions, &self.answers, &self.photos) {
            (Some(directory), ..) => Ok(Sources::in_directory(directory)),
            (None, Some(questions), Some(answers), Some(photos)) => {
                Ok(Sources { questions: questions.clone(), answers: answers.clone(), photos: photos.clone() })
            }
            _ => bail!("name a folder, or all of --questions, --answers and --photos"),
        }
    }
}

/// Imports; the exit status says whether everything is in the store.
pub(super) fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let sources = args.sources()?;
    let address = &args.store.store;
    let store = address.open_or_create().with_context(|| format!("cannot open {address}"))?;
    let mode = if args.replace { LoadMode::Replace } else { LoadMode::IntoEmpty };
    let options = ImportOptions { mode, max_rejects: args.max_rejects, rejects: args.rejects.clone() };
    let started = Instant::now();
    let summary = match import_with_progress(store.as_ref(), &sources, &options) {
        Err(import::ImportError::Store(StoreError::NotEmpty)) => {
            bail!("{address} has rows already; --replace drops them, in the same transaction")
        }
        summary => summary?,
    };
    print_summary(&summary, started.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

/// Runs an import under a progress bar.
pub(super) fn import_with_progress(
    store: &dyn crate::store::Store,
    sources: &Sources,
    options: &ImportOptions,
) -> Result<Summary, import::ImportError> {
    let mut bar: Option<Progress> = None;
    let summary = import::import(store, sources, options, &mut |progress| match progress.stage {
        Stage::Loading(_) => {
            bar.get_or_insert_with(|| Progress::new("Importing", progress.bytes_total, "bytes"))
                .advance_to(progress.bytes_read);
        }
        Stage::Committing => {
            if let Some(bar) = bar.take() {
                bar.finish();
            }
            eprintln!("Committing {} rows", progress.rows);
        }
    });
    if let Some(bar) = bar.take() {
        bar.finish();
    }
    summary
}

fn print_summary(summary: &Summary, seconds: f64) {
    let counts = summary.counts;
    for warning in &summary.warnings {
        eprintln!("warning: {warning}");
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = counts.rows() as f64 / seconds.max(0.001);
    println!("questions  {:>12}", counts.questions);
    println!("answers    {:>12}", counts.answers);
    println!("photos     {:>12}", counts.photos);
    println!("all rows   {:>12}  in {seconds:.1} s, {rate:.0} rows a second", counts.rows());
    match &summary.rejects_file {
        Some(path) => println!("left out   {:>12}  bad rows, listed in {}", summary.rejects, path.display()),
        None => println!("left out   {:>12}", summary.rejects),
    }
}
