// Patches to pixels: [F, N, ROW] with (row, column, channel) inside a patch, each in [0, 1] → RGBA bytes
// [F, H, W], opaque. Plain twin: crates/model/src/{patches,picture}.rs.
//
// An invocation does one pixel.
//
// Constants, from crates/kernels/src/gpu/pixels.rs:
//   PATCH   side of a patch, pixels
//   ROW     numbers of a patch, at least 3 · PATCH²; what is beyond isn't read
//   HEIGHT, WIDTH  of a frame, pixels
//   LANES   at most 256
// Shared memory: none.

struct Sizes {
    // F · HEIGHT · WIDTH
    pixels: u32,
}

@group(0) @binding(0) var<storage, read> patches: array<f32>;
@group(0) @binding(1) var<storage, read_write> rgba: array<u32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = flat_workgroup(workgroup, workgroups) * LANES + lane;
    if i >= sizes.pixels {
        return;
    }
    let x = i % WIDTH;
    let y = i / WIDTH;
    // HEIGHT is whole patches, so rows of patches count on through the frames.
    let patch_number = (y / PATCH) * (WIDTH / PATCH) + x / PATCH;
    let at = patch_number * ROW + 3u * ((y % PATCH) * PATCH + x % PATCH);
    let colour = vec3<f32>(patches[at], patches[at + 1u], patches[at + 2u]);
    let bytes = vec3<u32>(clamp(colour, vec3<f32>(0.0), vec3<f32>(1.0)) * 255.0 + 0.5);
    rgba[i] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (255u << 24u);
}
