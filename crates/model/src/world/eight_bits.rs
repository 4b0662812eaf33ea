//! Which parameters a world file may hold in eight bits ([`kernels::eight_bits`]), and where their scales are.

/// The tensor that holds the scales of the matrix `name`.
pub(super) fn scales_of(name: &str) -> String {
    format!("{name}.scale")
}

/// Whether a parameter is kept in eight bits, if a world is: the matrices of linear layers.
pub(super) fn takes(name: &str) -> bool {
    name.ends_with(".weight")
}
