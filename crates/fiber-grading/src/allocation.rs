//! Whether uncertain counts can be read in a way that keeps every limit.
//!
//! Each placement may fall in any of several cells, each cell holds so many: a bipartite matching
//! with capacities. If no complete matching exists, some cells together get more findings than they
//! hold however the uncertainties turn out (Hall 1935), and those cells are the reason to fail.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::placement::Placement;

/// Cells that are over their limits together, whatever the true figures are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    /// The cells, in rising order.
    pub(crate) cells: BTreeSet<usize>,
    /// Indices of the placements that can fall nowhere else, in rising order.
    pub(crate) placements: BTreeSet<usize>,
}

/// Finds every such group of cells; groups share no cell and do not depend on the placements' order.
///
/// `capacity` says how many each cell holds, `None` any number. The time grows with the number of
/// placements times the number that the limited cells hold.
pub(crate) fn find_excess(capacity: &[Option<u32>], placements: &[Placement]) -> Vec<Excess> {
    let mut matching = Matching { capacity, placements, members: vec![Vec::new(); capacity.len()] };
    let bound = (0..placements.len()).filter(|&index| {
        let placement = &placements[index];
        !placement.may_vanish && placement.possible.iter().all(|&cell| capacity[cell].is_some())
    });
    let unplaced: Vec<usize> = bound.filter(|&index| !matching.insert(index)).collect();

    let mut groups: Vec<Excess> = Vec::new();
    for index in unplaced {
        let mut excess = matching.reachable(index);
        let (joined, apart) =
            groups.into_iter().partition(|group| !group.cells.is_disjoint(&excess.cells));
        groups = apart;
        for group in Vec::<Excess>::into_iter(joined) {
            excess.cells.extend(group.cells);
            excess.placements.extend(group.placements);
        }
        groups.push(excess);
    }
    groups.sort_by(|a, b| a.cells.cmp(&b.cells));
    groups
}

struct Matching<'a> {
    capacity: &'a [Option<u32>],
    placements: &'a [Placement],
    members: Vec<Vec<usize>>,
}

impl Matching<'_> {
    /// Places one more, moving others along an augmenting path where that makes room.
    fn insert(&mut self, index: usize) -> bool {
        // For each cell seen: the cell and the member whose move into it would make room there.
        let mut moves: BTreeMap<usize, Option<(usize, usize)>> = BTreeMap::new();
        let mut queue = VecDeque::new();
        for &cell in &self.placements[index].possible {
            moves.insert(cell, None);
            queue.push_back(cell);
        }
        while let Some(mut cell) = queue.pop_front() {
            let room =
                self.capacity[cell].is_none_or(|most| self.members[cell].len() < most as usize);
            if room {
                while let Some((from, member)) = moves[&cell] {
                    self.members[from].retain(|other| *other != member);
                    self.members[cell].push(member);
                    cell = from;
                }
                self.members[cell].push(index);
                return true;
            }
            for &member in &self.members[cell] {
                for &next in &self.placements[member].possible {
                    moves.entry(next).or_insert_with(|| {
                        queue.push_back(next);
                        Some((cell, member))
                    });
                }
            }
        }
        false
    }

    /// What an unplaced one competes with, directly or through others.
    fn reachable(&self, index: usize) -> Excess {
        let mut placements = BTreeSet::from([index]);
        let mut cells = BTreeSet::new();
        let mut queue = VecDeque::from([index]);
        while let Some(placement) = queue.pop_front() {
            for &cell in &self.placements[placement].possible {
                if cells.insert(cell) {
                    let fresh =
                        self.members[cell].iter().filter(|member| placements.insert(**member));
                    queue.extend(fresh);
                }
            }
        }
        Excess { cells, placements }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn placement(possible: &[usize], may_vanish: bool) -> Placement {
        Placement { finding: 0, measured: Vec::new(), possible: possible.to_vec(), may_vanish }
    }

    fn excess(cells: &[usize], placements: &[usize]) -> Excess {
        Excess {
            cells: cells.iter().copied().collect(),
            placements: placements.iter().copied().collect(),
        }
    }

    #[test]
    fn one_more_than_a_cell_holds_is_an_excess() {
        let three = vec![placement(&[0], false); 3];
        assert_eq!(find_excess(&[Some(3)], &three), []);
        assert_eq!(find_excess(&[Some(2)], &three), [excess(&[0], &[0, 1, 2])]);
        assert_eq!(find_excess(&[None], &three), []);
    }

    #[test]
    fn cells_can_be_over_together_though_neither_is_for_sure() {
        let six = vec![placement(&[0, 1], false); 6];
        let together = excess(&[0, 1], &[0, 1, 2, 3, 4, 5]);
        assert_eq!(find_excess(&[Some(5), Some(0)], &six), [together]);
        assert_eq!(find_excess(&[Some(5), Some(1)], &six), []);
    }

    #[test]
    fn an_early_choice_is_undone_where_that_makes_room() {
        let both = [placement(&[0, 1], false), placement(&[0], false)];
        assert_eq!(find_excess(&[Some(1), Some(1)], &both), []);
    }

    #[test]
    fn what_may_vanish_binds_nothing() {
        assert_eq!(find_excess(&[Some(0)], &[placement(&[0], true)]), []);
        assert_eq!(find_excess(&[Some(0), None], &[placement(&[0, 1], false)]), []);
    }

    /// Tries every assignment.
    fn fits(capacity: &mut [u32], placements: &[Placement]) -> bool {
        let Some((first, rest)) = placements.split_first() else { return true };
        if first.may_vanish && fits(capacity, rest) {
            return true;
        }
        first.possible.iter().any(|&cell| {
            if capacity[cell] == 0 {
                return false;
            }
            capacity[cell] -= 1;
            let fit = fits(capacity, rest);
            capacity[cell] += 1;
            fit
        })
    }

    proptest! {
        #[test]
        fn excess_is_found_exactly_where_no_assignment_fits(
            mut capacity in prop::collection::vec(0_u32..3, 4),
            drawn in prop::collection::vec((prop::collection::btree_set(0_usize..4, 1..4), prop::bool::weighted(0.2)), 0..7),
        ) {
            let placements: Vec<Placement> = drawn
                .iter()
                .map(|(cells, vanish)| placement(&cells.iter().copied().collect::<Vec<_>>(), *vanish))
                .collect();
            let most: Vec<_> = capacity.iter().map(|n| Some(*n)).collect();
            let found = find_excess(&most, &placements);
            prop_assert_eq!(found.is_empty(), fits(&mut capacity, &placements));
            for group in &found {
                let room: u32 = group.cells.iter().map(|&cell| capacity[cell]).sum();
                prop_assert!(group.placements.len() > room as usize);
                for &index in &group.placements {
                    prop_assert!(placements[index].possible.iter().all(|cell| group.cells.contains(cell)));
                }
            }
            let reversed: Vec<_> = placements.iter().rev().cloned().collect();
            let cells = |groups: Vec<Excess>| groups.into_iter().map(|group| group.cells).collect::<Vec<_>>();
            prop_assert_eq!(cells(found), cells(find_excess(&most, &reversed)));
        }
    }
}
