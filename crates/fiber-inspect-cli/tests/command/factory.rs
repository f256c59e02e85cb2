//! What a factory calls: whole trees, golden faces, repeatability, cleaning, models that grow.

use std::fs;
use std::path::{Path, PathBuf};

use fiber_inspect::image::{Plane, write_png};
use serde_json::Value;
use tempfile::tempdir;

use crate::tool::{Call, call, damaged_face, good_face, names, text};

const PROFILE: &str = "iec-61300-3-35-ed2-sm-pc45";

fn learn(faces: &[PathBuf], model: &Path, more: &[&str]) {
    let mut arguments = vec!["learn", "-o", text(model), "--quiet"];
    arguments.extend(more);
    arguments.extend(faces.iter().map(|face| text(face)));
    let seen = call(&arguments);
    assert_eq!(seen.code, 0, "{seen:?}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
    fs::copy(from, to).expect("a copy");
}

#[test]
fn a_model_grows_and_merges_to_what_learning_at_once_gives() {
    let folder = tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let faces: Vec<PathBuf> = (1..=7).map(good_face).collect();
    learn(&faces, &path("all.json"), &[]);
    learn(&faces[..4], &path("one.json"), &[]);
    learn(&faces[3..], &path("two.json"), &[]);
    learn(&faces[4..], &path("grown.json"), &["--add", text(&path("one.json"))]);
    let (one, two, merged) = (path("one.json"), path("two.json"), path("merged.json"));
    let seen = call(["model", "merge", text(&two), text(&one), "-o", text(&merged), "-q"]);
    assert_eq!((seen.code, seen.stderr.as_str()), (0, ""));
    let all = fs::read(path("all.json")).expect("a model");
    assert!(fs::read(path("grown.json")).expect("a model") == all, "grown");
    assert!(fs::read(&merged).expect("a model") == all, "merged");

    let refused = call(["model", "merge", text(&good_face(1)), "-o", text(&merged)]);
    assert_eq!((refused.code, refused.errors().len()), (2, 1), "{refused:?}");
    assert!(refused.stderr.contains("no reference model"), "{refused:?}");
}

#[test]
fn an_outlier_is_left_out_if_asked_and_the_model_says_so() {
    let folder = tempdir().expect("a folder");
    let model = folder.path().join("good.json");
    let mut faces: Vec<PathBuf> = (1..=11).map(good_face).collect();
    faces.push(damaged_face("dirty_1"));
    learn(&faces, &model, &["--exclude-outliers"]);
    let shown = call(["model", "show", text(&model)]).stdout;
    let outlier = shown.lines().find(|line| line.contains("dirty_1")).expect("it is named");
    assert!(outlier.starts_with("outlier") && outlier.ends_with("left out"), "{outlier}");
    for word in ["joint limit", "extrapolated", "learning curve", "more faces"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn a_face_of_another_size_is_named_and_left_out_if_asked() {
    let folder = tempdir().expect("a folder");
    let model = folder.path().join("good.json");
    let strip = folder.path().join("strip.png");
    let surface = Plane::from_fn(90, 60, |x, y| (90 + (x * 7 + y * 13) % 6) as u8).expect("sides");
    write_png(&strip, surface.view()).expect("writable");
    let mut arguments = vec!["learn".to_owned(), "-o".to_owned(), text(&model).to_owned()];
    arguments.extend((1..=4).map(|number| text(&good_face(number)).to_owned()));
    arguments.push(text(&strip).to_owned());
    let refused = call(&arguments);
    assert_eq!(refused.code, 2, "{refused:?}");
    let named = |call: &Call, words: &str| {
        let mut lines = call.stderr.lines();
        lines.any(|line| line.contains("strip.png") && line.contains(words))
    };
    assert!(named(&refused, "--exclude-outliers"), "{refused:?}");
    assert!(!model.exists());
    arguments.push("--exclude-outliers".to_owned());
    let learned = call(&arguments);
    assert_eq!(learned.code, 0, "{learned:?}");
    assert!(named(&learned, "left out"), "{learned:?}");
    assert!(learned.stderr.contains("learned from 4 faces"), "{learned:?}");
}

/// A tree of three faces, one of them bad, and of a file that is none.
fn tree(folder: &Path) -> PathBuf {
    let tree = folder.join("faces");
    copy(&good_face(1), &tree.join("face.png"));
    copy(&good_face(2), &tree.join("lot 7, \"A\"/face.png"));
    copy(&damaged_face("scratched_1"), &tree.join("lot 7, \"A\"/deep/face.png"));
    fs::write(tree.join("broken.png"), b"\x89PNG\r\n\x1a\nno").expect("a file");
    tree
}

fn rows(out: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(out.join("summary.jsonl")).expect("a summary");
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_tree_is_inspected_summarised_and_resumed() {
    let folder = tempdir().expect("a folder");
    let (tree, out) = (tree(folder.path()), folder.path().join("out"));
    let arguments =
        ["batch", text(&tree), "-o", text(&out), "--profile", PROFILE, "--no-figures", "--resume"];
    let seen = call(arguments.iter().chain(&["--quiet"]));
    assert_eq!(
        (seen.code, seen.errors().len(), seen.stdout.lines().count()),
        (2, 1, 3),
        "{seen:?}"
    );
    assert!(seen.stderr.contains("broken.png"), "{seen:?}");
    assert!(out.join("lot 7, \"A\"/deep/face_report.json").is_file());
    assert_eq!(
        names(&out),
        [
            "broken_report.json",
            "face_defect_mask.npy",
            "face_detailed.txt",
            "face_report.json",
            "lot 7, \"A\"",
            "summary.csv",
            "summary.jsonl"
        ]
    );
    let first = rows(&out);
    let verdicts: Vec<&str> =
        first.iter().map(|row| row["verdict"].as_str().unwrap_or("none")).collect();
    assert_eq!(verdicts, ["none", "PASS", "FAIL", "PASS"]);
    assert!(first[0]["error"].is_string() && first[0]["success"] == false);
    let csv = fs::read_to_string(out.join("summary.csv")).expect("a summary");
    assert_eq!(csv.lines().count(), 5);
    assert!(csv.contains("lot 7, \"\"A\"\""), "{csv}");

    // The second run keeps what is finished: the same rows, no new report.
    let report = out.join("face_report.json");
    let before = fs::metadata(&report).expect("a file").modified().expect("a time");
    let again = call(arguments.iter().chain(&["--quiet"]));
    assert_eq!((again.code, again.stdout.as_str()), (2, ""), "{again:?}");
    assert_eq!(fs::metadata(&report).expect("a file").modified().expect("a time"), before);
    for (old, new) in first.iter().zip(rows(&out)) {
        let (mut old, mut new) = (old.clone(), new);
        assert_eq!(new["resumed"], if old["success"] == true { true.into() } else { Value::Null });
        (old["resumed"], new["resumed"]) = (Value::Null, Value::Null);
        assert_eq!(old, new);
    }
    // Another profile is another judgement: nothing is kept.
    let other = ["batch", text(&tree), "-o", text(&out), "--profile", "as5675-a", "--no-figures"];
    let other = call(other.iter().chain(&["--resume", "--quiet"]));
    assert_eq!(other.stdout.lines().count(), 3, "{other:?}");
}

#[test]
fn reports_may_lie_among_the_images_however_the_folders_are_written() {
    let folder = tempdir().expect("a folder");
    let lot = folder.path().join("lot");
    copy(&damaged_face("scratched_1"), &lot.join("a.png"));
    copy(&good_face(20), &lot.join("deep/b.png"));
    let dotted = lot.join("deep/../out");
    for out in [&lot, &lot.join("out"), &dotted, folder.path()] {
        for run in ["the first", "the second"] {
            let seen =
                call(["batch", text(&lot), "-o", text(out), "--profile", PROFILE, "--quiet"]);
            let lines = seen.stdout.lines().count();
            assert_eq!((seen.code, lines), (1, 2), "{run} into {}: {seen:?}", out.display());
            assert_eq!(rows(out).len(), 2, "{run} into {}", out.display());
        }
    }
    let inspect = || call(["inspect", text(&lot), "-o", text(&lot), "--quiet"]);
    assert_eq!((inspect().stdout.lines().count(), inspect().stdout.lines().count()), (1, 1));
    // Nothing but reports is no images.
    fs::remove_file(lot.join("a.png")).expect("a file");
    fs::remove_dir_all(lot.join("deep")).expect("a folder");
    let nothing = call(["batch", text(&lot), "-o", text(&lot.join("out"))]);
    assert_eq!((nothing.code, nothing.errors().len()), (2, 1), "{nothing:?}");
}

#[test]
fn what_cannot_be_listed_or_read_has_a_row_and_stops_nothing() {
    let folder = tempdir().expect("a folder");
    let (lot, out) = (folder.path().join("lot"), folder.path().join("out"));
    copy(&good_face(20), &lot.join("good/a.png"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        symlink("/nowhere/at/all.png", lot.join("link.png")).expect("a link");
        let locked = lot.join("locked");
        fs::create_dir(&locked).expect("a folder");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("permissions");
        // Some users may read everything.
        let refused = usize::from(fs::read_dir(&locked).is_err());
        let seen = call(["batch", text(&lot), "-o", text(&out), "--no-figures", "--quiet"]);
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("permissions");
        assert_eq!((seen.code, seen.errors().len()), (2, 1 + refused), "{seen:?}");
        assert_eq!(seen.stdout.lines().count(), 1, "{seen:?}");
        assert_eq!(rows(&out).len(), 2 + refused);
    }
}

#[test]
fn only_what_is_complete_and_about_the_same_image_is_resumed() {
    let folder = tempdir().expect("a folder");
    let (lot, out) = (folder.path().join("lot"), folder.path().join("out"));
    copy(&good_face(20), &lot.join("a.png"));
    let batch = |more: &[&str]| {
        let arguments = ["batch", text(&lot), "-o", text(&out), "--resume", "--no-figures"];
        let seen = call(arguments.iter().chain(more));
        assert_eq!(seen.code, 0, "{seen:?}");
        seen.stderr.contains("1 finished reports are kept")
    };
    assert!(!batch(&[]));
    assert!(batch(&[]));
    fs::remove_file(out.join("a_detailed.txt")).expect("a file");
    assert!(!batch(&[]) && out.join("a_detailed.txt").is_file());
    assert!(!batch(&["--set", "lot=2"]));
    assert!(batch(&["--set", "lot=2"]));
    // Where a face can no longer be read, nothing is left that says what it was.
    fs::write(lot.join("a.png"), b"broken").expect("a file");
    assert_eq!(call(["batch", text(&lot), "-o", text(&out), "--quiet"]).code, 2);
    assert_eq!(names(&out), ["a_report.json", "summary.csv", "summary.jsonl"]);
}

#[test]
fn a_path_that_is_missing_takes_no_name_from_a_face() {
    let folder = tempdir().expect("a folder");
    let (missing, out) = (folder.path().join("none/face_20.png"), folder.path().join("out"));
    let face = good_face(20);
    let seen = call(["inspect", text(&missing), text(&face), "-o", text(&out), "--no-figures"]);
    assert_eq!((seen.code, seen.stdout.lines().count()), (2, 1), "{seen:?}");
    assert_eq!(crate::tool::read_json(&out.join("face_20_report.json"))["success"], true);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let folder = tempdir().expect("a folder");
    let (missing, out) = (folder.path().join("none"), folder.path().join("out"));
    for command in [
        vec!["batch", text(&missing), "-o", text(&out)],
        vec!["gauge", text(&missing)],
        vec!["check", "--good", text(&missing), "--bad", text(&missing), "--profile", PROFILE],
        vec!["compare", text(&missing), text(&missing)],
    ] {
        let seen = call(&command);
        assert_eq!(seen.code, 2, "{command:?}: {seen:?}");
        assert!(seen.stderr.contains("none"), "{command:?}: {seen:?}");
    }
}

#[test]
fn golden_faces_are_checked() {
    let folder = tempdir().expect("a folder");
    let (good, bad) = (folder.path().join("good"), folder.path().join("bad"));
    copy(&good_face(20), &good.join("a.png"));
    copy(&damaged_face("scratched_1"), &bad.join("b.png"));
    let check = |good: &Path, bad: &Path| {
        call(["check", "--good", text(good), "--bad", text(bad), "--profile", PROFILE])
    };
    let passed = check(&good, &bad);
    assert_eq!(passed.code, 0, "{passed:?}");
    let last = passed.stdout.lines().last().expect("a verdict");
    assert_eq!(last, "check passed: 1 of 1 known good faces pass, 1 of 1 known bad faces fail");
    let failed = check(&bad, &good);
    assert_eq!(failed.code, 1, "{failed:?}");
    assert_eq!(failed.stdout.matches("NOT AS EXPECTED").count(), 2, "{failed:?}");
    // Nothing to judge by, or nothing to judge, is no pass.
    let nothing = call(["check", "--good", text(&good), "--bad", text(&bad)]);
    assert_eq!((nothing.code, nothing.errors().len()), (2, 1), "{nothing:?}");
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    assert_eq!(check(&folder.path().join("empty"), &bad).code, 2);
}

#[test]
fn images_of_the_same_faces_make_a_fit_gauge_and_of_different_ones_do_not() {
    let folder = tempdir().expect("a folder");
    let same = folder.path().join("same");
    let mixed = folder.path().join("mixed");
    for number in 1..=3 {
        let name = format!("{number}.png");
        copy(&good_face(4), &same.join("one").join(&name));
        copy(&damaged_face("scratched_1"), &same.join("two").join(&name));
        let other = if number == 2 { good_face(5) } else { damaged_face("scratched_1") };
        copy(&other, &mixed.join(&name));
    }
    let fit = call(["gauge", text(&same), "--profile", PROFILE, "--format", "json"]);
    assert_eq!(fit.code, 0, "{fit:?}");
    let study = fit.json();
    assert_eq!((&study["gauge"], &study["verdict_agreement"]), (&"fit".into(), &1.0.into()));
    assert_eq!(study["fleiss_kappa"], 1.0);
    assert_eq!(study["size_std_um"], 0.0);
    let unfit = call(["gauge", text(&mixed), "--profile", PROFILE]);
    assert_eq!(unfit.code, 1, "{unfit:?}");
    assert!(unfit.stdout.contains("gauge UNFIT: verdicts agree in 66.7 %"), "{unfit:?}");
    // One image is no study.
    let single = folder.path().join("single");
    copy(&good_face(4), &single.join("1.png"));
    assert_eq!(call(["gauge", text(&single)]).code, 2);
}

#[test]
fn a_gauge_study_takes_all_images_of_a_face_and_no_reports() {
    let folder = tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    copy(&good_face(4), &path("clean/2.png"));
    for name in ["clean/1.png", "clean/3.png", "clean/old/1.png"] {
        copy(&damaged_face("pitted_1"), &path(name));
    }
    fs::create_dir_all(path("clean/.git")).expect("a folder");
    let gauge = |name: &str| {
        call(["gauge", text(&path(name)), "--profile", PROFILE, "--format", "json"]).json()
    };
    let study = gauge("clean");
    assert_eq!(
        (study["faces"].as_array().map(Vec::len), &study["faces"][0]["images"]),
        (Some(1), &3.into())
    );
    // The damaged face gives the same sizes wherever the clean one stands among its images.
    assert_eq!(study["size_std_um"], 0.0);
    fs::rename(path("clean/2.png"), path("clean/0.png")).expect("a name");
    assert_eq!(gauge("clean")["size_std_um"], 0.0);
    // Figures of reports are no images, whatever folder they are in.
    let (out, face) = (path("clean/out"), path("clean/1.png"));
    assert_ne!(call(["inspect", text(&face), "-o", text(&out)]).code, 2);
    assert_eq!(call(["gauge", text(&out)]).code, 2);
    // What cannot be judged agrees with nothing.
    let grey = Plane::filled(200, 160, 90_u8).expect("positive sides");
    for name in ["1.png", "2.png"] {
        fs::create_dir_all(path("grey")).expect("a folder");
        write_png(path("grey").join(name), grey.view()).expect("a picture");
    }
    let study = gauge("grey");
    assert_eq!((&study["gauge"], &study["verdict_agreement"]), (&"unfit".into(), &0.0.into()));
}

#[test]
fn a_face_is_compared_with_itself_and_with_a_clean_one() {
    let (clean, dirty) = (good_face(6), damaged_face("dirty_1"));
    let same = call(["compare", text(&dirty), text(&dirty), "--format", "json"]);
    let report = same.json();
    let comparison = &report["comparison"];
    let count = |key: &str| comparison[key].as_array().map_or(0, Vec::len);
    assert!(count("stayed") > 0 && count("went") == 0 && count("came") == 0, "{report}");
    assert_eq!(comparison["turn_deg"], 0.0);
    let cleaned = call(["compare", text(&dirty), text(&clean), "--profile", PROFILE]);
    assert_eq!(cleaned.code, 0, "{cleaned:?}");
    assert!(cleaned.stdout.contains(" went, 0 stayed, 0 came"), "{cleaned:?}");
}
