//! Floors on real faces with hand-made marks; skipped where those are not at hand.

use std::path::Path;

use fiber_anomaly::self_reference;
use fiber_defects::{DetectOptions, PixelBox, detect};
use fiber_geometry::{LocateOptions, locate};
use fiber_image::{Limits, read};
use serde_json::Value;

/// Left, top, right and bottom edge.
type Edges = [f64; 4];

fn numbers(value: &Value) -> Edges {
    let list = value.as_array().expect("a list");
    std::array::from_fn(|i| list[i].as_f64().expect("a number"))
}

fn grown([left, top, right, bottom]: Edges, by: f64) -> Edges {
    [left - by, top - by, right + by, bottom + by]
}

fn area([left, top, right, bottom]: Edges) -> f64 {
    (right - left).max(0.0) * (bottom - top).max(0.0)
}

fn common(a: Edges, b: Edges) -> f64 {
    area([a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])])
}

fn middle(edges: Edges) -> (f64, f64) {
    ((edges[0] + edges[2]) / 2.0, (edges[1] + edges[3]) / 2.0)
}

fn holds([left, top, right, bottom]: Edges, (x, y): (f64, f64)) -> bool {
    (left..=right).contains(&x) && (top..=bottom).contains(&y)
}

/// Share of the pixels of `found` on any of the marks grown by 2 pixels.
fn share_covered(found: Edges, marks: &[(Edges, bool)]) -> f64 {
    let marks: Vec<Edges> = marks.iter().map(|&(mark, _)| grown(mark, 2.0)).collect();
    let (mut on, mut all) = (0.0, 0.0);
    for y in found[1] as usize..found[3] as usize {
        for x in found[0] as usize..found[2] as usize {
            all += 1.0;
            let centre = (x as f64 + 0.5, y as f64 + 0.5);
            on += f64::from(u8::from(marks.iter().any(|&mark| holds(mark, centre))));
        }
    }
    on / all
}

#[derive(Debug, Default)]
struct Counts {
    marked: usize,
    hit: usize,
    reported: usize,
    right: usize,
}

fn count(folder: &Path, file: &str, truth: &Value, counts: &mut Counts) {
    let image = read(folder.join(file), &Limits::default()).expect("a readable face");
    let view = image.luma();
    let geometry = locate(view, &LocateOptions::default()).expect("legal options");
    let reference = self_reference(view, geometry.as_ref(), 250.0).expect("a legal zone");
    let options = DetectOptions::default();
    let found = detect(&reference, view.dimensions(), geometry.as_ref(), None, &options)
        .expect("legal options")
        .defects;
    let [cx, cy, rx, ry] = numbers(&truth["zone"]);
    let edges = |PixelBox { x, y, width, height }| {
        [x as f64, y as f64, (x + width) as f64, (y + height) as f64]
    };
    let reported: Vec<Edges> = found
        .iter()
        .map(|defect| edges(defect.bounds))
        .filter(|&found| {
            let (x, y) = middle(found);
            ((x - cx) / rx).hypot((y - cy) / ry) <= 1.0
        })
        .collect();
    let marks: Vec<(Edges, bool)> = truth["defects"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|mark| (numbers(&mark["box"]), mark["vis"] == "clear"))
        .collect();
    let right: Vec<Edges> =
        reported.iter().copied().filter(|&found| share_covered(found, &marks) >= 0.15).collect();
    let clear = marks.iter().filter(|(_, clear)| *clear);
    let is_hit = |mark: Edges| {
        right.iter().any(|&found| {
            common(grown(found, 3.0), mark) >= 0.3 * area(mark) || holds(mark, middle(found))
        })
    };
    counts.marked += clear.clone().count();
    counts.hit += clear.filter(|&&(mark, _)| is_hit(mark)).count();
    counts.reported += reported.len();
    counts.right += right.len();
}

#[test]
fn real_marks_are_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/endfaces");
    let Ok(text) = std::fs::read_to_string(folder.join("defects.json")) else {
        eprintln!("skipped: no marked faces at {}", folder.display());
        return;
    };
    let truth: Value = serde_json::from_str(&text).expect("JSON");
    let mut counts = Counts::default();
    for file in ["pal/DSCN0032.JPG", "pal/DSCN0035.JPG", "pal/DSCN0037.JPG"] {
        count(&folder, file, &truth[file], &mut counts);
    }
    // Measured: 58 of 59 marks, 96 of 96 reports right.
    assert_eq!(counts.marked, 59);
    assert!(counts.hit >= 57, "{counts:?}");
    assert!(counts.right * 100 >= counts.reported * 97, "{counts:?}");
}
