//! What auditors follow: the trail, samples, sheets, evidence packs, how to verify.

use super::*;

pub mod audit_files;
pub mod audit_pack;
pub mod audit_sample;
pub mod audit_sheet;
pub mod audit_verify;
mod audit_words;
pub mod trail;
