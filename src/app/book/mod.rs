//! What is agreed and what stands where: the facility book, imported, exported, edited and listed.

pub mod edit_book;
pub mod edit_meanwhile;
pub mod export_book;
pub mod import_book;
pub mod list_terms;
pub mod preview_seller;
pub mod read_settings;
pub mod read_tariffs;
pub mod read_tenants;
pub mod remove_entry;
