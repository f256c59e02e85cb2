use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::channel;

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
/// Items begun before the first unfinished one is done, per thread: a slow one does not hold up the others.
const ITEMS_AHEAD: usize = 4;

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

    /// Applies `work` to every item and hands the results to `take`, on the calling thread and in the order of the
    /// items.
    ///
    /// No thread waits for another while there are items: what is done early is kept until its turn, a bounded
    /// number of results for each thread.
    ///
    /// # Panics
    /// Where `work` does, with what it panicked with.
    pub fn each<T: Send, R: Send>(
        &self,
        items: impl IntoIterator<Item = T>,
        work: impl Fn(T) -> R + Sync,
        mut take: impl FnMut(R),
    ) {
        let Some(pool) = &self.pool else {
            return items.into_iter().map(work).for_each(take);
        };
        let most = ITEMS_AHEAD * self.threads();
        let mut items = items.into_iter().enumerate();
        let (sender, results) = channel();
        let work = &work;
        pool.in_place_scope(|scope| {
            let mut early = BTreeMap::new();
            let (mut begun, mut taken) = (0, 0);
            loop {
                for (index, item) in items.by_ref().take(most - (begun - taken)) {
                    begun += 1;
                    let sender = sender.clone();
                    scope.spawn(move |_| {
                        let result = catch_unwind(AssertUnwindSafe(|| work(item)));
                        // The receiver is gone where another item has panicked.
                        let _ = sender.send((index, result));
                    });
                }
                if taken == begun {
                    break;
                }
                let Ok((index, result)) = results.recv() else { break };
                early.insert(index, result.unwrap_or_else(|panic| resume_unwind(panic)));
                while let Some(result) = early.remove(&taken) {
                    take(result);
                    taken += 1;
                }
            }
        });
    }

    /// Applies `work` to every item and gives the results in the order of the items.
    ///
    /// Lazy: a bounded number of items is taken from the source at a time, so that a source and results
    /// of any length need little memory. [`Workers::each`] keeps threads busier.
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
    fn each_result_is_taken_in_order_however_long_it_took() {
        for threads in [1, 2, 3] {
            let workers = Workers::new(threads).expect("threads");
            let (begun, mut taken) = (AtomicUsize::new(0), Vec::new());
            let items = (0..200_usize).inspect(|_| {
                begun.fetch_add(1, Ordering::Relaxed);
            });
            // The first of every ten takes by far the longest.
            let work = |n: usize| {
                let steps = if n.is_multiple_of(10) { 200_000_usize } else { 10 };
                std::hint::black_box((0..steps).fold(n, usize::wrapping_add));
                n
            };
            workers.each(items, work, |result| {
                taken.push(result);
                let ahead = begun.load(Ordering::Relaxed) - taken.len();
                assert!(ahead <= ITEMS_AHEAD * threads, "{ahead} ahead");
            });
            assert!(taken.into_iter().eq(0..200));
        }
    }

    #[test]
    fn a_panic_of_the_work_reaches_the_caller() {
        for threads in [1, 2] {
            let workers = Workers::new(threads).expect("threads");
            let work = |n: usize| assert_ne!(n, 5, "five");
            let all = || workers.each(0..100_usize, work, |()| {});
            assert!(catch_unwind(AssertUnwindSafe(all)).is_err());
        }
    }

    #[test]
    fn no_threads_is_an_error() {
        let error = Workers::new(0).expect_err("zero");
        assert_eq!(error.to_string(), "0 threads could not be started: at least 1 is needed");
    }
}
