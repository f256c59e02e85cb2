use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::{FailureReport, Report};

/// The content of `{stem}_report.json`.
#[derive(JsonSchema)]
#[schemars(untagged, title = "Report of an end-face inspection")]
#[expect(dead_code, reason = "only its schema is wanted")]
enum EitherReport<'a> {
    /// An image that was analysed.
    Analysed(&'a Report<'a>),
    /// An image that could not be analysed.
    Failed(&'a FailureReport),
}

/// The JSON Schema (draft 2020-12) of `{stem}_report.json`: of a [`Report`] or a [`FailureReport`].
///
/// It is made from the types, and their doc comments are its descriptions. It is as strict as the
/// program is regular: every key is needed and no other is known.
///
/// ```
/// let schema = fiber_report::report_schema();
/// let report = &schema["$defs"]["Report"];
/// assert_eq!(report["properties"]["schema_version"]["const"], fiber_report::REPORT_SCHEMA_VERSION);
/// assert_eq!(report["additionalProperties"], false);
/// ```
#[must_use]
pub fn report_schema() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(finish))
        .into_generator()
        .into_root_schema_for::<EitherReport<'static>>()
        .to_value()
}

/// What holds of every part alike, so that no type has to remember it.
fn finish(schema: &mut Schema) {
    // A key that is not listed is a slip of the pen of whoever wrote the report.
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".into(), false.into());
    }
    // Names of Rust's types (`uint`, `double`) are no formats that the draft knows.
    schema.remove("format");
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = plain(description);
    }
}

/// A doc comment for readers of JSON: one line, without examples and links into the code, and with their
/// word for `None`.
fn plain(doc: &str) -> String {
    let words: Vec<&str> = doc.split("```").next().unwrap_or(doc).split_whitespace().collect();
    words.join(" ").replace("[`", "`").replace("`]", "`").replace("`None`", "`null`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doc_comments_become_plain_lines() {
        assert_eq!(
            plain("See\n[`Report`]; `None`\nwithout.\n\n```\nf();\n```"),
            "See `Report`; `null` without."
        );
    }
}
