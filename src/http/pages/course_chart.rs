//! Courses over time as SVG: stacked bars by day, lines by window. Laid out in whole units, like `chart.rs`.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::party::Language;
use crate::domain::typography::{self, NBSP};

const WIDTH: i64 = 960;
const HEIGHT: i64 = 260;
const LEFT: i64 = 96;
const TOP: i64 = 14;
const BOTTOM: i64 = 26;
/// A label below the plot needs so much.
const LABEL_WIDTH: i64 = 46;
/// Few bars are not stretched over the whole plot.
const BAR_WIDTH: i64 = 72;
const GRID_LINES: i64 = 4;

/// What is drawn: one or two courses over the same slots.
pub struct Courses<'a> {
    /// Unique in its page.
    pub id: &'static str,
    pub title: String,
    pub description: String,
    pub unit: &'a str,
    pub labels: Vec<String>,
    /// Each with a value per slot; none where nothing is known.
    pub courses: Vec<Vec<Option<Decimal>>>,
    /// A line not to be crossed, with its label.
    pub limit: Option<(Decimal, String)>,
}

/// A chart ready for `course_chart.html`.
pub struct CourseChart {
    pub id: &'static str,
    pub title: String,
    pub description: String,
    pub width: i64,
    pub height: i64,
    pub left: i64,
    pub grid: Vec<(i64, String)>,
    pub labels: Vec<(i64, String)>,
    pub bars: Vec<CourseBar>,
    pub lines: Vec<CourseLine>,
    pub limit: Option<(i64, String)>,
}

pub struct CourseBar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub class: &'static str,
}

pub struct CourseLine {
    pub points: String,
    pub class: &'static str,
}

impl CourseChart {
    /// A bar per slot, the courses stacked.
    pub fn bars(courses: Courses<'_>, language: Language) -> CourseChart {
        let stacked = (0..courses.labels.len()).map(|slot| courses.courses.iter().map(|one| at(one, slot)).sum());
        let top = scale_top(stacked.max().unwrap_or(0).max(limit(&courses)));
        let count = length(courses.labels.len());
        let mut bars = Vec::new();
        for (index, slot) in (0_i64..).zip(0..courses.labels.len()) {
            let (from, to) = (edge(index, count), edge(index + 1, count));
            let gap = ((to - from) / 5).min(8);
            let mut below = 0;
            for (position, course) in courses.courses.iter().enumerate() {
                let (low, high) = (y_of(below, top), y_of(below + at(course, slot), top));
                below += at(course, slot);
                if high < low {
                    let class = if position == 0 { "booked" } else { "second" };
                    let width = (to - from - gap).clamp(1, BAR_WIDTH);
                    let x = from + (to - from - width) / 2;
                    bars.push(CourseBar { x, y: high, width, height: low - high, class });
                }
            }
        }
        CourseChart { bars, ..CourseChart::frame(courses, top, language) }
    }

    /// A line per course, broken where nothing is known.
    pub fn lines(courses: Courses<'_>, language: Language) -> CourseChart {
        let highest = courses.courses.iter().flatten().flatten().map(|value| micros(*value)).max();
        let top = scale_top(highest.unwrap_or(0).max(limit(&courses)));
        let count = length(courses.labels.len());
        let mut lines = Vec::new();
        for (position, course) in courses.courses.iter().enumerate() {
            let class = if position == 0 { "line" } else { "line-second" };
            let points: Vec<Option<String>> = (0_i64..)
                .zip(course)
                .map(|(index, value)| {
                    let x = (edge(index, count) + edge(index + 1, count)) / 2;
                    value.map(|value| format!("{x},{}", y_of(micros(value), top)))
                })
                .collect();
            let runs = points.split(Option::is_none).filter(|run| !run.is_empty());
            lines.extend(runs.map(|run| {
                let mut known: Vec<&str> = run.iter().flatten().map(String::as_str).collect();
                if let [only] = known.as_slice() {
                    known.push(only);
                }
                CourseLine { points: known.join(" "), class }
            }));
        }
        CourseChart { lines, ..CourseChart::frame(courses, top, language) }
    }

    fn frame(courses: Courses<'_>, top: i64, language: Language) -> CourseChart {
        let count = length(courses.labels.len());
        let stride = ((LABEL_WIDTH * count + WIDTH - LEFT - 1) / (WIDTH - LEFT)).max(1);
        let labels = (0_i64..).zip(courses.labels).filter(|(index, label)| {
            let centre = (edge(*index, count) + edge(*index + 1, count)) / 2;
            index % stride == 0 && !label.is_empty() && centre + LABEL_WIDTH / 2 <= WIDTH
        });
        let grid = |step: i64| {
            let value = Decimal::new(top / GRID_LINES * step, 6).normalize();
            (
                y_of(top / GRID_LINES * step, top),
                format!("{}{NBSP}{}", typography::decimal(value, language), courses.unit),
            )
        };
        CourseChart {
            id: courses.id,
            title: courses.title,
            description: courses.description,
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            grid: (0..=GRID_LINES).map(grid).collect(),
            labels: labels.map(|(index, label)| ((edge(index, count) + edge(index + 1, count)) / 2, label)).collect(),
            bars: Vec::new(),
            lines: Vec::new(),
            limit: courses.limit.map(|(limit, label)| (y_of(micros(limit), top), label)),
        }
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).max(1)
}

fn edge(position: i64, count: i64) -> i64 {
    LEFT + (WIDTH - LEFT) * position / count
}

/// Values below zero are drawn as zero.
fn micros(value: Decimal) -> i64 {
    value.checked_mul(Decimal::from(1_000_000)).and_then(|micros| micros.to_i64()).unwrap_or(0).max(0)
}

fn at(course: &[Option<Decimal>], slot: usize) -> i64 {
    course.get(slot).copied().flatten().map_or(0, micros)
}

fn limit(courses: &Courses<'_>) -> i64 {
    courses.limit.as_ref().map_or(0, |(limit, _)| micros(*limit))
}

fn y_of(micros: i64, top: i64) -> i64 {
    let plot = HEIGHT - TOP - BOTTOM;
    let filled = i128::from(micros) * i128::from(plot) / i128::from(top.max(1));
    HEIGHT - BOTTOM - i64::try_from(filled).unwrap_or(plot)
}

/// The smallest 1, 2, 4 or 8 times a power of ten that holds the value, from four thousandths up.
fn scale_top(micros: i64) -> i64 {
    let mut power = 1_000_i64;
    loop {
        for factor in [1, 2, 4, 8] {
            let top = power.saturating_mul(factor);
            if top >= micros && top >= 4_000 {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn courses(values: &[Option<i64>]) -> Courses<'static> {
        let course: Vec<Option<Decimal>> = values.iter().map(|value| value.map(Decimal::from)).collect();
        Courses {
            id: "c",
            title: String::new(),
            description: String::new(),
            unit: "kW",
            labels: values.iter().map(|_| "1".to_owned()).collect(),
            courses: vec![course.clone(), course],
            limit: None,
        }
    }

    #[test]
    fn stacked_bars_stay_inside_and_add_up() {
        let chart = CourseChart::bars(courses(&[Some(10), None, Some(30)]), Language::French);
        assert_eq!(chart.bars.len(), 4);
        assert!(chart.bars.iter().all(|bar| bar.y >= TOP && bar.y + bar.height <= HEIGHT - BOTTOM));
        assert_eq!(chart.bars[2].y, chart.bars[3].y + chart.bars[3].height, "the second stands on the first");
        assert_eq!(chart.grid[4].1, "80\u{a0}kW");
    }

    #[test]
    fn a_line_breaks_where_nothing_is_known() {
        let chart = CourseChart::lines(courses(&[Some(1), Some(2), None, Some(3)]), Language::English);
        assert_eq!(chart.lines.len(), 4, "two courses of two runs");
        assert!(chart.lines.iter().all(|line| line.points.contains(' ')));
        assert!(CourseChart::lines(courses(&[]), Language::English).lines.is_empty());
    }
}
