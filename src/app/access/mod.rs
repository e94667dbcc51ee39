//! Who may come in: accounts, invitations, sessions, second factors, tokens and their keys.

pub mod administer_users;
pub mod api_tokens;
pub(super) mod common_passwords;
pub mod invite;
pub mod reset_password;
pub mod second_factor;
pub(super) mod secrets;
pub mod sessions;
pub mod sign_in;
pub(super) mod signing_key;
pub mod sweep_access;
pub mod user_problem;
pub mod users;
