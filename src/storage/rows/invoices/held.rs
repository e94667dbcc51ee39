//! The columns that lists and sums are made from, held against the frozen content they were written from.

use diesel::prelude::*;

use super::lines;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{InvoiceNumber, IssuedInvoice};
use crate::domain::money::Money;
use crate::storage::codec::{date_text, integer};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{contract, invoice, tenant};

/// A column that does not say what the frozen content says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// The column, with the line where it is one of a line: `due_date`, `line 2, net`.
    pub column: String,
    pub stored: String,
    pub frozen: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invoice)]
struct Columns {
    month: String,
    kind: String,
    number: Option<String>,
    series: Option<String>,
    year: Option<i64>,
    position: Option<i64>,
    issue_date: Option<String>,
    due_date: Option<String>,
    issued_at: Option<i64>,
    net_cents: i64,
    tax_cents: i64,
    gross_cents: i64,
}

/// Every column of the issued document `id` and of its lines that is not what `frozen`, its content, says.
pub fn departures(
    connection: &mut AnyConnection,
    id: InvoiceId,
    frozen: &IssuedInvoice,
) -> StorageResult<Vec<Departure>> {
    let (columns, owner, agreed): (Columns, String, String) = invoice::table
        .inner_join(tenant::table)
        .inner_join(contract::table)
        .filter(invoice::id.eq(id.0))
        .select((Columns::as_select(), tenant::code, contract::code))
        .first(connection)?;
    let mut found = Vec::new();
    let tenant = ("tenant", owner, frozen.buyer.code.to_string());
    let contract = ("contract", agreed, frozen.references.contract.to_string());
    for (column, stored, frozen) in columns.beside(frozen).into_iter().chain([tenant, contract]) {
        if stored != frozen {
            found.push(Departure { column: column.to_owned(), stored, frozen });
        }
    }
    line_departures(connection, id, frozen, &mut found)?;
    Ok(found)
}

impl Columns {
    /// Each column as it is stored and as the content has it.
    fn beside(&self, frozen: &IssuedInvoice) -> Vec<(&'static str, String, String)> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let money = |cents: i64| Money::from_cents(cents).to_string();
        let issued_at = self.issued_at.map(|at| at.to_string()).unwrap_or_default();
        vec![
            ("number", text(&self.number), frozen.number.to_string()),
            ("place in its series", self.numbered(), frozen.number.to_string()),
            ("month", self.month.clone(), frozen.month.to_string()),
            ("kind", self.kind.clone(), frozen.kind.name().to_owned()),
            ("issue_date", text(&self.issue_date), date_text(frozen.issue_date)),
            ("due_date", text(&self.due_date), date_text(frozen.due_date)),
            ("issued_at", issued_at, frozen.issued_at.timestamp().to_string()),
            ("net", money(self.net_cents), frozen.totals.net.to_string()),
            ("tax", money(self.tax_cents), frozen.totals.tax.to_string()),
            ("gross", money(self.gross_cents), frozen.totals.gross.to_string()),
        ]
    }

    /// The number that its series, year and position make.
    fn numbered(&self) -> String {
        let year = self.year.and_then(|year| integer("a year", year).ok());
        let made = match (&self.series, year, self.position) {
            (Some(series), Some(year), Some(position)) => InvoiceNumber::new(series, year, position).ok(),
            _ => None,
        };
        made.map(|number| number.to_string()).unwrap_or_default()
    }
}

fn line_departures(
    connection: &mut AnyConnection,
    id: InvoiceId,
    frozen: &IssuedInvoice,
    found: &mut Vec<Departure>,
) -> StorageResult<()> {
    let stored = lines::stored(connection, id.0)?;
    let expected = lines::rows(id.0, frozen.month, &frozen.charges)?;
    if stored.len() != expected.len() {
        let (stored, frozen) = (stored.len().to_string(), expected.len().to_string());
        found.push(Departure { column: "number of lines".to_owned(), stored, frozen });
    }
    for (number, (stored, expected)) in (1..).zip(stored.iter().zip(&expected)) {
        for ((column, stored), (_, frozen)) in stored.named().into_iter().zip(expected.named()) {
            if stored != frozen {
                found.push(Departure { column: format!("line {number}, {column}"), stored, frozen });
            }
        }
    }
    Ok(())
}
