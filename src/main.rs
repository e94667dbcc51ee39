//! The `chapelle` command.

fn main() {}
