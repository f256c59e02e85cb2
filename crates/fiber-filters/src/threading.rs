use rayon::prelude::*;

/// Where the work of one call is done. The results are the same, to the bit.
///
/// ```
/// use fiber_filters::Threading;
///
/// assert_eq!(Threading::CurrentPool.join(|| 2 + 2, || "four"), (4, "four"));
/// assert_eq!(Threading::Single.map(vec![1, 2, 3], |n| n * n), [1, 4, 9]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threading {
    /// On the calling thread alone.
    #[default]
    Single,
    /// Spread over the `rayon` pool the call is made in: the caller's own inside `ThreadPool::install`, the
    /// global one elsewhere.
    CurrentPool,
}

impl Threading {
    /// Does both, at once where there are threads for it.
    pub fn join<A: Send, B: Send>(
        self,
        first: impl FnOnce() -> A + Send,
        second: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        match self {
            Self::Single => (first(), second()),
            Self::CurrentPool => rayon::join(first, second),
        }
    }

    /// What `work` makes of every item, in the items' order.
    pub fn map<T: Send, R: Send>(
        self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        match self {
            Self::Single => items.into_iter().map(work).collect(),
            Self::CurrentPool => items.into_par_iter().map(work).collect(),
        }
    }
}
