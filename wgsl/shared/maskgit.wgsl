// One MaskGIT step of one frame: its settings, as the host writes them.

struct Step {
    seed: u32,
    // Number of the frame since the prompt
    frame: u32,
    // From 1
    step: u32,
    // Positions to settle in this step
    settle: u32,
    // Of the codes; 0 takes the likeliest
    temperature: f32,
    // Of the Gumbel noise on the confidence, annealed by the host
    choice: f32,
    // 0: the most confident first, 1: a random permutation, 2: the order in `places`
    order: u32,
    // The token that stands for a masked position
    mask: u32,
}

// The rank of a position that is settled already: below every other.
const SETTLED: f32 = -3e38;
