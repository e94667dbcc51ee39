//! A report as a page shows it: the tables of its paper form, in ready text.

/// The tables of a report with their title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub title: String,
    /// One sentence below the title.
    pub remark: String,
    pub sections: Vec<SheetSection>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetSection {
    pub heading: String,
    pub columns: Vec<SheetColumn>,
    pub rows: Vec<SheetRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetColumn {
    pub label: String,
    pub is_number: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    pub rank: SheetRank,
    pub cells: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetRank {
    Line,
    /// Sums the lines below it, up to the next group.
    Group,
    /// Sums all lines.
    Total,
}
