//! The cumulative position as a curve in SVG, laid out in whole units so that the same figures give the same drawing.
//!
//! What happened is a full line, the shown scenario a dashed one, the span of all scenarios a band; marks have words.

use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::payback::MonthRow;
use crate::domain::typography;

const WIDTH: i64 = 900;
const HEIGHT: i64 = 340;
const LEFT: i64 = 64;
const RIGHT: i64 = WIDTH - 8;
const TOP: i64 = 12;
const BOTTOM: i64 = HEIGHT - 26;
const YEAR_LABEL_WIDTH: i64 = 44;
const LINES_MAX: i64 = 8;
/// Points drawn at most; more would not be told apart.
const POINTS_MAX: usize = 240;

/// A month to mark, and its words.
pub struct Mark {
    pub month: BillingMonth,
    pub label: String,
    /// `now`, `target`, `even`.
    pub class: &'static str,
}

/// A curve ready for `curve.html`.
pub struct Curve {
    /// Unique in its page: its texts are named after it.
    pub id: &'static str,
    pub title: String,
    pub description: String,
    pub width: i64,
    pub height: i64,
    pub left: i64,
    pub right: i64,
    pub top: i64,
    pub bottom: i64,
    pub grid: Vec<GridLine>,
    pub years: Vec<YearLabel>,
    /// Corners, as SVG writes points.
    pub band: String,
    pub actual: String,
    pub projected: String,
    pub marks: Vec<PlacedMark>,
}

pub struct GridLine {
    pub y: i64,
    pub label: String,
    pub is_zero: bool,
}

pub struct YearLabel {
    pub x: i64,
    pub label: String,
}

pub struct PlacedMark {
    pub x: i64,
    pub label_x: i64,
    pub label_y: i64,
    pub anchor: &'static str,
    pub label: String,
    pub class: &'static str,
}

/// The scale: from `low` to `high` cents in steps.
struct Scale {
    low: i64,
    high: i64,
    step: i64,
}

impl Curve {
    pub fn new(
        id: &'static str,
        (title, description): (String, String),
        rows: &[MonthRow],
        marks: Vec<Mark>,
        language: Language,
    ) -> Curve {
        let scale = Scale::over(rows);
        let x = |index: usize| x_of(index, rows.len());
        let point = |index: usize, amount: Money| format!("{},{}", x(index), scale.y(amount.cents()));
        let stride = rows.len().div_ceil(POINTS_MAX).max(1);
        let last = rows.len().saturating_sub(1);
        let turn = rows.iter().rposition(|row| row.is_actual).unwrap_or(0);
        let drawn: Vec<(usize, &MonthRow)> = rows
            .iter()
            .enumerate()
            .filter(|(index, _)| index % stride == 0 || *index == turn || *index == last)
            .collect();
        let ahead = || drawn.iter().filter(|(index, _)| *index >= turn);
        let high = ahead().map(|(index, row)| point(*index, row.high));
        let low = ahead().rev().map(|(index, row)| point(*index, row.low));
        let line = |part: &mut dyn Iterator<Item = &(usize, &MonthRow)>| -> String {
            part.map(|(index, row)| point(*index, row.cumulative)).collect::<Vec<_>>().join(" ")
        };
        Curve {
            id,
            title,
            description,
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            right: RIGHT,
            top: TOP,
            bottom: BOTTOM,
            band: high.chain(low).collect::<Vec<_>>().join(" "),
            actual: line(&mut drawn.iter().filter(|(index, _)| *index <= turn)),
            projected: line(&mut ahead()),
            grid: scale.lines(language),
            years: year_labels(rows),
            marks: placed(marks, rows),
        }
    }
}

impl Scale {
    fn over(rows: &[MonthRow]) -> Scale {
        let lowest = rows.iter().map(|row| row.low.min(row.cumulative).cents()).min().unwrap_or(0).min(0);
        let highest = rows.iter().map(|row| row.high.max(row.cumulative).cents()).max().unwrap_or(0).max(100);
        let step = step_for(highest.saturating_sub(lowest));
        let low = lowest.div_euclid(step) * step;
        let high = (highest + step - 1).div_euclid(step) * step;
        Scale { low, high, step }
    }

    fn y(&self, cents: i64) -> i64 {
        let span = i128::from(self.high - self.low).max(1);
        let filled = i128::from(cents - self.low) * i128::from(BOTTOM - TOP) / span;
        BOTTOM - i64::try_from(filled).unwrap_or_default()
    }

    fn lines(&self, language: Language) -> Vec<GridLine> {
        let values = std::iter::successors(Some(self.low), |value| value.checked_add(self.step));
        let line = |cents: i64| GridLine {
            y: self.y(cents),
            label: typography::short_amount(Money::from_cents(cents), language),
            is_zero: cents == 0,
        };
        values.take_while(|value| *value <= self.high).map(line).collect()
    }
}

/// The smallest 1, 2 or 5 times a power of ten of euros that cuts `span` cents into at most [`LINES_MAX`].
fn step_for(span: i64) -> i64 {
    let mut power = 100_i64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if span / LINES_MAX < step {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn x_of(index: usize, count: usize) -> i64 {
    let whole = |number: usize| i64::try_from(number).unwrap_or_default();
    LEFT + (RIGHT - LEFT) * whole(index) / whole(count.saturating_sub(1)).max(1)
}

fn year_labels(rows: &[MonthRow]) -> Vec<YearLabel> {
    let years: Vec<(usize, i32)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.month.month() == 1)
        .map(|(index, row)| (index, row.month.year()))
        .collect();
    let count = i64::try_from(years.len()).unwrap_or_default().max(1);
    let room = (RIGHT - LEFT) / count;
    let every = [1, 2, 5, 10].into_iter().find(|every| room * i64::from(*every) >= YEAR_LABEL_WIDTH).unwrap_or(20);
    let shown = years.into_iter().filter(|(_, year)| year % every == 0);
    shown.map(|(index, year)| YearLabel { x: x_of(index, rows.len()), label: year.to_string() }).collect()
}

/// Labels stand one below the other, on the side where there is room.
fn placed(marks: Vec<Mark>, rows: &[MonthRow]) -> Vec<PlacedMark> {
    let found = marks.into_iter().filter_map(|mark| {
        let index = rows.iter().position(|row| row.month == mark.month)?;
        Some((x_of(index, rows.len()), mark))
    });
    (0..)
        .zip(found)
        .map(|(line, (x, mark))| {
            let is_right = x < (LEFT + RIGHT) * 2 / 3;
            PlacedMark {
                x,
                label_x: if is_right { x + 6 } else { x - 6 },
                label_y: TOP + 14 + 17 * line,
                anchor: if is_right { "start" } else { "end" },
                label: mark.label,
                class: mark.class,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payback::Flow;

    #[test]
    fn scales_are_round_and_few() {
        assert_eq!(step_for(0), 100);
        assert_eq!(step_for(2_600_000_000), 500_000_000);
    }

    #[test]
    fn everything_stays_inside() {
        let row = |index: u32, cents: i64| MonthRow {
            month: BillingMonth::new(2019 + i32::try_from(index / 12).unwrap(), index % 12 + 1).unwrap(),
            is_actual: index < 20,
            flow: Flow::default(),
            net_gain: Money::ZERO,
            total: Money::ZERO,
            cumulative: Money::from_cents(cents),
            discounted: Money::ZERO,
            low: Money::from_cents(cents - 5_000_000),
            high: Money::from_cents(cents + 5_000_000),
        };
        for count in [1_u32, 30, 600] {
            let rows: Vec<MonthRow> =
                (0..count).map(|index| row(index, i64::from(index) * 20_000_000 - 1_600_000_000)).collect();
            let curve = Curve::new("c", (String::new(), String::new()), &rows, vec![], Language::French);
            for text in [&curve.band, &curve.actual, &curve.projected] {
                for point in text.split(' ').filter(|point| !point.is_empty()) {
                    let (x, y) = point.split_once(',').unwrap();
                    let (x, y): (i64, i64) = (x.parse().unwrap(), y.parse().unwrap());
                    assert!((LEFT..=RIGHT).contains(&x) && (TOP..=BOTTOM).contains(&y), "{point}");
                }
            }
            assert!(curve.grid.len() <= 11 && curve.grid.iter().any(|line| line.is_zero));
        }
    }
}
