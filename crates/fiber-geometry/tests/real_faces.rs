//! The cladding of real faces against ellipses fitted by hand; skipped where the faces are not at hand.

use std::path::Path;

use fiber_geometry::{LocateOptions, locate};
use fiber_image::{Depth, Limits, image_files, read};
use serde_json::Value;

#[test]
fn the_cladding_is_found_on_every_face_and_on_no_plain_surface() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/endfaces");
    let Ok(text) = std::fs::read_to_string(folder.join("geometry.json")) else {
        eprintln!("skipped: no faces with known geometry at {}", folder.display());
        return;
    };
    let truth: Value = serde_json::from_str(&text).expect("JSON");
    let mut misses = Vec::new();
    let mut faces = 0;
    for path in image_files(&folder, Depth::Tree).expect("a folder of faces") {
        let name = path.strip_prefix(&folder).expect("below the folder").display().to_string();
        let image = read(&path, &Limits::default()).expect("a readable face");
        let found = locate(image.luma(), &LocateOptions::default()).expect("legal options");
        if name.starts_with("darkfield") {
            assert_eq!(found, None, "{name} has no fibre");
        }
        // One face has a fibre, but nobody measured it.
        let Some(cladding) = truth[&name].get("cladding") else { continue };
        faces += 1;
        let number = |key: &str| cladding[key].as_f64().expect("a number");
        let right = found.is_some_and(|found| {
            let found = found.cladding;
            let off = (found.cx - number("cx")).hypot(found.cy - number("cy"));
            let wide = found.width_px / number("width_px") - 1.0;
            let high = found.height_px / number("height_px") - 1.0;
            off <= 1.5 && wide.abs().max(high.abs()) <= 0.01
        });
        if !right {
            misses.push(format!("{name}: {:?}", found.map(|found| found.cladding)));
        }
    }
    assert!(faces > 50, "{faces} faces");
    // Measured: 85 of 87. On the other two the contour found is as large as on their neighbours (330.1 px where
    // those have 327 to 331, 224.9 px where those have 224.3 to 225.4) and the one drawn by hand is not.
    assert!(misses.len() <= 2, "{misses:#?}");
}
