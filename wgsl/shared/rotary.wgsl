// Rotary time (docs/model.md).

// Two vectors of a query or a key that rotary time turns into one another: dimensions i and
// i + d/2, for four i.
struct Pair {
    low: vec4<f32>,
    high: vec4<f32>,
}

struct Turn {
    cosine: vec4<f32>,
    sine: vec4<f32>,
}

fn turned(pair: Pair, turn: Turn) -> Pair {
    return Pair(
        pair.low * turn.cosine - pair.high * turn.sine,
        pair.low * turn.sine + pair.high * turn.cosine,
    );
}

fn product(pair: Pair, low: vec4<f32>, high: vec4<f32>) -> f32 {
    return dot(pair.low, low) + dot(pair.high, high);
}
