//! Charges by year as bars, below them the net book value as a line of steps, over the same years.
//!
//! What is posted, due and to come differs by filling, not by colour alone: full, striped, hollow. A rule through both
//! marks the report's day.

use chrono::Datelike;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Sheet;
use crate::documents::pdf::{Align, Area, Brush, Composer, Palette, Role, Style, count, scale};
use crate::domain::amortisation::report::{Plan, PlanRow};
use crate::domain::money::Money;

const LABEL_SIZE: f32 = 6.8;
const BARS_HEIGHT: f32 = 104.0;
const STEPS_HEIGHT: f32 = 58.0;
/// Above a panel: its name, and what its scale counts.
const CAPTION: f32 = 15.0;
/// Above the upper panel, below its name: the report's day.
const DAY: f32 = 8.0;
/// Below a panel: its years.
const AXIS: f32 = 13.0;
const BETWEEN: f32 = 4.0;
const LINE: f32 = 1.2;
const BORDER: f32 = 0.9;
const STRIPE: f32 = 1.3;

/// How a part of a bar is filled.
#[derive(Clone, Copy)]
enum Filling {
    Full,
    Striped,
    Hollow,
}

/// A part of each year's bar.
struct Part {
    text: &'static str,
    filling: Filling,
    amount: fn(&PlanRow<i32>) -> Money,
}

/// From the bottom up.
const PARTS: [Part; 3] = [
    Part { text: "amortisation-posted", filling: Filling::Full, amount: |row| row.posted },
    Part { text: "amortisation-due", filling: Filling::Striped, amount: |row| row.due },
    Part { text: "amortisation-to-come", filling: Filling::Hollow, amount: |row| row.to_come },
];

/// One of the two charts: where it stands and what its scale holds.
struct Panel {
    area: Area,
    slot: f32,
    top: Decimal,
    step: Decimal,
    /// The scale is labelled in multiples of this.
    unit: Decimal,
    style: Style,
    palette: Palette,
}

impl Sheet<'_> {
    pub(super) fn chart(&self, c: &mut Composer, plan: &Plan) {
        let (Some(first), Some(last)) = (plan.years.first(), plan.years.last()) else { return };
        let height = CAPTION + DAY + BARS_HEIGHT + AXIS + BETWEEN + CAPTION + STEPS_HEIGHT + AXIS;
        c.ensure(height);
        let area = Area { x: c.paper.left, y: c.y, width: c.paper.text_width(), height };
        let [bars, steps] = self.panels(c, area, plan);
        let (alt, bbox) = (self.chart_words(plan, first, last), c.bbox(area));
        c.element(Role::Figure { alt, bbox }, |c| {
            c.content(|brush| {
                self.caption(brush, area.x, area.y, &bars, "amortisation-chart-charge");
                self.legend(brush, area.y, &bars);
                self.scale(brush, &bars);
                bars.draw_bars(brush, &plan.years);
                bars.draw_years(brush, &plan.years);
                self.caption(brush, area.x, steps.area.y - CAPTION, &steps, "amortisation-chart-net");
                self.scale(brush, &steps);
                steps.draw_steps(brush, &plan.years);
                steps.draw_years(brush, &plan.years);
                self.mark_day(brush, first, last, &bars, &steps);
            });
        });
        c.skip(height);
    }

    /// Bars above, steps below, both as wide as the wider of their scales' labels leaves them.
    fn panels(&self, c: &Composer, area: Area, plan: &Plan) -> [Panel; 2] {
        let style = Style::regular(LABEL_SIZE, LABEL_SIZE * 1.3, c.palette.muted);
        let bars_top = area.y + CAPTION + DAY;
        let steps_top = bars_top + BARS_HEIGHT + AXIS + BETWEEN + CAPTION;
        let panel = |y: f32, height: f32, amount: fn(&PlanRow<i32>) -> Money| {
            let highest = plan.years.iter().map(amount).max().unwrap_or_default();
            let (top, step) = scale(highest.to_decimal());
            let units = [Decimal::from(1_000_000), Decimal::from(1_000)];
            let unit = units.into_iter().find(|unit| top >= *unit).unwrap_or(Decimal::ONE);
            Panel { area: Area { y, height, ..area }, slot: 0.0, top, step, unit, style, palette: c.palette }
        };
        let mut panels =
            [panel(bars_top, BARS_HEIGHT, bar_total), panel(steps_top, STEPS_HEIGHT, |row| row.net_book_value)];
        let labels = panels.iter().flat_map(|panel| panel.scale_values().map(|value| self.label(panel, value)));
        let gutter = labels.map(|label| c.text_width(&label, style)).fold(0.0, f32::max) + 5.0;
        for panel in &mut panels {
            panel.area = Area { x: area.x + gutter, width: area.width - gutter, ..panel.area };
            panel.slot = panel.area.width / count(plan.years.len().max(1));
        }
        panels
    }

    /// A value of the scale, in the panel's unit.
    fn label(&self, panel: &Panel, value: Decimal) -> String {
        self.format.number(value.checked_div(panel.unit).unwrap_or_default().normalize())
    }

    /// `Dotation de l’année (M€)`, at the left edge of the page.
    fn caption(&self, brush: &mut Brush, x: f32, y: f32, panel: &Panel, id: &str) {
        let unit = match panel.unit.to_u32() {
            Some(1_000_000) => "M€",
            Some(1_000) => "k€",
            _ => "€",
        };
        let bold = Style::bold(LABEL_SIZE + 0.6, panel.style.leading, panel.palette.accent);
        brush.text(x, y + bold.ascent(), bold, Align::Left, &self.texts.with(id, &[("unit", unit)]));
    }

    /// Right-aligned above the bars.
    fn legend(&self, brush: &mut Brush, top: f32, panel: &Panel) {
        let mut right = panel.area.x + panel.area.width;
        for Part { text, filling, .. } in PARTS.iter().rev() {
            let name = self.text(text);
            brush.text(right, top + panel.style.ascent(), panel.style, Align::Right, &name);
            right -= brush.text_width(&name, panel.style) + 12.5;
            filling.fill(brush, Area { x: right, y: top + 0.6, width: 9.0, height: 7.4 }, panel.palette);
            right -= 11.0;
        }
    }

    fn scale(&self, brush: &mut Brush, panel: &Panel) {
        let Area { x, width, .. } = panel.area;
        for value in panel.scale_values() {
            let y = panel.y_of(value);
            let (thickness, colour) =
                if value.is_zero() { (0.7, panel.palette.muted) } else { (0.4, panel.palette.rule) };
            brush.rule(x, y, width, thickness, colour);
            let label = self.label(panel, value);
            brush.text(x - 4.0, y + LABEL_SIZE * 0.36, panel.style, Align::Right, &label);
        }
    }

    /// A rule through both panels where the report's day lies, where it lies on them.
    fn mark_day(&self, brush: &mut Brush, first: &PlanRow<i32>, last: &PlanRow<i32>, bars: &Panel, steps: &Panel) {
        let day = self.report.as_of;
        if day.year() < first.period || day.year() > last.period {
            return;
        }
        let years_before = usize::try_from(day.year() - first.period).unwrap_or_default();
        let share = f32::from(u16::try_from(day.ordinal()).unwrap_or_default()) / 366.0;
        let x = bars.area.x + bars.slot * (count(years_before) + share);
        let palette = bars.palette;
        for panel in [bars, steps] {
            let Area { y, height, .. } = panel.area;
            brush.fill(Area { x: x - 0.3, y: y - 3.0, width: 0.6, height: height + 3.0 }, palette.ink);
        }
        let style = Style { colour: palette.ink, ..bars.style };
        let (text, end) = (self.format.date_short(day), bars.area.x + bars.area.width);
        let half = brush.text_width(&text, style) / 2.0;
        brush.text(x.clamp(bars.area.x + half, end - half), bars.area.y - 5.0, style, Align::Centre, &text);
    }

    /// What the chart shows: its span, its highest charge, how far it is posted, and how the value falls.
    fn chart_words(&self, plan: &Plan, first: &PlanRow<i32>, last: &PlanRow<i32>) -> String {
        let highest = plan.years.iter().max_by_key(|row| row.charge).unwrap_or(first);
        let (position, euros) = (&plan.position, |amount| self.format.euros(amount));
        let arguments = [
            ("first", first.period.to_string()),
            ("last", last.period.to_string()),
            ("highest", euros(highest.charge)),
            ("highestyear", highest.period.to_string()),
            ("posted", euros(position.posted)),
            ("due", euros(position.due)),
            ("tocome", euros(position.to_come)),
            ("firstvalue", euros(first.net_book_value)),
            ("lastvalue", euros(last.net_book_value)),
        ];
        self.texts.with("amortisation-chart-alt", &arguments.each_ref().map(|(name, value)| (*name, value.as_str())))
    }
}

fn bar_total(row: &PlanRow<i32>) -> Money {
    PARTS.iter().map(|part| (part.amount)(row)).sum()
}

impl Panel {
    fn scale_values(&self) -> impl Iterator<Item = Decimal> + use<> {
        let (top, step) = (self.top, self.step);
        std::iter::successors(Some(Decimal::ZERO), move |value| Some(value + step))
            .take_while(move |value| *value <= top)
    }

    fn height_of(&self, value: Decimal) -> f32 {
        let share = value.checked_div(self.top).unwrap_or_default();
        share.to_f32().unwrap_or(0.0).clamp(0.0, 1.0) * self.area.height
    }

    fn y_of(&self, value: Decimal) -> f32 {
        self.area.y + self.area.height - self.height_of(value)
    }

    fn draw_bars(&self, brush: &mut Brush, years: &[PlanRow<i32>]) {
        let width = (self.slot * 0.62).min(34.0);
        let mut x = self.area.x + (self.slot - width) / 2.0;
        for row in years {
            let mut bottom = self.area.y + self.area.height;
            for Part { filling, amount, .. } in &PARTS {
                let height = self.height_of(amount(row).to_decimal());
                if height > 0.0 {
                    filling.fill(brush, Area { x, y: bottom - height, width, height }, self.palette);
                }
                bottom -= height;
            }
            x += self.slot;
        }
    }

    /// A step a year, on a tinted ground.
    fn draw_steps(&self, brush: &mut Brush, years: &[PlanRow<i32>]) {
        let bottom = self.area.y + self.area.height;
        let mut x = self.area.x;
        let mut before: Option<f32> = None;
        for row in years {
            let y = self.y_of(row.net_book_value.to_decimal());
            brush.fill(Area { x, y, width: self.slot, height: bottom - y }, self.palette.tint);
            brush.rule(x, y - LINE / 2.0, self.slot, LINE, self.palette.accent);
            if let Some(before) = before {
                let (top, low) = (before.min(y), before.max(y));
                let riser = Area { x: x - LINE / 2.0, y: top - LINE / 2.0, width: LINE, height: low - top + LINE };
                brush.fill(riser, self.palette.accent);
            }
            before = Some(y);
            x += self.slot;
        }
    }

    /// Every year, or every other, fifth or tenth where they would touch.
    fn draw_years(&self, brush: &mut Brush, years: &[PlanRow<i32>]) {
        let needed = brush.text_width("2000", self.style) + 9.0;
        let every = [1_usize, 2, 5, 10, 20].into_iter().find(|every| self.slot * count(*every) >= needed).unwrap_or(50);
        let y = self.area.y + self.area.height + 2.5 + self.style.ascent();
        for (index, row) in years.iter().enumerate().step_by(every) {
            let x = self.area.x + self.slot * (count(index) + 0.5);
            brush.text(x, y, self.style, Align::Centre, &row.period.to_string());
        }
    }
}

impl Filling {
    fn fill(self, brush: &mut Brush, area: Area, palette: Palette) {
        let Area { x, y, width, height } = area;
        if matches!(self, Filling::Full) || height <= 2.0 * BORDER || width <= 2.0 * BORDER {
            brush.fill(area, palette.accent);
            return;
        }
        brush.fill(area, palette.tint);
        let (right, bottom) = (x + width - BORDER, y + height - BORDER);
        for y in [y, bottom] {
            brush.rule(x, y, width, BORDER, palette.accent);
        }
        for x in [x, right] {
            brush.fill(Area { x, width: BORDER, ..area }, palette.accent);
        }
        if matches!(self, Filling::Striped) {
            let mut stripe = y + BORDER + STRIPE;
            while stripe < bottom {
                brush.rule(x, stripe, width, STRIPE.min(bottom - stripe), palette.accent);
                stripe += 2.0 * STRIPE;
            }
        }
    }
}
