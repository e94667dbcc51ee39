//! Every report of the books by its name: as a file, and kept for good with its hash.
//!
//! All formats of one report come from one state of the database.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::app::archive_report::{self, ArchivedReport, ReportFile};
use crate::app::report_ledger::{self, Span};
use crate::app::{AppError, Store, export_journal, report_amortisation, report_assets, report_payback};
use crate::documents::amortisation::{funding_file, movements_file};
use crate::documents::ledger::{self, ComparisonKind};
use crate::documents::{Edition, Issuer, ReportFormat};
use crate::domain::audit::Actor;
use crate::domain::ids::AssetCode;
use crate::domain::party::Language;
use crate::domain::payback::RequestedView;
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, book};

/// A report and what it is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// The plan against the journal: of every asset, or of one; as it is known now, or was at the end of a day.
    Plan {
        as_of: NaiveDate,
        known_on: Option<NaiveDate>,
        asset: Option<AssetCode>,
    },
    Movements {
        year: i32,
    },
    Funding {
        year: i32,
    },
    Reconciliation {
        as_of: NaiveDate,
    },
    TieOut {
        year: i32,
    },
    Balance(Span),
    /// The accounts whose number begins so.
    Ledger {
        account: String,
        span: Span,
    },
    Journal(Span),
    /// The tax office's file: a text, whatever the format asked for.
    Fec {
        year: i32,
    },
    Payback(RequestedView),
}

/// A part of a file's name: lower-case letters, digits and hyphens.
fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    text.to_lowercase().chars().map(plain).collect()
}

/// What files are called in French and in English, by the word their kind begins with.
const STEMS: [(&str, &str, &str); 9] = [
    ("plan", "amortissements", "amortisation"),
    ("movements", "mouvements", "movements"),
    ("funding", "financement", "funding"),
    ("reconciliation", "rapprochement", "reconciliation"),
    ("tie-out", "concordance", "tie-out"),
    ("balance", "balance", "balance"),
    ("ledger", "grand-livre", "ledger"),
    ("journal", "journal", "journal"),
    ("payback", "retour-sur-investissement", "payback"),
];

impl Report {
    /// Which report it is, with what distinguishes it: the same in every language, for programs.
    pub fn kind(&self) -> String {
        self.kind_known("known")
    }

    /// The same, with this word between the report and the day it was known on.
    fn kind_known(&self, word: &str) -> String {
        match self {
            Report::Plan { known_on, asset, .. } => {
                let asset = asset.as_ref().map(|code| format!("-{}", plain(code.as_str()))).unwrap_or_default();
                let known = known_on.map(|day| format!("-{word}-{day}")).unwrap_or_default();
                format!("plan{asset}{known}")
            }
            Report::Movements { .. } => "movements".to_owned(),
            Report::Funding { .. } => "funding".to_owned(),
            Report::Reconciliation { .. } => "reconciliation".to_owned(),
            Report::TieOut { .. } => "tie-out".to_owned(),
            Report::Balance(_) => "balance".to_owned(),
            Report::Ledger { account, .. } if account.is_empty() => "ledger".to_owned(),
            Report::Ledger { account, .. } => format!("ledger-{}", plain(account)),
            Report::Journal(_) => "journal".to_owned(),
            Report::Fec { .. } => "fec".to_owned(),
            Report::Payback(view) => report_payback::archive_kind(view),
        }
    }

    /// The day it looks from.
    pub fn day(&self) -> Result<NaiveDate, AppError> {
        Ok(match self {
            Report::Plan { as_of, .. } | Report::Reconciliation { as_of } => *as_of,
            Report::Movements { year } | Report::Funding { year } => report_assets::last_day(*year)?,
            Report::TieOut { year } | Report::Fec { year } => Span::year(*year)?.through,
            Report::Balance(span) | Report::Journal(span) | Report::Ledger { span, .. } => span.through,
            Report::Payback(view) => view.as_of,
        })
    }

    /// What a file of it is called in the language of what is in it, kept or taken away.
    pub fn name(&self, language: Language) -> String {
        let kind = self.kind_known(if language == Language::French { "connu-le" } else { "known" });
        let of = |(word, french, english): (&str, &str, &str)| {
            let rest = kind.strip_prefix(word).filter(|rest| rest.is_empty() || rest.starts_with('-'))?;
            Some(format!("{}{rest}", if language == Language::French { french } else { english }))
        };
        STEMS.into_iter().find_map(of).unwrap_or(kind.clone())
    }

    /// A name for a file to take away, without its ending: with the day it looks from, or the span it is over.
    pub fn stem(&self, language: Language) -> Result<String, AppError> {
        let name = self.name(language);
        Ok(match self {
            Report::Balance(span) | Report::Journal(span) | Report::Ledger { span, .. } => {
                format!("{name}-{}-{}", span.from, span.through)
            }
            _ => format!("{name}-{}", self.day()?),
        })
    }
}

/// The report as a file; the same bytes as long as the books are the same.
pub fn file(store: &Store, report: &Report, format: ReportFormat, language: Language) -> Result<Vec<u8>, AppError> {
    store.read(|connection| bytes(connection, report, format, language))
}

/// Whose reports they are, by the book.
pub fn issuer(connection: &mut AnyConnection) -> Result<Issuer, AppError> {
    let book = book::load_book(connection)?.ok_or(AppError::NoBook)?;
    Ok(Issuer { body: book.seller.name, facility: book.facility.name })
}

/// The same, read with `connection`: several reports of one state.
pub(in crate::app) fn bytes(
    connection: &mut AnyConnection,
    report: &Report,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let issuer = issuer(connection)?;
    let edition = Edition::of(language, &issuer);
    let compared = |connection: &mut AnyConnection, kind, span| {
        let report = report_ledger::comparisons_in(connection, kind, span)?;
        Ok::<_, AppError>(ledger::comparisons(&report, kind, format, edition)?)
    };
    match report {
        Report::Plan { as_of, known_on, asset } => {
            let mut figures = report_amortisation::figures_of(connection, *as_of, *known_on)?;
            if let Some(code) = asset {
                figures = figures.of_asset(code).ok_or_else(|| AppError::NotFound(format!("the asset {code}")))?;
            }
            report_amortisation::written(&figures, format, edition)
        }
        Report::Movements { year } => {
            Ok(movements_file(&report_assets::movements_in(connection, *year)?, format, edition)?)
        }
        Report::Funding { year } => Ok(funding_file(&report_assets::funding_in(connection, *year)?, format, edition)?),
        Report::Reconciliation { as_of } => {
            let first = NaiveDate::from_ymd_opt(as_of.year(), 1, 1).unwrap_or(*as_of);
            compared(connection, ComparisonKind::Reconciliation, Span::new(first, *as_of)?)
        }
        Report::TieOut { year } => compared(connection, ComparisonKind::TieOut, Span::year(*year)?),
        Report::Balance(span) => {
            Ok(ledger::trial_balance(&report_ledger::balance_in(connection, *span)?, format, edition)?)
        }
        Report::Ledger { account, span } => {
            let report = report_ledger::general_in(connection, account, None, *span)?;
            Ok(ledger::general_ledger(&report, format, edition)?)
        }
        Report::Journal(span) => {
            let filter =
                JournalFilter { from: Some(span.from), through: Some(span.through), ..JournalFilter::default() };
            Ok(report_ledger::journal_in(connection, filter, format, language)?.1)
        }
        Report::Fec { year } => {
            let [file, _] = export_journal::fec_in(connection, *year)?.ok_or_else(|| export_journal::empty(*year))?;
            Ok(file.bytes)
        }
        Report::Payback(view) => {
            report_payback::written(&report_payback::figures_in(connection, view)?, format, edition)
        }
    }
}

/// A file of a report before it is kept.
struct Made {
    kind: String,
    name: String,
    format: &'static str,
    bytes: Vec<u8>,
}

/// Keeps the report in all its formats, each with its hash; kept again unchanged, nothing changes.
pub fn archive(
    store: &Store,
    report: &Report,
    language: Language,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<ArchivedReport>, AppError> {
    let as_of = report.day()?;
    let made = store.read(|connection| made(connection, report, language))?;
    let keep = |made: Made| {
        let Made { kind, name, format, bytes } = made;
        let file = ReportFile { kind: &kind, name: &name, as_of, format, language: language.code(), bytes: &bytes };
        archive_report::archive_report(store, &file, by, now)
    };
    made.into_iter().map(keep).collect()
}

fn made(connection: &mut AnyConnection, report: &Report, language: Language) -> Result<Vec<Made>, AppError> {
    if let Report::Fec { year } = report {
        let files = export_journal::fec_in(connection, *year)?.ok_or_else(|| export_journal::empty(*year))?;
        // It is in French whoever asks for it, and its names are those of the law.
        let made = ["fec", "fec-description"].into_iter().zip(files).map(|(kind, file)| Made {
            kind: kind.to_owned(),
            name: kind.to_owned(),
            format: "txt",
            bytes: file.bytes,
        });
        return Ok(made.collect());
    }
    let made = |format: ReportFormat| {
        let bytes = bytes(connection, report, format, language)?;
        Ok(Made { kind: report.kind(), name: report.name(language), format: format.name(), bytes })
    };
    ReportFormat::ALL.map(made).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_distinguishes_a_report_is_in_its_name() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let plan = |known_on, asset: Option<&str>| Report::Plan {
            as_of: day("2026-12-31"),
            known_on,
            asset: asset.map(AssetCode::from),
        };
        assert_eq!(plan(None, None).stem(Language::English).unwrap(), "amortisation-2026-12-31");
        let known = plan(Some(day("2026-05-01")), Some("2019/0042_A"));
        assert_eq!(known.kind(), "plan-2019-0042-a-known-2026-05-01");
        assert_eq!(known.name(Language::English), "amortisation-2019-0042-a-known-2026-05-01");
        assert_eq!(known.name(Language::French), "amortissements-2019-0042-a-connu-le-2026-05-01");
        let ledger = Report::Ledger { account: "411".into(), span: Span::year(2026).unwrap() };
        assert_eq!(ledger.stem(Language::English).unwrap(), "ledger-411-2026-01-01-2026-12-31");
        assert_eq!(ledger.stem(Language::French).unwrap(), "grand-livre-411-2026-01-01-2026-12-31");
        assert!(Report::Movements { year: 1492 }.day().is_err());
    }
}
