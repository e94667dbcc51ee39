//! Fixed assets: the plan of all, one asset with its papers, posting what happened.

use super::*;

pub mod amortisation;
pub mod asset;
pub mod paper;
pub mod posting;
