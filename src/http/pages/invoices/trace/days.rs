//! The days of a line: what each comes to, as a chart and a table.

use chrono::Datelike;

use super::*;

/// What each day of a usage shows.
pub(super) struct Daily<'u> {
    pub usage: &'u Usage,
    /// By day, feed B apart where two feeds are told apart.
    pub days: BTreeMap<NaiveDate, [Decimal; 2]>,
    pub has_two_feeds: bool,
    /// The days that rest on no reading of their own.
    pub estimated: BTreeSet<NaiveDate>,
}

impl<'u> Daily<'u> {
    /// Of a line told by windows the peaks of the days, all meters added, as the annex of its document shows them: the
    /// highest is what it bills, and those of two feeds do not add up. A document of before they were kept, and every
    /// other line, shows each day's quantity per feed.
    pub fn of(usage: &'u Usage, zone: Tz) -> Daily<'u> {
        let estimated = estimated_days(usage, zone);
        if let Some(windows) = &usage.windows {
            let days = windows.daily_peaks.iter().map(|(day, peak)| (*day, [*peak, Decimal::ZERO])).collect();
            return Daily { usage, days, has_two_feeds: false, estimated };
        }
        let has = |feed| usage.meters.iter().any(|meter| meter.feed == Some(feed));
        let has_two_feeds = has(Feed::A) && has(Feed::B);
        let mut days: BTreeMap<NaiveDate, [Decimal; 2]> = BTreeMap::new();
        for meter in &usage.meters {
            for (day, quantity) in &meter.daily {
                let [a, b] = days.entry(*day).or_default();
                match meter.feed {
                    Some(Feed::B) if has_two_feeds => *b += quantity,
                    _ => *a += quantity,
                }
            }
        }
        Daily { usage, days, has_two_feeds, estimated }
    }

    /// Headings of the columns before that of the whole.
    pub fn series(&self, frame: &Frame) -> Vec<String> {
        match self.has_two_feeds {
            true => vec![frame.with("feed", "feed", "A"), frame.with("feed", "feed", "B")],
            false => vec![],
        }
    }

    /// What a bar of the chart counts.
    pub fn unit(&self, frame: &Frame) -> String {
        match self.usage.windows {
            Some(_) => frame.t("daily-peak"),
            None => daily_unit(frame, self.usage.measure),
        }
    }

    pub fn rows(&self, frame: &Frame, address: &str, peak: Option<NaiveDate>) -> Vec<DayRow> {
        let decimals = totals::day_decimals(self);
        let shown = |value: Decimal| with_decimals(frame, value, decimals);
        let row = |(day, [a, b]): (&NaiveDate, &[Decimal; 2])| DayRow {
            day: weekday(frame, *day),
            is_estimated: self.estimated.contains(day),
            is_peak: peak == Some(*day),
            values: if self.has_two_feeds { vec![shown(*a), shown(*b)] } else { vec![] },
            total: shown(a + b),
            links: match self.usage.meters.len() {
                0..=METERS_SPELLED => self.usage.meters.iter().map(|meter| day_link(meter, *day, address)).collect(),
                // The page of the day leads to the other meters.
                _ => {
                    let address = Address::new(format!("{address}/readings")).set("day", day).href();
                    vec![Link { label: frame.t("trace-readings"), address }]
                }
            },
        };
        self.days.iter().map(row).collect()
    }

    pub fn chart(&self, frame: &Frame) -> Option<BarChart> {
        let unit = self.unit(frame);
        let days: Vec<(NaiveDate, Decimal)> = self.days.iter().map(|(day, [a, b])| (*day, a + b)).collect();
        let (lowest, highest) = (days.iter().min_by_key(|(_, q)| *q)?, days.iter().rev().max_by_key(|(_, q)| *q)?);
        let said = |(day, quantity): &(NaiveDate, Decimal)| {
            (frame.short_date(day), format!("{}\u{a0}{unit}", frame.number(&quantity.round_dp(2))))
        };
        let ((low_day, low), (high_day, high)) = (said(lowest), said(highest));
        let description = frame.texts(
            "trace-chart-description",
            &[("lowday", &low_day), ("low", &low), ("highday", &high_day), ("high", &high)],
        );
        let bars: Vec<Measured> = days
            .iter()
            .map(|(day, quantity)| Measured {
                label: day.day().to_string(),
                quantity: *quantity,
                is_pale: self.estimated.contains(day),
            })
            .collect();
        let title = match self.usage.windows {
            Some(_) => frame.t("trace-chart-peak"),
            None => frame.with("trace-chart", "unit", &unit),
        };
        // The scale has room for a sign, not for words.
        let sign = typography::unit_symbol(drawn_unit(self.usage.measure), frame.language);
        Some(BarChart::of_quantities("daily", title, description, &bars, sign, frame.language))
    }
}

/// The days whose quantity rests on no reading of their own: a silence longer than the tolerance reaches into them.
fn estimated_days(usage: &Usage, zone: Tz) -> BTreeSet<NaiveDate> {
    let mut days = BTreeSet::new();
    for meter in &usage.meters {
        for (day, _) in &meter.daily {
            let next = day.succ_opt().unwrap_or(*day);
            let whole = Period { from: midnight(*day, zone), to: midnight(next, zone) };
            if meter.gaps.iter().any(|gap| gap.from < whole.to && whole.from < gap.to) {
                days.insert(*day);
            }
        }
    }
    days
}

/// The unit of the chart's scale.
const fn drawn_unit(measure: Measure) -> Unit {
    match measure {
        Measure::Energy => Unit::KilowattHour,
        Measure::Demand { .. } | Measure::Percentile95 { .. } => Unit::Kilowatt,
        Measure::StorageMonth => Unit::Terabyte,
        Measure::OccupancyDays => Unit::RackUnit,
    }
}

/// What a day's quantity of a meter counts.
pub(super) fn daily_unit(frame: &Frame, measure: Measure) -> String {
    let key = match measure {
        Measure::Energy => "daily-energy",
        Measure::Demand { .. } | Measure::Percentile95 { .. } => "daily-power",
        Measure::StorageMonth => "daily-storage",
        Measure::OccupancyDays => "daily-occupancy",
    };
    frame.t(key)
}

fn day_link(meter: &MeterUsage, day: NaiveDate, address: &str) -> Link {
    Link {
        label: meter.meter.to_string(),
        address: Address::new(format!("{address}/readings")).set("meter", &meter.meter).set("day", day).href(),
    }
}

/// `jeu. 01/10`
pub(super) fn weekday(frame: &Frame, day: NaiveDate) -> String {
    let name = frame.t(&format!("weekday-{}", day.weekday().num_days_from_monday()));
    format!("{name}\u{a0}{}", frame.short_date(&day))
}
