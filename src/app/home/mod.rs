//! Where each role arrives: what is theirs to know today.

pub mod read_home;
pub mod read_homes;
