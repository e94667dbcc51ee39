//! An operator's home: meters, gaps, alarms, files and room.

use actix_web::web::Data;

use super::check::check;
use super::{Card, Item, PROBLEMS_NAMED, Work, running_card};
use crate::app::read_alarms::Alarms;
use crate::app::read_home::{self, RunningMonth};
use crate::app::read_homes::{self, RackCounts, SiteToday};
use crate::app::upload_readings::{UploadState, UploadView};
use crate::http::error::Fault;
use crate::http::pages::{Frame, encoded, plant_figures};
use crate::http::state::{Shared, blocking};

/// Silent for longer than this, a meter has no reading of the last day.
const DAY_SECONDS: i64 = 86_400;

pub async fn work(shared: &Data<Shared>, frame: &Frame) -> Result<Work, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (today, site) = blocking(move || Ok((read_home::today(&store, now)?, read_homes::site(&store, now)?))).await?;
    let Some(SiteToday { alarms, racks, last_upload }) = site else { return Ok(Work::nothing()) };
    // What it finds is shared with who bills: the month to bill is looked at where it is due.
    let checked = check(shared, today.month, today.to_issue > 0).await;
    let running = checked.part(|checked| checked.running.map(shortest_first));
    let cards = vec![
        silent_card(frame, &alarms),
        running_card(frame, &today, running.as_ref()),
        redundancy_card(frame, &alarms),
        upload_card(frame, &alarms, last_upload.as_ref()),
        racks_card(frame, racks),
    ];
    Ok(Work::of(cards, "home-work", "home-calm-site"))
}

/// The longest silences have a card of their own.
fn shortest_first(running: RunningMonth) -> RunningMonth {
    let mut silent = running.silent;
    silent.sort_by_key(|(_, seconds)| *seconds);
    RunningMonth { silent, ..running }
}

fn silent_card(frame: &Frame, alarms: &Alarms) -> Card {
    let silent: Vec<_> = alarms.silent.iter().filter(|one| one.seconds > DAY_SECONDS).collect();
    let billed = silent.iter().filter(|one| one.is_billed).count();
    let item = |one: &&crate::app::read_alarms::SilentMeter| {
        let lasted = plant_figures::duration(frame, one.seconds);
        Item {
            text: frame.texts("home-silent-item", &[("meter", one.meter.code.as_str()), ("duration", &lasted)]),
            address: Some(format!("/meters/{}", encoded(one.meter.code.as_str()))),
        }
    };
    Card {
        class: if silent.is_empty() { "card-ok" } else { "card-bad" },
        title: frame.t("home-silent"),
        count: silent.len().to_string(),
        text: match (silent.len(), billed) {
            (0, _) => frame.t("home-silent-none"),
            (_, 0) => frame.t("home-silent-unbilled"),
            _ => frame.with("home-silent-due", "billed", &billed.to_string()),
        },
        items: silent.iter().take(PROBLEMS_NAMED).map(item).collect(),
        link: (!alarms.silent.is_empty()).then(|| ("/alarms".to_owned(), frame.t("nav-alarms"))),
    }
}

fn redundancy_card(frame: &Frame, alarms: &Alarms) -> Card {
    let lasting = alarms.lost.iter().filter(|alarm| alarm.lasts).count();
    let item = |alarm: &crate::app::read_alarms::LostRedundancy| {
        let peak = plant_figures::number(frame, alarm.episode.peak_kw, 2);
        let from = frame.instant(alarm.episode.period.from, alarms.zone);
        let values = [("rack", alarm.rack.as_str()), ("from", &*from), ("peak", &*peak)];
        Item {
            text: frame.texts("home-redundancy-item", &values),
            address: Some(format!("/racks/{}", encoded(alarm.rack.as_str()))),
        }
    };
    Card {
        class: match (alarms.lost.len(), lasting) {
            (0, _) => "card-ok",
            (_, 0) => "card-due",
            _ => "card-bad",
        },
        title: frame.t("home-redundancy"),
        count: alarms.lost.len().to_string(),
        text: match alarms.lost.len() {
            0 => frame.t("home-redundancy-none"),
            _ => frame.with("home-redundancy-due", "lasting", &lasting.to_string()),
        },
        items: alarms.lost.iter().take(PROBLEMS_NAMED).map(item).collect(),
        link: (!alarms.lost.is_empty()).then(|| ("/alarms?days=1".to_owned(), frame.t("nav-alarms"))),
    }
}

fn upload_card(frame: &Frame, alarms: &Alarms, last: Option<&UploadView>) -> Card {
    let link = frame.has("/readings").then(|| ("/readings".to_owned(), frame.t("nav-readings")));
    let title = frame.t("home-upload");
    let Some(last) = last else {
        let text = frame.t("home-upload-none");
        return Card { class: "", title, count: "–".to_owned(), text, items: vec![], link };
    };
    let count = |number: u64| frame.whole(i64::try_from(number).unwrap_or(i64::MAX));
    let was_cut = last.is_interrupted || last.upload.state == UploadState::Failed;
    let text = if was_cut { "home-upload-cut" } else { "home-upload-text" };
    let name = frame.with("home-upload-item", "file", &last.upload.file_name);
    Card {
        class: if was_cut || last.report.refused_count > 0 { "card-bad" } else { "card-ok" },
        title,
        count: frame.instant(last.upload.started_at, alarms.zone),
        text: frame
            .texts(text, &[("accepted", &count(last.report.accepted)), ("refused", &count(last.report.refused_count))]),
        items: vec![Item { text: name, address: Some(format!("/readings/import/{}", last.upload.id)) }],
        link,
    }
}

fn racks_card(frame: &Frame, racks: RackCounts) -> Card {
    let values = [("all", racks.all.to_string()), ("full", racks.full.to_string()), ("empty", racks.empty.to_string())];
    Card {
        class: "",
        title: frame.t("home-racks"),
        count: format!("{}\u{a0}U", plant_figures::number(frame, racks.free_u, 0)),
        text: frame.texts("home-racks-text", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        items: vec![],
        link: frame.has("/racks").then(|| ("/racks".to_owned(), frame.t("nav-racks"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_month_begins_with_the_silences_that_have_no_card_of_their_own() {
        let silent = vec![("B".into(), 90_000), ("A".into(), 4_000)];
        let month = "2026-11".parse().unwrap();
        let running = shortest_first(RunningMonth { month, silent, gaps: vec![], payback: None });
        assert_eq!(running.silent.first().map(|(_, seconds)| *seconds), Some(4_000));
    }
}
