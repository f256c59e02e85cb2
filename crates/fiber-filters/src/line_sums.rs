//! Running sums along the lines of one direction, of several planes at once.

use std::ops::Range;

use pulp::NullaryFnOnce;

use crate::line_number::Number;

/// Numbers that are worked on at once: rows are whole blocks, so that no loop has a rest.
const BLOCK: usize = 32;

/// Values of several planes to be summed along steep lines.
///
/// As whole numbers, so that what is added and taken away again leaves nothing behind.
pub(crate) struct Source<V, const N: usize> {
    width: usize,
    height: usize,
    /// Zeros on either side of a row: as many as a line may move between the rows that enter and leave its sum, and a block.
    margin: usize,
    /// In units of the plane; 0 where invalid, in the margins and in one more row.
    values: [Vec<V>; N],
    /// Where the runs of valid pixels begin and end in each row, by turns.
    edges: Vec<u32>,
    /// Where each row begins among the edges; one entry more than rows.
    rows: Vec<usize>,
}

impl<V: Number, const N: usize> Source<V, N> {
    /// Rows of values, 0 where not valid, for lines of at most `longest` pixels.
    pub(crate) fn new(width: usize, values: [Vec<V>; N], valid: &[bool], longest: usize) -> Self {
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
        // A pixel a row at most, and one for rounding; to either side no further than directions go.
        let aside = 2 * width + 6;
        let margin = (longest + 2).min(height).min(aside) + 1 + BLOCK;
        let values = values.map(|values| {
            let mut padded = Vec::with_capacity((height + 1) * (width + 2 * margin));
            for row in values.chunks_exact(width) {
                padded.resize(padded.len() + margin, V::default());
                padded.extend_from_slice(row);
                padded.resize(padded.len() + margin, V::default());
            }
            padded.resize(padded.len() + width + 2 * margin, V::default());
            padded
        });
        Self { width, height, margin, values, edges, rows }
    }

    /// The width of rows of responses: whole blocks.
    pub(crate) fn stride(&self) -> usize {
        self.width.next_multiple_of(BLOCK)
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    /// A row; outside the plane one without valid pixels whose lines are those of the row `beside`.
    #[inline(always)]
    fn row(&self, y: Option<usize>, beside: Option<usize>, shifts: &[usize]) -> Row<'_> {
        let width = self.width + 2 * self.margin;
        Row {
            start: y.unwrap_or(self.height) * width + self.margin,
            shift: y.or(beside).map_or(0, |y| shifts[y]),
            edges: y.map_or(&[], |y| &self.edges[self.rows[y]..self.rows[y + 1]]),
        }
    }
}

/// Where a row lies among the values, and which lines pass it.
struct Row<'a> {
    start: usize,
    /// Column 0 is on the line of this number.
    shift: usize,
    edges: &'a [u32],
}

impl Row<'_> {
    /// The lines through valid pixels, from the first to the last.
    #[inline(always)]
    fn lines(&self) -> Option<Range<usize>> {
        let &[first, .., last] = self.edges else { return None };
        Some(self.shift + first as usize..self.shift + last as usize)
    }
}

/// The lines of one direction through the pixels of a row.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a, V: Number> {
    sums: &'a [V],
    /// What each sum counts for.
    shares: &'a [V::Share],
    index: u32,
}

impl<'a, V: Number> Lines<'a, V> {
    /// So many sums and what they count for.
    #[inline(always)]
    fn pairs(self, count: usize) -> impl Iterator<Item = (&'a V, &'a V::Share)> {
        self.sums[..count].iter().zip(&self.shares[..count])
    }
}

/// Directions whose responses are compared with each other before they are with those kept.
const FEW: usize = 4;

/// What is kept of the responses of many directions.
pub(crate) trait Keep<V: Number> {
    fn new(pixels: usize) -> Self;
    /// Takes in what a direction gives to the pixels from `start` on: each sum times its share.
    fn take(&mut self, start: usize, lines: Lines<'_, V>);
    /// Takes in some directions one after the other, or what comes to the same.
    #[inline(always)]
    fn take_few(&mut self, start: usize, few: [Lines<'_, V>; FEW]) {
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

impl Keep<i32> for Indexed {
    fn new(pixels: usize) -> Self {
        Self { response: vec![f32::NEG_INFINITY; pixels], index: vec![0; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, lines: Lines<'_, i32>) {
        let Lines { sums, shares, index } = lines;
        let best = &mut self.response[start..][..sums.len()];
        let best_index = &mut self.index[start..][..sums.len()];
        let responses = sums.iter().zip(shares).map(|(&sum, &share)| sum.times(share));
        for ((best, best_index), response) in best.iter_mut().zip(best_index).zip(responses) {
            // Masks instead of a choice, which the compiler would turn into a branch.
            let better = u32::from(response > *best).wrapping_neg();
            *best_index = (*best_index & !better) | (index & better);
            *best = best.max(response);
        }
    }
}

/// The highest and the lowest.
pub(crate) struct Extremes<V: Number> {
    pub(crate) highest: Vec<V::Response>,
    pub(crate) lowest: Vec<V::Response>,
}

impl<V: Number> Keep<V> for Extremes<V> {
    fn new(pixels: usize) -> Self {
        Self { highest: vec![V::LOWEST; pixels], lowest: vec![V::HIGHEST; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, lines: Lines<'_, V>) {
        let pairs = lines.sums.iter().zip(lines.shares);
        for ((highest, lowest), (sum, &share)) in self.from(start, lines.sums.len()).zip(pairs) {
            let response = sum.times(share);
            *highest = V::higher(*highest, response);
            *lowest = V::lower(*lowest, response);
        }
    }

    /// Reads and writes what is kept once for all.
    #[inline(always)]
    fn take_few(&mut self, start: usize, few: [Lines<'_, V>; FEW]) {
        let count = few[0].sums.len();
        let [a, b, c, d] = few;
        let [a, b, c, d] = [a.pairs(count), b.pairs(count), c.pairs(count), d.pairs(count)];
        let few = a.zip(b).zip(c.zip(d));
        for ((highest, lowest), ((a, b), (c, d))) in self.from(start, count).zip(few) {
            let (a, b, c, d) = (a.0.times(*a.1), b.0.times(*b.1), c.0.times(*c.1), d.0.times(*d.1));
            *highest = V::higher(*highest, V::higher(V::higher(a, b), V::higher(c, d)));
            *lowest = V::lower(*lowest, V::lower(V::lower(a, b), V::lower(c, d)));
        }
    }
}

impl<V: Number> Extremes<V> {
    /// What is kept of so many pixels.
    #[inline(always)]
    fn from(
        &mut self,
        start: usize,
        count: usize,
    ) -> impl Iterator<Item = (&mut V::Response, &mut V::Response)> {
        let (highest, lowest) = (&mut self.highest[start..], &mut self.lowest[start..]);
        highest[..count].iter_mut().zip(&mut lowest[..count])
    }
}

/// Running sums over `half` rows up and down along lines that move `slope` (-1..=1) columns a row.
pub(crate) struct Direction<V: Number, const N: usize> {
    index: u32,
    half: usize,
    /// The line with number n passes row y at column `n - shifts[y]`.
    shifts: Vec<usize>,
    sums: [Vec<V>; N],
    /// Valid pixels of each line, and 1 over the root of their number.
    counts: Vec<u16>,
    shares: Vec<V::Share>,
}

impl<V: Number, const N: usize> Direction<V, N> {
    pub(crate) fn new(source: &Source<V, N>, index: u32, slope: f64, half: usize) -> Self {
        let last = source.height - 1;
        // From there on a line through the plane has left it sideways.
        let leaves = ((source.width + 1) as f64 / slope.abs()).ceil();
        let half = half.min(last).min(leaves as usize);
        let lowest = (-slope * last as f64).round().min(0.0);
        let shift = |y: usize| ((-slope * y as f64).round() - lowest) as usize;
        let shifts: Vec<usize> = (0..=last).map(shift).collect();
        let lines = source.stride() + shifts[0].max(shifts[last]) + BLOCK;
        let sums = [(); N].map(|()| vec![V::default(); lines]);
        Self { index, half, shifts, sums, counts: vec![0; lines], shares: vec![V::share(0); lines] }
    }

    /// The lines through the pixels of row `y` and what fills its last block, of one of the planes.
    #[inline(always)]
    fn lines(&self, plane: usize, y: usize, stride: usize) -> Lines<'_, V> {
        let first = self.shifts[y];
        let (sums, shares) = (&self.sums[plane][first..], &self.shares[first..]);
        Lines { sums: &sums[..stride], shares: &shares[..stride], index: self.index }
    }

    /// Row `step` enters the sums, and the one that lies a line's length before leaves them.
    ///
    /// Nothing leaves before a whole line has entered, nothing enters below the last row.
    #[inline(always)]
    fn advance(&mut self, source: &Source<V, N>, step: usize) {
        let new = (step < source.height).then_some(step);
        let old = step.checked_sub(2 * self.half + 1);
        let (new, old) = (source.row(new, old, &self.shifts), source.row(old, new, &self.shifts));
        self.recount(&new, &old);
        let (Some(lines), Some(others)) =
            (new.lines().or_else(|| old.lines()), old.lines().or_else(|| new.lines()))
        else {
            return;
        };
        let first = lines.start.min(others.start);
        let count = (lines.end.max(others.end) - first).next_multiple_of(BLOCK);
        // Before its first column and beyond its last a row has zeros.
        let at = |row: &Row<'_>| row.start + first - row.shift;
        let (new, old) = (at(&new), at(&old));
        for (sums, values) in self.sums.iter_mut().zip(&source.values) {
            let changes = values[new..][..count].iter().zip(&values[old..][..count]);
            for (sum, (&new, &old)) in sums[first..][..count].iter_mut().zip(changes) {
                *sum = *sum + (new - old);
            }
        }
    }

    /// Counts anew where the runs of the rows that enter and leave differ: beside few places in most planes.
    #[inline(always)]
    fn recount(&mut self, new: &Row<'_>, old: &Row<'_>) {
        let (mut entering, mut leaving) = (new.edges, old.edges);
        let (mut enters, mut leaves, mut first) = (false, false, 0);
        loop {
            let next_to = entering.first().map_or(usize::MAX, |&edge| edge as usize + new.shift);
            let next_from = leaving.first().map_or(usize::MAX, |&edge| edge as usize + old.shift);
            let next = next_to.min(next_from);
            if next == usize::MAX {
                return;
            }
            if enters != leaves {
                let change = if enters { 1 } else { u16::MAX };
                for count in &mut self.counts[first..next] {
                    *count = count.wrapping_add(change);
                }
                // Some more, whose counts are the same, so that the loop has no rest.
                let whole = (next - first).next_multiple_of(BLOCK / 2);
                let counts = &self.counts[first..][..whole];
                for (share, &count) in self.shares[first..][..whole].iter_mut().zip(counts) {
                    *share = V::share(count);
                }
            }
            first = next;
            if next_to == next {
                enters = !enters;
                entering = &entering[1..];
            }
            if next_from == next {
                leaves = !leaves;
                leaving = &leaving[1..];
            }
        }
    }
}

/// Directions that go down a plane together, row by row: the sums of so many stay in the nearer caches, and so do the
/// rows that they add, take away and leave their responses in.
pub(crate) const TOGETHER: usize = 8;

/// Sums along the lines of some directions, of which the kept responses are those of [`Keep`].
pub(crate) struct Sweep<'a, V: Number, K, const N: usize> {
    pub(crate) source: &'a Source<V, N>,
    pub(crate) directions: &'a mut [Direction<V, N>],
    pub(crate) kept: &'a mut [K; N],
}

impl<V: Number, K: Keep<V>, const N: usize> NullaryFnOnce for Sweep<'_, V, K, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { source, directions, kept } = self;
        let stride = source.stride();
        for direction in directions.iter_mut() {
            for step in 0..direction.half {
                direction.advance(source, step);
            }
        }
        for y in 0..source.height {
            for direction in directions.iter_mut() {
                direction.advance(source, y + direction.half);
            }
            let (fours, rest) = directions.as_chunks::<FEW>();
            for (plane, kept) in kept.iter_mut().enumerate() {
                for [a, b, c, d] in fours {
                    // One by one: a closure over an array takes more instructions than the sums.
                    let few = [
                        a.lines(plane, y, stride),
                        b.lines(plane, y, stride),
                        c.lines(plane, y, stride),
                        d.lines(plane, y, stride),
                    ];
                    kept.take_few(y * stride, few);
                }
                for direction in rest {
                    kept.take(y * stride, direction.lines(plane, y, stride));
                }
            }
        }
    }
}
