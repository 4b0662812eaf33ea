// A layer's part of the key-value cache in 32 bits: keys and values [pages, N, I].

@group(0) @binding(3) var<storage, read_write> keys: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> values: array<vec4<f32>>;

fn cached_key(at: u32) -> vec4<f32> {
    return keys[at];
}

fn cached_value(at: u32) -> vec4<f32> {
    return values[at];
}

fn keep(at: u32, key: vec4<f32>, value: vec4<f32>) {
    keys[at] = key;
    values[at] = value;
}
