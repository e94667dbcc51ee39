//! A small engine for tagged, archivable documents: text, tables and charts flow over A4 pages, and everything drawn
//! is either in the structure tree or marked as decoration.
//!
//! Owns: measuring and wrapping, pages, tables that repeat their header, bar charts, the structure tree, and what
//! makes the result PDF/A-3a and PDF/UA-1. Does not own: words, numbers, or what a document says. Lengths are points
//! (1/72 inch) from the top left corner of the page.

mod archive;
mod attachment;
mod chart;
mod composer;
mod fonts;
mod page;
mod style;
mod table;
mod tags;
mod xmp;

pub use archive::{Metadata, save};
pub use attachment::Attachment;
pub use chart::{BarChart, Series, scale};
pub use composer::{Composer, Composition, Paper};
pub use page::{Area, Brush};
pub use style::{Align, Colour, Palette, Style, mm};
pub use table::{Cell, Column, Row, RowLook, Table, Width};
pub use tags::Role;
pub use xmp::{Extension, Property};

/// A count as a length factor. Pages never hold more than 65,535 of anything.
pub fn count(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

/// A count as PDF writes it.
fn integer(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
