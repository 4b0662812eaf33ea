// Four vectors of four at once, as the columns of a matrix.

// The sum of each column's squares.
fn squares_of(m: mat4x4<f32>) -> vec4<f32> {
    return vec4<f32>(dot(m[0], m[0]), dot(m[1], m[1]), dot(m[2], m[2]), dot(m[3], m[3]));
}

// The largest element of each column.
fn largest_of(m: mat4x4<f32>) -> vec4<f32> {
    let even = max(vec4<f32>(m[0].xy, m[1].xy), vec4<f32>(m[0].zw, m[1].zw));
    let odd = max(vec4<f32>(m[2].xy, m[3].xy), vec4<f32>(m[2].zw, m[3].zw));
    return max(vec4<f32>(even.xz, odd.xz), vec4<f32>(even.yw, odd.yw));
}

// Each column times its own factor.
fn scaled(m: mat4x4<f32>, factors: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(m[0] * factors.x, m[1] * factors.y, m[2] * factors.z, m[3] * factors.w);
}
