//! Why a use case could not be done.

use std::path::PathBuf;

use super::user_problem::UserProblem;
use crate::documents::{DocumentError, amortisation};
use crate::domain::book::BookProblem;
use crate::domain::freetext::TextError;
use crate::domain::told::{Tell, Told};
use crate::mail::MailError;
use crate::storage::StorageError;

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// What was asked for is wrong; nothing was changed.
    #[error("{0}")]
    Input(String),
    /// The same, in words pages can say in the reader's language.
    #[error("{}", .0.english)]
    Refused(Box<Told>),
    /// The same, where what is stored stands against it.
    #[error("{}", .0.english)]
    Contrary(Box<Told>),
    /// What was asked is not a question that has an answer; in such words too.
    #[error("{}", .0.english)]
    Misasked(Box<Told>),
    #[error("{0} is not known here")]
    NotFound(String),
    /// The same, in words pages can say in the reader's language.
    #[error("{}", .0.english)]
    Absent(Box<Told>),
    /// A book that says otherwise what is posted or recorded, each where it stands in the book.
    #[error("{}", told_together(.0))]
    Contradictory(Vec<BookProblem>),
    #[error("there is no facility book yet: import one with `chapelle import book.toml`")]
    NoBook,
    #[error(transparent)]
    User(#[from] UserProblem),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the document cannot be made: {0}")]
    Document(#[from] DocumentError),
    #[error(transparent)]
    Report(#[from] amortisation::RenderError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("cannot {doing} {path}: {source}{}", remedy(.source))]
    Io { doing: &'static str, path: PathBuf, source: std::io::Error },
    /// A stored value that the program itself wrote and cannot read: a fault of ours, never of the input.
    #[error("stored data is not as it was written: {0}")]
    Corrupt(String),
}

/// What is amiss with what was asked, where asking differently would succeed. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amiss {
    /// It is no question that has an answer.
    Question,
    /// It is about something that is not there.
    Subject,
    /// What is stored stands against it.
    State,
    /// It is understood, and cannot be done.
    Wish,
}

impl AppError {
    /// What is amiss with what was asked; none where the fault is ours, or of how the program is set up.
    pub fn amiss(&self) -> Option<Amiss> {
        match self {
            AppError::Input(_) | AppError::Misasked(_) => Some(Amiss::Question),
            AppError::NotFound(_) | AppError::Absent(_) => Some(Amiss::Subject),
            AppError::Contrary(_) | AppError::NoBook => Some(Amiss::State),
            AppError::User(problem) if problem.is_conflict() => Some(Amiss::State),
            AppError::Refused(_) | AppError::Contradictory(_) | AppError::User(_) => Some(Amiss::Wish),
            AppError::Storage(error) => amiss_with_stored(error),
            AppError::Document(_) | AppError::Report(_) | AppError::Mail(_) | AppError::Io { .. } => None,
            AppError::Corrupt(_) => None,
        }
    }

    /// True where whoever runs the program can mend it: by asking differently, by naming another file or database, by
    /// other settings.
    pub fn is_input(&self) -> bool {
        match self {
            AppError::Mail(MailError::Settings(_)) | AppError::Storage(StorageError::Url(_)) => true,
            AppError::Io { source, .. } => is_misnamed(source),
            _ => self.amiss().is_some(),
        }
    }

    pub fn input(message: impl std::fmt::Display) -> AppError {
        AppError::Input(message.to_string())
    }

    pub fn refused(error: &impl Tell) -> AppError {
        AppError::Refused(Box::new(error.told()))
    }

    pub fn misasked(told: Told) -> AppError {
        AppError::Misasked(Box::new(told))
    }

    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> AppError {
        let path = path.into();
        move |source| AppError::Io { doing, path, source }
    }
}

fn amiss_with_stored(error: &StorageError) -> Option<Amiss> {
    match error {
        StorageError::Nul => Some(Amiss::Question),
        StorageError::NotFound { .. } => Some(Amiss::Subject),
        StorageError::Conflict(_)
        | StorageError::Running { .. }
        | StorageError::Frozen(_)
        | StorageError::Closed(_)
        | StorageError::Overlap(_) => Some(Amiss::State),
        StorageError::NotStorable { .. } | StorageError::KeyReused => Some(Amiss::Wish),
        StorageError::Url(_)
        | StorageError::Refused(_)
        | StorageError::Corrupt { .. }
        | StorageError::Busy(_)
        | StorageError::Unavailable(_)
        | StorageError::Migration(_)
        | StorageError::Database(_) => None,
    }
}

fn told_together(problems: &[BookProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl From<TextError> for AppError {
    fn from(error: TextError) -> AppError {
        AppError::refused(&error)
    }
}

/// Whether a file could not be used because another should have been named.
pub fn is_misnamed(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | IsADirectory | NotADirectory | InvalidFilename | InvalidInput)
}

/// What to do about a file that cannot be used, to be added to what the system says.
pub fn remedy(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{IsADirectory, NotFound, PermissionDenied};
    match error.kind() {
        IsADirectory => "; name a file, not a directory",
        NotFound => "; check its name",
        PermissionDenied => "; let this program's user at it, or name another file",
        _ => "",
    }
}

/// What has no words of its own is told by them in English, and as unknown elsewhere.
impl Tell for AppError {
    fn told(&self) -> Told {
        match self {
            AppError::Refused(told) | AppError::Contrary(told) | AppError::Misasked(told) | AppError::Absent(told) => {
                (**told).clone()
            }
            AppError::User(problem) => problem.told(),
            AppError::NoBook => Told::new("no-book", self),
            AppError::Storage(StorageError::Nul) => Told::new("nul", self),
            AppError::Storage(StorageError::Closed(text)) => Told::new("books-closed", text),
            AppError::Storage(StorageError::Conflict(_) | StorageError::Overlap(_)) => {
                Told::new("stored-meanwhile", self)
            }
            AppError::Storage(StorageError::Running { what, id, by }) => Told::new("still-running", self)
                .with("what", what.told())
                .with("id", id.to_string())
                .with("by", by.as_str()),
            error => Told::plain(error),
        }
    }
}
