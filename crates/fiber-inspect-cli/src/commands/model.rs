use std::fmt::Write;
use std::path::PathBuf;

use fiber_inspect::reference::Summary;
use fiber_inspect::{ReferenceModel, knowledge_base_file, merge};

use super::settings;

use crate::arguments::ModelCommand;
use crate::commands::Failure;
use crate::console::{Console, one_line};

pub(crate) fn run(
    command: &ModelCommand,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    match command {
        ModelCommand::Show { model } => {
            let model = ReferenceModel::load(knowledge_base_file(model))?;
            console.result(&description(&model));
        }
        ModelCommand::Merge { models, output } => {
            let load = |path: &PathBuf| ReferenceModel::load(knowledge_base_file(path));
            let models = models.iter().map(load).collect::<Result<Vec<_>, _>>()?;
            let model = merge(&models, &settings::workers(threads)?)?;
            let path = knowledge_base_file(output);
            model.save(&path)?;
            let faces = model.faces().len();
            console.remark(&format!("{}: merged from {faces} faces", path.display()));
        }
    }
    Ok(())
}

fn description(model: &ReferenceModel) -> String {
    let summary = model.summary();
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<18}{value}"); // writing to a string cannot fail
    };
    line("made by", &summary.created_by);
    line("faces", &summary.faces.to_string());
    line("frame", &summary.frame.to_string());
    line(
        "features",
        &format!(
            "{} that vary, schema version {}",
            summary.varying_features, summary.feature_schema
        ),
    );
    line(
        "thresholds",
        &format!(
            "from {} parts, each left out in turn: false alarms {} together, each at least mean + {} std",
            summary.folds, summary.false_alarm_rate, summary.threshold_multiplier
        ),
    );
    line("joint limit", &joint(&summary));
    line("", "criterion     threshold      mean       std       p90       p95       p99");
    for t in &summary.thresholds {
        line(
            "",
            &format!(
                "{:<12}{:>11.4}{:>10.4}{:>10.4}{:>10.4}{:>10.4}{:>10.4}",
                t.criterion.to_string(),
                t.working,
                t.mean,
                t.std,
                t.p90,
                t.p95,
                t.p99
            ),
        );
    }
    if let Some(gain) = summary.gain_of_twice_as_many {
        line("learning curve", "faces  mahalanobis comparison structural     local");
        for step in &summary.learning_curve {
            let s = step.scores;
            line(
                "",
                &format!(
                    "{:>5}{:>13.4}{:>11.4}{:>11.4}{:>10.4}",
                    step.faces, s.mahalanobis, s.comparison, s.structural, s.local
                ),
            );
        }
        let word = if gain >= WORTH_IT { "would help" } else { "would hardly help" };
        let gain = 100.0 * gain;
        line(
            "more faces",
            &format!("{word}: twice as many would lower scores by up to {gain:.1} %"),
        );
    } else {
        line("more faces", "would help: fewer than 8 make no learning curve");
    }
    if summary.specks > 0 {
        line("sensor specks", &format!("{}, not held against a face", summary.specks));
    }
    let fate = if summary.outliers_left_out { "left out" } else { "learned from" };
    for outlier in &summary.outliers {
        line(
            "outlier",
            &format!(
                "{} ({} {:.3}, others below {:.3}), {fate}",
                one_line(&outlier.name),
                outlier.criterion,
                outlier.score,
                outlier.limit
            ),
        );
    }
    for face in model.faces() {
        let hash = face.sha256.get(..12).unwrap_or(&face.sha256);
        line("face", &format!("{}  {}", one_line(hash), one_line(&face.name)));
    }
    text
}

/// The share by which scores have to fall for more faces to be worth their while.
const WORTH_IT: f64 = 0.05;

fn joint(summary: &Summary) -> String {
    let (limit, rate) = (summary.joint_limit, summary.false_alarm_rate);
    let certain = summary.smallest_certain_rate;
    if rate < certain {
        format!(
            "{limit:.3}; extrapolated: {} faces vouch for a rate of {certain:.4} alone, {:.0} would for {rate}",
            summary.faces,
            (1.0 / rate - 1.0).ceil()
        )
    } else {
        format!("{limit:.3}; {} faces vouch for a rate from {certain:.4} on", summary.faces)
    }
}
