//! Coming in and who may: signing in, second factors, links from mails, one's own account, people.

use super::*;

pub mod access_forms;
pub mod links;
pub mod me;
mod qr;
pub mod second_factor;
pub mod sign_in;
pub mod users;
