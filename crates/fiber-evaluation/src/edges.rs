//! Boxes, and when a report counts as a hit.

use fiber_defects::PixelBox;
use serde::Deserialize;

/// Left, top, right and bottom edge of a box in pixels; a pixel spans from its index to the next.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(from = "[f64; 4]")]
pub struct Edges {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
}

impl From<[f64; 4]> for Edges {
    fn from([left, top, right, bottom]: [f64; 4]) -> Self {
        Self { left, top, right, bottom }
    }
}

impl From<PixelBox> for Edges {
    fn from(PixelBox { x, y, width, height }: PixelBox) -> Self {
        let [x, y, width, height] = [x, y, width, height].map(|v| v as f64);
        Self { left: x, top: y, right: x + width, bottom: y + height }
    }
}

/// A reported box is right where marks grown by so much ...
const MARK_MARGIN: f64 = 2.0;
/// ... cover this share of it.
const LEAST_SHARE_MARKED: f64 = 0.15;
/// A mark is found where a report grown by so much ...
const REPORT_MARGIN: f64 = 3.0;
/// ... covers this share of it.
const LEAST_SHARE_FOUND: f64 = 0.3;

impl Edges {
    /// Moved outwards by `by` on all sides.
    #[must_use]
    pub fn grown(self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    /// Area; 0 for an empty box.
    #[must_use]
    pub fn area(self) -> f64 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }

    /// Middle.
    #[must_use]
    pub fn middle(self) -> (f64, f64) {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    /// Whether a position lies in it or on its border.
    #[must_use]
    pub fn holds(self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// Area that both have.
    #[must_use]
    pub fn common(self, other: Self) -> f64 {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
        .area()
    }

    /// Whether a mark is found by a report: the report covers a part of it or its middle lies in the mark.
    #[must_use]
    pub fn is_found_by(self, report: Self) -> bool {
        self.common(report.grown(REPORT_MARGIN)) >= LEAST_SHARE_FOUND * self.area()
            || self.holds(report.middle())
    }

    /// Whether a report is right: a part of its pixels lies on marks, whichever.
    #[must_use]
    pub fn is_right(self, marks: &[Self]) -> bool {
        let marks: Vec<Self> = marks.iter().map(|mark| mark.grown(MARK_MARGIN)).collect();
        let (mut on, mut all) = (0_u32, 0_u32);
        for y in self.top as usize..self.bottom as usize {
            for x in self.left as usize..self.right as usize {
                all += 1;
                let centre = (x as f64 + 0.5, y as f64 + 0.5);
                on += u32::from(marks.iter().any(|mark| mark.holds(centre)));
            }
        }
        f64::from(on) >= LEAST_SHARE_MARKED * f64::from(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(of: [f64; 4]) -> Edges {
        of.into()
    }

    #[test]
    fn a_mark_is_found_by_what_covers_a_third_of_it_or_is_centred_in_it() {
        let mark = edges([10.0, 10.0, 20.0, 20.0]);
        assert!(mark.is_found_by(edges([5.0, 5.0, 30.0, 10.0])));
        assert!(!mark.is_found_by(edges([5.0, 5.0, 30.0, 9.0])));
        assert!(mark.is_found_by(edges([0.0, 14.0, 30.0, 16.0])));
        assert!(!mark.is_found_by(edges([40.0, 40.0, 42.0, 42.0])));
    }

    #[test]
    fn a_report_is_right_where_marks_together_cover_enough() {
        let marks = [edges([0.0, 0.0, 4.0, 10.0]), edges([90.0, 0.0, 100.0, 10.0])];
        // 6 of 40, and 6 of 41 columns.
        assert!(edges([0.0, 0.0, 40.0, 10.0]).is_right(&marks));
        assert!(!edges([0.0, 0.0, 41.0, 10.0]).is_right(&marks));
        assert!(!edges([50.0, 0.0, 60.0, 10.0]).is_right(&marks));
    }
}
