//! `chapelle assets list` and `show`: what the inventory holds, and what happened to one asset.

use serde::Serialize;

use super::Show;
use crate::app::attach_asset_file::{self, AssetFile};
use crate::app::{read_tenants, report_amortisation};
use crate::cli::{CliError, Context, Outcome};
use crate::domain::amortisation::report::AssetReport;
use crate::domain::amortisation::{AssetChange, Extent};
use crate::domain::ids::AssetCode;

/// An asset with its files.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    asset: AssetReport,
    files: Vec<AssetFile>,
}

pub(super) fn list(context: &Context) -> Result<Outcome, CliError> {
    let store = context.open()?;
    let today = read_tenants::today(&store, context.now)?;
    let assets = report_amortisation::figures(&store, today)?.assets;
    context.print(&assets, |assets| assets.iter().map(line).collect::<Vec<_>>().join("\n"));
    Ok(Outcome::Done)
}

/// `DC-2019-001  2135  28/05/2019 … net book value`.
fn line(asset: &AssetReport) -> String {
    let position = &asset.plan.position;
    let since = asset.commissioned_on.map_or_else(|| "being built".to_owned(), |day| day.to_string());
    let cost = match asset.cost_to_date.filter(|_| asset.components.is_empty()) {
        Some(spent) => format!("{:<12} {:>15}", "cost to date", spent.to_string()),
        None => format!("{:<12} {:>15}", "cost", position.cost.to_string()),
    };
    format!(
        "{:<20} {:<6} {since:<11} {cost} depreciated {:>15} net {:>15}  {}",
        asset.code.as_str(),
        asset.account,
        position.cumulative.to_string(),
        position.net_book_value.to_string(),
        asset.name
    )
}

impl Show {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let today = read_tenants::today(&store, context.now)?;
        let code = AssetCode(self.asset.clone());
        let assets = report_amortisation::figures(&store, today)?.assets;
        let found = assets.into_iter().find(|asset| asset.code == code);
        let asset = found.ok_or_else(|| CliError::Input(format!("the asset {code} is not known here")))?;
        let shown = Shown { asset, files: attach_asset_file::attached(&store, &code)? };
        context.print(&shown, describe);
        Ok(Outcome::Done)
    }
}

fn describe(shown: &Shown) -> String {
    let asset = &shown.asset;
    let mut lines = vec![line(asset)];
    for component in &asset.components {
        let position = &component.plan.position;
        let gone = component.gone_on.map(|day| format!(", gone on {day}")).unwrap_or_default();
        lines.push(format!(
            "  {:<18} {:<6} {} {} years, net {}{gone}  {}",
            component.code.as_str(),
            component.account,
            component.commissioned_on,
            component.duration_years,
            position.net_book_value,
            component.name
        ));
    }
    if let Some(spent) = asset.cost_to_date {
        let account = asset.record.construction_account.as_deref().unwrap_or_default();
        lines.push(format!("  under construction on {account}: cost to date {spent}"));
    }
    for part in &asset.being_built {
        lines.push(format!("  {:<18} under construction, cost {}  {}", part.code.as_str(), part.cost, part.name));
    }
    for report in &asset.events {
        let event = &report.event;
        let withdrawn = event.change.withdraws().map(|number| format!(" of event {number}"));
        let component = event.change.named().map(|codes| format!(" of {codes}")).or(withdrawn).unwrap_or_default();
        let part = event.change.part().map(part_words).unwrap_or_default();
        let name = match event.change {
            AssetChange::Dispose { .. } | AssetChange::Replace { .. } => ", proceeds",
            AssetChange::Revise { .. } => ", residual value",
            _ => "",
        };
        let amount = event.change.amount().map(|amount| format!("{name} {amount}")).unwrap_or_default();
        let withdrawn = report.withdrawn_by.map(|by| format!(", withdrawn by event {by}")).unwrap_or_default();
        lines.push(format!(
            "  event {}: {}{component}{part}{amount} on {}, recorded on {} by {}{withdrawn}: {}",
            report.number,
            event.change.word(),
            event.effective_on,
            event.recorded_on,
            event.recorded_by,
            event.reason
        ));
    }
    lines.extend(shown.files.iter().map(|file| format!("  file {} {} ({})", file.sha256, file.path, file.name)));
    lines.join("\n")
}

/// How much of it left.
fn part_words(extent: Extent) -> String {
    match extent {
        Extent::Whole => String::new(),
        Extent::Percent(percent) => format!(" ({percent}% of the gross value)"),
        Extent::Gross(gross) => format!(" (gross value {gross})"),
    }
}
