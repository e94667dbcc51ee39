//! One asset with everything an auditor asks about it: its plan, what happened to it, its papers, and the entries behind
//! each figure.

use std::collections::BTreeMap;
use std::fs;

use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::app::report_amortisation::figures_of;
use crate::app::{AppError, Store};
use crate::domain::amortisation::{AmortisationReport, PostedDepreciation};
use crate::domain::audit::hex;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::ledger::{Chart, Journal, PostedEntry};
use crate::domain::money::Money;
use crate::storage::{AnyConnection, book, journal};

pub use crate::app::attach_asset_file::AssetFile;

/// An asset as of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetDossier {
    /// Of this asset alone.
    #[serde(flatten)]
    pub report: AmortisationReport,
    pub files: Vec<AssetFile>,
    pub postings: Vec<Posting>,
    /// Entries of what entered, changed or left.
    pub movements: Vec<MovementEntry>,
}

/// What one entry posted for a component in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Posting {
    pub component: ComponentCode,
    pub month: BillingMonth,
    pub number: String,
    pub document: String,
    pub charge: Money,
    pub subsidy_income: Money,
}

/// An entry of the journal of assets that concerns the asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovementEntry {
    pub date: NaiveDate,
    pub number: String,
    pub document: String,
    pub label: String,
    pub total: Money,
}

impl AssetDossier {
    /// What was posted in each month, with the documents it was posted by.
    pub fn postings_by_month(&self) -> BTreeMap<BillingMonth, Vec<&Posting>> {
        let mut months: BTreeMap<BillingMonth, Vec<&Posting>> = BTreeMap::new();
        for posting in &self.postings {
            months.entry(posting.month).or_default().push(posting);
        }
        months
    }
}

/// The asset as of a day, as it is known now or was at the end of a day; none where it was not known then.
pub fn dossier(
    store: &Store,
    code: &AssetCode,
    as_of: NaiveDate,
    known_on: Option<NaiveDate>,
) -> Result<Option<AssetDossier>, AppError> {
    store.read(|connection| {
        let Some(report) = figures_of(connection, as_of, known_on)?.of_asset(code) else { return Ok(None) };
        let chart = book::load_accounting(connection)?.chart;
        let entries: Vec<PostedEntry> =
            journal::posted_assets(connection)?.into_iter().filter(|posted| posted.entry.date <= as_of).collect();
        let files = book::attached_files(connection)?.into_iter().filter(|(of, _)| of == code);
        Ok(Some(AssetDossier {
            files: files.map(|(_, file)| file).collect(),
            postings: entries.iter().flat_map(|posted| postings(posted, code, &chart)).collect(),
            movements: entries.iter().filter_map(|posted| movement(posted, code)).collect(),
            report,
        }))
    })
}

/// Whether the asset is in the book now.
pub fn exists(store: &Store, code: &AssetCode) -> Result<bool, AppError> {
    let assets = |connection: &mut AnyConnection| Ok::<_, AppError>(book::assets(connection)?);
    Ok(store.read(assets)?.iter().any(|asset| asset.code == *code))
}

/// What an entry posted for each component of the asset.
fn postings(posted: &PostedEntry, code: &AssetCode, chart: &Chart) -> Vec<Posting> {
    let held = PostedDepreciation::from_entries([&posted.entry], chart);
    let of_asset = held.iter().filter(|(asset, _, _, _)| *asset == code);
    let posting = |(_, component, month, amounts): (&AssetCode, &ComponentCode, BillingMonth, _)| {
        let amounts: crate::domain::amortisation::PostedAmounts = amounts;
        Posting {
            component: component.clone(),
            month,
            number: posted.number.to_string(),
            document: posted.entry.document.clone(),
            charge: amounts.charge,
            subsidy_income: amounts.subsidy_income,
        }
    };
    of_asset.map(posting).collect()
}

fn movement(posted: &PostedEntry, code: &AssetCode) -> Option<MovementEntry> {
    let entry = &posted.entry;
    let names = |auxiliary: &str| {
        auxiliary == code.as_str() || auxiliary.rsplit_once('/').is_some_and(|(asset, _)| asset == code.as_str())
    };
    let of_asset = entry.journal == Journal::Assets
        && entry.lines().iter().filter_map(|line| line.auxiliary.as_deref()).any(names);
    of_asset.then(|| MovementEntry {
        date: entry.date,
        number: posted.number.to_string(),
        document: entry.document.clone(),
        label: entry.label.clone(),
        total: entry.total(),
    })
}

/// A paper of the asset by its hash, with its bytes; none where there is no such paper. One that is damaged is refused.
pub fn paper(store: &Store, code: &AssetCode, sha256: &str) -> Result<Option<(AssetFile, Vec<u8>)>, AppError> {
    let files = book::attached_files(&mut *store.connection()?)?;
    let found = files.into_iter().find(|(of, file)| of == code && file.sha256 == sha256);
    let Some((_, file)) = found else { return Ok(None) };
    let path = store.data_dir().join(&file.path);
    let bytes = fs::read(&path).map_err(AppError::io("read", &path))?;
    if hex(&Sha256::digest(&bytes)) != file.sha256 {
        return Err(AppError::Corrupt(format!("{} is not as it was kept", file.path)));
    }
    Ok(Some((file, bytes)))
}
