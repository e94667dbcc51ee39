//! The server.

pub mod auth;
pub mod error;
pub mod throttle;
