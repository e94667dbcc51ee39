//! Lays content out on pages from top to bottom.

use super::fonts::Fonts;
use super::page::{Area, Brush, Page, Written};
use super::style::{Align, Palette, Style};
use super::tags::{NodeId, Role, Tree};
use super::{count, mm};
use crate::documents::DocumentError;

/// The sheet and where text may stand on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paper {
    pub width: f32,
    pub height: f32,
    pub left: f32,
    pub right: f32,
    /// Where text begins on every page.
    pub top: f32,
    /// The lowest point text may reach.
    pub bottom: f32,
}

impl Paper {
    /// A4 portrait with room for a running header and a footer.
    pub const A4: Paper = Paper {
        width: mm(210.0),
        height: mm(297.0),
        left: mm(18.0),
        right: mm(192.0),
        top: mm(25.0),
        bottom: mm(273.0),
    };

    pub fn text_width(&self) -> f32 {
        self.right - self.left
    }
}

/// A document being laid out. `y` is where the next thing goes.
pub struct Composer {
    pub paper: Paper,
    pub palette: Palette,
    pub y: f32,
    fonts: &'static Fonts,
    finished: Vec<Page>,
    page: Page,
    tree: Tree,
    /// The elements that enclose what comes next; the last is its owner.
    open: Vec<NodeId>,
    written: Written,
}

/// A document laid out: pages, structure and the characters it uses.
pub struct Composition {
    pub(super) paper: Paper,
    pub(super) fonts: &'static Fonts,
    pub(super) pages: Vec<Page>,
    pub(super) tree: Tree,
    pub(super) written: Written,
}

impl Composition {
    /// Draws below what stands on every page: seen, not read out.
    pub fn under(mut self, draw: impl Fn(&mut Brush)) -> Result<Composition, DocumentError> {
        let (fonts, page_height) = (self.fonts, self.paper.height);
        for page in &mut self.pages {
            let mut below = Page::default();
            below.begin_artifact();
            draw(&mut Brush { page: &mut below, fonts, written: &mut self.written, page_height });
            below.end();
            page.ops.splice(0..0, below.ops);
        }
        match self.written.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(self),
        }
    }
}

impl Composer {
    pub fn new(paper: Paper, palette: Palette) -> Result<Composer, DocumentError> {
        Ok(Composer {
            paper,
            palette,
            y: paper.top,
            fonts: Fonts::shared()?,
            finished: Vec::new(),
            page: Page::default(),
            tree: Tree::new(),
            open: vec![NodeId::ROOT],
            written: Written::default(),
        })
    }

    /// Everything `body` draws becomes part of a new element.
    pub fn element<R>(&mut self, role: Role, body: impl FnOnce(&mut Composer) -> R) -> R {
        let node = self.add_element(role);
        self.within(node, body)
    }

    /// Marked content of the innermost open element.
    pub fn content<R>(&mut self, draw: impl FnOnce(&mut Brush) -> R) -> R {
        let node = self.current();
        let number = self.page.begin(self.tree.name(node), node);
        self.tree.add_content(node, self.finished.len(), number);
        let result = draw(&mut self.brush());
        self.page.end();
        result
    }

    /// Decoration: seen, not read out.
    pub fn artifact(&mut self, draw: impl FnOnce(&mut Brush)) {
        self.page.begin_artifact();
        draw(&mut self.brush());
        self.page.end();
    }

    /// A block of text from `y` on over the full width, broken over pages where needed.
    pub fn paragraph(&mut self, role: Role, style: Style, text: &str) {
        let lines = self.wrap(text, style, self.paper.text_width());
        let mut rest = lines.as_slice();
        self.element(role, |c| {
            while !rest.is_empty() {
                c.ensure(style.leading);
                let fitting = rest.len().min(c.lines_left(style));
                let (now, later) = rest.split_at_checked(fitting).unwrap_or((rest, &[]));
                let (x, y) = (c.paper.left, c.y);
                c.content(|brush| brush.lines(x, y, style, Align::Left, now));
                c.y += style.leading * count(now.len());
                rest = later;
            }
        });
    }

    /// The height of [`Composer::paragraph`].
    pub fn paragraph_height(&self, style: Style, text: &str) -> f32 {
        style.leading * count(self.wrap(text, style, self.paper.text_width()).len())
    }

    /// A block of text at a fixed place, one element; returns its height.
    pub fn block(&mut self, role: Role, x: f32, y: f32, width: f32, style: Style, text: &str) -> f32 {
        let lines = self.wrap(text, style, width);
        self.element(role, |c| c.content(|brush| brush.lines(x, y, style, Align::Left, &lines)));
        style.leading * count(lines.len())
    }

    pub fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        self.fonts.wrap(text, style, width)
    }

    pub fn text_width(&self, text: &str, style: Style) -> f32 {
        self.fonts.width(text, style)
    }

    pub fn skip(&mut self, height: f32) {
        self.y += height;
    }

    pub fn remaining(&self) -> f32 {
        self.paper.bottom - self.y
    }

    /// Begins a new page where `height` does not fit on this one.
    pub fn ensure(&mut self, height: f32) {
        if height > self.remaining() && self.y > self.paper.top {
            self.new_page();
        }
    }

    pub fn new_page(&mut self) {
        self.finished.push(std::mem::take(&mut self.page));
        self.y = self.paper.top;
    }

    /// Ends the document; `running` draws what every page carries, given its number from 1 and how many there are.
    pub fn finish(mut self, running: impl Fn(&mut Brush, usize, usize)) -> Result<Composition, DocumentError> {
        self.new_page();
        let Composer { paper, fonts, finished: mut pages, tree, mut written, .. } = self;
        let total = pages.len();
        for (index, page) in pages.iter_mut().enumerate() {
            page.begin_artifact();
            running(&mut Brush { page, fonts, written: &mut written, page_height: paper.height }, index + 1, total);
            page.end();
        }
        match written.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(Composition { paper, fonts, pages, tree, written }),
        }
    }

    /// A new element, not entered yet.
    pub(super) fn add_element(&mut self, role: Role) -> NodeId {
        let parent = self.current();
        self.tree.add(role, parent)
    }

    /// What `body` draws belongs to `node`, which may have content on earlier pages.
    pub(super) fn within<R>(&mut self, node: NodeId, body: impl FnOnce(&mut Composer) -> R) -> R {
        self.open.push(node);
        let result = body(self);
        self.open.pop();
        result
    }

    /// An area of this page in PDF's coordinates: left, bottom, right, top.
    pub fn bbox(&self, area: Area) -> [f32; 4] {
        let top = self.paper.height - area.y;
        [area.x, top - area.height, area.x + area.width, top]
    }

    fn current(&self) -> NodeId {
        self.open.last().copied().unwrap_or(NodeId::ROOT)
    }

    fn brush(&mut self) -> Brush<'_> {
        Brush { page: &mut self.page, fonts: self.fonts, written: &mut self.written, page_height: self.paper.height }
    }

    /// At least one, so that a page too short for a line still ends.
    fn lines_left(&self, style: Style) -> usize {
        let mut lines = 1;
        while style.leading * count(lines + 1) <= self.remaining() && lines < 10_000 {
            lines += 1;
        }
        lines
    }
}
