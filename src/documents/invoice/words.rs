//! Charges, services, units and taxes in the words of the invoice's language.

use crate::documents::format::Format;
use crate::documents::texts::Texts;
use crate::domain::contract::{Designation, Service, VatTreatment};
use crate::domain::invoice::{InvoiceKind, IssuedInvoice};
use crate::domain::metering::{Measure, RestartKind};
use crate::domain::quantity::Unit;
use crate::domain::rating::ChargeKind;
use rust_decimal::Decimal;

/// Texts and number formats of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    pub texts: Texts,
    pub format: Format,
}

impl Words {
    /// In the invoice's language, as it was issued.
    pub const fn of(invoice: &IssuedInvoice) -> Words {
        let IssuedInvoice { language, layout, .. } = *invoice;
        Words { texts: Texts::new(language), format: Format::issued_in(language, layout) }
    }

    pub fn get(self, id: &str) -> String {
        self.texts.get(id)
    }

    pub fn designation(self, designation: &Designation) -> &str {
        designation.in_language(self.texts.language)
    }

    /// `Facture n° DC2026000123`.
    pub fn title(self, invoice: &IssuedInvoice) -> String {
        let id = match invoice.kind {
            InvoiceKind::Invoice => "title-invoice",
            InvoiceKind::CreditNote => "title-credit-note",
            InvoiceKind::Corrected => "title-corrected",
        };
        self.texts.with(id, &[("number", invoice.number.as_str())])
    }

    /// What becomes of the total of a document that asks for no payment.
    pub fn settled(self, invoice: &IssuedInvoice) -> String {
        self.get(if invoice.kind == InvoiceKind::CreditNote { "credit-use" } else { "nothing-due" })
    }

    /// By when it is paid. Only another body has a statutory term; internal documents of an earlier layout named it all
    /// the same.
    pub fn due(self, invoice: &IssuedInvoice) -> String {
        let date = self.format.date(invoice.due_date);
        if invoice.is_internal() && invoice.layout >= 3 {
            return self.texts.with("payment-due-internal", &[("date", &date)]);
        }
        self.texts.with("payment-due", &[("date", &date), ("days", &invoice.payment_days.to_string())])
    }

    pub fn service(self, service: Service) -> String {
        self.get(match service {
            Service::Space => "service-space",
            Service::Power => "service-power",
            Service::Storage => "service-storage",
            Service::Other => "service-other",
        })
    }

    /// What part of a price a charge is; nothing for a plain price. `unit` is what a tier counts.
    pub fn kind(self, kind: &ChargeKind, unit: Unit) -> Option<String> {
        let format = self.format;
        let text = match kind {
            ChargeKind::Base | ChargeKind::Manual { .. } => return None,
            ChargeKind::Prorated { units, of } => {
                self.texts.with("kind-prorated", &[("units", &units.to_string()), ("of", &of.to_string())])
            }
            ChargeKind::Tier { from, to: Some(to) } => self.tier("kind-tier", *from, *to, unit),
            ChargeKind::Tier { from, to: None } => self.last_tier("kind-tier-last", *from, unit),
            ChargeKind::Volume { from, to: Some(to) } => self.tier("kind-volume", *from, *to, unit),
            ChargeKind::Volume { from, to: None } => self.last_tier("kind-volume-last", *from, unit),
            ChargeKind::Committed => self.get("kind-committed"),
            ChargeKind::Overage => self.get("kind-overage"),
            ChargeKind::MinimumComplement { minimum } => {
                self.texts.with("kind-minimum", &[("amount", &format.euros(*minimum))])
            }
            ChargeKind::CapReduction { cap } => self.texts.with("kind-cap", &[("amount", &format.euros(*cap))]),
            ChargeKind::OneOff => self.get("kind-one-off"),
            ChargeKind::PartOf { line } => self.texts.with("kind-part", &[("line", &line.to_string())]),
            ChargeKind::ServiceCredit { month, availability_percent, committed_percent, credit_percent, .. } => {
                let percent = |value: &Decimal| format.percent(value.normalize());
                self.texts.with(
                    "kind-service-credit",
                    &[
                        ("month", &format.month_short(*month)),
                        ("availability", &percent(availability_percent)),
                        ("committed", &percent(committed_percent)),
                        ("credit", &percent(credit_percent)),
                    ],
                )
            }
            ChargeKind::Regularisation { month, invoice } => {
                self.texts.with("kind-regularisation", &[("month", &format.month_short(*month)), ("invoice", invoice)])
            }
        };
        Some(text)
    }

    fn tier(self, key: &str, from: Decimal, to: Decimal, unit: Unit) -> String {
        let [from, to] = [from, to].map(|bound| self.format.number(bound.normalize()));
        self.texts.with(key, &[("from", &from), ("to", &to), ("unit", self.format.unit(unit))])
    }

    fn last_tier(self, key: &str, from: Decimal, unit: Unit) -> String {
        let from = self.format.number(from.normalize());
        self.texts.with(key, &[("from", &from), ("unit", self.format.unit(unit))])
    }

    /// The VAT column: a rate, or the category's name.
    pub fn vat(self, treatment: &VatTreatment) -> String {
        match treatment {
            VatTreatment::Standard { rate_percent } => self.format.percent(*rate_percent),
            VatTreatment::Exempt { .. } => self.get("vat-exempt"),
            VatTreatment::OutOfScope { .. } => self.get("vat-out-of-scope"),
        }
    }

    pub fn measure(self, measure: Measure) -> String {
        let window = |minutes: u32| [("minutes", minutes.to_string())];
        match measure {
            Measure::Energy => self.get("measure-energy"),
            Measure::Demand { window_minutes } => {
                let [(name, value)] = window(window_minutes);
                self.texts.with("measure-demand", &[(name, &value)])
            }
            Measure::Percentile95 { window_minutes } => {
                let [(name, value)] = window(window_minutes);
                self.texts.with("measure-percentile", &[(name, &value)])
            }
            Measure::StorageMonth => self.get("measure-storage"),
            Measure::OccupancyDays => self.get("measure-occupancy"),
        }
    }

    /// The unit of a measure's daily values: a day of energy is kWh, of anything else a mean.
    pub const fn daily_unit(self, measure: Measure) -> &'static str {
        match measure {
            Measure::StorageMonth => self.format.unit(Unit::Terabyte),
            Measure::OccupancyDays => self.format.unit(Unit::RackUnit),
            other => self.format.unit(other.unit()),
        }
    }

    pub fn restart(self, kind: RestartKind) -> String {
        self.get(match kind {
            RestartKind::Rollover => "restart-rollover",
            RestartKind::Reset => "restart-reset",
        })
    }
}
