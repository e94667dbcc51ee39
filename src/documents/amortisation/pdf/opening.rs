//! Where things stand on the report's day: the figures a reader looks for first, the chart, the years of all assets.

use super::Sheet;
use crate::documents::pdf::{Align, Area, Colour, Composer, Role, Style};
use crate::documents::report_paper::{heading, remark};
use crate::domain::amortisation::report::Position;
use crate::domain::money::Money;

/// A figure of the grid below the title.
struct Tile {
    label: String,
    amount: Money,
    is_highlighted: bool,
}

const TILES_IN_ROW: usize = 3;
const TILE_GAP: f32 = 3.0;
const TILE_HEIGHT: f32 = 40.0;

impl Sheet<'_> {
    pub(super) fn opening(&self, c: &mut Composer) {
        self.head(c);
        if self.report.assets.is_empty() {
            remark(c, &self.text("amortisation-empty"));
            return;
        }
        self.tiles(c);
        self.remarks(c);
        self.chart(c, &self.report.total);
        c.skip(12.0);
        c.element(Role::Section, |c| {
            heading(c, &self.text("amortisation-years"), 90.0);
            self.years(c, &self.report.total);
        });
    }

    fn head(&self, c: &mut Composer) {
        let component_count: usize = self.report.assets.iter().map(|asset| asset.components.len()).sum();
        let counts = [("assets", self.report.assets.len().to_string()), ("components", component_count.to_string())];
        let subtitle =
            self.texts.with("amortisation-subtitle", &counts.each_ref().map(|(name, count)| (*name, count.as_str())));
        self.paper.masthead(c, &self.paper.title, &subtitle);
    }

    fn tiles(&self, c: &mut Composer) {
        let tiles = self.position_tiles(&self.report.total.position);
        let paper = c.paper;
        let width = (paper.text_width() - 2.0 * TILE_GAP) / 3.0;
        c.element(Role::List, |c| {
            for row in tiles.chunks(TILES_IN_ROW) {
                let mut x = paper.left;
                for tile in row {
                    self.tile(c, tile, Area { x, y: c.y, width, height: TILE_HEIGHT });
                    x += width + TILE_GAP;
                }
                c.skip(TILE_HEIGHT + TILE_GAP);
            }
        });
        c.skip(9.0);
    }

    fn position_tiles(&self, position: &Position) -> Vec<Tile> {
        let tile = |id: &str, amount| Tile { label: self.text(id), amount, is_highlighted: false };
        let net = tile("amortisation-tile-net", position.net_book_value);
        let mut tiles = vec![
            tile("amortisation-tile-cost", position.cost),
            tile("amortisation-tile-depreciated", position.cumulative),
            Tile { is_highlighted: true, ..net },
            tile("amortisation-tile-posted", position.posted),
            tile("amortisation-tile-due", position.due),
            tile("amortisation-tile-to-come", position.to_come),
        ];
        let subsidy = &position.subsidy;
        if !subsidy.received.is_zero() {
            tiles.extend([
                tile("amortisation-tile-subsidy", subsidy.received),
                tile("amortisation-tile-income", subsidy.cumulative),
                tile("amortisation-tile-remaining", subsidy.remaining),
            ]);
        }
        tiles
    }

    fn tile(&self, c: &mut Composer, tile: &Tile, area: Area) {
        let palette = c.palette;
        let (ground, label, value) = if tile.is_highlighted {
            (palette.accent, Colour::WHITE, Colour::WHITE)
        } else {
            (palette.tint, palette.muted, palette.ink)
        };
        let text = self.format.euros(tile.amount);
        let mut style = Style::bold(12.0, 15.0, value);
        let room = area.width - 20.0;
        // A very large amount is set smaller, never beyond its tile.
        style.size *= (room / c.text_width(&text, style).max(1.0)).min(1.0);
        let (x, label_style) = (area.x + 10.0, Style::regular(7.8, 10.0, label));
        c.artifact(|brush| brush.fill(area, ground));
        c.element(Role::Item, |c| {
            c.element(Role::Label, |c| {
                c.content(|brush| brush.text(x, area.y + 14.5, label_style, Align::Left, &tile.label));
            });
            c.element(Role::Body, |c| {
                c.content(|brush| brush.text(x, area.y + 30.5, style, Align::Left, &text));
            });
        });
    }

    /// What the figures above would not tell: each only where there is something to tell.
    fn remarks(&self, c: &mut Composer) {
        let (position, day) = (&self.report.total.position, self.format.date(self.report.as_of));
        remark(c, &self.texts.with("amortisation-due-means", &[("date", &day)]));
        let amounts = [
            ("amortisation-not-in-service", position.cost - position.gross_value),
            ("amortisation-residual-value", position.residual_value),
            ("amortisation-impaired", position.impairment),
            ("amortisation-exits-mean", position.exits),
            ("amortisation-difference-means", position.difference),
        ];
        for (id, amount) in amounts.into_iter().filter(|(_, amount)| !amount.is_zero()) {
            remark(c, &self.texts.with(id, &[("amount", &self.format.euros(amount))]));
        }
        if !self.report.unknown_postings.is_empty() {
            remark(c, &self.text("amortisation-unknown-see"));
        }
        c.skip(12.0);
    }
}
