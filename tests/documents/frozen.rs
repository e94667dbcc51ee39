//! Documents of earlier layouts are made again as they were, byte for byte: a lost file has the hash it was kept under.

use std::fmt::Write;
use std::path::Path;

use chapelle::documents::factur_x;
use sha2::{Digest, Sha256};

use crate::fixtures;

/// The layouts documents were issued in before the present one.
const EARLIER: [u32; 5] = [0, 1, 2, 3, 4];

/// `tests/golden/layouts.txt` was written by the program as it was before layout 5. A line that is not as it stands there
/// is a document of somebody's archive that can no longer be made again: mend what changed it. Only a changed or new
/// example is a reason to write the file anew (`CHAPELLE_WRITE_GOLDEN=1`), and then only its lines change.
#[test]
fn documents_of_earlier_layouts_keep_every_byte() {
    let mut found = String::new();
    for layout in EARLIER {
        for (name, mut invoice) in fixtures::all() {
            invoice.layout = layout;
            let rendered = factur_x(&invoice).unwrap();
            writeln!(found, "{layout} {name} {} {}", sha256(&rendered.pdf), sha256(&rendered.xml)).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/layouts.txt");
    if std::env::var_os("CHAPELLE_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    let changed: Vec<&str> = found.lines().filter(|line| !golden.lines().any(|kept| kept == *line)).collect();
    assert!(changed.is_empty(), "made otherwise than they were:\n{}", changed.join("\n"));
    assert_eq!(golden.lines().count(), found.lines().count());
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
