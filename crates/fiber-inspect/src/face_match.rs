//! Defects of two images of one face, put beside each other.

use fiber_report::Inspection;

/// Centres of one defect on two images lie this near, and a share of its size.
const NEAR_UM: f64 = 2.0;
const NEAR_SHARE: f64 = 0.25;

/// Places and sizes of the defects of a face in micrometres around its fibre; of a face without a fibre, none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks(Vec<Mark>);

#[derive(Clone, Copy, Debug)]
struct Mark {
    index: usize,
    at: [f64; 2],
    size_um: f64,
}

/// Which defects of one image are on the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matching {
    /// Indices of the same defect on the one and on the other, within the marks.
    pub(crate) pairs: Vec<(usize, usize)>,
}

impl Marks {
    pub(crate) fn of(inspection: &Inspection) -> Self {
        let reported = inspection.defects().enumerate();
        let marks = reported.filter_map(|(index, defect)| {
            let at = defect.detection_metadata.centroid_um?;
            let size_um = defect.size_um?.diameter;
            Some(Mark { index, at, size_um })
        });
        Self(marks.collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Index of a mark's defect within the inspection.
    pub(crate) fn defect(&self, mark: usize) -> usize {
        self.0[mark].index
    }

    /// Takes in the marks of a further image of the face: each replaces the one that it is, or is a new one. Gives which.
    pub(crate) fn take_in(&mut self, further: &Self) -> Vec<usize> {
        let mut known = vec![None; further.len()];
        for (here, there) in match_marks(self, further, 0.0).pairs {
            known[there] = Some(here);
        }
        let marks = known.into_iter().zip(&further.0).map(|(known, &mark)| {
            let at = known.unwrap_or(self.0.len());
            match self.0.get_mut(at) {
                Some(same) => *same = mark,
                None => self.0.push(mark),
            }
            at
        });
        marks.collect()
    }

    pub(crate) fn sizes_um(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|mark| mark.size_um)
    }
}

/// Pairs the marks of two images, the nearest first; `a` is turned by `turn_deg` from x towards y to lie as
/// `b`.
pub(crate) fn match_marks(a: &Marks, b: &Marks, turn_deg: f64) -> Matching {
    let (sin, cos) = turn_deg.to_radians().sin_cos();
    let mut near = Vec::new();
    for (i, one) in a.0.iter().enumerate() {
        let [x, y] = [one.at[0] * cos - one.at[1] * sin, one.at[0] * sin + one.at[1] * cos];
        for (j, other) in b.0.iter().enumerate() {
            let distance = (x - other.at[0]).hypot(y - other.at[1]);
            if distance <= NEAR_UM + NEAR_SHARE * one.size_um.max(other.size_um) {
                near.push((distance, i, j));
            }
        }
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut used_a, mut used_b) = (vec![false; a.len()], vec![false; b.len()]);
    let mut pairs = Vec::new();
    for (_, i, j) in near {
        if !used_a[i] && !used_b[j] {
            (used_a[i], used_b[j]) = (true, true);
            pairs.push((i, j));
        }
    }
    pairs.sort_unstable();
    Matching { pairs }
}
