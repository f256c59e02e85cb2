//! Median magnitudes of neighbouring rings, without sorting.
//!
//! Values are counted by their highest bits, ring by ring; sums of neighbours' counts tell the class of each pool's median.
//! Only what is in such a class is looked at again.

use std::ops::Range;

/// Bits of a magnitude that are left out of its class: sixteen classes to each doubling.
const FINE_BITS: u32 = 19;
/// Classes below the largest magnitude's that are told apart: 16 doublings. The lowest one holds all that is smaller.
const CLASSES: usize = 256;
/// Classes that are passed over at once.
const BLOCK: usize = 16;

/// The magnitudes of an image, counted for each ring.
pub(crate) struct RingMedians<'a, T> {
    values: &'a [T],
    /// The ring of each value; those without are beyond all rings.
    ring: &'a [u16],
    /// So many highest bits belong to the lowest class.
    lowest: u32,
    /// Values of each class, ring by ring.
    counts: Vec<[u32; CLASSES]>,
}

/// Where the upper median of some rings' values is to be found.
struct Middle {
    rings: Range<usize>,
    class: usize,
    /// How many of that class are less.
    rank: usize,
}

impl<'a, T: Copy + Into<f32>> RingMedians<'a, T> {
    /// Counts the values of so many rings.
    pub(crate) fn new(values: &'a [T], ring: &'a [u16], rings: usize) -> Self {
        let largest = values.iter().fold(0, |most, &value| bits_of(value).max(most));
        let lowest = (largest >> FINE_BITS).saturating_sub(CLASSES as u32 - 1);
        let mut counts = vec![[0; CLASSES]; rings];
        for (&value, &ring) in values.iter().zip(ring) {
            if let Some(counts) = counts.get_mut(usize::from(ring)) {
                counts[class_of(bits_of(value), lowest)] += 1;
            }
        }
        Self { values, ring, lowest, counts }
    }

    /// The upper median of the magnitudes in each pool of rings; `None` where it is empty.
    pub(crate) fn of_pools(&self, pools: impl Iterator<Item = Range<usize>>) -> Vec<Option<f32>> {
        let middles = self.middles(pools);
        let (near, starts) = self.near(&middles);
        let mut of_class = Vec::new();
        let median = |middle: &Option<Middle>| {
            let Middle { rings, class, rank } = middle.as_ref()?;
            let near = &near[starts[rings.start]..starts[rings.end]];
            of_class.clear();
            of_class.extend(near.iter().filter(|&&bits| class_of(bits, self.lowest) == *class));
            Some(f32::from_bits(*of_class.select_nth_unstable(*rank).1))
        };
        middles.iter().map(median).collect()
    }

    /// In which class each pool's median is. Pools that follow each other share most of their rings.
    fn middles(&self, pools: impl Iterator<Item = Range<usize>>) -> Vec<Option<Middle>> {
        let (mut pooled, mut before) = ([0_u32; CLASSES], 0..0);
        pools
            .map(|rings| {
                for ring in rings.clone().filter(|ring| !before.contains(ring)) {
                    for (pooled, count) in pooled.iter_mut().zip(&self.counts[ring]) {
                        *pooled += count;
                    }
                }
                for ring in before.clone().filter(|ring| !rings.contains(ring)) {
                    for (pooled, count) in pooled.iter_mut().zip(&self.counts[ring]) {
                        *pooled -= count;
                    }
                }
                before = rings.clone();
                let mut rank = pooled.iter().sum::<u32>() as usize / 2;
                // Whole blocks of classes first.
                let mut class = 0;
                for block in pooled.chunks(BLOCK) {
                    let count = block.iter().sum::<u32>() as usize;
                    if rank < count {
                        break;
                    }
                    (rank, class) = (rank - count, class + BLOCK);
                }
                while rank >= *pooled.get(class)? as usize {
                    (rank, class) = (rank - pooled[class] as usize, class + 1);
                }
                Some(Middle { rings, class, rank })
            })
            .collect()
    }

    /// The bits of each ring's magnitudes that may be the median of a pool that it is part of, ring by ring, and where
    /// each ring begins among them: every magnitude is looked at once, however many pools it is part of.
    fn near(&self, middles: &[Option<Middle>]) -> (Vec<u32>, Vec<usize>) {
        // The classes that a ring's pools ask for; none at first.
        let mut asked = vec![0..0; self.counts.len()];
        for Middle { rings, class, .. } in middles.iter().flatten() {
            for asked in &mut asked[rings.clone()] {
                let first = if *asked == (0..0) { *class } else { asked.start.min(*class) };
                *asked = first..asked.end.max(class + 1);
            }
        }
        let mut starts = vec![0];
        for (counts, asked) in self.counts.iter().zip(&asked) {
            let count = counts[asked.clone()].iter().sum::<u32>() as usize;
            starts.push(starts[starts.len() - 1] + count);
        }
        // One comparison of a value's bits tells whether its class is among these.
        let bound = |class: usize| match class {
            0 => 0,
            class => (class as u32 + self.lowest) << FINE_BITS,
        };
        let bounds = asked.iter().map(|asked| (bound(asked.start), bound(asked.end)));
        let spans: Vec<(u32, u32)> = bounds.map(|(first, end)| (first, end - first)).collect();
        let mut next = starts.clone();
        let mut near = vec![0; starts[starts.len() - 1]];
        for (&value, &ring) in self.values.iter().zip(self.ring) {
            let ring = usize::from(ring);
            let Some(&(first, span)) = spans.get(ring) else { continue };
            let bits = bits_of(value);
            if bits.wrapping_sub(first) < span {
                near[next[ring]] = bits;
                next[ring] += 1;
            }
        }
        (near, starts)
    }
}

/// Those of numbers without a sign are in the numbers' order, and whole numbers compare faster.
#[inline(always)]
fn bits_of<T: Into<f32>>(value: T) -> u32 {
    value.into().abs().to_bits()
}

#[inline(always)]
fn class_of(bits: u32, lowest: u32) -> usize {
    // None is beyond the last, as the compiler cannot know.
    (bits >> FINE_BITS).saturating_sub(lowest) as usize % CLASSES
}
