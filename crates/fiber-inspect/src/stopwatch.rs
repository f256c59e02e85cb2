use std::time::Duration;

/// Splits the time of a clock that the caller passed into stages; without one, nothing is measured.
pub(crate) struct Stopwatch<'a> {
    clock: Option<&'a (dyn Fn() -> Duration + Sync)>,
    last: Duration,
    milliseconds: Vec<(String, f64)>,
}

impl<'a> Stopwatch<'a> {
    pub(crate) fn start(clock: Option<&'a (dyn Fn() -> Duration + Sync)>) -> Self {
        let last = clock.map_or(Duration::ZERO, |now| now());
        Self { clock, last, milliseconds: Vec::new() }
    }

    /// Ends a stage, which began where the one before it ended.
    pub(crate) fn lap(&mut self, stage: &str) {
        if let Some(now) = self.clock.map(|now| now()) {
            let time = now.saturating_sub(self.last);
            self.last = now;
            self.milliseconds.push((stage.to_owned(), time.as_secs_f64() * 1e3));
        }
    }

    pub(crate) fn into_milliseconds(self) -> Vec<(String, f64)> {
        self.milliseconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn stages_follow_each_other() {
        let time = Mutex::new(Duration::from_millis(50));
        let set = |to| *time.lock().expect("one thread") = Duration::from_millis(to);
        let clock = || *time.lock().expect("one thread");
        let mut watch = Stopwatch::start(Some(&clock));
        set(53);
        watch.lap("a");
        set(51);
        watch.lap("b");
        assert_eq!(watch.into_milliseconds(), [("a".to_owned(), 3.0), ("b".to_owned(), 0.0)]);
    }

    #[test]
    fn without_a_clock_there_are_no_times() {
        let mut watch = Stopwatch::start(None);
        watch.lap("a");
        assert!(watch.into_milliseconds().is_empty());
    }
}
