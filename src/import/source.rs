//! The three files: where they are, their names and their columns. They are not opened here.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where the three files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The questions.
    pub questions: PathBuf,
    /// The answers.
    pub answers: PathBuf,
    /// The answers' photos.
    pub photos: PathBuf,
}

impl Sources {
    /// The files of a directory under their usual names, `questions.csv`, `answers.csv` and
    /// `answers_photos.csv`. It does not look whether they exist.
    pub fn in_directory(directory: &Path) -> Self {
        let file = |source: SourceFile| directory.join(source.file_name());
        Self {
            questions: file(SourceFile::Questions),
            answers: file(SourceFile::Answers),
            photos: file(SourceFile::Photos),
        }
    }

    /// The path of one of them.
    pub fn path(&self, file: SourceFile) -> &Path {
        match file {
            SourceFile::Questions => &self.questions,
            SourceFile::Answers => &self.answers,
            SourceFile::Photos => &self.photos,
        }
    }
}

/// One of the three files, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceFile {
    /// The questions.
    Questions,
    /// The answers.
    Answers,
    /// The answers' photos.
    Photos,
}

impl SourceFile {
    /// All of them, parents first.
    pub const ALL: [Self; 3] = [Self::Questions, Self::Answers, Self::Photos];

    /// The usual name of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Questions => "questions.csv",
            Self::Answers => "answers.csv",
            Self::Photos => "answers_photos.csv",
        }
    }

    /// The columns it must have, in the order of the original; other columns are ignored.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Questions => &[
                "id",
                "product_id",
                "body",
                "date_written",
                "asker_name",
                "asker_email",
                "reported",
                "helpful",
            ],
            Self::Answers => &[
                "id",
                "question_id",
                "body",
                "date_written",
                "answerer_name",
                "answerer_email",
                "reported",
                "helpful",
            ],
            Self::Photos => &["id", "answer_id", "url"],
        }
    }
}

impl fmt::Display for SourceFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.file_name())
    }
}
