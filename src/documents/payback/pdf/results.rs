//! What each scenario comes to, and what it assumes.

use super::super::words::last_month;
use super::{Sheet, left, right, row, table};
use crate::documents::pdf::{Composer, RowLook, Width};
use crate::documents::report_paper::remark;

impl Sheet<'_> {
    pub(super) fn results(&self, c: &mut Composer) {
        self.scenarios(c);
        self.assumptions(c);
    }

    fn look(&self, code: &str) -> RowLook {
        if code == self.report.scenario.code { RowLook::Group } else { RowLook::Plain }
    }

    fn scenarios(&self, c: &mut Composer) {
        let (words, report) = (&self.words, self.report);
        let last = last_month(report);
        let head = |id: &str| right(self.text(id), Width::Rest);
        let columns = vec![
            left(self.text("payback-scenario"), Width::Content(90.0)),
            head("payback-break-even"),
            head("payback-vs-target"),
            head("payback-break-even-discounted"),
            head("payback-at-target"),
        ];
        let rows = report.scenarios.iter().map(|result| {
            let late = result.months_after_target.map(|months| {
                let (signed, count) = (signed(months), months.unsigned_abs().to_string());
                words.with("payback-months-late", &[("months", &signed), ("count", &count)])
            });
            let texts = vec![
                result.name.clone(),
                words.break_even(result.break_even, last),
                late.unwrap_or_else(|| "–".to_owned()),
                words.break_even(result.break_even_discounted, last),
                words.format.amount(result.at_target),
            ];
            row(texts, self.look(&result.code))
        });
        self.section(c, &self.text("payback-scenarios"), None, &table(columns, rows.collect(), 8.0));
        let mut columns = vec![
            left(self.text("payback-scenario"), Width::Content(90.0)),
            right(self.text("payback-rate"), Width::Content(30.0)),
        ];
        for horizon in report.scenarios.first().into_iter().flat_map(|result| &result.horizons) {
            let years = horizon.years.to_string();
            for id in ["payback-npv", "payback-irr"] {
                columns.push(right(words.with(id, &[("years", &years)]), Width::Rest));
            }
        }
        let rows = report.scenarios.iter().map(|result| {
            let rate = words.format.percent(result.scenario.discount_rate_percent);
            let mut texts = vec![result.name.clone(), rate];
            for horizon in &result.horizons {
                texts.push(words.format.amount(horizon.npv));
                texts.push(horizon.irr_percent.map_or_else(|| "–".to_owned(), |rate| words.percent(rate)));
            }
            row(texts, self.look(&result.code))
        });
        c.table(c.paper.left, c.paper.text_width(), &table(columns, rows.collect(), 7.2));
        c.skip(4.0);
        remark(c, &words.npv_note(report));
        c.skip(16.0);
    }

    fn assumptions(&self, c: &mut Composer) {
        let (words, report) = (&self.words, self.report);
        let mut columns = vec![left(self.text("payback-assumption"), Width::Rest)];
        columns.push(left(self.text("payback-unit"), Width::Content(40.0)));
        columns.extend(report.scenarios.iter().map(|result| right(result.name.clone(), Width::Content(60.0))));
        let rows = report.scenario.assumptions().into_iter().map(|(key, _)| {
            let mut texts = vec![words.assumption(key), words.assumption_unit(key)];
            for result in &report.scenarios {
                let value = result.scenario.assumptions().into_iter().find(|(other, _)| *other == key);
                texts.push(words.format.number(value.map(|(_, value)| value.normalize()).unwrap_or_default()));
            }
            row(texts, RowLook::Plain)
        });
        self.section(c, &self.text("payback-assumptions"), None, &table(columns, rows.collect(), 8.0));
    }
}

fn signed(months: i32) -> String {
    match months {
        ..0 => format!("−{}", months.unsigned_abs()),
        0 => "0".to_owned(),
        _ => format!("+{months}"),
    }
}
