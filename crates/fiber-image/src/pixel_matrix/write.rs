use std::io::{self, Write};

use crate::PlaneView;

/// Writes luma as a JSON pixel matrix, one pixel a line, rows from the top; [`decode`](crate::decode)
/// gives the same plane back.
///
/// # Errors
/// Those of `writer`.
///
/// ```
/// use fiber_image::{Limits, Plane, decode, write_pixel_matrix};
///
/// let luma = Plane::new(2, 1, vec![7_u8, 200])?;
/// let mut json = Vec::new();
/// write_pixel_matrix(luma.view(), Some("face.png"), &mut json)?;
/// let face = decode(&json, "face.json", &Limits::default())?;
/// assert_eq!(face.luma().to_plane(), luma);
/// assert_eq!(face.metadata().original_name.as_deref(), Some("face.png"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_pixel_matrix(
    luma: PlaneView<'_, u8>,
    filename: Option<&str>,
    mut writer: impl Write,
) -> io::Result<()> {
    let (width, height) = luma.dimensions();
    write!(writer, "{{")?;
    if let Some(filename) = filename {
        write!(writer, "\"filename\": {}, ", serde_json::to_string(filename)?)?;
    }
    let size = format_args!("\"width\": {width}, \"height\": {height}, \"channels\": 1");
    write!(writer, "\"image_dimensions\": {{{size}}},\n\"pixels\": [")?;
    for (y, row) in luma.rows().enumerate() {
        for (x, value) in row.iter().enumerate() {
            let separator = if (x, y) == (0, 0) { "" } else { "," };
            let at = format_args!("{{\"x\": {x}, \"y\": {y}}}");
            write!(writer, "{separator}\n{{\"coordinates\": {at}, \"intensity\": {value}}}")?;
        }
    }
    writeln!(writer, "\n]}}")
}
