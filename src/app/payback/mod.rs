//! Whether the investment pays itself back.

pub mod record_management_figures;
pub mod report_payback;
