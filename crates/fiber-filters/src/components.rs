use fiber_image::{Plane, PlaneView};

/// Which neighbours of a pixel belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Connectivity {
    /// The four that share a side.
    Four,
    /// The eight that share a side or a corner.
    Eight,
}

/// A set of connected pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// Number of pixels.
    pub area: usize,
    /// Leftmost column of the bounding box.
    pub x: usize,
    /// Topmost row of the bounding box.
    pub y: usize,
    /// Columns of the bounding box.
    pub width: usize,
    /// Rows of the bounding box.
    pub height: usize,
    /// Mean `(x, y)` of the pixel centres.
    pub centroid: (f64, f64),
}

/// The connected components of a mask: which pixel belongs to which, and figures of each.
///
/// Labels run from 1 in raster order of each component's first pixel; 0 is the background.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    labels: Plane<u32>,
    components: Vec<Component>,
}

impl Components {
    /// The label of every pixel.
    #[must_use]
    pub fn labels(&self) -> &Plane<u32> {
        &self.labels
    }

    /// How many components there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.components.len()
    }

    /// Whether the mask is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// The component of a label; `None` for 0 and for labels beyond the last.
    #[must_use]
    pub fn get(&self, label: u32) -> Option<&Component> {
        self.components.get((label as usize).checked_sub(1)?)
    }

    /// Labels and components, in order of labels.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u32, &Component)> {
        self.components.iter().enumerate().map(|(i, component)| (i as u32 + 1, component))
    }

    /// The mask (0 or 255) of the components that `keep` accepts.
    #[must_use]
    pub fn mask(&self, mut keep: impl FnMut(u32, &Component) -> bool) -> Plane<u8> {
        let mut values = vec![0_u8];
        values.extend(self.iter().map(|(label, part)| if keep(label, part) { 255 } else { 0 }));
        self.labels.map(|&label| values[label as usize])
    }
}

/// Finds the connected components of the non-zero pixels.
///
/// Runs of pixels are joined by union-find, so the time is nearly linear in the number of pixels
/// whatever the shapes. Wu, Otoo and Suzuki 2009.
///
/// ```
/// use fiber_filters::{Connectivity, components};
/// use fiber_image::Plane;
///
/// let mask = Plane::new(4, 2, vec![9, 9, 0, 0,
///                                  0, 0, 9, 0])?;
/// assert_eq!(components(mask.view(), Connectivity::Four).len(), 2);
/// let found = components(mask.view(), Connectivity::Eight);
/// let part = found.get(1).expect("diagonal neighbours touch");
/// assert_eq!((part.area, part.x, part.width, part.centroid), (3, 0, 3, (1.0, 1.0 / 3.0)));
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn components(mask: PlaneView<'_, u8>, connectivity: Connectivity) -> Components {
    let runs = joined_runs(mask, connectivity);
    let mut labels = mask.filled_like(0_u32);
    let mut label_of = vec![0_u32; runs.len()];
    let mut sums: Vec<Sums> = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        // A parent is never younger than its run, so its label is already known.
        let label = if run.parent == i {
            sums.push(Sums::new(run));
            sums.len() as u32
        } else {
            label_of[run.parent]
        };
        label_of[i] = label;
        sums[label as usize - 1].add(run);
        labels.row_mut(run.y)[run.start..run.end].fill(label);
    }
    Components { labels, components: sums.iter().map(Sums::finish).collect() }
}

/// The first pixel of each component, in raster order.
pub(crate) fn first_pixels(
    mask: PlaneView<'_, u8>,
    connectivity: Connectivity,
) -> impl Iterator<Item = (usize, usize)> {
    let runs = joined_runs(mask, connectivity).into_iter().enumerate();
    runs.filter(|(i, run)| run.parent == *i).map(|(_, run)| (run.start, run.y))
}

/// Neighbouring foreground pixels of one row, `start..end`.
struct Run {
    y: usize,
    start: usize,
    end: usize,
    /// Index of an older run of the same component, or of itself.
    parent: usize,
}

fn joined_runs(mask: PlaneView<'_, u8>, connectivity: Connectivity) -> Vec<Run> {
    let reach = match connectivity {
        Connectivity::Four => 0,
        Connectivity::Eight => 1,
    };
    let mut runs: Vec<Run> = Vec::new();
    let mut above = 0..0;
    for (y, row) in mask.rows().enumerate() {
        let first = runs.len();
        let mut candidate = above.start;
        let mut x = 0;
        while let Some(start) = find_set(row, x) {
            let end = find_clear(row, start).unwrap_or(row.len());
            let this = runs.len();
            runs.push(Run { y, start, end, parent: this });
            while candidate < above.end && runs[candidate].end + reach <= start {
                candidate += 1;
            }
            let mut touching = candidate;
            while touching < above.end && runs[touching].start < end + reach {
                join(&mut runs, touching, this);
                touching += 1;
            }
            x = end;
        }
        above = first..runs.len();
    }
    runs
}

/// Eight pixels as one number, the first in the lowest bits.
const WORD: usize = 8;
const LOWEST: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// The first pixel from `start` on that is not 0.
#[inline]
fn find_set(row: &[u8], start: usize) -> Option<usize> {
    find(row, start, |word| word)
}

/// The first pixel from `start` on that is 0.
#[inline]
fn find_clear(row: &[u8], start: usize) -> Option<usize> {
    // The highest bit of the first byte that is 0, and of none before it (Mycroft 1987).
    find(row, start, |word| word.wrapping_sub(LOWEST) & !word & HIGHEST)
}

/// The first pixel from `start` on that is wanted: that with the lowest of the bits that `wanted` leaves of eight pixels.
#[inline]
fn find(row: &[u8], start: usize, wanted: impl Fn(u64) -> u64) -> Option<usize> {
    let (words, rest) = row[start..].as_chunks::<WORD>();
    for (i, word) in words.iter().enumerate() {
        let bits = wanted(u64::from_le_bytes(*word));
        if bits != 0 {
            return Some(start + WORD * i + bits.trailing_zeros() as usize / WORD);
        }
    }
    let mut last = [0; WORD];
    last[..rest.len()].copy_from_slice(rest);
    let found = wanted(u64::from_le_bytes(last)).trailing_zeros() as usize / WORD;
    (found < rest.len()).then_some(start + WORD * words.len() + found)
}

fn join(runs: &mut [Run], a: usize, b: usize) {
    let (a, b) = (root(runs, a), root(runs, b));
    runs[a.max(b)].parent = a.min(b);
}

fn root(runs: &mut [Run], mut run: usize) -> usize {
    while runs[run].parent != run {
        let parent = runs[run].parent;
        runs[run].parent = runs[parent].parent;
        run = parent;
    }
    run
}

/// What grows into a [`Component`].
struct Sums {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
    area: usize,
    x: f64,
    y: f64,
}

impl Sums {
    fn new(run: &Run) -> Self {
        let &Run { y, start, end, .. } = run;
        Self { left: start, right: end, top: y, bottom: y + 1, area: 0, x: 0.0, y: 0.0 }
    }

    fn add(&mut self, run: &Run) {
        let length = run.end - run.start;
        self.left = self.left.min(run.start);
        self.right = self.right.max(run.end);
        self.bottom = self.bottom.max(run.y + 1);
        self.area += length;
        self.x += 0.5 * (run.start + run.end - 1) as f64 * length as f64;
        self.y += run.y as f64 * length as f64;
    }

    fn finish(&self) -> Component {
        let area = self.area as f64;
        Component {
            area: self.area,
            x: self.left,
            y: self.top,
            width: self.right - self.left,
            height: self.bottom - self.top,
            centroid: (self.x / area, self.y / area),
        }
    }
}
