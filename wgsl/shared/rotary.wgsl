// Rotary time (docs/model.md). WGSL promises its own sine and cosine only to 2⁻¹¹, and nothing
// beyond ±π, so these are ours.

struct Turn {
    cosine: vec4<f32>,
    sine: vec4<f32>,
}

// Cosine and sine of angles up to a few thousand radians, to about 1e-6: the angle is brought
// to ±π/4 by whole quarter turns, then Taylor series.
fn turn(angle: vec4<f32>) -> Turn {
    let quarters = round(angle * 0.63661977);
    // π/2 in two parts: the first has few digits, so that the product is exact.
    let x = (angle - quarters * 1.5703125) - quarters * 4.8382679e-4;
    let y = x * x;
    let sine = x + x * y * (-0.16666667 + y * (8.3333333e-3 + y * (-1.9841270e-4)));
    let cosine = 1.0 + y * (-0.5 + y * (4.1666667e-2 + y * (-1.3888889e-3 + y * 2.4801587e-5)));
    let quadrant = vec4<i32>(quarters) & vec4<i32>(3);
    let odd = (quadrant & vec4<i32>(1)) == vec4<i32>(1);
    // Quadrants 1 and 2 negate the cosine, 2 and 3 the sine.
    let cosine_sign = select(vec4<f32>(1.0), vec4<f32>(-1.0), ((quadrant + 1) & vec4<i32>(2)) == vec4<i32>(2));
    let sine_sign = select(vec4<f32>(1.0), vec4<f32>(-1.0), (quadrant & vec4<i32>(2)) == vec4<i32>(2));
    return Turn(
        select(cosine, sine, odd) * cosine_sign,
        select(sine, cosine, odd) * sine_sign,
    );
}
