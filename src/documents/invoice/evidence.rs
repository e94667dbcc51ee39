//! Usage day by day: which charges rest on it, its chart and its table.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::Sheet;
use crate::documents::pdf::{Align, BarChart, Cell, Column, Composer, Role, Row, Series, Style, Table, Width};
use crate::domain::facility::Feed;
use crate::domain::metering::{Measure, Usage};
use crate::domain::rating::Charge;

/// A usage and the charges, with their line numbers, made from it: the tiers of one price share their usage.
pub(super) struct Evidence<'a> {
    pub charges: Vec<(usize, &'a Charge)>,
    pub usage: &'a Usage,
}

impl<'a> Evidence<'a> {
    /// In the order of the lines.
    pub fn of(charges: &'a [Charge]) -> Vec<Evidence<'a>> {
        let mut found: Vec<Evidence<'a>> = Vec::new();
        for (index, charge) in charges.iter().enumerate() {
            let Some(usage) = &charge.provenance.usage else { continue };
            match found.last_mut() {
                Some(last) if last.covers(charge, usage) => last.charges.push((index + 1, charge)),
                _ => found.push(Evidence { charges: vec![(index + 1, charge)], usage }),
            }
        }
        found
    }

    fn covers(&self, charge: &Charge, usage: &Usage) -> bool {
        let same_line = self.charges.last().is_some_and(|(_, last)| last.provenance.line == charge.provenance.line);
        same_line && self.usage == usage
    }

    /// The peak of each day, all meters added, where it is known; else the usage of each day on feed A and on all other
    /// meters.
    fn daily(&self) -> Vec<Day> {
        if let Some(windows) = &self.usage.windows {
            let peak = |(date, peak): &(NaiveDate, Decimal)| Day { date: *date, a: *peak, b: Decimal::ZERO };
            return windows.daily_peaks.iter().map(peak).collect();
        }
        let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
        for meter in &self.usage.meters {
            for (date, quantity) in &meter.daily {
                let day = days.entry(*date).or_insert(Day { date: *date, a: Decimal::ZERO, b: Decimal::ZERO });
                match meter.feed {
                    Some(Feed::B) => day.b += quantity,
                    _ => day.a += quantity,
                }
            }
        }
        days.into_values().collect()
    }

    /// Whether both feeds are measured, and so are worth telling apart. Their peaks are not: they do not add up.
    fn has_two_feeds(&self) -> bool {
        let measured = |feed| self.usage.meters.iter().any(|meter| meter.feed == Some(feed));
        self.usage.windows.is_none() && measured(Feed::A) && measured(Feed::B)
    }

    /// What its days show, as the texts of `layout` call it.
    fn daily_kind(&self, layout: u32) -> DailyKind {
        match self.usage.measure {
            _ if layout == 0 => DailyKind::Usage,
            Measure::Energy => DailyKind::Usage,
            Measure::Demand { .. } | Measure::Percentile95 { .. } if self.usage.windows.is_some() => DailyKind::Peak,
            Measure::Demand { .. } | Measure::Percentile95 { .. } => DailyKind::MeanPower,
            Measure::StorageMonth => DailyKind::Storage,
            Measure::OccupancyDays => DailyKind::Units,
        }
    }
}

/// What the days of a usage show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DailyKind {
    Usage,
    Peak,
    /// Of a document that corrects one whose peaks were not kept.
    MeanPower,
    Storage,
    Units,
}

impl DailyKind {
    /// The caption of the table, and the words of the chart.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            DailyKind::Usage => ("daily-caption", "chart-alt"),
            DailyKind::Peak => ("daily-caption-peak", "chart-alt-peak"),
            DailyKind::MeanPower => ("daily-caption-power", "chart-alt-power"),
            DailyKind::Storage => ("daily-caption-storage", "chart-alt-storage"),
            DailyKind::Units => ("daily-caption-units", "chart-alt-units"),
        }
    }
}

/// Height of the bars, in points.
const CHART_HEIGHT: f32 = 74.0;

/// One day's usage; `b` is zero where feeds are not told apart.
struct Day {
    date: NaiveDate,
    a: Decimal,
    b: Decimal,
}

impl Day {
    fn total(&self) -> Decimal {
        self.a + self.b
    }
}

impl Sheet<'_> {
    /// The chart and the table of its figures.
    pub(super) fn daily(&self, c: &mut Composer, evidence: &Evidence) {
        let days = evidence.daily();
        if days.is_empty() {
            return;
        }
        let unit = self.words.daily_unit(evidence.usage.measure);
        let (table, blocks) = self.daily_table(evidence, &days, unit);
        // Picture and figures belong on one page.
        c.ensure(CHART_HEIGHT + 54.0 + c.blocks_height(&table, c.paper.text_width(), blocks));
        c.skip(5.0);
        let (caption, alt) = evidence.daily_kind(self.invoice.layout).texts();
        let caption = self.words.texts.with(caption, &[("unit", unit)]);
        c.paragraph(Role::Paragraph, Style::bold(8.4, 11.8, c.palette.accent), &caption);
        c.skip(2.0);
        self.daily_chart(c, evidence, &days, (unit, alt));
        c.skip(8.0);
        c.table_in_blocks(c.paper.left, c.paper.text_width(), blocks, &table);
    }

    fn daily_chart(&self, c: &mut Composer, evidence: &Evidence, days: &[Day], (unit, alt): (&str, &str)) {
        let palette = c.palette;
        let series = |id: &str, colour, value: fn(&Day) -> Decimal| Series {
            name: self.words.get(id),
            colour,
            values: days.iter().map(value).collect(),
        };
        let series = if evidence.has_two_feeds() {
            vec![series("feed-a", palette.accent, |day| day.a), series("feed-b", palette.accent_light, |day| day.b)]
        } else {
            vec![series("daily-total", palette.accent, Day::total)]
        };
        let label = |value: Decimal| self.words.format.number(value.normalize());
        let chart = BarChart {
            alt: self.chart_words(days, unit, alt),
            unit: unit.to_owned(),
            categories: days.iter().map(|day| day.date.day().to_string()).collect(),
            series,
            height: CHART_HEIGHT,
            label: &label,
        };
        c.bar_chart(c.paper.left, c.paper.text_width(), &chart);
    }

    /// What the chart shows: its span, its lowest, highest and mean day.
    fn chart_words(&self, days: &[Day], unit: &str, id: &str) -> String {
        let format = self.words.format;
        let value = |quantity: Decimal| format!("{} {unit}", format.up_to(quantity, 2));
        let count = Decimal::from(days.len());
        let mean = days.iter().map(Day::total).sum::<Decimal>().checked_div(count).unwrap_or_default();
        let (Some(lowest), Some(highest)) =
            (days.iter().min_by_key(|day| day.total()), days.iter().max_by_key(|day| day.total()))
        else {
            return String::new();
        };
        let (first, last) = (days.first().unwrap_or(lowest), days.last().unwrap_or(highest));
        let arguments = [
            ("first", format.date_short(first.date)),
            ("last", format.date_short(last.date)),
            ("lowest", value(lowest.total())),
            ("lowestday", format.date_short(lowest.date)),
            ("highest", value(highest.total())),
            ("highestday", format.date_short(highest.date)),
            ("mean", value(mean)),
        ];
        self.words.texts.with(id, &arguments.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    /// The days' figures, and over how many blocks they spread.
    fn daily_table(&self, evidence: &Evidence, days: &[Day], unit: &str) -> (Table, usize) {
        let two_feeds = evidence.has_two_feeds();
        let mut columns = vec![Column::new(self.words.get("daily-day"), Width::Content(0.0), Align::Left)];
        let number = |header: String| Column::new(header, Width::Rest, Align::Right);
        if two_feeds {
            columns.extend([number(self.words.get("feed-a")), number(self.words.get("feed-b"))]);
        }
        columns.push(number(if two_feeds { self.words.get("daily-sum") } else { unit.to_owned() }));
        let decimals = self.daily_decimals(evidence, days);
        let rows = days.iter().map(|day| self.day_row(day, two_feeds, decimals)).collect();
        let table = Table { columns, rows, size: 7.2, with_header: true };
        (table, if two_feeds { 3 } else { 4 })
    }

    /// Units are whole but on a day on which they change.
    fn daily_decimals(&self, evidence: &Evidence, days: &[Day]) -> u32 {
        let units = self.since(3) && evidence.usage.measure == Measure::OccupancyDays;
        if units && days.iter().all(|day| day.total().is_integer()) { 0 } else { 2 }
    }

    fn day_row(&self, day: &Day, two_feeds: bool, decimals: u32) -> Row {
        let number = |value| Cell::new(self.words.format.fixed(value, decimals));
        let mut cells = vec![Cell::new(self.words.format.weekday(day.date)).heading_row()];
        if two_feeds {
            cells.extend([number(day.a), number(day.b)]);
        }
        cells.push(number(day.total()));
        Row::new(cells)
    }
}
