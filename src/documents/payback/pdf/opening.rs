//! What a reader wants to know first: when, how far, the curve.

use super::Sheet;
use crate::documents::pdf::{Align, Area, Colour, Composer, Role, Style};
use crate::documents::report_paper::remark;
use crate::domain::money::Money;

const TILES_IN_ROW: usize = 4;
const TILE_GAP: f32 = 3.0;
const TILE_HEIGHT: f32 = 38.0;

struct Tile {
    label: String,
    amount: Money,
    is_highlighted: bool,
}

impl Sheet<'_> {
    pub(super) fn opening(&self, c: &mut Composer) {
        self.head(c);
        self.headline(c);
        self.tiles(c);
        self.charts(c);
        self.remarks(c);
    }

    fn head(&self, c: &mut Composer) {
        let (scenario, years) = (self.report.scenario.name.as_str(), self.report.horizon_years.to_string());
        let subtitle = self.words.with("payback-subtitle", &[("scenario", scenario), ("years", &years)]);
        self.paper.masthead(c, &self.paper.title, &subtitle);
    }

    fn headline(&self, c: &mut Composer) {
        let bold = Style::bold(11.5, 15.5, c.palette.ink);
        c.paragraph(Role::Paragraph, bold, &self.words.headline(self.report));
        let texts = self.words.range(self.report).into_iter().chain([self.words.done(self.report)]);
        let plain = Style::regular(9.2, 13.0, c.palette.ink);
        for text in texts {
            c.paragraph(Role::Paragraph, plain, &text);
        }
        c.skip(8.0);
    }

    fn tiles(&self, c: &mut Composer) {
        let position = &self.report.position;
        let tile = |id: &str, amount| Tile { label: self.text(id), amount, is_highlighted: false };
        let rest = if position.cumulative.is_negative() {
            tile("payback-tile-cumulative", position.cumulative.abs())
        } else {
            tile("payback-tile-surplus", position.cumulative)
        };
        let invested = self.words.invested_through(self.report.done_through());
        let tiles = [
            Tile { label: invested, amount: position.invested, is_highlighted: false },
            tile("payback-tile-net", position.net_gain),
            Tile { is_highlighted: true, ..rest },
            tile("payback-tile-revenue", position.revenue),
            tile("payback-tile-avoided", position.hosting_avoided),
            tile("payback-tile-heat", position.heat_sold),
            tile("payback-tile-running", position.running_cost),
        ];
        let (first, second) = tiles.split_at(3);
        c.element(Role::List, |c| {
            for row in [first, second] {
                let count = crate::documents::pdf::count(row.len().clamp(1, TILES_IN_ROW));
                let width = (c.paper.text_width() - (count - 1.0) * TILE_GAP) / count;
                let mut x = c.paper.left;
                for tile in row {
                    self.tile(c, tile, Area { x, y: c.y, width, height: TILE_HEIGHT });
                    x += width + TILE_GAP;
                }
                c.skip(TILE_HEIGHT + TILE_GAP);
            }
        });
        c.skip(10.0);
    }

    fn tile(&self, c: &mut Composer, tile: &Tile, area: Area) {
        let palette = c.palette;
        let (ground, label, value) = if tile.is_highlighted {
            (palette.accent, Colour::WHITE, Colour::WHITE)
        } else {
            (palette.tint, palette.muted, palette.ink)
        };
        let text = self.words.format.euros(tile.amount);
        let mut style = Style::bold(11.5, 14.0, value);
        style.size *= ((area.width - 18.0) / c.text_width(&text, style).max(1.0)).min(1.0);
        let (x, label_style) = (area.x + 9.0, Style::regular(7.6, 10.0, label));
        c.artifact(|brush| brush.fill(area, ground));
        c.element(Role::Item, |c| {
            c.element(Role::Label, |c| {
                c.content(|brush| brush.text(x, area.y + 13.5, label_style, Align::Left, &tile.label));
            });
            c.element(Role::Body, |c| {
                c.content(|brush| brush.text(x, area.y + 29.0, style, Align::Left, &text));
            });
        });
    }

    fn remarks(&self, c: &mut Composer) {
        for known in &self.report.remarks {
            remark(c, &self.words.remark(known));
        }
        c.skip(14.0);
    }
}
