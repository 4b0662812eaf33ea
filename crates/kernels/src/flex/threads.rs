//! Sharing work between threads. In the browser everything runs on the one there is.

/// How many threads work at once.
pub(crate) fn threads() -> usize {
    #[cfg(not(target_family = "wasm"))]
    return rayon::current_num_threads();
    #[cfg(target_family = "wasm")]
    return 1;
}

/// Runs `work` on every item, in any order, on all threads.
pub(crate) fn for_each<T: Send>(items: Vec<T>, work: impl Fn(T) + Sync + Send) {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
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
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        if items.len() > 1 {
            return items
                .into_par_iter()
                .with_max_len(1)
                .map(work)
                .collect();
        }
    }
    items.into_iter().map(work).collect()
}
