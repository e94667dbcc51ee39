//! What an evidence pack is made of: a ZIP written as it comes, its manifest, its words, and the verifier.
//!
//! Owns: the form of the pack and of its parts. Does not own: what goes in (app). Invariants: the same parts give the
//! same bytes, whenever and wherever; memory does not grow with the pack; the manifest names every other file with its
//! size and SHA-256.

mod pack;

pub use pack::{PackError, PackWriter};

/// The verifier an auditor runs alone: Python's standard library and nothing else.
pub const VERIFIER: &str = include_str!("verify.py");
pub const README_FRENCH: &str = include_str!("LISEZMOI.md");
pub const README_ENGLISH: &str = include_str!("README.md");
