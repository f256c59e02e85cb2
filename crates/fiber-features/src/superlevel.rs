//! Components and Euler numbers of all superlevel sets of a plane of ranks in one pass.
//!
//! Rank r belongs to the sets 0 .. r: set s holds the pixels whose rank is above s.

use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

/// The number of 8-connected components of each set.
///
/// Builds the tree of components (max-tree) from runs of equal rank: a node is a component at its rank,
/// its parent the component it is part of at the next lower rank that adds pixels. Runs that touch are
/// joined along their paths to the root (Wilkinson et al. 2008); a node then counts in the sets between its
/// parent's rank and its own.
pub(crate) fn component_curve<const SETS: usize>(ranks: PlaneView<'_, u8>) -> [i64; SETS] {
    let mut tree = ComponentTree::default();
    let (mut above, mut here) = (Vec::new(), Vec::new());
    for row in ranks.rows() {
        tree.add_runs(row, &mut here);
        let mut first = 0;
        for (i, run) in here.iter().enumerate() {
            let left =
                i.checked_sub(1).map(|left| &here[left]).filter(|left| left.end == run.start);
            if let Some(left) = left {
                tree.join(left.node, run.node);
            }
            // Runs of the row above that reach to one pixel before this one or beyond.
            first += above[first..].iter().take_while(|other: &&Run| other.end < run.start).count();
            let touching = above[first..].iter().take_while(|other| other.start <= run.end);
            let mut before: Option<&Run> = None;
            for other in touching {
                // Most joins would only repeat what holds by way of a neighbour, in every set: one that
                // both touch already and that is no lower than the lower of both.
                let lower = run.rank.min(other.rank);
                let by = |way: &Run| way.rank >= lower;
                let by_left = left.is_some_and(|left| other.start <= left.end && by(left));
                let by_before = before.is_some_and(|way| way.end == other.start && by(way));
                if !(by_left || by_before) {
                    tree.join(run.node, other.node);
                }
                before = Some(other);
            }
        }
        std::mem::swap(&mut above, &mut here);
    }
    tree.births_less_deaths()
}

/// Pixels `start .. end` of a row, all of one rank.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: usize,
    end: usize,
    node: usize,
    rank: u8,
}

/// A forest over runs; a parent's rank is at most its child's, equal where both are one component.
#[derive(Debug, Default)]
struct ComponentTree {
    nodes: Vec<Node>,
}

/// A rank in the lowest eight bits and above it the number of the parent; a root is its own. Both come with one look at the
/// memory, which is what the time goes by.
#[derive(Clone, Copy, Debug)]
struct Node(u64);

impl Node {
    fn new(parent: usize, rank: u8) -> Self {
        Self((parent as u64) << 8 | u64::from(rank))
    }

    fn parent(self) -> usize {
        (self.0 >> 8) as usize
    }

    fn rank(self) -> u8 {
        self.0 as u8
    }
}

impl ComponentTree {
    /// Replaces `runs` by those of a row; rank 0 is in no set.
    fn add_runs(&mut self, row: &[u8], runs: &mut Vec<Run>) {
        runs.clear();
        let mut start = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let end = start + run.len();
            if run[0] > 0 {
                let node = self.nodes.len();
                self.nodes.push(Node::new(node, run[0]));
                runs.push(Run { start, end, node, rank: run[0] });
            }
            start = end;
        }
    }

    /// The node that stands for the component of number `at` at its own rank, with its number.
    fn representative(&mut self, mut at: usize) -> (usize, Node) {
        let mut node = self.nodes[at];
        loop {
            let parent = self.nodes[node.parent()];
            if node.parent() == at || parent.rank() != node.rank() {
                return (at, node);
            }
            let grandparent = self.nodes[parent.parent()];
            if grandparent.rank() == node.rank() {
                self.nodes[at] = parent;
            }
            (at, node) = (node.parent(), parent);
        }
    }

    /// Makes two components one in every set that holds both.
    fn join(&mut self, a: usize, b: usize) {
        let ((mut high_at, mut high), (mut low_at, mut low)) =
            (self.representative(a), self.representative(b));
        while high_at != low_at {
            if high.rank() < low.rank() {
                std::mem::swap(&mut high, &mut low);
                std::mem::swap(&mut high_at, &mut low_at);
            }
            if high.parent() == high_at {
                self.nodes[high_at] = Node::new(low_at, high.rank());
                return;
            }
            let (parent_at, parent) = self.representative(high.parent());
            if parent.rank() < low.rank() {
                // The lower component comes in between; what it was part of stays to be joined with it.
                self.nodes[high_at] = Node::new(low_at, high.rank());
                (high_at, high) = (low_at, low);
                (low_at, low) = (parent_at, parent);
            } else {
                (high_at, high) = (parent_at, parent);
            }
        }
    }

    fn births_less_deaths<const SETS: usize>(&self) -> [i64; SETS] {
        let mut changes = vec![0; SETS + 1];
        for (at, node) in self.nodes.iter().enumerate() {
            let parent = self.nodes[node.parent()];
            let parent_rank = if node.parent() == at { 0 } else { parent.rank() };
            changes[usize::from(parent_rank)] += 1;
            changes[usize::from(node.rank())] -= 1;
        }
        running_sums(&changes)
    }
}

/// The Euler number of each set under 8-connectivity, with background around the plane.
///
/// Pixels are closed squares that share sides and corners: faces minus sides plus corners. A side or corner
/// is in a set where the highest of the pixels that it belongs to is, so each kind of cell has one
/// histogram for all sets.
pub(crate) fn euler_curve<const SETS: usize>(ranks: PlaneView<'_, u8>) -> [i64; SETS] {
    let mut cells = CellCounts { faces: [0; 256], sides: [0; 256], corners: [0; 256] };
    pulp::Arch::new().dispatch(CountCells { ranks, cells: &mut cells });
    let mut above: i64 = 0;
    let mut curve = [0; SETS];
    for set in (0..SETS).rev() {
        above += cells.faces[set + 1] - cells.sides[set + 1] + cells.corners[set + 1];
        curve[set] = above;
    }
    curve
}

/// How many cells have each rank as the highest of their pixels.
struct CellCounts {
    faces: [i64; 256],
    sides: [i64; 256],
    corners: [i64; 256],
}

struct CountCells<'a, 'b> {
    ranks: PlaneView<'a, u8>,
    cells: &'b mut CellCounts,
}

impl NullaryFnOnce for CountCells<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = self.ranks.width();
        let background = vec![0; width];
        // The higher of each pixel and the one below; outside the plane there is background on both ends.
        let mut upright = vec![0; width + 2];
        let mut across = vec![0; width + 1];
        let mut tables = CellTables::new();
        let mut above = background.as_slice();
        for here in self.ranks.rows().chain([background.as_slice()]) {
            for ((highest, &a), &b) in upright[1..=width].iter_mut().zip(above).zip(here) {
                *highest = a.max(b);
            }
            count(&mut tables.sides, &upright[1..=width]);
            for ((highest, &a), &b) in across.iter_mut().zip(&upright).zip(&upright[1..]) {
                *highest = a.max(b);
            }
            count(&mut tables.corners, &across);
            above = here;
        }
        for here in self.ranks.rows() {
            count(&mut tables.faces, here);
            upright[1..=width].copy_from_slice(here);
            for ((highest, &a), &b) in across.iter_mut().zip(&upright).zip(&upright[1..]) {
                *highest = a.max(b);
            }
            count(&mut tables.sides, &across);
        }
        *self.cells = CellCounts {
            faces: total(&tables.faces),
            sides: total(&tables.sides),
            corners: total(&tables.corners),
        };
    }
}

/// Four tables each, so that equal neighbours need not wait for each other's count.
type Tables = [[i64; 256]; 4];

struct CellTables {
    faces: Tables,
    sides: Tables,
    corners: Tables,
}

impl CellTables {
    fn new() -> Self {
        let empty = [[0; 256]; 4];
        Self { faces: empty, sides: empty, corners: empty }
    }
}

#[inline(always)]
fn count(tables: &mut Tables, row: &[u8]) {
    let (blocks, rest) = row.as_chunks::<4>();
    for block in blocks {
        for i in 0..4 {
            tables[i][usize::from(block[i])] += 1;
        }
    }
    for &rank in rest {
        tables[0][usize::from(rank)] += 1;
    }
}

fn total(tables: &Tables) -> [i64; 256] {
    std::array::from_fn(|rank| tables.iter().map(|table| table[rank]).sum())
}

fn running_sums<const SETS: usize>(changes: &[i64]) -> [i64; SETS] {
    let mut sum = 0;
    std::array::from_fn(|set| {
        sum += changes[set];
        sum
    })
}

#[cfg(test)]
mod tests {
    use fiber_filters::{Connectivity, components};
    use fiber_image::Plane;
    use proptest::prelude::*;

    use super::*;

    fn set_of(ranks: &Plane<u8>, set: u8) -> Plane<u8> {
        ranks.map(|&rank| if rank > set { 255 } else { 0 })
    }

    /// Background regions under 4-connectivity, the one around the plane not counted.
    fn holes(set: &Plane<u8>) -> usize {
        let (width, height) = set.dimensions();
        let framed = Plane::from_fn(width + 2, height + 2, |x, y| {
            let inside = x.checked_sub(1).zip(y.checked_sub(1)).and_then(|(x, y)| set.get(x, y));
            if inside.is_some_and(|&value| value > 0) { 0 } else { 255 }
        })
        .expect("the frame adds pixels");
        components(framed.view(), Connectivity::Four).len() - 1
    }

    fn checked(ranks: &Plane<u8>) {
        let component_curve: [i64; 5] = component_curve(ranks.view());
        let euler_curve: [i64; 5] = euler_curve(ranks.view());
        for set in 0..5 {
            let pixels = set_of(ranks, set);
            let expected = components(pixels.view(), Connectivity::Eight).len();
            let set = usize::from(set);
            assert_eq!(component_curve[set], expected as i64, "components of set {set}");
            let euler = expected as i64 - holes(&pixels) as i64;
            assert_eq!(euler_curve[set], euler, "Euler number of set {set}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn curves_are_those_of_labelling_every_set(
            width in 1_usize..14, height in 1_usize..14, seed in prop::collection::vec(0_u8..6, 169)
        ) {
            checked(&Plane::new(width, height, seed[..width * height].to_vec())?);
        }

        #[test]
        fn long_paths_through_the_tree_are_joined(
            steps in prop::collection::vec(-1_i8..=1, 300), width in 10_usize..30
        ) {
            // Smooth ranks give deep trees: a walk, folded into rows.
            let mut rank = 2_i8;
            let ranks = steps.iter().map(|step| { rank = (rank + step).clamp(0, 5); rank as u8 });
            let ranks: Vec<u8> = ranks.take(width * 10).collect();
            checked(&Plane::new(width, 10, ranks)?);
        }
    }

    #[test]
    fn a_ring_of_rank_two_in_rank_one_has_a_hole_in_one_set() {
        let ranks = Plane::from_fn(5, 5, |x, y| match x.abs_diff(2).max(y.abs_diff(2)) {
            0 => 1,
            1 => 2,
            _ => 1,
        })
        .expect("5 x 5");
        assert_eq!(component_curve::<3>(ranks.view()), [1, 1, 0]);
        assert_eq!(euler_curve::<3>(ranks.view()), [1, 0, 0]);
    }
}
