//! `atelier import`: brings the shop's CSV files into a store, or only checks them, showing how far
//! it is. Deliberately absent: reading and checking rows, which `import` does.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::DecimalBytes;

use super::counted::named;
use super::progress::Progress;
use crate::config::{StoreOption, whole_number};
use crate::domain::{Kind, Set};
use crate::import::{self, ImportError, ImportOptions, STATES_FILE, Sources, Stage, Summary};
use crate::service::{Clock as _, SystemClock};
use crate::store::{LoadMode, Store, StoreError};

/// The options of `import`.
#[derive(Debug, Clone, Args)]
pub(super) struct ImportArgs {
    /// Folder with the files: every one with a known name is imported
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

    /// Import only the files of this set from the folder: catalogue, reviews or questions; can be
    /// given several times
    #[arg(long, env = "ATELIER_ONLY", value_name = "SET", value_parser = set, value_delimiter = ',', conflicts_with = "questions")]
    only: Vec<Set>,

    #[command(flatten)]
    store: StoreOption,

    /// Drop the store's rows of the same sets, in the same transaction; without this a set that
    /// has rows is refused
    #[arg(long)]
    replace: bool,

    /// Read and check everything, but import nothing; bad rows are listed as always
    #[arg(long, conflicts_with = "replace")]
    dry_run: bool,

    /// Bad rows to leave out; with more of them nothing is loaded
    #[arg(long, env = "ATELIER_MAX_REJECTS", value_name = "N", default_value_t = 0, value_parser = whole_number(0..=u64::MAX))]
    max_rejects: u64,

    /// Where to list bad rows, as CSV: file, line, column, value, reason [default:
    /// atelier-rejects.csv]
    #[arg(long, env = "ATELIER_REJECTS", value_name = "FILE")]
    rejects: Option<PathBuf>,
}

impl ImportArgs {
    fn sources(&self) -> anyhow::Result<Sources> {
        match (&self.directory, &self.questions, &self.answers, &self.photos) {
            (Some(directory), ..) => Ok(Sources::in_directory(directory).only(&self.only)),
            (None, Some(questions), Some(answers), Some(photos)) => Ok(Sources::of([
                (Kind::Question, questions.clone()),
                (Kind::Answer, answers.clone()),
                (Kind::Photo, photos.clone()),
            ])),
            _ => bail!("name a folder, or all of --questions, --answers and --photos"),
        }
    }
}

/// Reads the name of a set.
pub(super) fn set(name: &str) -> Result<Set, String> {
    let named = Set::ALL.into_iter().find(|set| set.name() == name);
    named.ok_or_else(|| "must be catalogue, reviews or questions".to_owned())
}

/// Imports, or only checks the files with `--dry-run`. The exit status says whether everything is
/// right.
pub(super) fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let sources = args.sources()?;
    let address = &args.store.store;
    let mode = if args.replace { LoadMode::Replace } else { LoadMode::IntoEmpty };
    let options = ImportOptions {
        mode,
        max_rejects: args.max_rejects,
        rejects: args.rejects.clone(),
        imported_at: SystemClock.now(),
    };
    tell_files(&sources);
    if args.replace && sources.sets().iter().any(|set| *set != Set::Catalogue) {
        eprintln!("Replaced rows take their decisions, reports and votes with them");
    }
    let started = Instant::now();
    let summary = if args.dry_run {
        with_progress(&DRY_RUN, |progress| import::dry_run(&sources, &options, progress))?
    } else {
        let store = address.open_or_create().with_context(|| format!("cannot open {address}"))?;
        match import_with_progress(store.as_ref(), &sources, &options) {
            Err(ImportError::Store(StoreError::NotEmpty)) => {
                bail!("{address} has rows already; --replace drops them, in the same transaction")
            }
            summary => summary?,
        }
    };
    print_summary(&summary, started.elapsed().as_secs_f64());
    if args.dry_run {
        println!("dry run: nothing was imported");
    }
    Ok(ExitCode::SUCCESS)
}

/// Says which files are there, and which are not.
fn tell_files(sources: &Sources) {
    let states = sources.states().map(|_| STATES_FILE);
    let taken: Vec<_> = sources.files().iter().map(|file| file.name).chain(states).collect();
    if !taken.is_empty() {
        eprintln!("Files: {}", taken.join(", "));
    }
    let absent = sources.absent();
    if !absent.is_empty() && sources.is_folder() {
        eprintln!("Not there: {}", absent.join(", "));
    }
}

/// Runs an import under a progress bar.
pub(super) fn import_with_progress(
    store: &dyn Store,
    sources: &Sources,
    options: &ImportOptions,
) -> Result<Summary, ImportError> {
    with_progress(&IMPORT, |progress| import::import(store, sources, options, progress))
}

/// The words that differ between an import and a dry run.
struct Words {
    label: &'static str,
    before: &'static str,
    after: &'static str,
}

const IMPORT: Words = Words {
    label: "Importing",
    before: "in one transaction: all rows are loaded, or none",
    after: "Committing",
};

const DRY_RUN: Words =
    Words { label: "Checking", before: "without a store: nothing is imported", after: "Checked" };

fn with_progress(
    words: &Words,
    work: impl FnOnce(&mut dyn FnMut(import::Progress)) -> Result<Summary, ImportError>,
) -> Result<Summary, ImportError> {
    let mut bar: Option<Progress> = None;
    let summary = work(&mut |progress| match progress.stage {
        Stage::Starting => {
            let Words { label, before, .. } = words;
            match progress.bytes_total {
                0 => eprintln!("{label} CSV {before}"),
                bytes => eprintln!("{label} {} of CSV {before}", DecimalBytes(bytes)),
            }
            bar = Some(Progress::of_bytes(label, progress.bytes_total));
        }
        Stage::Loading(_) => {
            if let Some(bar) = &mut bar {
                bar.advance_to(progress.bytes_read);
            }
        }
        Stage::Committing => {
            if let Some(bar) = bar.take() {
                bar.finish();
            }
            eprintln!("{} {} row{}", words.after, progress.rows, if progress.rows == 1 { "" } else { "s" });
        }
    });
    if let Some(bar) = bar.take() {
        bar.finish();
    }
    summary
}

fn print_summary(summary: &Summary, seconds: f64) {
    let Summary { sets, counts, left_out, warnings, .. } = summary;
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = counts.rows() as f64 / seconds.max(0.001);
    let kinds = sets.iter().flat_map(|set| set.kinds()).filter(|kind| kind.has_file());
    let mut lines: Vec<_> = kinds.map(|kind| (named(kind, 0), counts.of(kind), String::new())).collect();
    let all_rows = format!("  in {seconds:.1} s, {rate:.0} rows a second");
    lines.push(("all rows".to_owned(), counts.rows(), all_rows));
    let listed = left_out.file.as_ref().map(|path| {
        let photos = left_out.photos;
        let path = path.display();
        format!("  bad rows, and {photos} photos without an http or https address, listed in {path}")
    });
    lines.push(("left out".to_owned(), left_out.rows, listed.unwrap_or_default()));
    for (reason, count) in &left_out.reasons {
        lines.push((String::new(), *count, format!("  {reason}")));
    }
    let width = lines.iter().map(|(label, ..)| label.len()).max().unwrap_or(0) + 2;
    for (label, count, rest) in lines {
        println!("{label:<width$}{count:>12}{rest}");
    }
}
