//! Fixed assets: their papers and events, their plans as they were known, and depreciation.

pub(super) mod asset_ledger;
pub(super) mod asset_versions;
pub mod attach_asset_file;
pub mod post_depreciation;
pub mod read_asset;
pub mod record_asset_event;
pub mod report_amortisation;
pub mod report_assets;
