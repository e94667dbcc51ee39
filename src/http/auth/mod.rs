//! Who is asking: tokens for programs, sessions for people, and the policy's answer for each route.

pub mod token;
