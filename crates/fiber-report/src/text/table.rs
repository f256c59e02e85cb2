//! Columns that line up.

/// Which side of its column a cell keeps to.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Rows of cells under a heading, indented by two blanks; columns are as wide as their widest cell.
pub(crate) fn table<const N: usize>(columns: [(&str, Side); N], rows: &[[String; N]]) -> String {
    let mut text = String::new();
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([columns[column].0.chars().count()]).max().unwrap_or(0)
    });
    let heading = columns.map(|(name, _)| name.to_owned());
    for row in std::iter::once(&heading).chain(rows) {
        let mut line = String::from(" ");
        for ((cell, width), (_, side)) in row.iter().zip(widths).zip(columns) {
            match side {
                Side::Left => line += &format!(" {cell:<width$} "),
                Side::Right => line += &format!(" {cell:>width$} "),
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_line_up_by_letters_not_bytes() {
        let rows = [["é", "1.0"], ["long", "10.0"]].map(|row| row.map(str::to_owned));
        let text = table([("name", Side::Left), ("z", Side::Right)], &rows);
        assert_eq!(text, "  name     z\n  é      1.0\n  long  10.0\n");
    }
}
