//! Mails that did not arrive.

use super::*;

pub mod notices;
