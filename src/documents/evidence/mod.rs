//! What an evidence pack is made of: a ZIP written as it comes, its manifest, its words, and the verifier.
//!
//! Owns: the form of the pack and of its parts. Does not own: what goes in (app). Invariants: the same parts give the
//! same bytes, whenever and wherever; memory does not grow with the pack; the manifest names every other file with its
//! size and SHA-256, and is signed.

mod pack;

pub use pack::{MANIFEST_SEAL, ManifestSeal, PackError, PackWriter};

/// The verifier an auditor runs alone: one file, Python's standard library and nothing else. Its parts are files here,
/// one per kind of evidence.
pub const VERIFIER: &str = concat!(
    include_str!("verify/1_tools.py"),
    "\n\n",
    include_str!("verify/2_signature.py"),
    "\n\n",
    include_str!("verify/3_pack.py"),
    "\n\n",
    include_str!("verify/4_trail.py"),
    "\n\n",
    include_str!("verify/5_journal.py"),
    "\n\n",
    include_str!("verify/6_invoices.py"),
    "\n\n",
    include_str!("verify/7_readings.py"),
    "\n\n",
    include_str!("verify/8_assets.py"),
    "\n\n",
    include_str!("verify/9_reports.py"),
    "\n\n",
    include_str!("verify/10_run.py"),
);
pub const README_FRENCH: &str = include_str!("LISEZMOI.md");
pub const README_ENGLISH: &str = include_str!("README.md");
/// What a pack says before it names files that are not as they were kept.
pub const DIFFERENCES: &str = include_str!("DIFFERENCES.md");
