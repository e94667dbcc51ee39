//! The pages: what people of each role see, in both languages, and what protects them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "pages/administration.rs"]
mod administration;
#[path = "pages/audit.rs"]
mod audit;
#[path = "pages/billing.rs"]
mod billing;
#[path = "pages/books.rs"]
mod books;
mod common;
#[path = "pages/corrections.rs"]
mod corrections;
#[path = "pages/figures.rs"]
mod figures;
#[path = "pages/finance.rs"]
mod finance;
#[path = "pages/inventory.rs"]
mod inventory;
#[path = "pages/late.rs"]
mod late;
#[path = "pages/lists.rs"]
mod lists;
#[path = "pages/mail_settings.rs"]
mod mail_settings;
#[path = "pages/markup.rs"]
mod markup;
#[path = "pages/months.rs"]
mod months;
#[path = "pages/on_account.rs"]
mod on_account;
#[path = "pages/paid_back.rs"]
mod paid_back;
#[path = "pages/payback.rs"]
mod payback;
#[path = "pages/plant.rs"]
mod plant;
#[path = "pages/reading.rs"]
mod reading;
#[path = "pages/second_factor.rs"]
mod second_factor;
#[path = "pages/seller.rs"]
mod seller;
#[path = "pages/sessions.rs"]
mod sessions;
mod site;
#[path = "pages/terms.rs"]
mod terms;
