//! Bar charts as SVG, laid out in whole units so that the same figures give the same drawing.

use rust_decimal::Decimal;

use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::typography::{self, NBSP};

const WIDTH: i64 = 720;
const HEIGHT: i64 = 240;
/// Room for the scale's labels on the left, the bars' below.
const LEFT: i64 = 72;
const TOP: i64 = 12;
const BOTTOM: i64 = 24;
/// A label needs so much.
const LABEL_WIDTH: i64 = 40;
const GRID_LINES: i64 = 4;
/// Quantities are drawn to the ten-thousandth.
const QUANTITY_PARTS: i64 = 10_000;

/// A value to draw.
pub struct Value {
    pub label: String,
    pub amount: Money,
    /// Drawn differently: what is not in the books yet.
    pub is_planned: bool,
}

/// A quantity to draw, in the chart's unit.
pub struct Measured {
    pub label: String,
    pub quantity: Decimal,
    /// Drawn paler: what was estimated.
    pub is_pale: bool,
}

/// A chart ready for `chart.html`; values below zero are drawn as zero.
pub struct BarChart {
    /// Unique in its page: its texts are named after it.
    pub id: String,
    /// Names the chart for who does not see it.
    pub title: String,
    pub description: String,
    pub width: i64,
    pub height: i64,
    pub left: i64,
    pub right: i64,
    pub bars: Vec<Bar>,
    pub grid: Vec<GridLine>,
}

pub struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub centre: i64,
    pub label_y: i64,
    /// Empty where the labels would overlap.
    pub label: String,
    pub is_planned: bool,
}

pub struct GridLine {
    pub y: i64,
    pub label: String,
}

impl BarChart {
    /// Amounts, scaled in euros, thousands or millions of them.
    pub fn new(title: String, description: String, values: &[Value], language: Language) -> BarChart {
        let bars: Vec<Height> = values
            .iter()
            .map(|value| Height { label: &value.label, parts: value.amount.cents(), is_pale: value.is_planned })
            .collect();
        BarChart::drawn("chart", title, description, &bars, |cents| {
            typography::short_amount(Money::from_cents(cents), language)
        })
    }

    /// Quantities of one unit; `id` is unique in the page.
    pub fn of_quantities(
        id: &str,
        title: String,
        description: String,
        values: &[Measured],
        unit: &str,
        language: Language,
    ) -> BarChart {
        let parts = |quantity: Decimal| {
            let parts = quantity.checked_mul(Decimal::from(QUANTITY_PARTS)).unwrap_or_default().trunc();
            i64::try_from(parts.mantissa()).unwrap_or(i64::MAX)
        };
        let bars: Vec<Height> = values
            .iter()
            .map(|value| Height { label: &value.label, parts: parts(value.quantity), is_pale: value.is_pale })
            .collect();
        BarChart::drawn(id, title, description, &bars, |parts| {
            let quantity = Decimal::from(parts) / Decimal::from(QUANTITY_PARTS);
            format!("{}{NBSP}{unit}", typography::decimal(quantity.normalize(), language))
        })
    }

    fn drawn(
        id: &str,
        title: String,
        description: String,
        values: &[Height<'_>],
        scale: impl Fn(i64) -> String,
    ) -> BarChart {
        let count = i64::try_from(values.len()).unwrap_or(i64::MAX).max(1);
        let top = scale_top(values.iter().map(|value| value.parts).max().unwrap_or_default());
        let plot_width = WIDTH - LEFT;
        // A label at every `stride`th bar.
        let stride = (LABEL_WIDTH * count + plot_width - 1) / plot_width;
        let bars = (0..).zip(values).map(|(index, value)| bar(index, count, stride.max(1), top, value)).collect();
        let line = |step| GridLine { y: y_of(top / GRID_LINES * step, top), label: scale(top / GRID_LINES * step) };
        BarChart {
            id: id.to_owned(),
            title,
            description,
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            right: WIDTH,
            bars,
            grid: (0..=GRID_LINES).map(line).collect(),
        }
    }
}

/// A bar before it has a place: its height in whole parts of the unit.
struct Height<'a> {
    label: &'a str,
    parts: i64,
    is_pale: bool,
}

fn bar(index: i64, count: i64, stride: i64, top: i64, value: &Height<'_>) -> Bar {
    let edge = |position: i64| LEFT + (WIDTH - LEFT) * position / count;
    let (from, to) = (edge(index), edge(index + 1));
    let gap = ((to - from) / 5).min(8);
    let y = y_of(value.parts.max(0), top);
    Bar {
        x: from + gap / 2,
        y,
        width: (to - from - gap).max(1),
        height: HEIGHT - BOTTOM - y,
        centre: (from + to) / 2,
        label_y: HEIGHT - 6,
        label: if index % stride == 0 { value.label.to_owned() } else { String::new() },
        is_planned: value.is_pale,
    }
}

fn y_of(parts: i64, top: i64) -> i64 {
    let plot = HEIGHT - TOP - BOTTOM;
    let filled = i128::from(parts) * i128::from(plot) / i128::from(top.max(1));
    HEIGHT - BOTTOM - i64::try_from(filled).unwrap_or(plot)
}

/// The smallest 1, 2, 4 or 8 times a power of ten that holds `parts`: it divides by [`GRID_LINES`] into short numbers.
fn scale_top(parts: i64) -> i64 {
    let mut power = 100_i64;
    loop {
        for factor in [1, 2, 4, 8] {
            let top = power.saturating_mul(factor);
            if top >= parts {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_hold_the_highest() {
        assert_eq!(scale_top(0), 100);
        assert_eq!(scale_top(1_600_000_000), 2_000_000_000);
        assert_eq!(scale_top(400_000), 400_000);
        assert!(scale_top(i64::MAX) == i64::MAX);
    }

    #[test]
    fn bars_stay_inside_and_side_by_side() {
        let value = |cents| Value { label: "2026".into(), amount: Money::from_cents(cents), is_planned: false };
        for count in [1, 9, 50, 400] {
            let values: Vec<Value> = (0..count).map(|index| value(index * 1_000_000 - 500)).collect();
            let chart = BarChart::new(String::new(), String::new(), &values, Language::French);
            assert!(chart.bars.iter().all(|bar| bar.x >= LEFT && bar.x + bar.width <= WIDTH));
            assert!(chart.bars.iter().all(|bar| bar.y >= TOP && bar.y + bar.height == HEIGHT - BOTTOM));
            assert!(chart.bars.windows(2).all(|pair| pair[0].x + pair[0].width <= pair[1].x + 1));
            let labels = chart.bars.iter().filter(|bar| !bar.label.is_empty()).count();
            assert!(labels <= 18, "{count} bars, {labels} labels");
        }
    }
}
