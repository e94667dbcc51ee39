//! The data of an issued document's enforceable title, for the accounting software.

use crate::app::archive_invoice::ArchiveKind;
use crate::app::{AppError, Store};
use crate::documents::table::{self, Cell, Table};
use crate::domain::access::TenantScope;
use crate::domain::invoice::{Attachment, InvoiceNumber, IssuedInvoice};
use crate::domain::ledger::Journal;
use crate::domain::party::Language;
use crate::domain::quantity::Unit;
use crate::domain::typography;
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, archive, invoices, journal};

pub use crate::domain::invoice::{Titre, TitreKind};

/// The title of the document called `number`; none where `scope` does not admit it, or it is not issued.
pub fn one(store: &Store, scope: &TenantScope, number: &str) -> Result<Option<Titre>, AppError> {
    let number = InvoiceNumber::from_stored(number);
    store.read(|connection| {
        let Some((_, document)) = invoices::by_number(connection, scope, &number)? else { return Ok(None) };
        let filter = JournalFilter {
            journal: Some(Journal::Sales),
            document: Some(number.to_string()),
            ..JournalFilter::default()
        };
        let posted = journal::list(connection, filter)?.into_iter().next();
        let attachment = attachment(connection, scope, &document)?;
        Ok(Some(Titre::of(&document, posted.as_ref().map(|posted| &posted.entry), attachment)))
    })
}

/// The title as a French table for the accounting software: one row for each base of liquidation and each rate of VAT,
/// with what is common to all before it.
pub fn csv(titre: &Titre) -> Result<Vec<u8>, AppError> {
    const HEADINGS: [&str; 22] = [
        "Type",
        "Exercice",
        "Numéro",
        "Date d’émission",
        "Échéance",
        "Nature de la créance",
        "Convention",
        "Marché",
        "Débiteur",
        "SIRET",
        "Code service",
        "Engagement",
        "Référence de paiement",
        "Pièce jointe",
        "SHA-256",
        "Imputation",
        "Base de liquidation",
        "Quantité",
        "Unité",
        "Prix unitaire",
        "Taux de TVA",
        "Montant",
    ];
    let text = |text: &str| Cell::Text(text.to_owned());
    let optional = |text: Option<&String>| text.map_or(Cell::Empty, |text| Cell::Text(text.clone()));
    let kind = match titre.kind {
        TitreKind::Recette => "recette",
        TitreKind::Reduction => "réduction",
    };
    let common = [
        text(kind),
        Cell::Number(titre.year.into()),
        text(titre.number.as_str()),
        Cell::Day(titre.issue_date),
        Cell::Day(titre.due_date),
        text(&titre.nature),
        text(&titre.legal_basis.contract),
        optional(titre.legal_basis.market.as_ref()),
        text(&titre.debtor.name),
        text(&titre.debtor.siret),
        optional(titre.chorus.service_code.as_ref()),
        optional(titre.chorus.engagement.as_ref()),
        text(&titre.payment_reference),
        optional(titre.attachment.as_ref().map(|file| &file.file_name)),
        optional(titre.attachment.as_ref().map(|file| &file.sha256)),
        text(&imputation(titre)),
    ];
    let bases = titre.liquidation.iter().map(|line| {
        [
            text(&line.designation),
            Cell::Number(line.quantity.to_decimal()),
            text(unit_in_french(line.unit)),
            Cell::Number(line.unit_price.to_decimal()),
            optional(line.vat_rate_percent.as_ref()),
            Cell::Amount(line.net),
        ]
    });
    let taxes = titre.vat.iter().map(|vat| {
        let rate = optional(vat.rate_percent.as_ref());
        [text("TVA"), Cell::Empty, Cell::Empty, Cell::Empty, rate, Cell::Amount(vat.tax)]
    });
    let table = Table {
        name: titre.number.to_string(),
        day: titre.issue_date,
        headings: HEADINGS.map(str::to_owned).to_vec(),
        rows: bases.chain(taxes).map(|own| common.iter().cloned().chain(own).collect()).collect(),
    };
    Ok(table::csv(&table, Language::French)?)
}

/// The accounts and what stands on each: `7083 : 1 200,00 €, 44571 : 240,00 €`.
fn imputation(titre: &Titre) -> String {
    let accounts = titre.imputation.iter();
    let told =
        accounts.map(|one| format!("{}\u{a0}: {}", one.account, typography::amount(one.amount, Language::French)));
    told.collect::<Vec<_>>().join(", ")
}

/// A unit as French accounts write it; JSON keeps its name.
fn unit_in_french(name: &str) -> &str {
    let unit = Unit::ALL.into_iter().find(|unit| unit.name() == name);
    unit.map_or(name, |unit| typography::unit_symbol(unit, Language::French))
}

fn attachment(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    document: &IssuedInvoice,
) -> Result<Option<Attachment>, AppError> {
    let file = archive::find(connection, scope, &document.number, ArchiveKind::Pdf)?;
    Ok(file.map(|file| Attachment {
        file_name: format!("{}.pdf", document.number),
        media_type: "application/pdf",
        size_bytes: file.size_bytes,
        sha256: file.sha256,
    }))
}
