//! The program `genie`.
fn main() {}
