//! The rules of the JSON pixel matrix, one by one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fiber_image::{
    DecodeError, FaceImage, Format, JsonError, JsonProblem, Limits, Plane, decode,
    write_pixel_matrix,
};
use proptest::prelude::*;

fn read(json: &str) -> Result<FaceImage, DecodeError> {
    decode(json.as_bytes(), "matrix.json", &Limits::default())
}

fn refused(json: &str) -> JsonError {
    match read(json) {
        Err(DecodeError::Json(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// A 3 x 2 matrix with these pixels.
fn matrix(pixels: &str) -> String {
    format!(r#"{{"image_dimensions": {{"width": 3, "height": 2}}, "pixels": [{pixels}]}}"#)
}

fn pixel(x: &str, y: &str, intensity: &str) -> String {
    format!(r#"{{"coordinates": {{"x": {x}, "y": {y}}}, "bgr_intensity": {intensity}}}"#)
}

#[test]
fn pixels_are_placed_and_the_rest_is_black() {
    let list = [
        pixel("0", "0", "7"),
        pixel("2", "1", "[0, 0, 255]"),
        pixel("1", "0", "[255, 0, 0]"),
        r#"{"intensity": 200.5, "coordinates": {"y": 1.0, "x": 0, "z": 9}, "note": [{}]}"#.into(),
    ];
    let face = read(&matrix(&list.join(", "))).unwrap();
    // 76 and 29 are the luma of pure red and pure blue.
    assert_eq!(face.luma().to_plane().pixels(), [7, 29, 0, 201, 0, 76]);
    let metadata = face.metadata();
    assert_eq!((metadata.width, metadata.height, metadata.channels), (3, 2, 3));
    assert_eq!((metadata.format, metadata.bit_depth), (Some(Format::Json), 8));
    assert_eq!((metadata.skipped_pixels, metadata.original_name.as_ref()), (0, None));
}

#[test]
fn outside_pixels_are_skipped_and_counted() {
    let outside = ["3", "-1", "1e300", "4294967296", "99"];
    let list: Vec<String> = outside.iter().map(|x| pixel(x, "0", "9")).collect();
    let list = format!("{}, {}", list.join(", "), pixel("0", "2", "9"));
    let face = read(&matrix(&list)).unwrap();
    assert_eq!(face.metadata().skipped_pixels, 6);
    assert!(face.luma().to_plane().pixels().iter().all(|&value| value == 0));
}

#[test]
fn messages_stay_short_whatever_the_field_holds() {
    let long = format!("{:?}", "é".repeat(100_000));
    for (x, intensity) in [(long.as_str(), "1"), ("0", long.as_str()), ("0", "1e308")] {
        let message = read(&matrix(&pixel(x, "0", intensity))).unwrap_err().to_string();
        assert!(message.chars().count() < 300, "{} characters", message.len());
        assert!(message.contains("pixel 0") && message.ends_with('…'), "{message}");
    }
}

#[test]
fn the_order_of_fields_and_a_byte_order_mark_do_not_matter() {
    let json = concat!(
        "\u{feff}\n {\"pixels\": [{\"intensity\": 5, \"coordinates\": {\"x\": 0, \"y\": 0}}],",
        "\"filename\": \"a.png\", \"image_dimensions\": {\"height\": 1, \"channels\": 1,",
        "\"width\": 1}}"
    );
    let face = read(json).unwrap();
    assert_eq!(face.luma().to_plane().pixels(), [5]);
    assert_eq!(face.metadata().channels, 1);
    assert_eq!(face.metadata().original_name.as_deref(), Some("a.png"));
}

#[test]
fn of_two_pixels_at_one_place_the_later_counts() {
    let list = [pixel("1", "1", "5"), pixel("1", "1", "6")].join(",");
    assert_eq!(read(&matrix(&list)).unwrap().luma()[(1, 1)], 6);
}

#[test]
fn wrong_pixels_are_named_with_index_and_field() {
    let good = pixel("0", "0", "1");
    let out = |value| JsonProblem::OutOfRange { value, min: 0.0, max: 255.0 };
    let wrong = |text: &str| JsonProblem::WrongType(text.into());
    let either = "expected a number or a list of blue, green, red";
    for (bad, field, problem) in [
        (pixel("0", "0", "256"), "bgr_intensity", out(256.0)),
        (pixel("0", "0", "-1"), "bgr_intensity", out(-1.0)),
        (pixel("0", "0", "255.01"), "bgr_intensity", out(255.01)),
        (pixel("0", "0", "[1, 2, 300]"), "bgr_intensity", out(300.0)),
        (pixel("0", "0", "[1, 2]"), "bgr_intensity", JsonProblem::ListLength(2)),
        (pixel("0", "0", "[1, 2, 3, 4]"), "bgr_intensity", JsonProblem::ListLength(4)),
        (
            pixel("0", "0", "\"7\""),
            "bgr_intensity",
            wrong(&format!("invalid type: string \"7\", {either}")),
        ),
        (pixel("0", "0", "null"), "bgr_intensity", wrong(&format!("invalid type: null, {either}"))),
        (
            pixel("0", "0", "[1, true, 2]"),
            "bgr_intensity",
            wrong("invalid type: boolean `true`, expected a number"),
        ),
        (
            pixel("0", "\"a\"", "1"),
            "coordinates.y",
            wrong("invalid type: string \"a\", expected a number"),
        ),
        (pixel("0.5", "0", "1"), "coordinates.x", JsonProblem::Fractional(0.5)),
        (
            r#"{"coordinates": {"x": 1}, "intensity": 1}"#.into(),
            "coordinates.y",
            JsonProblem::Missing,
        ),
        (r#"{"intensity": 1}"#.into(), "coordinates", JsonProblem::Missing),
        (r#"{"coordinates": {"x": 1, "y": 1}}"#.into(), "bgr_intensity", JsonProblem::Missing),
        (
            r#"{"coordinates": {"x": 1, "y": 1}, "intensity": 1, "bgr_intensity": 1}"#.into(),
            "bgr_intensity",
            JsonProblem::Repeated,
        ),
        (r#"{"coordinates": {"x": 1, "x": 1}}"#.into(), "coordinates.x", JsonProblem::Repeated),
        (
            r#"{"coordinates": [1, 1], "intensity": 1}"#.into(),
            "coordinates",
            wrong("invalid type: sequence, expected an object with x and y"),
        ),
    ] {
        let error = refused(&matrix(&format!("{good}, {good}, {bad}, {good}")));
        assert_eq!((error.pixel, error.field), (Some(2), Some(field)), "{error}");
        assert_eq!(error.problem, problem);
    }
    let error = refused(&matrix(&format!("{good}, 17")));
    assert_eq!((error.pixel, error.field), (Some(1), None));
}

#[test]
fn nan_is_no_json_and_its_place_is_told() {
    for text in ["NaN", "Infinity", "-Infinity"] {
        let error =
            refused(&matrix(&format!("{}, {}", pixel("0", "0", "1"), pixel("1", "0", text))));
        assert_eq!((error.pixel, error.field), (Some(1), Some("bgr_intensity")));
        assert!(matches!(error.problem, JsonProblem::Syntax(_)), "{error}");
    }
    let error = refused(&matrix(&pixel("0", "0", "1e400")));
    assert!(matches!(error.problem, JsonProblem::Syntax(_)), "{error}");
}

#[test]
fn wrong_dimensions_are_named() {
    let with = |dimensions: &str| format!(r#"{{"image_dimensions": {dimensions}, "pixels": []}}"#);
    for (dimensions, field) in [
        (r#"{"width": 0, "height": 2}"#, "image_dimensions.width"),
        (r#"{"width": -5, "height": 2}"#, "image_dimensions.width"),
        (r#"{"width": 5, "height": 2.5}"#, "image_dimensions.height"),
        (r#"{"width": 5, "height": "2"}"#, "image_dimensions.height"),
        (r#"{"width": 5, "height": 1e30}"#, "image_dimensions.height"),
        (r#"{"width": 5}"#, "image_dimensions.height"),
        (r#"{"width": 5, "height": 5, "channels": 0}"#, "image_dimensions.channels"),
        (r#"{"width": 5, "height": 5, "channels": 5}"#, "image_dimensions.channels"),
        ("[5, 5]", "image_dimensions"),
        ("null", "image_dimensions"),
    ] {
        assert_eq!(refused(&with(dimensions)).field, Some(field), "{dimensions}");
    }
    assert_eq!(refused(r#"{"pixels": []}"#).field, Some("image_dimensions"));
    let only = r#"{"image_dimensions": {"width": 1, "height": 1}}"#;
    assert_eq!(refused(only).field, Some("pixels"));
    assert_eq!(refused(only).problem, JsonProblem::Missing);

    let absurd = read(&with(r#"{"width": 4000000000, "height": 4000000000}"#)).unwrap_err();
    assert!(matches!(absurd, DecodeError::TooLarge { value: 4_000_000_000, .. }), "{absurd}");
}

#[test]
fn the_message_is_one_line_with_the_position() {
    let json = "{\"image_dimensions\": {\"width\": 3, \"height\": 2},\n \"pixels\": [\n{}]}";
    assert_eq!(
        read(json).unwrap_err().to_string(),
        "the pixel matrix is wrong: line 3, column 2, pixel 0, coordinates: the field is missing"
    );
    let json = format!("{{\"filename\": [\"{}\\n\"]}}", "x".repeat(100_000));
    let message = read(&json).unwrap_err().to_string();
    assert!(message.len() < 400 && !message.contains('\n'), "{message}");
}

#[test]
fn truncated_and_trailing_text_is_refused() {
    let whole = matrix(&pixel("0", "0", "[1, 2, 3]"));
    for length in 1..whole.len() {
        assert_eq!(refused(&whole[..length]).problem, JsonProblem::Truncated, "{length}");
    }
    assert!(matches!(refused(&format!("{whole} x")).problem, JsonProblem::Syntax(_)));
    assert!(matches!(refused("[1, 2]").problem, JsonProblem::WrongType(_)));
    let deep = format!("{{\"a\": {}", "[".repeat(1_000_000));
    assert!(matches!(refused(&deep).problem, JsonProblem::Truncated | JsonProblem::Syntax(_)));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        (width, height) in (1_usize..12, 1_usize..12),
        seed in any::<u32>(),
        name in any::<Option<String>>(),
    ) {
        let plane = Plane::from_fn(width, height, |x, y| {
            (seed.wrapping_mul((31 * x + 17 * y + 1) as u32) >> 24) as u8
        }).unwrap();
        let mut json = Vec::new();
        write_pixel_matrix(plane.view(), name.as_deref(), &mut json).unwrap();
        let face = decode(&json, "x.json", &Limits::default()).unwrap();
        prop_assert_eq!(face.luma().to_plane(), plane);
        prop_assert_eq!(&face.metadata().original_name, &name);
        prop_assert_eq!(face.metadata().channels, 1);
    }
}
