// A layer's part of the key-value cache in 16 bits: keys and values [pages, N, I]. Computed with in
// 32: no device feature is needed.

@group(0) @binding(3) var<storage, read_write> keys: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read_write> values: array<vec2<u32>>;

// What 16 bits hold: beyond, packing would be undefined.
const LARGEST: vec4<f32> = vec4<f32>(65504.0);

fn packed(four: vec4<f32>) -> vec2<u32> {
    let held = clamp(four, -LARGEST, LARGEST);
    return vec2<u32>(pack2x16float(held.xy), pack2x16float(held.zw));
}

fn unpacked(four: vec2<u32>) -> vec4<f32> {
    return vec4<f32>(unpack2x16float(four.x), unpack2x16float(four.y));
}

fn cached_key(at: u32) -> vec4<f32> {
    return unpacked(keys[at]);
}

fn cached_value(at: u32) -> vec4<f32> {
    return unpacked(values[at]);
}

fn keep(at: u32, key: vec4<f32>, value: vec4<f32>) {
    keys[at] = packed(key);
    values[at] = packed(value);
}
