use std::fmt;

use fiber_filters::Threading;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;

/// The threads to work on: as many as the caller asks for, and none before.
///
/// ```
/// use fiber_inspect::Workers;
///
/// let squares = |threads| -> Result<Vec<u64>, fiber_inspect::Error> {
///     Ok(Workers::new(threads)?.map(0..100, |n: u64| n * n).collect())
/// };
/// assert_eq!(squares(1)?, squares(3)?);
/// # Ok::<(), fiber_inspect::Error>(())
/// ```
pub struct Workers {
    pool: Option<ThreadPool>,
}

/// Items taken from the source at a time, per thread: enough to keep all threads busy, few enough to
/// bound the memory.
const ITEMS_PER_THREAD: usize = 2;

impl Workers {
    /// Workers on `threads` threads; 1 is the calling thread alone.
    ///
    /// # Errors
    /// [`Error::Threads`] for 0, or where the system does not give so many.
    pub fn new(threads: usize) -> Result<Self, Error> {
        let failed = |problem: String| Error::Threads { threads, problem };
        let pool = match threads {
            0 => return Err(failed("at least 1 is needed".into())),
            1 => None,
            _ => {
                let builder = ThreadPoolBuilder::new().num_threads(threads);
                Some(builder.build().map_err(|error| failed(error.to_string()))?)
            }
        };
        Ok(Self { pool })
    }

    /// Number of threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.as_ref().map_or(1, ThreadPool::current_num_threads)
    }

    /// Runs one piece of work on these threads, so that its own parallel parts use them.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// How work run by these workers may spread.
    #[must_use]
    pub fn threading(&self) -> Threading {
        if self.pool.is_some() { Threading::CurrentPool } else { Threading::Single }
    }

    /// Applies `work` to every item and gives the results in the order of the items.
    ///
    /// Lazy: a bounded number of items is taken from the source at a time, so that a source and results
    /// of any length need little memory.
    pub fn map<'a, T, R>(
        &'a self,
        items: impl IntoIterator<Item = T> + 'a,
        work: impl Fn(T) -> R + Sync + Send + 'a,
    ) -> impl Iterator<Item = R> + 'a
    where
        T: Send + 'a,
        R: Send + 'a,
    {
        let mut items = items.into_iter();
        let mut done = Vec::new().into_iter();
        std::iter::from_fn(move || {
            if done.len() == 0 {
                let share = match &self.pool {
                    Some(_) => ITEMS_PER_THREAD * self.threads(),
                    None => 1,
                };
                let some: Vec<T> = items.by_ref().take(share).collect();
                let results: Vec<R> = match &self.pool {
                    Some(pool) => pool.install(|| some.into_par_iter().map(&work).collect()),
                    None => some.into_iter().map(&work).collect(),
                };
                done = results.into_iter();
            }
            done.next()
        })
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("threads", &self.threads()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_and_items_are_taken_as_needed() {
        for threads in [1, 2, 3] {
            let taken = AtomicUsize::new(0);
            let items = (0..1000_usize).inspect(|_| {
                taken.fetch_add(1, Ordering::Relaxed);
            });
            let workers = Workers::new(threads).expect("threads");
            let mut results = workers.map(items, |n| 3 * n);
            assert_eq!(results.next(), Some(0));
            assert!(taken.load(Ordering::Relaxed) <= ITEMS_PER_THREAD * threads);
            assert!(results.eq((1..1000).map(|n| 3 * n)));
        }
    }

    #[test]
    fn no_threads_is_an_error() {
        let error = Workers::new(0).expect_err("zero");
        assert_eq!(error.to_string(), "0 threads could not be started: at least 1 is needed");
    }
}
