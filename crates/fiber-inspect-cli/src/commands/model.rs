use std::fmt::Write;

use fiber_inspect::{ReferenceModel, knowledge_base_file};

use crate::arguments::ModelCommand;
use crate::commands::Failure;
use crate::console::{Console, one_line};

pub(crate) fn run(command: &ModelCommand, console: &Console) -> Result<(), Failure> {
    let ModelCommand::Show { model } = command;
    let model = ReferenceModel::load(knowledge_base_file(model))?;
    console.result(&description(&model));
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
            "from {} parts, each left out in turn: false alarms {}, at least mean + {} std",
            summary.folds, summary.false_alarm_rate, summary.threshold_multiplier
        ),
    );
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
        line("face", &format!("{}  {}", &face.sha256[..12], one_line(&face.name)));
    }
    text
}
