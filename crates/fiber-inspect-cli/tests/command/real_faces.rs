//! A few faces of every real instrument; the pictures are not part of the project.

use std::fs;
use std::path::{Path, PathBuf};

use fiber_inspect::image::{Depth, image_files};
use tempfile::tempdir;

use crate::inspect::check_report;
use crate::tool::{call, read_json, text};

#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
fn real_faces(set: &str) -> Option<Vec<PathBuf>> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/endfaces");
    if !shared.is_dir() {
        eprintln!("skipped: no real end faces in {}", shared.display());
        return None;
    }
    Some(image_files(shared.join(set), Depth::Folder).expect("real end faces"))
}

#[test]
fn faces_of_every_instrument_are_inspected() {
    let (Some(bench), Some(grabber), Some(strips)) =
        (real_faces("dscope50"), real_faces("pal"), real_faces("darkfield"))
    else {
        return;
    };
    let folder = tempdir().expect("a folder");
    let (model, out) = (folder.path().join("good.json"), folder.path().join("out"));
    let mut arguments = vec!["learn", "-o", text(&model), "--quiet"];
    arguments.extend(bench.iter().take(6).map(|face| text(face)));
    let seen = call(&arguments);
    assert_eq!((seen.code, seen.stderr.as_str()), (0, ""), "{seen:?}");

    let faces: Vec<&PathBuf> = [&bench[bench.len() - 1], &grabber[0], &strips[0]].to_vec();
    let mut arguments = vec!["inspect", "-o", text(&out), "--model", text(&model)];
    arguments.extend(["--no-figures", "--profile", "iec-61300-3-35-ed1-mm"]);
    arguments.extend(faces.iter().map(|face| text(face)));
    let seen = call(&arguments);
    assert!(seen.code != 2 && seen.stderr.is_empty(), "{seen:?}");
    assert_eq!(seen.stdout.lines().count(), faces.len());
    for (face, has_fibre) in faces.iter().zip([true, true, false]) {
        let stem = face.file_stem().expect("a name").to_string_lossy();
        let report = read_json(&out.join(format!("{stem}_report.json")));
        assert_eq!(report["geometry"].is_object(), has_fibre, "{stem}");
        if has_fibre {
            check_report(&report, true);
        } else {
            assert_eq!(report["summary"]["is_anomalous"], true, "nothing like the model");
            assert_eq!(report["acceptance"]["verdict"], "ungradable");
        }
        assert!(fs::metadata(out.join(format!("{stem}_defect_mask.npy"))).is_ok());
    }
}
