//! The table each benchmark prints.

/// Rows of text under a heading, the first column aligned left, the others right.
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Table {
        Table { title: title.into(), rows: vec![columns.iter().map(|column| (*column).to_owned()).collect()] }
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    pub fn print(&self) {
        println!("\n{}", self.title);
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}

/// 12345678 as `12.3 M`, 1234567 as `1235 k`, 12.3 as `12.3`.
pub fn rate(per_second: f64) -> String {
    if per_second >= 10e6 {
        format!("{:.1} M", per_second / 1e6)
    } else if per_second >= 10e3 {
        format!("{:.0} k", per_second / 1e3)
    } else if per_second >= 100.0 {
        format!("{per_second:.0}")
    } else {
        format!("{per_second:.1}")
    }
}

pub fn ratio(measured: f64, limit: f64) -> String {
    format!("{:.2}", measured / limit)
}

pub fn ms(milliseconds: f64) -> String {
    if milliseconds >= 10.0 { format!("{milliseconds:.0} ms") } else { format!("{milliseconds:.2} ms") }
}

pub fn mib(mebibytes: f64) -> String {
    format!("{mebibytes:.0} MiB")
}

pub const NONE: &str = "–";
