use serde::Serialize;

use crate::{REPORT_SCHEMA_VERSION, Timestamp};

/// The content of `{stem}_report.json` for an image that could not be analysed.
///
/// ```
/// use fiber_report::FailureReport;
///
/// let report = FailureReport::new("a.png", None, "the file is empty");
/// assert_eq!(
///     serde_json::to_string(&report)?,
///     r#"{"image_path":"a.png","timestamp":null,"success":false,"error":"the file is empty","defects":[],"schema_version":1}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FailureReport {
    /// Path of the image as it was given.
    pub image_path: String,
    /// When, if the caller said so.
    pub timestamp: Option<Timestamp>,
    /// `false`: the image could not be analysed.
    #[cfg_attr(feature = "schema", schemars(extend("const" = false)))]
    pub success: bool,
    /// The cause in one line.
    pub error: String,
    /// Always empty.
    pub defects: [(); 0],
    /// Version of the keys: [`REPORT_SCHEMA_VERSION`].
    #[cfg_attr(feature = "schema", schemars(extend("const" = REPORT_SCHEMA_VERSION)))]
    pub schema_version: u32,
}

impl FailureReport {
    /// The report of a failure and its cause.
    #[must_use]
    pub fn new(image_path: &str, timestamp: Option<Timestamp>, error: &str) -> Self {
        Self {
            image_path: image_path.to_owned(),
            timestamp,
            success: false,
            error: error.to_owned(),
            defects: [],
            schema_version: REPORT_SCHEMA_VERSION,
        }
    }
}
