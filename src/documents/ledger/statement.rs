//! A report as one table in sections, which every format writes from the same value.

use chrono::NaiveDate;

use crate::documents::Issuer;
use crate::documents::format::Format;
use crate::documents::sheet::{Sheet, SheetColumn, SheetRank, SheetRow, SheetSection};
use crate::domain::money::Money;
use crate::domain::party::Language;

/// What a column holds, and what stands below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Date,
    /// Summed by section and over all.
    Summed,
    /// What was before, plus one column, less another; a section begins with its opening.
    Running {
        plus: usize,
        less: usize,
    },
    /// One column less another.
    Difference {
        plus: usize,
        less: usize,
    },
    /// Not summed: a balance, a figure of its own.
    Amount,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub label: String,
    pub kind: Kind,
    pub width_chars: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Date(NaiveDate),
    Amount(Money),
    Empty,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// Over its rows, where the report has several.
    pub title: Option<String>,
    /// What a running balance begins with.
    pub opening: Option<Money>,
    pub rows: Vec<Vec<Value>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub title: String,
    /// What the sheet is called where the title is too long for a name of 31 characters.
    pub sheet: Option<String>,
    pub subtitle: String,
    pub language: Language,
    pub issuer: Option<Issuer>,
    /// The report's day: the only time in a file, so that the same books give the same bytes.
    pub day: NaiveDate,
    pub headings: Vec<Heading>,
    pub sections: Vec<Section>,
    /// The words beside sums; nothing is summed where it is missing.
    pub total: Option<String>,
    pub opening: String,
    /// Said where there are no rows.
    pub empty: String,
}

impl Statement {
    /// The sum of a column over the rows of `sections`.
    pub(super) fn sum(sections: &[Section], column: usize) -> Money {
        let rows = sections.iter().flat_map(|section| &section.rows);
        rows.filter_map(|row| row.get(column))
            .map(|value| if let Value::Amount(amount) = value { *amount } else { Money::ZERO })
            .sum()
    }

    /// Sums below `sections`, as a row: the word first, then the summed columns.
    pub(super) fn sums(&self, sections: &[Section]) -> Vec<Value> {
        let label = self.total.clone().unwrap_or_default();
        let cell = |(column, heading): (usize, &Heading)| match (column, heading.kind) {
            (0, _) => Value::Text(label.clone()),
            (_, Kind::Summed) => Value::Amount(Statement::sum(sections, column)),
            _ => Value::Empty,
        };
        self.headings.iter().enumerate().map(cell).collect()
    }

    /// The statement as a page shows it.
    pub(super) fn sheet(&self) -> Sheet {
        let format = Format::new(self.language);
        let cell = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Date(day) => format.date_short(*day),
            Value::Amount(amount) => format.amount(*amount),
            Value::Empty => String::new(),
        };
        let row =
            |rank: SheetRank| move |values: &Vec<Value>| SheetRow { rank, cells: values.iter().map(cell).collect() };
        let columns = self.headings.iter().map(|heading| SheetColumn {
            label: heading.label.clone(),
            is_number: !matches!(heading.kind, Kind::Text | Kind::Date),
        });
        let columns: Vec<SheetColumn> = columns.collect();
        let section = |section: &Section| SheetSection {
            heading: section.title.clone().unwrap_or_else(|| self.subtitle.clone()),
            columns: columns.clone(),
            rows: section.rows.iter().map(row(SheetRank::Line)).collect(),
        };
        let mut sections: Vec<SheetSection> = self.sections.iter().map(section).collect();
        if let (Some(last), true) = (sections.last_mut(), self.total.is_some()) {
            last.rows.push(row(SheetRank::Total)(&self.sums(&self.sections)));
        }
        Sheet { title: self.title.clone(), remark: self.subtitle.clone(), sections }
    }

    /// Whether any column holds amounts.
    pub(super) fn has_amounts(&self) -> bool {
        self.headings.iter().any(|heading| !matches!(heading.kind, Kind::Text | Kind::Date))
    }

    /// Whether nothing stands in a column.
    pub(super) fn is_blank(&self, column: usize) -> bool {
        let values = self.sections.iter().flat_map(|section| &section.rows).filter_map(|row| row.get(column));
        let mut values = values.map(|value| match value {
            Value::Text(text) => text.is_empty(),
            Value::Empty => true,
            Value::Date(_) | Value::Amount(_) => false,
        });
        values.all(|is_blank| is_blank)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sections.iter().all(|section| section.rows.is_empty() && section.opening.is_none())
    }

    /// Whether sections have sums of their own besides the report's.
    pub(super) fn sums_sections(&self) -> bool {
        self.total.is_some() && self.sections.iter().any(|section| section.title.is_some())
    }
}
