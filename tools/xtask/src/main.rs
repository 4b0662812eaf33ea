//! Set-up, tests and size budgets.
fn main() {}
