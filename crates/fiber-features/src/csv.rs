use crate::schema::FEATURES;
use crate::vector::FeatureVector;

/// The header line of a table of vectors: `labels`, then the 181 names; CR LF at the end (RFC 4180).
///
/// ```
/// use fiber_features::csv_header;
///
/// assert!(csv_header(&["path"]).starts_with("path,edge_count,edge_density,"));
/// ```
#[must_use]
pub fn csv_header(labels: &[&str]) -> String {
    line(labels, FEATURES.iter().map(|info| info.name.to_owned()))
}

impl FeatureVector {
    /// One line of a table under [`csv_header`]: `labels`, quoted where they need it, then the values with
    /// the digits that read back to the same bits; CR LF at the end (RFC 4180).
    ///
    /// ```
    /// use fiber_features::extract;
    /// use fiber_image::Plane;
    ///
    /// let features = extract(Plane::filled(4, 3, 50_u8)?.view());
    /// assert!(features.csv_row(&["a,b.png"]).starts_with("\"a,b.png\",0,0,"));
    /// # Ok::<(), fiber_image::PlaneError>(())
    /// ```
    #[must_use]
    pub fn csv_row(&self, labels: &[&str]) -> String {
        line(labels, self.values().iter().map(f64::to_string))
    }
}

fn line(labels: &[&str], cells: impl Iterator<Item = String>) -> String {
    let mut line =
        labels.iter().map(|label| quoted(label)).chain(cells).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

fn quoted(label: &str) -> String {
    if label.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", label.replace('"', "\"\""))
    } else {
        label.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::FEATURE_COUNT;

    #[test]
    fn labels_are_quoted_only_where_needed() {
        assert_eq!(quoted("plain name.png"), "plain name.png");
        assert_eq!(quoted("say \"cheese\""), "\"say \"\"cheese\"\"\"");
        assert_eq!(quoted("two\r\nlines"), "\"two\r\nlines\"");
        assert_eq!(quoted(""), "");
    }

    #[test]
    fn a_row_has_the_cells_of_the_header_and_reads_back() {
        let values: Vec<f64> = (0..FEATURE_COUNT).map(|i| 1e17 / (i as f64 + 3.0)).collect();
        let vector = FeatureVector::from_values(values.clone()).expect("complete and finite");
        let (header, row) = (csv_header(&["path", "lot"]), vector.csv_row(&["p", "7"]));
        assert_eq!(header.split(',').count(), 2 + FEATURE_COUNT);
        assert!(header.ends_with(",topo_b1_persistence_sum\r\n"));
        let cells: Vec<&str> = row.trim_end_matches("\r\n").split(',').collect();
        assert_eq!(&cells[..2], ["p", "7"]);
        let read: Vec<f64> =
            cells[2..].iter().map(|cell| cell.parse().expect("a number")).collect();
        assert_eq!(read, values);
    }
}
