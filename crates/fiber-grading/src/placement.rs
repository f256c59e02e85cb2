//! Where findings may count: a cell is one limit of one rule of one zone.

use std::ops::{Range, RangeInclusive};

use crate::finding::{Finding, FindingClass};
use crate::profile::Profile;
use crate::rule::Limit;
use crate::zone::Zone;

/// One limit of the profile, with its address.
pub(crate) struct Cell<'a> {
    pub(crate) zone: &'a Zone,
    pub(crate) class: FindingClass,
    pub(crate) limit: &'a Limit,
}

/// One count that a finding makes, or may make, within its measurement uncertainty.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    /// Index of the finding.
    pub(crate) finding: usize,
    /// The cells by the measured figures; empty where they count nowhere.
    pub(crate) measured: Vec<usize>,
    /// Every cell that the true figures may fall in, in rising order.
    pub(crate) possible: Vec<usize>,
    /// Whether the true figures may count nowhere: below the detection floor, outside the zone.
    pub(crate) may_vanish: bool,
}

/// The cells of a profile: zones from the centre outwards, in each scratches, then defects.
pub(crate) struct Cells<'a> {
    pub(crate) cells: Vec<Cell<'a>>,
    /// For each zone, the first cell of its scratch rule and of its defect rule.
    starts: Vec<[usize; 2]>,
    zones: &'a [Zone],
    floor_um: f64,
}

/// The figures of a finding, with the intervals in which they lie.
struct Extent {
    class: FindingClass,
    size: Interval,
    inner: Interval,
    outer: Interval,
}

struct Interval {
    low: f64,
    measured: f64,
    high: f64,
}

impl Interval {
    fn around(measured: f64, uncertainty: f64) -> Self {
        let low = (measured - uncertainty).max(0.0);
        Self { low, measured, high: measured + uncertainty }
    }
}

impl Extent {
    fn of(finding: &Finding) -> Self {
        let around = |figure| Interval::around(figure, finding.uncertainty_um);
        Self {
            class: finding.class,
            size: around(finding.size_um),
            inner: around(finding.inner_radius_um),
            outer: around(finding.outer_radius_um),
        }
    }

    fn touches(&self, zone: &Zone) -> bool {
        zone.is_touched(self.inner.measured, self.outer.measured)
    }

    fn may_touch(&self, zone: &Zone) -> bool {
        zone.is_touched(self.inner.low, self.outer.high)
    }

    fn must_touch(&self, zone: &Zone) -> bool {
        zone.is_touched(self.inner.high, self.outer.low)
    }
}

impl<'a> Cells<'a> {
    pub(crate) fn of(profile: &'a Profile) -> Self {
        let mut cells = Vec::new();
        let mut starts = Vec::new();
        for zone in profile.zones() {
            starts.push([FindingClass::Scratch, FindingClass::Defect].map(|class| {
                let start = cells.len();
                let limits = zone.rule(class).limits();
                cells.extend(limits.iter().map(|limit| Cell { zone, class, limit }));
                start
            }));
        }
        Self { cells, starts, zones: profile.zones(), floor_um: profile.detection_floor_um() }
    }

    /// Indices of the cells of one rule of one zone.
    pub(crate) fn of_rule(&self, zone: usize, class: FindingClass) -> Range<usize> {
        let start = self.starts[zone][class as usize];
        start..start + self.zones[zone].rule(class).limits().len()
    }

    /// Every count that the findings make or may make.
    pub(crate) fn place(&self, findings: &[Finding]) -> Vec<Placement> {
        let mut placements = Vec::new();
        for (index, finding) in findings.iter().enumerate() {
            let extent = Extent::of(finding);
            if extent.size.high > self.floor_um {
                match extent.class {
                    FindingClass::Scratch => self.place_scratch(index, &extent, &mut placements),
                    FindingClass::Defect => self.place_defect(index, &extent, &mut placements),
                }
            }
        }
        placements
    }

    /// A scratch counts in every zone it crosses. Where it surely crosses none, it counts at least in
    /// one of those it may cross, unless it may miss all.
    fn place_scratch(&self, finding: usize, extent: &Extent, placements: &mut Vec<Placement>) {
        let zones: Vec<usize> =
            (0..self.zones.len()).filter(|&zone| extent.may_touch(&self.zones[zone])).collect();
        let surely = |zone: usize| extent.must_touch(&self.zones[zone]);
        let touched = zones.iter().copied().filter(|&zone| extent.touches(&self.zones[zone]));
        if zones.iter().any(|&zone| surely(zone)) {
            for &zone in &zones {
                let touched = touched.clone().filter(|&other| other == zone);
                placements.extend(self.placement(finding, extent, &[zone], touched, !surely(zone)));
            }
        } else {
            let may_miss = self.may_miss_every_zone(extent);
            placements.extend(self.placement(finding, extent, &zones, touched, may_miss));
        }
    }

    /// A defect counts once, in the innermost zone it touches.
    fn place_defect(&self, finding: usize, extent: &Extent, placements: &mut Vec<Placement>) {
        // It leaves the zones further in untouched only by lying outside them.
        let may_leave =
            |zone: usize| zone == 0 || extent.inner.high > self.outer_radius_um(zone - 1);
        let zones: Vec<usize> = (0..self.zones.len())
            .filter(|&zone| extent.may_touch(&self.zones[zone]) && may_leave(zone))
            .collect();
        let innermost = zones.iter().copied().find(|&zone| extent.touches(&self.zones[zone]));
        let may_miss = self.may_miss_every_zone(extent);
        placements.extend(self.placement(finding, extent, &zones, innermost.into_iter(), may_miss));
    }

    fn placement(
        &self,
        finding: usize,
        extent: &Extent,
        zones: &[usize],
        touched: impl Iterator<Item = usize>,
        may_miss: bool,
    ) -> Option<Placement> {
        let counts = extent.size.measured > self.floor_um;
        (!zones.is_empty()).then(|| Placement {
            finding,
            measured: touched
                .filter(|_| counts)
                .map(|zone| self.cell(extent, zone, extent.size.measured))
                .collect(),
            possible: zones.iter().flat_map(|&zone| self.possible_cells(extent, zone)).collect(),
            may_vanish: may_miss || extent.size.low <= self.floor_um,
        })
    }

    /// Whether the finding may lie wholly between two zones, or beyond the last one.
    fn may_miss_every_zone(&self, extent: &Extent) -> bool {
        (0..=self.zones.len()).any(|zone| {
            let start = zone.checked_sub(1).map(|before| self.outer_radius_um(before));
            let end = self.zones.get(zone).map_or(f64::INFINITY, |next| next.inner_um / 2.0);
            let holds_any = end > start.unwrap_or(0.0);
            let beyond_start = start.is_none_or(|start| extent.inner.high > start);
            holds_any && beyond_start && extent.outer.low <= end
        })
    }

    fn outer_radius_um(&self, zone: usize) -> f64 {
        self.zones[zone].outer_um / 2.0
    }

    fn cell(&self, extent: &Extent, zone: usize, size_um: f64) -> usize {
        self.starts[zone][extent.class as usize]
            + self.zones[zone].rule(extent.class).index_of(size_um)
    }

    fn possible_cells(&self, extent: &Extent, zone: usize) -> RangeInclusive<usize> {
        let smallest = self.cell(extent, zone, extent.size.low.max(self.floor_um));
        smallest..=self.cell(extent, zone, extent.size.high)
    }
}
