//! Bar charts: one bar a category, series stacked, a scale that reads in round numbers.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::composer::Composer;
use super::count;
use super::page::{Area, Brush};
use super::style::{Align, Colour, Style};
use super::tags::Role;

/// One colour of a chart, with a value for each category.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    pub colour: Colour,
    /// Not negative; a missing one is nothing.
    pub values: Vec<Decimal>,
}

/// Series stacked over categories.
pub struct BarChart<'a> {
    /// What the picture says, for those who do not see it.
    pub alt: String,
    /// What the scale counts: `kWh`.
    pub unit: String,
    pub categories: Vec<String>,
    pub series: Vec<Series>,
    /// Height without legend and labels, in points.
    pub height: f32,
    /// Writes a number of the scale.
    pub label: &'a dyn Fn(Decimal) -> String,
}

/// Where the bars stand, and the value at the top.
struct Plot {
    area: Area,
    top: Decimal,
    step: Decimal,
}

const LABEL_SIZE: f32 = 6.8;

impl Composer {
    /// The chart, `width` wide from `x` on; moves below it. It stays on one page.
    pub fn bar_chart(&mut self, x: f32, width: f32, chart: &BarChart) {
        let (above, below) = (14.0, 12.0);
        let height = above + chart.height + below;
        self.ensure(height);
        let label = Style::regular(LABEL_SIZE, LABEL_SIZE * 1.3, self.palette.muted);
        let (top, step) = scale(chart.highest_total());
        let scale_width = self.text_width(&(chart.label)(top), label) + 6.0;
        let bars = Area { x: x + scale_width, y: self.y + above, width: width - scale_width, height: chart.height };
        let plot = Plot { area: bars, top, step };
        let area = Area { x, y: self.y, width, height };
        let bbox = self.bbox(area);
        let (ink, rule) = (self.palette.muted, self.palette.rule);
        let legend: Vec<f32> = chart.series.iter().map(|series| self.text_width(&series.name, label)).collect();
        self.element(Role::Figure { alt: chart.alt.clone(), bbox }, |c| {
            c.content(|brush| {
                brush.text(x, area.y + label.ascent(), label, Align::Left, &chart.unit);
                plot.draw_legend(brush, chart, label, &legend);
                plot.draw_scale(brush, chart, label, rule);
                plot.draw_bars(brush, chart);
                plot.draw_categories(brush, chart, label);
                brush.rule(bars.x, bars.y + bars.height, bars.width, 0.6, ink);
            });
        });
        self.y += height;
    }
}

impl BarChart<'_> {
    fn highest_total(&self) -> Decimal {
        let total = |index: usize| self.series.iter().filter_map(|series| series.values.get(index)).sum::<Decimal>();
        (0..self.categories.len()).map(total).max().unwrap_or_default()
    }
}

impl Plot {
    fn height_of(&self, value: Decimal) -> f32 {
        let share = value.checked_div(self.top).unwrap_or_default();
        share.to_f32().unwrap_or(0.0).clamp(0.0, 1.0) * self.area.height
    }

    fn draw_scale(&self, brush: &mut Brush, chart: &BarChart, style: Style, rule: Colour) {
        let mut value = self.step;
        while value <= self.top {
            let y = self.area.y + self.area.height - self.height_of(value);
            brush.rule(self.area.x, y, self.area.width, 0.4, rule);
            brush.text(self.area.x - 4.0, y + LABEL_SIZE * 0.36, style, Align::Right, &(chart.label)(value));
            value += self.step;
        }
        let bottom = self.area.y + self.area.height + LABEL_SIZE * 0.36;
        brush.text(self.area.x - 4.0, bottom, style, Align::Right, &(chart.label)(Decimal::ZERO));
    }

    fn draw_bars(&self, brush: &mut Brush, chart: &BarChart) {
        let slot = self.slot(chart);
        let bar = slot * 0.68;
        for index in 0..chart.categories.len() {
            let x = self.area.x + slot * count(index) + (slot - bar) / 2.0;
            let mut bottom = self.area.y + self.area.height;
            for series in &chart.series {
                let height = series.values.get(index).map_or(0.0, |value| self.height_of(*value));
                if height > 0.0 {
                    brush.fill(Area { x, y: bottom - height, width: bar, height }, series.colour);
                }
                bottom -= height;
            }
        }
    }

    /// Every category's label, or every other, fifth or tenth where they would touch.
    fn draw_categories(&self, brush: &mut Brush, chart: &BarChart, style: Style) {
        let slot = self.slot(chart);
        let longest = chart.categories.iter().map(|name| brush.fonts.width(name, style)).fold(0.0, f32::max) + 4.0;
        let every =
            [1_usize, 2, 5, 10, 20, 50].into_iter().find(|every| slot * count(*every) >= longest).unwrap_or(100);
        let y = self.area.y + self.area.height + 2.0 + style.ascent();
        for (index, name) in chart.categories.iter().enumerate().step_by(every) {
            brush.text(self.area.x + slot * (count(index) + 0.5), y, style, Align::Centre, name);
        }
    }

    /// A swatch and a name per series, right-aligned above the bars; a single series needs none.
    fn draw_legend(&self, brush: &mut Brush, chart: &BarChart, style: Style, widths: &[f32]) {
        if chart.series.len() < 2 {
            return;
        }
        let mut right = self.area.x + self.area.width;
        let top = self.area.y - 14.0;
        for (series, width) in chart.series.iter().zip(widths).rev() {
            brush.text(right, top + style.ascent(), style, Align::Right, &series.name);
            right -= width + 9.0;
            brush.fill(Area { x: right, y: top + 1.4, width: 6.0, height: 6.0 }, series.colour);
            right -= 12.0;
        }
    }

    fn slot(&self, chart: &BarChart) -> f32 {
        self.area.width / count(chart.categories.len().max(1))
    }
}

/// The top of a scale that holds `highest` and its step: 1, 2 or 5 times a power of ten, two to five steps.
pub fn scale(highest: Decimal) -> (Decimal, Decimal) {
    if highest <= Decimal::ZERO {
        return (Decimal::ONE, Decimal::ONE);
    }
    let mut power = Decimal::ONE;
    while power > highest && power.scale() < 12 {
        power *= Decimal::new(1, 1);
    }
    while power * Decimal::TEN <= highest {
        power *= Decimal::TEN;
    }
    let steps = [Decimal::new(2, 1), Decimal::new(5, 1), Decimal::ONE, Decimal::TWO];
    let step = steps.into_iter().map(|part| part * power).find(|step| *step * Decimal::from(5) >= highest);
    let step = step.unwrap_or(power).normalize();
    let top = (highest / step).ceil() * step;
    (top.normalize(), step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_hold_the_highest_value() {
        let check = |highest: &str, top: &str, step: &str| {
            let (found_top, found_step) = scale(highest.parse().unwrap());
            assert_eq!((found_top.to_string(), found_step.to_string()), (top.into(), step.into()), "{highest}");
        };
        check("0", "1", "1");
        check("97.4", "100", "20");
        check("100", "100", "20");
        check("101", "150", "50");
        check("612", "800", "200");
        check("0.37", "0.4", "0.1");
        check("4321", "5000", "1000");
    }
}
