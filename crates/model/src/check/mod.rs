//! Comparisons of the WGSL kernels whose twins are in this crate with those twins: embeddings, the
//! choice of tokens, pixels. See `kernels::check`, which compares the others.

mod choice;
mod embed;
mod pixels;

pub use choice::Choice;
pub use embed::{Embed, Embedding};
pub use pixels::Pixels;

use kernels::check::{Bench, Report, compare};

/// Compares every kernel, each at `cases` random shapes.
pub async fn compare_all(bench: &mut Bench, cases: usize) -> Vec<Report> {
    vec![
        compare::<Embed>(bench, Embedding::Tokens, cases).await,
        compare::<Embed>(bench, Embedding::Codes, cases).await,
        compare::<Choice>(bench, (), cases).await,
        compare::<Pixels>(bench, (), cases).await,
    ]
}
