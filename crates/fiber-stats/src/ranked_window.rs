use std::cmp::Ordering;

/// A window of values that are known by their places in rising order, and its median, which a step of the window
/// moves to a neighbour (after Suomela 2014, "Median filtering is equivalent to sorting").
#[derive(Debug)]
pub(crate) struct RankedWindow {
    /// One bit for each place: whether its value is in the window.
    present: Vec<u64>,
    /// Place of the median.
    median: usize,
}

impl RankedWindow {
    /// The window of these of `places` places, an odd number of them and each once.
    pub(crate) fn new(places: usize, members: &[usize]) -> Self {
        let mut window = Self { present: vec![0; places.div_ceil(64)], median: 0 };
        for &member in members {
            window.flip(member);
        }
        window.median = window.from(0);
        for _ in 0..members.len() / 2 {
            window.median = window.from(window.median + 1);
        }
        window
    }

    /// Takes in the value at the place `new` for the one at `old`.
    pub(crate) fn replace(&mut self, old: usize, new: usize) {
        self.flip(old);
        self.flip(new);
        // As many values stay above the median as below.
        match (old.cmp(&self.median), new < self.median) {
            (Ordering::Less, false) => self.median = self.from(self.median + 1),
            (Ordering::Equal, false) => self.median = self.from(self.median),
            (Ordering::Equal | Ordering::Greater, true) => self.median = self.before(self.median),
            (Ordering::Less, true) | (Ordering::Greater, false) => {}
        }
    }

    /// Place of the window's median.
    pub(crate) fn median(&self) -> usize {
        self.median
    }

    fn flip(&mut self, place: usize) {
        self.present[place / 64] ^= 1 << (place % 64);
    }

    /// The first place of the window from this one on; there must be one.
    fn from(&self, place: usize) -> usize {
        let mut word = place / 64;
        let mut bits = self.present[word] & (u64::MAX << (place % 64));
        while bits == 0 {
            word += 1;
            bits = self.present[word];
        }
        64 * word + bits.trailing_zeros() as usize
    }

    /// The last place of the window before this one; there must be one.
    fn before(&self, place: usize) -> usize {
        let mut word = place / 64;
        let mut bits = self.present[word] & !(u64::MAX << (place % 64));
        while bits == 0 {
            word -= 1;
            bits = self.present[word];
        }
        64 * word + 63 - bits.leading_zeros() as usize
    }
}
