//! Tokens to vectors.

/// Tables of an embedding.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Of tokens, `[codes, D]`.
    pub table: Vec<f32>,
    /// Of positions, `[N, D]`.
    pub position: Vec<f32>,
    /// What a frame adds to all of its tokens, `[rows, D]`.
    pub extra: Vec<f32>,
    /// `D`.
    pub width: usize,
}

impl Tables {
    /// Embeds the tokens of a frame, with row `row` of the extra table, into `x [N, D]`.
    ///
    /// # Panics
    /// If a token or the row isn't in its table.
    pub fn embed(&self, tokens: &[u32], row: usize, x: &mut [f32]) {
        let width = self.width;
        let extra = &self.extra[row * width..][..width];
        let rows = x
            .chunks_exact_mut(width)
            .zip(self.position.chunks_exact(width));
        for (&token, (x, position)) in tokens.iter().zip(rows) {
            let code = &self.table[token as usize * width..][..width];
            for (x, ((code, position), extra)) in
                x.iter_mut().zip(code.iter().zip(position).zip(extra))
            {
                *x = code + position + extra;
            }
        }
    }
}
