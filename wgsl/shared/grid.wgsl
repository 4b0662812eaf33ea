// A one-dimensional grid of workgroups that may be longer than a dispatch allows along x: the Rust
// side spreads it over x and y (crates/kernels/src/wgsl/launch.rs).

// The number of this workgroup. It may lie past the end of the grid: callers must check.
fn flat_workgroup(workgroup: vec3<u32>, workgroups: vec3<u32>) -> u32 {
    return workgroup.x + workgroup.y * workgroups.x;
}
