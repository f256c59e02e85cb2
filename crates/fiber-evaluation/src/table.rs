//! The evaluation as a Markdown page.

use std::fmt::Write;

use fiber_inspect::Config;
use fiber_synth::Polarity;

use crate::evaluation::Evaluation;
use crate::planted::{Planted, PlantedCase, RATIOS, recall, right};
use crate::real::FibreFound;
use crate::rendered::reliability;
use crate::repeatability::{Change, Repeated, Trial};
use crate::share::Share;

/// Borders of the bins of confidence.
const CONFIDENCE: [f64; 7] = [0.3, 0.5, 0.7, 0.8, 0.9, 0.97, 1.0];

const KINDS: [(Planted, &str); 5] = [
    (Planted::LongScratch, "scratch, 60 to 110 px long"),
    (Planted::ShortScratch, "scratch, 40 to 60 px long"),
    (Planted::Dig, "dig, 4 to 11 px"),
    (Planted::Particle, "particle, 14 or 22 px"),
    (Planted::Chip, "chip, 5 to 9 px deep"),
];

impl Evaluation {
    /// The figures as a Markdown page.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut page = String::new();
        self.write_page(&mut page).expect("a string takes everything");
        page
    }

    /// Real faces that could be read.
    #[must_use]
    pub fn read(&self) -> Share {
        self.real.iter().map(|face| Share::one(face.read)).sum()
    }

    /// Real faces whose fibre was found where it is.
    #[must_use]
    pub fn fibre_found(&self) -> Share {
        self.fibres(FibreFound::Right)
    }

    fn fibres(&self, state: FibreFound) -> Share {
        let known = self.real.iter().filter_map(|face| face.fibre);
        known.map(|fibre| Share::one(fibre == state)).sum()
    }

    /// Clear marks on real faces that were found.
    #[must_use]
    pub fn real_recall(&self) -> Share {
        self.real.iter().filter_map(|face| face.marked.as_ref()).map(|m| m.recall).sum()
    }

    /// Reports on marked real faces that lie on marks.
    #[must_use]
    pub fn real_precision(&self) -> Share {
        self.real.iter().filter_map(|face| face.marked.as_ref()).map(|m| m.precision).sum()
    }

    /// All planted defects.
    pub fn planted(&self) -> impl Iterator<Item = &PlantedCase> {
        self.planted_real.iter().chain(&self.planted_rendered)
    }

    /// Reports of a confidence of 0.9 and more on damaged rendered faces that are real.
    #[must_use]
    pub fn real_at_high_confidence(&self) -> Share {
        reliability(&self.judged, &[0.9, 1.0])[0]
    }

    fn write_page(&self, page: &mut String) -> std::fmt::Result {
        writeln!(page, "# Evaluation\n")?;
        writeln!(
            page,
            "Written by `cargo xtask evaluate`. Default settings; no reference model but for the learned verdicts. How each figure is \
             measured: [`fiber-evaluation`](../crates/fiber-evaluation).\n"
        )?;
        if self.clean.faces > 0 || !self.real.is_empty() {
            self.write_real(page)?;
            self.write_planted(page)?;
            self.write_rendered(page)?;
        }
        self.write_repeated(page)?;
        self.write_separations(page)
    }

    fn write_real(&self, page: &mut String) -> std::fmt::Result {
        if self.real.is_empty() {
            return writeln!(page, "No real faces were at hand.\n");
        }
        writeln!(page, "## Real faces\n")?;
        writeln!(page, "| measure | wanted | measured |\n|---|---|---|")?;
        writeln!(page, "| faces read | 100 % | {} |", self.read())?;
        writeln!(page, "| fibre found | >= 99 % | {} |", self.fibre_found())?;
        writeln!(
            page,
            "| of the rest, a wrong ellipse | 0 | {} |",
            self.fibres(FibreFound::Wrong).hits
        )?;
        writeln!(page, "| clear marks found | >= 97 % | {} |", self.real_recall())?;
        let precision = self.real_precision();
        writeln!(page, "| reports that are right | >= 95 % | {precision} |")?;
        let marked = self.real.iter().filter(|face| face.marked.is_some()).count();
        let a_face = (precision.of - precision.hits) as f64 / marked.max(1) as f64;
        writeln!(page, "| false reports a face | <= 1 | {a_face:.2} |\n")?;
        writeln!(page, "| marked face | found | right |\n|---|---|---|")?;
        for face in &self.real {
            if let Some(marked) = &face.marked {
                writeln!(page, "| {} | {} | {} |", face.name, marked.recall, marked.precision)?;
            }
        }
        writeln!(page)
    }

    fn write_planted(&self, page: &mut String) -> std::fmt::Result {
        for (title, cases) in [
            ("Planted into real faces", &self.planted_real),
            ("Planted into rendered faces", &self.planted_rendered),
        ] {
            if cases.is_empty() {
                continue;
            }
            writeln!(page, "## {title}\n\nFound, by contrast-to-noise ratio.\n")?;
            let ratios: String = RATIOS.iter().map(|ratio| format!(" {ratio} |")).collect();
            writeln!(page, "| planted |{ratios}\n|---|---|---|---|---|")?;
            for (kind, name) in KINDS {
                for (polarity, shade) in [(Polarity::Dark, "dark"), (Polarity::Bright, "bright")] {
                    let shares: String = RATIOS
                        .iter()
                        .map(|&ratio| {
                            let share = recall(cases, |case| {
                                (case.planted, case.polarity, case.ratio) == (kind, polarity, ratio)
                            });
                            format!(" {share} |")
                        })
                        .collect();
                    writeln!(page, "| {name}, {shade} |{shares}")?;
                }
            }
            writeln!(page, "\nOf those found:\n")?;
            writeln!(
                page,
                "| planted | type right | size right | position right |\n|---|---|---|---|"
            )?;
            for (kind, name) in KINDS {
                let of = |case: &PlantedCase| case.planted == kind;
                writeln!(
                    page,
                    "| {name} | {} | {} | {} |",
                    right(cases, of, |r| r.type_right),
                    right(cases, of, |r| r.size_right),
                    right(cases, of, |r| r.position_right),
                )?;
            }
            writeln!(page)?;
        }
        let all: Vec<PlantedCase> = self.planted().copied().collect();
        writeln!(page, "## Planted, all together\n")?;
        writeln!(page, "| measure | wanted | measured |\n|---|---|---|")?;
        let strong = recall(&all, |case| case.ratio >= 8.0);
        writeln!(page, "| found from a ratio of 8 on | >= 99 % | {strong} |")?;
        writeln!(page, "| found at 5 | >= 95 % | {} |", recall(&all, |case| case.ratio == 5.0))?;
        let faint = |case: &PlantedCase| case.ratio == 3.0 && case.planted == Planted::LongScratch;
        writeln!(page, "| scratches over 60 px found at 3 | >= 80 % | {} |", recall(&all, faint))?;
        writeln!(page, "| type right | >= 95 % | {} |", right(&all, |_| true, |r| r.type_right))?;
        let size = right(&all, |_| true, |r| r.size_right);
        writeln!(page, "| size within 1 px or 10 % | all | {size} |")?;
        let position = right(&all, |_| true, |r| r.position_right);
        writeln!(page, "| position within 1 px | all | {position} |\n")
    }

    fn write_rendered(&self, page: &mut String) -> std::fmt::Result {
        let clean = &self.clean;
        writeln!(page, "## Rendered faces\n")?;
        writeln!(page, "| measure | wanted | measured |\n|---|---|---|")?;
        let a_face = clean.reports as f64 / clean.faces.max(1) as f64;
        writeln!(
            page,
            "| reports a clean face | <= 0.05 | {a_face:.3} ({} on {}) |",
            clean.reports, clean.faces
        )?;
        writeln!(page, "| scratches and digs on healthy circles | 0 | {} |", clean.on_circles)?;
        writeln!(page, "| defects of damaged faces found | - | {} |", self.damaged_recall)?;
        writeln!(
            page,
            "| real at confidence 0.9 and more | about 90 % | {} |\n",
            self.real_at_high_confidence()
        )?;
        writeln!(page, "| confidence | real |\n|---|---|")?;
        for (bin, share) in CONFIDENCE.windows(2).zip(reliability(&self.judged, &CONFIDENCE)) {
            writeln!(page, "| {} to {} | {share} |", bin[0], bin[1])?;
        }
        Ok(())
    }

    fn write_repeated(&self, page: &mut String) -> std::fmt::Result {
        if self.repeated.is_empty() {
            return Ok(());
        }
        writeln!(page, "\n## The same face in another picture\n")?;
        writeln!(
            page,
            "Rendered faces of the bench microscope, half of them damaged, graded by `iec-61300-3-35-ed2-mm`. Near a \
             limit is a face that is marginal in either picture. Wanted: the same grade in >= 99 % of the others. \
             Found alike are planted defects that are reported in both pictures or in neither; the centre is held \
             against its true place, sizes against those in the first picture.\n"
        )?;
        writeln!(
            page,
            "| change | trials | same grade | near a limit | same number of reports | found alike | centre off, \
             rms px | std of sizes, um |\n|---|---:|---|---:|---|---|---:|---:|"
        )?;
        let kinds = Change::KINDS.iter().enumerate().map(|(kind, name)| (Some(kind), *name));
        for (kind, name) in kinds.chain([(None, "all")]) {
            let within = |trial: &&Trial| kind.is_none_or(|kind| trial.change.kind() == kind);
            let sum: Repeated = self.repeated.iter().filter(within).sum();
            writeln!(
                page,
                "| {name} | {} | {} | {} | {} | {} | {:.2} | {:.2} |",
                sum.trials,
                sum.same,
                sum.near_limits,
                sum.same_count,
                sum.found_alike,
                sum.centre_rms_px,
                sum.size_std_um
            )?;
        }
        Ok(())
    }

    fn write_separations(&self, page: &mut String) -> std::fmt::Result {
        if self.separations.is_empty() {
            return Ok(());
        }
        writeln!(page, "\n## Learned verdicts\n")?;
        writeln!(
            page,
            "A model learns from every other face of an instrument on which nothing is marked, at a false-alarm rate \
             of {}, and judges the rest and the faces with clear marks. Faces of real instruments without marks are \
             not all clean: nobody has searched them. Wanted: AUROC >= 0.99.\n",
            Config::default().false_alarm_rate
        )?;
        writeln!(
            page,
            "| instrument | learned | left out as unlike | others called abnormal | damaged called abnormal | AUROC \
             |\n|---|---:|---:|---|---|---:|"
        )?;
        for row in &self.separations {
            let auroc = row.auroc.map_or("-".to_owned(), |area| format!("{area:.3}"));
            writeln!(
                page,
                "| {} | {} | {} | {} | {} | {auroc} |",
                row.instrument, row.learned, row.left_out, row.false_alarms, row.damaged_found
            )?;
        }
        Ok(())
    }
}
