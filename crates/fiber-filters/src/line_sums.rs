//! Running sums along the lines of one direction, of several planes at once.

use pulp::NullaryFnOnce;

/// Values of several planes to be summed along steep lines.
///
/// As whole numbers, so that what is added and taken away again leaves nothing behind.
pub(crate) struct Source<const N: usize> {
    width: usize,
    height: usize,
    /// In units of the plane; 0 where invalid.
    values: [Vec<i32>; N],
    /// Where the runs of valid pixels begin and end in each row, by turns.
    edges: Vec<u32>,
    /// Where each row begins among the edges; one entry more than rows.
    rows: Vec<usize>,
}

impl<const N: usize> Source<N> {
    /// Rows of values, 0 where not valid.
    pub(crate) fn new(width: usize, values: [Vec<i32>; N], valid: &[bool]) -> Self {
        let height = valid.len() / width;
        let (mut edges, mut rows) =
            (Vec::with_capacity(2 * height), Vec::with_capacity(height + 1));
        rows.push(0);
        for row in valid.chunks_exact(width) {
            let mut before = false;
            for (x, &valid) in (0..).zip(row) {
                if valid != before {
                    edges.push(x);
                }
                before = valid;
            }
            if before {
                edges.push(width as u32);
            }
            rows.push(edges.len());
        }
        Self { width, height, values, edges, rows }
    }

    /// The edges of a row's runs; none outside the plane.
    #[inline(always)]
    fn edges(&self, y: Option<usize>) -> &[u32] {
        y.map_or(&[], |y| &self.edges[self.rows[y]..self.rows[y + 1]])
    }
}

/// The lines of one direction through the pixels of a row.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a> {
    sums: &'a [i32],
    /// What each sum counts for.
    shares: &'a [f32],
    index: u32,
}

impl<'a> Lines<'a> {
    #[inline(always)]
    fn responses(self) -> impl Iterator<Item = f32> + use<'a> {
        self.sums.iter().zip(self.shares).map(|(&sum, &share)| sum as f32 * share)
    }
}

/// Directions whose responses are compared with each other before they are with those kept.
const FEW: usize = 4;

/// What is kept of the responses of many directions.
pub(crate) trait Keep {
    fn new(pixels: usize) -> Self;
    /// Takes in what a direction gives to the pixels from `start` on: each sum times its share.
    fn take(&mut self, start: usize, lines: Lines<'_>);
    /// Takes in some directions one after the other, or what comes to the same.
    #[inline(always)]
    fn take_few(&mut self, start: usize, few: [Lines<'_>; FEW]) {
        for lines in few {
            self.take(start, lines);
        }
    }
}

/// The highest, and which it was.
pub(crate) struct Indexed {
    pub(crate) response: Vec<f32>,
    /// As wide as `response`, so that the compiler can choose both at once.
    pub(crate) index: Vec<u32>,
}

impl Keep for Indexed {
    fn new(pixels: usize) -> Self {
        Self { response: vec![f32::NEG_INFINITY; pixels], index: vec![0; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, Lines { sums, shares, index }: Lines<'_>) {
        let best = &mut self.response[start..][..sums.len()];
        let best_index = &mut self.index[start..][..sums.len()];
        let responses = sums.iter().zip(shares);
        for ((best, best_index), (&sum, &share)) in best.iter_mut().zip(best_index).zip(responses) {
            let response = sum as f32 * share;
            // Masks instead of a choice, which the compiler would turn into a branch.
            let better = u32::from(response > *best).wrapping_neg();
            *best_index = (*best_index & !better) | (index & better);
            *best = best.max(response);
        }
    }
}

/// The highest and the lowest.
pub(crate) struct Extremes {
    pub(crate) highest: Vec<f32>,
    pub(crate) lowest: Vec<f32>,
}

impl Keep for Extremes {
    fn new(pixels: usize) -> Self {
        Self { highest: vec![f32::NEG_INFINITY; pixels], lowest: vec![f32::INFINITY; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, Lines { sums, shares, .. }: Lines<'_>) {
        let highest = &mut self.highest[start..][..sums.len()];
        let lowest = &mut self.lowest[start..][..sums.len()];
        let responses = sums.iter().zip(shares);
        for ((highest, lowest), (&sum, &share)) in highest.iter_mut().zip(lowest).zip(responses) {
            let response = sum as f32 * share;
            // Of a comparison the compiler makes a masked store, which takes ten times as long on some processors.
            *highest = highest.max(response);
            *lowest = lowest.min(response);
        }
    }

    /// Reads and writes what is kept once for all.
    #[inline(always)]
    fn take_few(&mut self, start: usize, few: [Lines<'_>; FEW]) {
        let count = few[0].sums.len();
        let [a, b, c, d] = few.map(Lines::responses);
        let kept =
            self.highest[start..][..count].iter_mut().zip(&mut self.lowest[start..][..count]);
        for ((highest, lowest), (((a, b), c), d)) in kept.zip(a.zip(b).zip(c).zip(d)) {
            *highest = highest.max(a.max(b).max(c.max(d)));
            *lowest = lowest.min(a.min(b).min(c.min(d)));
        }
    }
}

/// Running sums over `half` rows up and down along lines that move `slope` (-1..=1) columns a row.
pub(crate) struct Direction<const N: usize> {
    index: u32,
    half: usize,
    /// The line with number n passes row y at column `n - shifts[y]`.
    shifts: Vec<usize>,
    sums: [Vec<i32>; N],
    /// Valid pixels of each line, and 1 over the root of their number.
    counts: Vec<u32>,
    shares: Vec<f32>,
    /// That share for every number.
    share_of: Vec<f32>,
}

impl<const N: usize> Direction<N> {
    pub(crate) fn new(source: &Source<N>, index: u32, slope: f64, half: usize) -> Self {
        let last = source.height - 1;
        let half = half.min(last);
        let lowest = (-slope * last as f64).round().min(0.0);
        let shift = |y: usize| ((-slope * y as f64).round() - lowest) as usize;
        let shifts: Vec<usize> = (0..=last).map(shift).collect();
        let lines = source.width + shifts[0].max(shifts[last]);
        // An empty line's sum of 0 counts whole.
        let share_of = (0..=2 * half + 1).map(|count| 1.0 / (count.max(1) as f32).sqrt()).collect();
        let sums = [(); N].map(|()| vec![0; lines]);
        Self {
            index,
            half,
            shifts,
            sums,
            counts: vec![0; lines],
            shares: vec![1.0; lines],
            share_of,
        }
    }

    /// The lines through the first `width` pixels of row `y`, of one of the planes.
    #[inline(always)]
    fn lines(&self, plane: usize, y: usize, width: usize) -> Lines<'_> {
        let first = self.shifts[y];
        let (sums, shares) = (&self.sums[plane][first..], &self.shares[first..]);
        Lines { sums: &sums[..width], shares: &shares[..width], index: self.index }
    }

    /// Row `step` enters the sums, and the one that lies a line's length before leaves them.
    ///
    /// Nothing leaves before a whole line has entered, nothing enters below the last row.
    #[inline(always)]
    fn advance(&mut self, source: &Source<N>, step: usize) {
        let new = (step < source.height).then_some(step);
        let old = step.checked_sub(2 * self.half + 1);
        let (to, from) = (new.map_or(0, |y| self.shifts[y]), old.map_or(0, |y| self.shifts[y]));
        let (entering, leaving) = (source.edges(new), source.edges(old));
        self.recount(entering, to, leaving, from);
        let row = |y: Option<usize>, edges: &[u32], shift: usize| match (y, edges) {
            (Some(y), &[first, .., last]) => {
                let (first, last) = (first as usize, last as usize);
                (y * source.width + first..y * source.width + last, shift + first)
            }
            _ => (0..0, 0),
        };
        let ((new, to), (old, from)) = (row(new, entering, to), row(old, leaving, from));
        for (sums, values) in self.sums.iter_mut().zip(&source.values) {
            exchange(sums, &values[new.clone()], to, &values[old.clone()], from);
        }
    }

    /// Counts anew where the runs of the rows that enter and leave differ: beside few places in most planes.
    #[inline(always)]
    fn recount(&mut self, entering: &[u32], to: usize, leaving: &[u32], from: usize) {
        let (mut entering, mut leaving) = (entering.iter().peekable(), leaving.iter().peekable());
        let (mut enters, mut leaves, mut first) = (false, false, 0);
        loop {
            let next_to = entering.peek().map_or(usize::MAX, |&&edge| edge as usize + to);
            let next_from = leaving.peek().map_or(usize::MAX, |&&edge| edge as usize + from);
            let next = next_to.min(next_from);
            if next == usize::MAX {
                return;
            }
            if enters != leaves {
                let change = if enters { 1 } else { u32::MAX };
                let lines = self.counts[first..next].iter_mut().zip(&mut self.shares[first..next]);
                for (count, share) in lines {
                    *count = count.wrapping_add(change);
                    *share = self.share_of[*count as usize];
                }
            }
            first = next;
            if next_to == next {
                enters = !enters;
                entering.next();
            }
            if next_from == next {
                leaves = !leaves;
                leaving.next();
            }
        }
    }
}

/// Directions that go down a plane together, row by row: the sums of so many stay in the nearer caches, and so do the
/// rows that they add, take away and leave their responses in.
pub(crate) const TOGETHER: usize = 8;

/// Sums along the lines of some directions, of which the kept responses are those of [`Keep`].
pub(crate) struct Sweep<'a, K, const N: usize> {
    pub(crate) source: &'a Source<N>,
    pub(crate) directions: &'a mut [Direction<N>],
    pub(crate) kept: &'a mut [K; N],
}

impl<K: Keep, const N: usize> NullaryFnOnce for Sweep<'_, K, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { source, directions, kept } = self;
        let (width, height) = (source.width, source.height);
        for direction in directions.iter_mut() {
            for step in 0..direction.half {
                direction.advance(source, step);
            }
        }
        for y in 0..height {
            for direction in directions.iter_mut() {
                direction.advance(source, y + direction.half);
            }
            let (fours, rest) = directions.as_chunks::<FEW>();
            for (plane, kept) in kept.iter_mut().enumerate() {
                for four in fours {
                    kept.take_few(y * width, four.each_ref().map(|d| d.lines(plane, y, width)));
                }
                for direction in rest {
                    kept.take(y * width, direction.lines(plane, y, width));
                }
            }
        }
    }
}

/// One row enters the running sums from line `to` on and another leaves those from `from` on: in one pass where
/// they share lines.
#[inline(always)]
fn exchange(sums: &mut [i32], new: &[i32], to: usize, old: &[i32], from: usize) {
    let (first, last) = (to.max(from), (to + new.len()).min(from + old.len()));
    if first >= last {
        enter(sums, new, to);
        leave(sums, old, from);
        return;
    }
    enter(sums, &new[..first - to], to);
    leave(sums, &old[..first - from], from);
    enter(sums, &new[last - to..], last);
    leave(sums, &old[last - from..], last);
    let pairs = new[first - to..last - to].iter().zip(&old[first - from..last - from]);
    for (sum, (&new, &old)) in sums[first..last].iter_mut().zip(pairs) {
        *sum += new - old;
    }
}

#[inline(always)]
fn enter(sums: &mut [i32], values: &[i32], first: usize) {
    for (sum, &value) in sums[first..].iter_mut().zip(values) {
        *sum += value;
    }
}

#[inline(always)]
fn leave(sums: &mut [i32], values: &[i32], first: usize) {
    for (sum, &value) in sums[first..].iter_mut().zip(values) {
        *sum -= value;
    }
}
