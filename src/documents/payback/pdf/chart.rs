//! The cumulative position as a curve: what happened as a full line, the shown scenario as a dashed one, the span of all
//! scenarios as a band; the target and break-even marked. No meaning rests on colour alone.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::super::words::shown;
use super::Sheet;
use crate::documents::pdf::{Align, Area, Brush, Colour, Composer, Palette, Role, Style, count, scale};
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;
use crate::domain::payback::MonthRow;

const NEAR_HEIGHT: f32 = 188.0;
const FAR_HEIGHT: f32 = 120.0;
const CAPTION: f32 = 27.0;
const AXIS: f32 = 15.0;
const LABEL_SIZE: f32 = 6.8;
const BAND: Colour = Colour { red: 0xC9, green: 0xDE, blue: 0xE8 };
/// A chart that shows less than this much of the other says nothing more: percent.
const WORTH_PERCENT: usize = 80;
/// Months shown after the last mark.
const AFTER: usize = 24;

/// Where the curve stands and what its scale holds.
struct Plot<'a> {
    rows: &'a [MonthRow],
    area: Area,
    low: Decimal,
    high: Decimal,
    step: Decimal,
    unit: Decimal,
    style: Style,
    palette: Palette,
}

impl Sheet<'_> {
    pub(super) fn charts(&self, c: &mut Composer) {
        let rows = self.report.months.as_slice();
        let near = self.near_count(rows).min(rows.len());
        let is_worth = near * 100 < rows.len() * WORTH_PERCENT;
        if is_worth {
            let caption = self.words.near_caption();
            self.chart(c, rows.get(..near).unwrap_or(rows), NEAR_HEIGHT, &caption);
        }
        let years = self.report.horizon_years.to_string();
        let caption = self.words.far_caption(&years);
        let height = if is_worth { FAR_HEIGHT } else { NEAR_HEIGHT };
        self.chart(c, rows, height, &caption);
    }

    /// How many months reach past the target and every break-even.
    fn near_count(&self, rows: &[MonthRow]) -> usize {
        let even = self.report.scenarios.iter().filter_map(|result| result.break_even);
        let last = even.chain([self.report.target_month]).chain(self.report.actual_through).max();
        let index = last.and_then(|last| rows.iter().position(|row| row.month == last));
        index.map_or(rows.len(), |index| index + AFTER)
    }

    fn chart(&self, c: &mut Composer, rows: &[MonthRow], height: f32, caption: &str) {
        if rows.is_empty() {
            return;
        }
        let total = CAPTION + height + AXIS;
        c.ensure(total);
        let area = Area { x: c.paper.left, y: c.y, width: c.paper.text_width(), height: total };
        let plot = self.plot(c, rows, area, height);
        let (alt, bbox) = (self.words.curve_words(self.report, rows), c.bbox(area));
        c.element(Role::Figure { alt, bbox }, |c| {
            c.content(|brush| {
                self.caption(brush, area, &plot, caption);
                plot.draw_band(brush);
                self.scale(brush, &plot);
                plot.draw_years(brush);
                plot.draw_curve(brush);
                self.marks(brush, &plot);
            });
        });
        c.skip(total + 8.0);
    }

    fn plot<'a>(&self, c: &Composer, rows: &'a [MonthRow], area: Area, height: f32) -> Plot<'a> {
        let lowest = rows.iter().map(|row| row.low.min(row.cumulative)).min().unwrap_or_default().min(Money::ZERO);
        let highest = rows.iter().map(|row| row.high.max(row.cumulative)).max().unwrap_or_default().max(Money::ZERO);
        let (_, step) = scale(highest.to_decimal().max(-lowest.to_decimal()));
        let steps = |value: Decimal| value.checked_div(step).unwrap_or_default();
        let (low, high) = (steps(lowest.to_decimal()).floor() * step, steps(highest.to_decimal()).ceil() * step);
        let units = [Decimal::from(1_000_000), Decimal::from(1_000)];
        let unit = units.into_iter().find(|unit| step >= *unit).unwrap_or(Decimal::ONE);
        let style = Style::regular(LABEL_SIZE, LABEL_SIZE * 1.3, c.palette.muted);
        let mut plot = Plot { rows, area, low, high, step, unit, style, palette: c.palette };
        let labels = plot.scale_values().into_iter().map(|value| self.label(&plot, value));
        let gutter = labels.map(|label| c.text_width(&label, style)).fold(0.0, f32::max) + 6.0;
        plot.area = Area { x: area.x + gutter, y: area.y + CAPTION, width: area.width - gutter, height };
        plot
    }

    fn label(&self, plot: &Plot<'_>, value: Decimal) -> String {
        self.words.format.number(value.checked_div(plot.unit).unwrap_or_default().normalize())
    }

    fn caption(&self, brush: &mut Brush, area: Area, plot: &Plot<'_>, caption: &str) {
        let unit = match plot.unit.to_u32() {
            Some(1_000_000) => "M€",
            Some(1_000) => "k€",
            _ => "€",
        };
        let bold = Style::bold(LABEL_SIZE + 0.8, plot.style.leading, plot.palette.accent);
        let text = format!("{caption} – {}", self.words.with("payback-chart", &[("unit", unit)]));
        brush.text(area.x, area.y + bold.ascent(), bold, Align::Left, &text);
        let mut right = area.x + area.width;
        let y = area.y + bold.ascent() + 10.5;
        let keys = [
            ("payback-legend-band", Key::Band),
            ("payback-legend-projected", Key::Dashed),
            ("payback-legend-actual", Key::Full),
        ];
        for (id, key) in keys {
            let name = self.text(id);
            brush.text(right, y, plot.style, Align::Right, &name);
            right -= brush.text_width(&name, plot.style) + 17.0;
            key.draw(brush, right, y - 2.4, plot.palette);
            right -= 9.0;
        }
    }

    fn scale(&self, brush: &mut Brush, plot: &Plot<'_>) {
        let Area { x, width, .. } = plot.area;
        for value in plot.scale_values() {
            let y = plot.y_of(value);
            let (thickness, colour) = if value.is_zero() { (0.9, plot.palette.ink) } else { (0.4, plot.palette.rule) };
            brush.rule(x, y - thickness / 2.0, width, thickness, colour);
            brush.text(x - 4.0, y + LABEL_SIZE * 0.36, plot.style, Align::Right, &self.label(plot, value));
        }
        let style = Style { colour: plot.palette.ink, ..plot.style };
        brush.text(x + 3.0, plot.y_of(Decimal::ZERO) - 3.0, style, Align::Left, &self.text("payback-line-zero"));
    }

    /// The last actual month, the target, the break-even of the shown scenario; labels one below the other.
    fn marks(&self, brush: &mut Brush, plot: &Plot<'_>) {
        let even = shown(self.report).and_then(|result| result.break_even);
        let marks = [
            ("payback-mark-now", self.report.actual_through, plot.palette.muted),
            ("payback-mark-target", Some(self.report.target_month), plot.palette.ink),
            ("payback-mark-break-even", even, plot.palette.accent),
        ];
        let Area { x, y, width, height } = plot.area;
        let placed: Vec<_> = marks
            .into_iter()
            .filter_map(|(id, month, colour)| Some((id, month?, plot.x_of(month?)?, colour)))
            .collect();
        for (id, _, at, colour) in &placed {
            let (mut top, bottom) = (y, y + height);
            while top < bottom {
                brush.fill(Area { x: at - 0.35, y: top, width: 0.7, height: 3.0_f32.min(bottom - top) }, *colour);
                top += 5.0;
            }
            if *id == "payback-mark-break-even" {
                let zero = plot.y_of(Decimal::ZERO);
                brush.shape(&[(*at, zero - 4.2), (at + 4.2, zero), (*at, zero + 4.2), (at - 4.2, zero)], *colour);
            }
        }
        // Labels last, on a ground of their own: no line runs through them.
        for (line, (id, month, at, colour)) in placed.into_iter().enumerate() {
            let text = self.words.with(id, &[("month", &self.words.format.month_short(month))]);
            let style = Style::bold(LABEL_SIZE, plot.style.leading, colour);
            let (baseline, text_width) = (y + 7.0 + count(line) * 9.5, brush.text_width(&text, style));
            let is_left = at + 4.0 + text_width > x + width;
            let start = if is_left { at - 4.0 - text_width } else { at + 4.0 };
            let ground = Area { x: start - 1.6, y: baseline - 6.4, width: text_width + 3.2, height: 8.4 };
            brush.fill(ground, Colour::WHITE);
            brush.text(start, baseline, style, Align::Left, &text);
        }
    }
}

/// A sample of the legend.
#[derive(Clone, Copy)]
enum Key {
    Full,
    Dashed,
    Band,
}

impl Key {
    fn draw(self, brush: &mut Brush, x: f32, y: f32, palette: Palette) {
        match self {
            Key::Full => brush.line((x, y), (x + 14.0, y), 1.8, palette.accent),
            Key::Dashed => {
                for start in [0.0, 5.4, 10.8] {
                    brush.line((x + start, y), (x + start + 3.2, y), 1.4, palette.accent);
                }
            }
            Key::Band => brush.fill(Area { x, y: y - 3.2, width: 14.0, height: 6.4 }, BAND),
        }
    }
}

impl Plot<'_> {
    fn scale_values(&self) -> Vec<Decimal> {
        let (high, step) = (self.high, self.step);
        let values = std::iter::successors(Some(self.low), |value| Some(*value + step));
        values.take_while(|value| *value <= high).take(40).collect()
    }

    fn y_of(&self, value: Decimal) -> f32 {
        let share = (value - self.low).checked_div(self.high - self.low).unwrap_or_default();
        self.area.y + self.area.height * (1.0 - share.to_f32().unwrap_or(0.0).clamp(0.0, 1.0))
    }

    fn x_at(&self, index: usize) -> f32 {
        self.area.x + self.area.width * count(index) / count(self.rows.len().saturating_sub(1).max(1))
    }

    fn x_of(&self, month: BillingMonth) -> Option<f32> {
        self.rows.iter().position(|row| row.month == month).map(|index| self.x_at(index))
    }

    fn point(&self, index: usize, amount: Money) -> (f32, f32) {
        (self.x_at(index), self.y_of(amount.to_decimal()))
    }

    /// From the last actual month on.
    fn draw_band(&self, brush: &mut Brush) {
        let from = self.rows.iter().rposition(|row| row.is_actual).unwrap_or(0);
        let rows = || self.rows.iter().enumerate().skip(from);
        let mut corners: Vec<(f32, f32)> = rows().map(|(index, row)| self.point(index, row.high)).collect();
        corners.extend(rows().rev().map(|(index, row)| self.point(index, row.low)));
        if corners.len() > 2 {
            brush.shape(&corners, BAND);
        }
    }

    fn draw_curve(&self, brush: &mut Brush) {
        let points: Vec<((f32, f32), bool)> = self
            .rows
            .iter()
            .enumerate()
            .map(|(index, row)| (self.point(index, row.cumulative), row.is_actual))
            .collect();
        let mut drawn = 0.0_f32;
        for pair in points.windows(2) {
            let [(from, _), (to, is_actual)] = pair else { continue };
            if *is_actual {
                brush.line(*from, *to, 1.8, self.palette.accent);
                continue;
            }
            drawn = dashes(brush, *from, *to, drawn, self.palette.accent);
        }
    }

    fn draw_years(&self, brush: &mut Brush) {
        let januaries: Vec<(usize, i32)> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.month.month() == 1)
            .map(|(index, row)| (index, row.month.year()))
            .collect();
        let slot = self.area.width / count(januaries.len().max(1));
        let needed = brush.text_width("2000", self.style) + 8.0;
        let every = [1, 2, 5, 10].into_iter().find(|every| slot * count(*every) >= needed).unwrap_or(20);
        let bottom = self.area.y + self.area.height;
        for (index, year) in januaries {
            let x = self.x_at(index);
            brush.fill(Area { x: x - 0.2, y: bottom, width: 0.4, height: 2.6 }, self.palette.muted);
            if usize::try_from(year).unwrap_or_default() % every == 0 {
                brush.text(x, bottom + 4.0 + self.style.ascent(), self.style, Align::Centre, &year.to_string());
            }
        }
    }
}

/// A dashed line that goes on where the one before ended; returns how far along its pattern it is.
fn dashes(brush: &mut Brush, from: (f32, f32), to: (f32, f32), begun: f32, colour: Colour) -> f32 {
    const DASH: f32 = 4.0;
    const PATTERN: f32 = 6.6;
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let at = |along: f32| {
        let share = if length > 0.0 { along / length } else { 0.0 };
        (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    };
    let (mut along, mut phase) = (0.0, begun);
    while along < length {
        let is_dash = phase < DASH;
        let rest = if is_dash { DASH - phase } else { PATTERN - phase };
        let next = (along + rest.max(0.05)).min(length);
        if is_dash {
            brush.line(at(along), at(next), 1.5, colour);
        }
        phase += next - along;
        if phase >= PATTERN - 0.01 {
            phase = 0.0;
        }
        along = next;
    }
    phase
}
