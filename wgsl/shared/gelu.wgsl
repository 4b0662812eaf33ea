// GELU in its tanh form: 0.5 x (1 + tanh u), u = √(2/π)(x + 0.044715 x³).

// Written as x / (1 + e^(−2u)), which is the same: some drivers' tanh overflows. The exponent is
// held where e^ is finite and the quotient has long reached 0.
fn gelu(x: vec4<f32>) -> vec4<f32> {
    let u = 0.7978846 * (x + 0.044715 * x * x * x);
    return x / (1.0 + exp(min(-2.0 * u, vec4<f32>(80.0))));
}
