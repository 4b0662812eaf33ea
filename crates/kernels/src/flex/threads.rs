//! Sharing work between threads. In the browser everything runs on the one there is.

/// How many threads work at once.
pub fn threads() -> usize {
    #[cfg(not(target_family = "wasm"))]
    return rayon::current_num_threads();
    #[cfg(target_family = "wasm")]
    return 1;
}

/// Runs `work` on every item, in any order, on all threads.
pub fn for_each<T: Send>(items: Vec<T>, work: impl Fn(T) + Sync + Send) {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
        if items.len() > 1 {
            return items.into_par_iter().with_max_len(1).for_each(work);
        }
    }
    items.into_iter().for_each(work);
}

/// Like [`for_each`], with the results in the order of the items.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
        if items.len() > 1 {
            return items.into_par_iter().with_max_len(1).map(work).collect();
        }
    }
    items.into_iter().map(work).collect()
}

/// Adds all `parts` to `sum`, in their order, on all threads.
pub(crate) fn add_all<'a>(sum: &mut [f32], parts: impl Iterator<Item = &'a [f32]>) {
    /// Values of one item: few enough to stay in the first cache while all parts are added.
    const SHARE: usize = 1 << 12;
    let parts: Vec<&[f32]> = parts.collect();
    let shares = sum.chunks_mut(SHARE).enumerate();
    for_each(turns(shares.collect()), |shares| {
        for (i, sum) in shares {
            for part in &parts {
                for (sum, part) in sum.iter_mut().zip(&part[i * SHARE..]) {
                    *sum += part;
                }
            }
        }
    });
}

/// Cuts `items` into four turns for each thread, so that a late one doesn't hold up the others.
pub(crate) fn turns<T>(items: Vec<T>) -> Vec<Vec<T>> {
    cut(items, 4 * threads())
}

/// The same, with no turn shorter than `least` items: for work that has a sum for every turn.
pub(crate) fn long_turns<T>(items: Vec<T>, least: usize) -> Vec<Vec<T>> {
    let turns = (4 * threads()).min(items.len().div_ceil(least));
    cut(items, turns)
}

fn cut<T>(items: Vec<T>, turns: usize) -> Vec<Vec<T>> {
    let size = items.len().div_ceil(turns.max(1)).max(1);
    let mut items = items.into_iter();
    std::iter::from_fn(|| {
        let turn: Vec<T> = items.by_ref().take(size).collect();
        (!turn.is_empty()).then_some(turn)
    })
    .collect()
}
