//! Issued invoices turned into documents by one thread: tagged PDF/A-3a with its XML, without and with the annex of
//! charts and tables.
//!
//! The limit is printpdf alone: the text of the same pages, at the same places, saved by it directly with fonts that
//! every reader has: no font to subset and embed, no tags, no XML, no metadata, nothing compressed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::float_arithmetic,
    reason = "a benchmark: it stops where something is wrong, and its figures are no amounts"
)]

#[path = "../common/mod.rs"]
mod common;
mod plain;

use std::hint::black_box;

use chapelle::documents::{cii_xml, factur_x};
use chapelle::domain::billing_run::{self, Snapshot};
use chapelle::domain::calendar::Timestamp;
use chapelle::domain::invoice::{InvoiceNumber, IssueContext, IssuedInvoice};
use chapelle::domain::rating::Samples;

use common::centre::{LINES_PER_CONTRACT, ZONE, month, now};
use common::table::{NONE, Table, mib, rate, ratio};
use common::{Centre, Run, in_turn};
use plain::{Fonts, PlainPages};

const STEP_SECONDS: i64 = 600;
const DOCUMENTS: u64 = 200;
/// The annex makes a document of many pages.
const DOCUMENTS_WITH_ANNEX: u64 = 40;

fn main() {
    common::run_parts(&[("plain", without_annex), ("annex", with_annex)]);
}

fn without_annex() {
    let mut invoice = invoice();
    invoice.charges.iter_mut().for_each(|charge| charge.provenance.usage = None);
    documents("without annex", &invoice, common::scaled(DOCUMENTS));
}

fn with_annex() {
    documents("with annex", &invoice(), common::scaled(DOCUMENTS_WITH_ANNEX));
}

/// An invoice of thirty lines, twenty of them metered by two meters each over a whole month.
fn invoice() -> IssuedInvoice {
    let centre = Centre::new(LINES_PER_CONTRACT / 3);
    let period = month().period(ZONE);
    let samples: Samples = (0..)
        .zip(&centre.book.meters)
        .map(|(position, meter)| (meter.code.clone(), centre.samples(position, period, STEP_SECONDS)))
        .collect();
    let snapshot = Snapshot {
        book: &centre.book,
        month: month(),
        samples: &samples,
        billed: Vec::new(),
        late: Vec::new(),
        manual: Vec::new(),
        credits: Vec::new(),
        unreported: Vec::new(),
        now: now(),
    };
    let draft = billing_run::plan(&snapshot).drafts.remove(0);
    let issued_at: Timestamp = now();
    draft.issue(&IssueContext {
        number: InvoiceNumber::from_stored("DC2026000001"),
        issued_at: issued_at.to_utc(),
        issue_date: issued_at.date_in(ZONE),
        facility: &centre.book.facility,
        seller: &centre.book.seller,
        tenant: &centre.book.tenants[0],
        contract: &centre.book.contracts[0],
    })
}

fn documents(what: &str, invoice: &IssuedInvoice, count: u64) {
    let rendered = factur_x(invoice).unwrap();
    let plain = PlainPages::of(&rendered.pdf);
    let [limit, embedded, xml, whole] = in_turn([
        &mut || repeated(count, || plain.save(&Fonts::BuiltIn)),
        &mut || repeated(count.div_ceil(10), || plain.save(&Fonts::Embedded)),
        &mut || repeated(count, || cii_xml(invoice).unwrap()),
        &mut || repeated(count, || factur_x(invoice).unwrap().pdf),
    ]);
    let title = format!(
        "documents, {what}: {LINES_PER_CONTRACT} lines, {} pages, {} texts, one thread",
        plain.pages(),
        plain.texts()
    );
    let columns = ["", "documents/s", "of limit", "CPU ms each", "pages/s", "bytes", "grown by", "peak"];
    let mut table = Table::new(title, &columns);
    let mut row = |name: &str, run: &Run, bytes: usize, has_pages: bool| {
        table.row([
            name.to_owned(),
            rate(run.per_second()),
            if has_pages { ratio(run.per_second(), limit.per_second()) } else { NONE.to_owned() },
            format!("{:.2}", run.cpu_seconds / run.items as f64 * 1e3),
            if has_pages { rate(run.per_second() * plain.pages() as f64) } else { NONE.to_owned() },
            bytes.to_string(),
            mib(run.grown_mib),
            mib(run.peak_mib),
        ]);
    };
    row("printpdf alone, built-in fonts", &limit, plain.save(&Fonts::BuiltIn).len(), true);
    row("printpdf alone, both fonts embedded whole, compressed", &embedded, plain.save(&Fonts::Embedded).len(), true);
    row("XML alone", &xml, rendered.xml.len(), false);
    row("PDF/A-3a with tags, XML, subset fonts", &whole, rendered.pdf.len(), true);
    table.print();
}

fn repeated(count: u64, make: impl Fn() -> Vec<u8>) -> Run {
    Run::here(|| {
        for _ in 0..count {
            black_box(make());
        }
        count
    })
}
