//! One page: the operators drawn so far, and which element of the structure tree owns each marked content.

use std::collections::{BTreeMap, BTreeSet};

use printpdf::{
    Color, DictItem, FontId, LinePoint, Op, PaintMode, PdfFontHandle, Point, Polygon, PolygonRing, Pt, Rgb, TextItem,
    TextMatrix, WindingOrder,
};

use super::fonts::{Fonts, drawable};
use super::style::{Align, Colour, Face, Style};
use super::tags::NodeId;
use super::{count, integer};
use crate::documents::DocumentError;

/// A rectangle from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// What one page holds.
#[derive(Debug, Default)]
pub struct Page {
    pub ops: Vec<Op>,
    /// The element each marked content belongs to; its position is the content's number on the page.
    pub owners: Vec<NodeId>,
    /// The fill colour in force.
    fill: Option<Colour>,
}

impl Page {
    /// Opens marked content of `role` owned by `node`; returns its number.
    pub fn begin(&mut self, role: &'static str, node: NodeId) -> usize {
        let number = self.owners.len();
        self.owners.push(node);
        let map = BTreeMap::from([("MCID".to_owned(), DictItem::Int(integer(number)))]);
        let properties = DictItem::Dict { map };
        self.ops.push(Op::BeginMarkedContentWithProperties { tag: role.to_owned(), properties });
        number
    }

    pub fn begin_artifact(&mut self) {
        self.ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() });
    }

    pub fn end(&mut self) {
        self.ops.push(Op::EndMarkedContent);
    }
}

/// What has been written so far, for the font subsets; and the first character that cannot be.
#[derive(Debug, Default)]
pub struct Written {
    pub regular: BTreeSet<char>,
    pub bold: BTreeSet<char>,
    pub fault: Option<DocumentError>,
}

/// The resource name of a face.
pub fn font_id(face: Face) -> FontId {
    FontId(match face {
        Face::Regular => "R".to_owned(),
        Face::Bold => "B".to_owned(),
    })
}

/// Draws on a page.
pub struct Brush<'a> {
    pub(super) page: &'a mut Page,
    pub(super) fonts: &'static Fonts,
    pub(super) written: &'a mut Written,
    /// PDF counts from the bottom.
    pub(super) page_height: f32,
}

impl Brush<'_> {
    /// One line of text whose baseline is at `y`.
    pub fn text(&mut self, x: f32, y: f32, style: Style, align: Align, text: &str) {
        if text.is_empty() || !self.record(text, style.face) {
            return;
        }
        let left = match align {
            Align::Left => x,
            Align::Right | Align::Decimal(_) => x - self.fonts.width(text, style),
            Align::Centre => x - self.fonts.width(text, style) / 2.0,
        };
        let pos = self.point(left, y);
        self.show(style, text, Op::SetTextCursor { pos });
    }

    /// One line of text that climbs from left to right by half a right angle, its middle at `x` and `y`.
    pub fn climbing(&mut self, x: f32, y: f32, style: Style, text: &str) {
        if !self.record(text, style.face) {
            return;
        }
        let turn = std::f32::consts::FRAC_1_SQRT_2;
        let half = self.fonts.width(text, style) / 2.0 * turn;
        let (left, bottom) = (hundredths(x - half), hundredths(self.page_height - y - half));
        self.show(style, text, Op::SetTextMatrix { matrix: TextMatrix::Raw([turn, turn, -turn, turn, left, bottom]) });
    }

    /// Writes `text`, which has its glyphs, where `place` puts it.
    fn show(&mut self, style: Style, text: &str, place: Op) {
        self.set_fill(style.colour);
        let font = PdfFontHandle::External(font_id(style.face));
        self.page.ops.extend([
            Op::StartTextSection,
            Op::SetFont { font, size: Pt(style.size) },
            place,
            Op::ShowText { items: vec![TextItem::Text(drawable(text).into_owned())] },
            Op::EndTextSection,
        ]);
    }

    /// Lines one below the other, the first one's top at `y`. All but the last carry a space, so that what is read out
    /// or copied does not join words.
    pub fn lines(&mut self, x: f32, y: f32, style: Style, align: Align, lines: &[String]) {
        for (index, line) in lines.iter().enumerate() {
            let baseline = y + style.ascent() + style.leading * count(index);
            let wrapped = align == Align::Left && index + 1 < lines.len();
            if wrapped {
                self.text(x, baseline, style, align, &format!("{line} "));
            } else {
                self.text(x, baseline, style, align, line);
            }
        }
    }

    pub fn fill(&mut self, area: Area, colour: Colour) {
        let (right, bottom) = (area.x + area.width, area.y + area.height);
        self.shape(&[(area.x, area.y), (right, area.y), (right, bottom), (area.x, bottom)], colour);
    }

    /// A line of `thickness` from one point to another.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), thickness: f32, colour: Colour) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(0.001);
        let (nx, ny) = (-dy / length * thickness / 2.0, dx / length * thickness / 2.0);
        let corners =
            [(from.0 + nx, from.1 + ny), (to.0 + nx, to.1 + ny), (to.0 - nx, to.1 - ny), (from.0 - nx, from.1 - ny)];
        self.shape(&corners, colour);
    }

    /// A polygon, filled.
    pub fn shape(&mut self, corners: &[(f32, f32)], colour: Colour) {
        self.set_fill(colour);
        let points = corners.iter().map(|(x, y)| LinePoint { p: self.point(*x, *y), bezier: false }).collect();
        let polygon = Polygon {
            rings: vec![PolygonRing { points }],
            mode: PaintMode::Fill,
            winding_order: WindingOrder::NonZero,
        };
        self.page.ops.push(Op::DrawPolygon { polygon });
    }

    /// A horizontal line of `thickness` whose top is at `y`.
    pub fn rule(&mut self, x: f32, y: f32, width: f32, thickness: f32, colour: Colour) {
        self.fill(Area { x, y, width, height: thickness }, colour);
    }

    pub fn text_width(&self, text: &str, style: Style) -> f32 {
        self.fonts.width(text, style)
    }

    fn set_fill(&mut self, colour: Colour) {
        if self.page.fill == Some(colour) {
            return;
        }
        self.page.fill = Some(colour);
        let part = |value: u8| hundredths(f32::from(value) / 2.55) / 100.0;
        let (r, g, b) = (part(colour.red), part(colour.green), part(colour.blue));
        self.page.ops.push(Op::SetFillColor { col: Color::Rgb(Rgb { r, g, b, icc_profile: None }) });
    }

    fn point(&self, x: f32, y: f32) -> Point {
        Point { x: Pt(hundredths(x)), y: Pt(hundredths(self.page_height - y)) }
    }

    /// False where a character has no glyph; the document then fails as a whole.
    fn record(&mut self, text: &str, face: Face) -> bool {
        if let Some(character) = self.fonts.missing(text, face) {
            self.written.fault.get_or_insert_with(|| DocumentError::NoGlyph { character, text: text.to_owned() });
            return false;
        }
        let used = match face {
            Face::Regular => &mut self.written.regular,
            Face::Bold => &mut self.written.bold,
        };
        used.extend(drawable(text).chars());
        true
    }
}

/// A printer's dot is a tenth of this; more digits only make files larger.
fn hundredths(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}
