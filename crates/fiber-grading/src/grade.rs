use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::allocation::{Excess, find_excess};
use crate::error::GradingError;
use crate::finding::{Finding, FindingClass};
use crate::placement::{Cell, Cells, Placement};
use crate::profile::Profile;
use crate::verdict::{LimitName, Obstacle, Reason, Verdict};

/// The judgement of one fibre by one profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Grade {
    /// Name of the profile.
    pub profile: String,
    /// What its limits are, in a sentence for people.
    pub title: String,
    /// Revision of the profile.
    pub revision: String,
    /// The judgement.
    pub verdict: Verdict,
    /// Why; never empty. Broken limits come first, then obstacles, then limits in doubt.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub reasons: Vec<Reason>,
    /// The classes by whose limits the face fails. Only defects can be cleaned away.
    pub failed_by: Vec<FindingClass>,
    /// Findings up to this size in micrometres are not counted.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub detection_floor_um: f64,
    /// Counts against limits, zone by zone from the centre outwards; empty where nothing could be
    /// measured.
    pub zones: Vec<ZoneGrade>,
    /// Notes of the profile, for whoever acts on the verdict.
    pub notes: Vec<String>,
}

/// The counts of one zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ZoneGrade {
    /// Name of the zone.
    pub name: String,
    /// Diameter of its inner circle in micrometres.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub inner_um: f64,
    /// Diameter of its outer circle in micrometres.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub outer_um: f64,
    /// The limits on scratches in rising order of width.
    pub scratches: Vec<LimitGrade>,
    /// The limits on defects in rising order of diameter.
    pub defects: Vec<LimitGrade>,
}

/// One limit and what was counted against it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitGrade {
    /// The sizes in micrometres, such as `2-5`, `> 5` or `all`.
    pub sizes: String,
    /// How many are allowed; `None` for any number.
    pub allowed: Option<u32>,
    /// Findings by their measured figures.
    pub count: usize,
    /// Findings that count here whatever their true figures within the uncertainty are.
    pub count_min: usize,
    /// Findings that may count here.
    pub count_max: usize,
    /// Pass, marginal or fail.
    pub verdict: Verdict,
}

impl Grade {
    /// Whether the face fails by defects alone, so that it may pass after cleaning.
    pub fn may_pass_after_cleaning(&self) -> bool {
        self.verdict == Verdict::Fail && self.failed_by == [FindingClass::Defect]
    }
}

impl Profile {
    /// Judges one fibre.
    ///
    /// A scratch counts in every zone it crosses, a defect in the innermost zone it touches, a
    /// finding up to the detection floor nowhere. Each finding's size and radii may lie anywhere
    /// within its uncertainty, independently of the others:
    ///
    /// - [`Verdict::Fail`] if some limit is broken whatever the true figures are, even if it is open which;
    /// - [`Verdict::Pass`] if none is broken whatever they are;
    /// - [`Verdict::Marginal`] otherwise. (A scratch of uncertain width that fails whatever it is, but in
    ///   one zone for being thin and in another for being wide, is called marginal too. No published rule
    ///   is stricter on thin scratches.)
    ///
    /// Any obstacle makes the face [`Verdict::Ungradable`], except that a face that fails stays failed
    /// if the only trouble is [`Obstacle::ContactZoneCutOff`]. Where nothing can be measured
    /// ([`Obstacle::NoFibre`], [`Obstacle::ScaleUnknown`]) the findings are not counted.
    ///
    /// A further finding never improves the verdict and the order of the findings does not matter.
    /// A finding that grows on the spot does not improve it either under the built-in profiles; one that
    /// grows inwards can, because the published rule gives a defect wholly to the innermost zone it
    /// touches: a defect too large for zone D is free once it reaches zone C.
    ///
    /// # Errors
    /// [`GradingError::Parameter`] for a figure that is negative, not finite, or an outer radius below
    /// the inner one; [`GradingError::DuplicateId`].
    pub fn grade(
        &self,
        findings: &[Finding],
        obstacles: &[Obstacle],
    ) -> Result<Grade, GradingError> {
        let mut findings = findings.to_vec();
        findings.sort_by(|a, b| a.id.cmp(&b.id));
        findings.iter().try_for_each(Finding::check)?;
        if let Some(pair) = findings.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(GradingError::DuplicateId { id: pair[0].id.clone() });
        }
        let obstacles: BTreeSet<Obstacle> = obstacles.iter().copied().collect();
        let measurable = obstacles.iter().all(|obstacle| obstacle.allows_findings());
        if !measurable {
            findings.clear();
        }

        let count = Count::of(self, &findings);
        let mut reasons = count.broken_limits();
        let failed_by: BTreeSet<_> = reasons.iter().filter_map(|reason| reason.class).collect();
        let in_doubt = count.limits_in_doubt();
        let verdict = if !reasons.is_empty() && obstacles.iter().all(|o| o.allows_failing()) {
            Verdict::Fail
        } else if !obstacles.is_empty() {
            Verdict::Ungradable
        } else if !in_doubt.is_empty() {
            Verdict::Marginal
        } else {
            Verdict::Pass
        };
        reasons.extend(obstacles.into_iter().map(Reason::obstacle));
        reasons.extend(in_doubt);
        if reasons.is_empty() {
            reasons.push(Reason::within_limits(count.counted(), self.detection_floor_um()));
        }
        Ok(Grade {
            profile: self.name().into(),
            title: self.title().into(),
            revision: self.revision().into(),
            verdict,
            reasons,
            failed_by: if verdict == Verdict::Fail {
                failed_by.into_iter().collect()
            } else {
                vec![]
            },
            detection_floor_um: self.detection_floor_um(),
            zones: if measurable { count.zones(self) } else { Vec::new() },
            notes: self.notes().to_vec(),
        })
    }
}

/// What was counted against every limit of a profile.
struct Count<'a> {
    findings: &'a [Finding],
    cells: Cells<'a>,
    placements: Vec<Placement>,
    excess: Vec<Excess>,
    tallies: Vec<Tally>,
}

/// Numbers of one cell.
#[derive(Clone, Copy, Default)]
struct Tally {
    measured: usize,
    sure: usize,
    possible: usize,
}

impl<'a> Count<'a> {
    fn of(profile: &'a Profile, findings: &'a [Finding]) -> Self {
        let cells = Cells::of(profile);
        let placements = cells.place(findings);
        let capacity: Vec<_> = cells.cells.iter().map(|cell| cell.limit.allowed).collect();
        let excess = find_excess(&capacity, &placements);
        let mut tallies = vec![Tally::default(); capacity.len()];
        for placement in &placements {
            for &cell in &placement.measured {
                tallies[cell].measured += 1;
            }
            for &cell in &placement.possible {
                tallies[cell].possible += 1;
                tallies[cell].sure += usize::from(placement.is_sure());
            }
        }
        Self { findings, cells, placements, excess, tallies }
    }

    fn counted(&self) -> usize {
        let counted = self.placements.iter().filter(|placement| !placement.measured.is_empty());
        counted.map(|placement| placement.finding).collect::<BTreeSet<_>>().len()
    }

    fn broken_limits(&self) -> Vec<Reason> {
        let reason = |excess: &Excess| {
            let limits: Vec<&Cell<'_>> =
                excess.cells.iter().map(|&i| &self.cells.cells[i]).collect();
            let names = limits.iter().map(|cell| cell.name()).collect();
            let placements = excess.placements.iter().map(|&index| &self.placements[index]);
            Reason::over_limit(limits[0].class, names, self.ids(placements))
        };
        self.excess.iter().map(reason).collect()
    }

    fn limits_in_doubt(&self) -> Vec<Reason> {
        let doubtful = (0..self.tallies.len()).filter(|&cell| {
            self.may_be_over(cell) && !self.excess.iter().any(|e| e.cells.contains(&cell))
        });
        let reason = |index: usize| {
            let (cell, tally) = (&self.cells.cells[index], self.tallies[index]);
            let unsure = self
                .placements
                .iter()
                .filter(|placement| placement.possible.contains(&index) && !placement.is_sure());
            let counts = [tally.measured, tally.possible];
            Reason::near_limit(cell.class, cell.name(), counts, self.ids(unsure))
        };
        doubtful.map(reason).collect()
    }

    fn may_be_over(&self, cell: usize) -> bool {
        let most = self.cells.cells[cell].limit.allowed;
        most.is_some_and(|most| self.tallies[cell].possible > most as usize)
    }

    fn zones(&self, profile: &Profile) -> Vec<ZoneGrade> {
        let limits = |zone, class| self.cells.of_rule(zone, class).map(|i| self.limit(i)).collect();
        let zones = profile.zones().iter().enumerate();
        zones
            .map(|(index, zone)| ZoneGrade {
                name: zone.name.clone(),
                inner_um: zone.inner_um,
                outer_um: zone.outer_um,
                scratches: limits(index, FindingClass::Scratch),
                defects: limits(index, FindingClass::Defect),
            })
            .collect()
    }

    fn limit(&self, index: usize) -> LimitGrade {
        let (limit, tally) = (self.cells.cells[index].limit, self.tallies[index]);
        let over = limit.allowed.is_some_and(|most| tally.measured > most as usize);
        let verdict = if over && self.excess.iter().any(|excess| excess.cells.contains(&index)) {
            Verdict::Fail
        } else if self.may_be_over(index) {
            Verdict::Marginal
        } else {
            Verdict::Pass
        };
        LimitGrade {
            sizes: limit.sizes(),
            allowed: limit.allowed,
            count: tally.measured,
            count_min: tally.sure,
            count_max: tally.possible,
            verdict,
        }
    }

    fn ids<'b>(&self, placements: impl Iterator<Item = &'b Placement>) -> Vec<String> {
        placements.map(|placement| self.findings[placement.finding].id.clone()).collect()
    }
}

impl Placement {
    fn is_sure(&self) -> bool {
        !self.may_vanish && self.possible.len() == 1
    }
}

impl Cell<'_> {
    fn name(&self) -> LimitName {
        LimitName {
            zone: self.zone.name.clone(),
            sizes: self.limit.sizes(),
            allowed: self.limit.allowed,
        }
    }
}
