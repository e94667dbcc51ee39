//! Use cases: one file per verb. Each gathers, decides with the domain, and carries out.

pub mod passwords;
