//! The month: what would be billed, what is, and what readings change about it afterwards.

pub mod compare_billing;
mod compare_running;
pub mod estimate_month;
pub(super) mod gather;
pub mod late_readings;
pub mod left_of_run;
pub mod list_plan;
pub mod manual_lines;
pub mod plan_billing;
pub mod preview_draft;
pub mod read_months;
pub mod record_availability;
pub mod run_billing;
pub mod run_campaign;
pub mod withdraw_draft;
