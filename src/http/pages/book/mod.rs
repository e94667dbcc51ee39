//! The facility book: tenants, contracts, tariffs, the forms that edit it, how the installation is set up.

use super::*;

pub mod contracts;
pub mod edit;
mod listing;
pub mod settings;
pub mod tariffs;
pub mod tenants;
