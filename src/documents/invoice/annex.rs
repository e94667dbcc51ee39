//! The annex: for each metered line, the meters, their indexes, what happened to them, and usage day by day.

use super::Sheet;
use super::evidence::Evidence;
use super::lines::amount_formula;
use crate::documents::pdf::{Align, Cell, Column, Composer, Role, Row, Style, Table, Width};
use crate::domain::calendar::DatePeriod;
use crate::domain::metering::{IndexAt, Measure, MeterUsage, Usage, Windows};
use crate::domain::rating::{Charge, ChargeKind};

/// Space between the body and an annex on the same page.
const ANNEX_GAP: f32 = 22.0;
/// A section of the annex begins where this many rows of its table fit below its head.
const FIRST_ROWS: usize = 3;
/// How much of a page the arithmetic of the other lines must have to begin there.
const WORKED_OUT_START: f32 = 60.0;

impl Sheet<'_> {
    /// An invoice whose lines meter nothing and say how they came about has none.
    pub(super) fn annex(&self, c: &mut Composer) {
        let evidence = Evidence::of(&self.invoice.charges);
        let worked_out = self.worked_out_lines();
        if evidence.is_empty() && worked_out.is_empty() {
            return;
        }
        let palette = c.palette;
        let (heading, small) = (Style::bold(15.0, 20.0, palette.accent), Style::regular(8.4, 11.6, palette.muted));
        let (title, intro) = self.annex_words(!evidence.is_empty());
        let head = heading.leading + intro.as_ref().map_or(0.0, |intro| c.paragraph_height(small, intro)) + 6.0;
        let first = evidence.first().map_or(WORKED_OUT_START, |first| self.evidence_start(c, first));
        self.turn_to_annex(c, head + first);
        c.paragraph(Role::Heading, heading, &title);
        if let Some(intro) = intro {
            c.paragraph(Role::Paragraph, small, &intro);
        }
        c.skip(6.0);
        for each in &evidence {
            self.evidence(c, each);
        }
        if !worked_out.is_empty() {
            self.worked_out(c, !evidence.is_empty(), &worked_out);
        }
    }

    /// Its title, and how its readings are to be read where it has some; earlier layouts said so in any case.
    fn annex_words(&self, measured: bool) -> (String, Option<String>) {
        if self.since(4) && !measured {
            return (self.words.get("annex-heading-calculations"), None);
        }
        let intro = self.words.texts.with("annex-intro", &[("zone", &self.invoice.zone)]);
        (self.words.get("annex-heading"), Some(intro))
    }

    /// On the page where the body ends if its `height` first points fit there, else on a new one, as every annex did in
    /// earlier layouts.
    fn turn_to_annex(&self, c: &mut Composer, height: f32) {
        if !self.since(2) || ANNEX_GAP + height > c.remaining() {
            return c.new_page();
        }
        let (x, y, width, colour) = (c.paper.left, c.y + ANNEX_GAP / 2.0, c.paper.text_width(), c.palette.rule);
        c.artifact(|brush| brush.rule(x, y, width, 0.5, colour));
        c.skip(ANNEX_GAP);
    }

    /// How much of a page a section must have to begin there.
    fn evidence_start(&self, c: &Composer, evidence: &Evidence) -> f32 {
        let (meters, width) = (self.meters_table(evidence), c.paper.text_width());
        if !self.since(2) {
            // The heading stays with its meters where they are few, and with the first of them where they are many.
            return (60.0 + c.table_height(&meters, width)).min(220.0);
        }
        let formulas = self.formulas(evidence);
        let formulas = formulas.iter().map(|text| c.paragraph_height(formula_style(c), text)).sum::<f32>();
        let heading = c.paragraph_height(section_style(c), &self.evidence_heading(evidence));
        6.0 + heading + 2.0 + formulas + 5.0 + c.table_start_height(&meters, width, FIRST_ROWS)
    }

    fn evidence(&self, c: &mut Composer, evidence: &Evidence) {
        let meters = self.meters_table(evidence);
        c.ensure(self.evidence_start(c, evidence));
        c.skip(6.0);
        c.element(Role::Section, |c| {
            c.paragraph(Role::Subheading, section_style(c), &self.evidence_heading(evidence));
            c.skip(2.0);
            for text in self.formulas(evidence) {
                c.paragraph(Role::Paragraph, formula_style(c), &text);
            }
            c.skip(5.0);
            c.table(c.paper.left, c.paper.text_width(), &meters);
            c.skip(4.0);
            self.remarks(c, evidence);
            self.daily(c, evidence);
            c.skip(8.0);
        });
    }

    /// `Lignes 3 et 4 — Énergie …`.
    fn evidence_heading(&self, evidence: &Evidence) -> String {
        let numbers: Vec<String> = evidence.charges.iter().map(|(number, _)| number.to_string()).collect();
        let name = evidence.charges.first().map_or("", |(_, charge)| self.words.designation(&charge.designation));
        let id = if numbers.len() == 1 { "annex-line" } else { "annex-lines" };
        self.words.texts.with(id, &[("numbers", &numbers.join(", ")), ("name", name)])
    }

    /// What was measured, then the arithmetic of each charge.
    fn formulas(&self, evidence: &Evidence) -> Vec<String> {
        let (words, usage) = (self.words, evidence.usage);
        let quantity = format!("{} {}", words.format.up_to(usage.quantity, 4), words.format.unit(usage.measure.unit()));
        let (from, to) = (usage.period.from.date_in(self.zone), usage.period.to.date_in(self.zone));
        let period = words.format.period(DatePeriod { from, to: Some(to) });
        let arguments = [("measure", words.measure(usage.measure)), ("period", period), ("quantity", quantity)];
        let arguments = arguments.each_ref().map(|(name, value)| (*name, value.as_str()));
        let measured = words.texts.with("annex-measured", &arguments);
        let window = usage.windows.as_ref().map(|windows| self.window(usage, windows));
        let formulas = evidence.charges.iter().map(|(number, charge)| self.formula(*number, charge));
        std::iter::once(measured).chain(window).chain(formulas).collect()
    }

    /// `Pointe facturée : 13,35 kW, moyenne de tous les compteurs du 14/10/2026 10:20 au …`.
    fn window(&self, usage: &Usage, windows: &Windows) -> String {
        let (words, format) = (self.words, self.words.format);
        let id = match usage.measure {
            Measure::Percentile95 { .. } => "annex-window-percentile",
            _ => "annex-window-demand",
        };
        let quantity = format!("{} {}", format.up_to(usage.quantity, 4), format.unit(usage.measure.unit()));
        let (from, to) =
            (format.instant(windows.deciding.from, self.zone), format.instant(windows.deciding.to, self.zone));
        words.texts.with(id, &[("quantity", &quantity), ("from", &from), ("to", &to)])
    }

    /// `Ligne 3 · tarif energie du 01/01/2026 : 1234.5 × 0.145 = 179.00`.
    fn formula(&self, number: usize, charge: &Charge) -> String {
        let provenance = &charge.provenance;
        let arguments = [
            ("number", number.to_string()),
            ("tariff", provenance.tariff.to_string()),
            ("from", self.words.format.date_short(provenance.tariff_from)),
            ("formula", self.words.format.arithmetic(&provenance.formula)),
        ];
        self.words.texts.with("annex-formula", &arguments.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    fn meters_table(&self, evidence: &Evidence) -> Table {
        let usage = evidence.usage;
        let head = |id: &str| self.words.get(id);
        let quantity = format!("{} ({})", head("meter-quantity"), self.words.format.unit(usage.measure.unit()));
        let (first, last) = match usage.measure {
            Measure::Energy => (head("meter-first-index"), head("meter-last-index")),
            _ => (head("meter-first-value"), head("meter-last-value")),
        };
        let decimal = Align::Decimal(self.words.format.decimal_separator());
        let number = if self.since(2) { decimal } else { Align::Right };
        let columns = vec![
            Column::new(head("meter-code"), Width::Rest, Align::Left),
            Column::new(head("meter-place"), Width::Content(0.0), Align::Left),
            Column::new(first, Width::Content(0.0), number),
            Column::new(last, Width::Content(0.0), number),
            Column::new(head("meter-readings"), Width::Content(0.0), Align::Right),
            Column::new(quantity, Width::Fixed(86.0), number),
        ];
        let rows = usage.meters.iter().map(|meter| self.meter_row(evidence, meter)).collect();
        Table { columns, rows, size: 8.0, with_header: true }
    }

    fn meter_row(&self, evidence: &Evidence, meter: &MeterUsage) -> Row {
        let format = self.words.format;
        let mut code = Cell::new(meter.meter.as_str()).heading_row();
        if meter.period != evidence.usage.period {
            let (from, to) = (format.instant(meter.period.from, self.zone), format.instant(meter.period.to, self.zone));
            code = code.detail(self.words.texts.with("span", &[("from", &from), ("to", &to)]));
        }
        Row::new(vec![
            code,
            Cell::new(self.place(meter)),
            self.index_cell(evidence, meter.first),
            self.index_cell(evidence, meter.last),
            Cell::new(format.number(meter.readings.into())),
            Cell::new(format.up_to(meter.quantity, 4)),
        ])
    }

    /// `Baie A01, voie B`.
    fn place(&self, meter: &MeterUsage) -> String {
        let rack = meter.rack.as_ref().map(|rack| self.words.texts.with("place-rack", &[("rack", rack.as_str())]));
        let feed = meter.feed.map(|feed| self.words.texts.with("place-feed", &[("feed", feed.name())]));
        let parts: Vec<String> = rack.into_iter().chain(feed).collect();
        if parts.is_empty() { "—".to_owned() } else { parts.join(", ") }
    }

    fn index_cell(&self, evidence: &Evidence, index: Option<IndexAt>) -> Cell {
        let Some(index) = index else { return Cell::new("—") };
        let format = self.words.format;
        let cell = Cell::new(format.number(index.value.to_decimal().normalize()));
        let cell = cell.detail(format.instant(index.at, self.zone));
        if !index.interpolated {
            return cell;
        }
        // A counter's index lies between its neighbours; anything else holds until the next value.
        let how = if evidence.usage.measure == Measure::Energy { "index-interpolated" } else { "index-held" };
        cell.detail(self.words.get(how))
    }

    /// Estimates, silences and restarts; nothing where all went well.
    fn remarks(&self, c: &mut Composer, evidence: &Evidence) {
        let style = Style::regular(8.0, 11.0, c.palette.ink);
        if evidence.usage.estimated {
            let text = self.words.get(self.estimated_id(evidence));
            c.paragraph(Role::Paragraph, Style::bold(8.0, 11.0, c.palette.ink), &text);
        }
        for meter in &evidence.usage.meters {
            for remark in self.meter_remarks(meter) {
                c.paragraph(Role::Paragraph, style, &remark);
            }
        }
    }

    /// What of the usage was estimated: across the silences listed below, or at an end of the period where none is.
    fn estimated_id(&self, evidence: &Evidence) -> &'static str {
        let silent = evidence.usage.meters.iter().any(|meter| !meter.gaps.is_empty());
        if silent || !self.since(3) { "remark-estimated" } else { "remark-estimated-boundary" }
    }

    fn meter_remarks(&self, meter: &MeterUsage) -> Vec<String> {
        let instant = |at| self.words.format.instant(at, self.zone);
        let code = meter.meter.as_str();
        let gaps = meter.gaps.iter().map(|gap| {
            let (from, to) = (instant(gap.from), instant(gap.to));
            self.words.texts.with("remark-gap", &[("meter", code), ("from", &from), ("to", &to)])
        });
        let restarts = meter.restarts.iter().map(|restart| {
            let (kind, at) = (self.words.restart(restart.kind), instant(restart.at));
            self.words.texts.with("remark-restart", &[("meter", code), ("kind", &kind), ("at", &at)])
        });
        gaps.chain(restarts).collect()
    }

    /// Lines without meters whose price is more than quantity × price and than what they say themselves.
    fn worked_out_lines(&self) -> Vec<(usize, &Charge)> {
        let plain = |charge: &Charge| match charge.kind {
            ChargeKind::Base | ChargeKind::OneOff | ChargeKind::Manual { .. } => true,
            // Its line says of which line of the invoice it is a part.
            ChargeKind::PartOf { .. } => self.since(3),
            _ => self.since(4) && amount_formula(charge) == Some(charge.provenance.formula.as_str()),
        };
        let numbered = self.invoice.charges.iter().enumerate().map(|(index, charge)| (index + 1, charge));
        numbered.filter(|(_, charge)| charge.provenance.usage.is_none() && !plain(charge)).collect()
    }

    fn worked_out(&self, c: &mut Composer, measured: bool, lines: &[(usize, &Charge)]) {
        c.ensure(WORKED_OUT_START);
        c.skip(6.0);
        c.element(Role::Section, |c| {
            if !self.since(4) || measured {
                c.paragraph(Role::Subheading, section_style(c), &self.words.get("annex-worked-out"));
                c.skip(2.0);
            }
            for (number, charge) in lines {
                c.paragraph(Role::Paragraph, formula_style(c), &self.formula(*number, charge));
            }
        });
    }
}

/// How a section is headed.
fn section_style(c: &Composer) -> Style {
    Style::bold(10.5, 14.5, c.palette.ink)
}

fn formula_style(c: &Composer) -> Style {
    Style::regular(8.4, 11.8, c.palette.ink)
}
