//! Invoices: the list, one with what can be done about it, its lines followed to their readings.

use super::*;

pub mod invoice;
pub mod invoice_list;
pub mod lines;
pub mod trace;
