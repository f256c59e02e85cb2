//! The report for people.

mod deviations;
mod sections;
mod table;

use crate::wording::one_line;
use crate::{Inspection, Timestamp};

impl Inspection {
    /// The report for people, as in `{stem}_detailed.txt`: the verdict, what was found and where, the
    /// zones, the criteria, the most deviant features, image quality, provenance.
    #[must_use]
    pub fn text(&self, timestamp: Option<Timestamp>) -> String {
        let title = format!("End face {}", one_line(&self.image.metadata().file_name));
        let mut text = format!("{title}\n{}\n\n", "=".repeat(title.chars().count()));
        text += &sections::verdict(self);
        for (heading, body) in [
            ("Defects", sections::defects(self)),
            ("Abnormal regions", sections::regions(self)),
            ("Zones", sections::zones(self)),
            ("Criteria", sections::criteria(self)),
            ("Most deviant features", sections::features(self)),
            ("Geometry", sections::geometry(self)),
            ("Image quality", sections::quality(self)),
            ("Provenance", sections::provenance(self, timestamp)),
        ] {
            text += &format!("\n{heading}\n{}\n{body}", "-".repeat(heading.len()));
        }
        text
    }
}
