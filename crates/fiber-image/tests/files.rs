//! Paths: what is refused, what is listed, what is left behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use fiber_image::{
    DecodeError, Depth, ImageError, Limits, Plane, image_files, read, read_mask, write_atomically,
    write_npy, write_png,
};

fn message(path: impl AsRef<Path>) -> String {
    let message = read(path, &Limits::default()).unwrap_err().to_string();
    assert!(!message.chars().any(char::is_control), "{message:?}");
    message
}

#[test]
fn unreadable_paths_are_told_apart_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let shown = |name: &str| path(name).display().to_string();

    assert_eq!(message(path("no.png")), format!("{}: no such file or folder", shown("no.png")));
    assert_eq!(message(folder.path()), format!("{}: not a file", folder.path().display()));
    fs::write(path("empty.png"), b"").unwrap();
    assert_eq!(message(path("empty.png")), format!("{}: the file is empty", shown("empty.png")));
    fs::write(path("text.png"), b"hello").unwrap();
    assert!(
        message(path("text.png")).starts_with(&format!("{}: the content is no", shown("text.png")))
    );
    fs::write(path("a.gif"), b"GIF89a....").unwrap();
    assert!(message(path("a.gif")).contains("the file is a Gif image, which is not read"));
    assert!(message(path("text.png/x.png")).contains("text.png"));
}

#[cfg(unix)]
#[test]
fn control_characters_in_names_stay_on_one_line() {
    assert!(message("no\nsuch\tfile.png").starts_with(r"no\nsuch\tfile.png: "));
}

#[cfg(unix)]
#[test]
fn devices_are_no_files() {
    let error = read("/dev/null", &Limits::default()).unwrap_err();
    assert!(matches!(error, ImageError::NotAFile { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn denied_permission_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.png");
    fs::write(&path, b"x").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let error = read(&path, &Limits::default()).unwrap_err();
    assert!(matches!(error, ImageError::PermissionDenied { .. }), "{error}");
}

#[test]
fn files_beyond_the_byte_limit_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.png");
    // Sparse: 8 TiB that no one could read.
    fs::File::create(&path).unwrap().set_len(1 << 43).unwrap();
    let error = read(&path, &Limits::default()).unwrap_err();
    let ImageError::Decode { source: DecodeError::TooLarge { value, limit, .. }, .. } = error
    else {
        panic!("{error}");
    };
    assert_eq!((value, limit), (1 << 43, 1 << 29));
}

#[test]
fn files_are_listed_in_byte_order_by_extension() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "b.PNG",
        "a.jpg",
        "Z.tiff",
        "c.txt",
        "d.npy",
        "e.Jpeg",
        "f.bmp",
        "g.tif",
        "h.json",
        ".hidden.png",
        "png",
        "sub/a.png",
        "sub/.deep/b.png",
        "a/z.png",
    ];
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"x").unwrap();
    }
    fs::create_dir(folder.path().join("folder.png")).unwrap();
    let list = |depth| -> Vec<String> {
        let files = image_files(folder.path(), depth).unwrap();
        let relative = |path: PathBuf| path.strip_prefix(folder.path()).unwrap().to_path_buf();
        files.into_iter().map(|path| relative(path).display().to_string()).collect()
    };
    let flat = ["Z.tiff", "a.jpg", "b.PNG", "e.Jpeg", "f.bmp", "g.tif", "h.json"];
    assert_eq!(list(Depth::Folder), flat);
    let tree =
        ["Z.tiff", "a/z.png", "a.jpg", "b.PNG", "e.Jpeg", "f.bmp", "g.tif", "h.json", "sub/a.png"];
    assert_eq!(list(Depth::Tree), tree);

    let single = folder.path().join("c.txt");
    assert_eq!(image_files(&single, Depth::Folder).unwrap(), [single]);
    let empty = image_files(folder.path().join("folder.png"), Depth::Tree).unwrap_err();
    assert!(matches!(empty, ImageError::NoImages { .. }), "{empty}");
    let missing = image_files(folder.path().join("none"), Depth::Tree).unwrap_err();
    assert!(matches!(missing, ImageError::Missing { .. }), "{missing}");
}

#[test]
fn json_that_is_no_pixel_matrix_is_passed_over_in_folders_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("truth.json"), br#"{"faces": []}"#).unwrap();
    fs::write(path("empty.json"), b"").unwrap();
    fs::write(path("matrix.json"), br#"{"pixels": [], "image_dimensions": {}}"#).unwrap();
    let found = image_files(folder.path(), Depth::Folder).unwrap();
    assert_eq!(found, [path("empty.json"), path("matrix.json")]);
    let named = image_files(path("truth.json"), Depth::Folder).unwrap();
    assert_eq!(named, [path("truth.json")]);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    write_atomically(&path, |file| file.write_all(b"old")).unwrap();
    let error = write_atomically(&path, |file| {
        file.write_all(&[b'x'; 100_000])?;
        Err(io::Error::other("the disk is full"))
    });
    let error = error.unwrap_err();
    assert_eq!(error.to_string(), format!("{}: writing failed: the disk is full", path.display()));
    assert_eq!(fs::read(&path).unwrap(), b"old");
    write_atomically(&path, |file| file.write_all(b"new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was left behind");

    let nowhere = folder.path().join("none").join("report.json");
    let error = write_atomically(&nowhere, |_| Ok(())).unwrap_err();
    assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
    assert!(!error.to_string().contains(".writing-"), "{error}");
    // A folder is not replaced.
    assert!(write_atomically(folder.path(), |_| Ok(())).is_err());
    fs::create_dir(folder.path().join("taken")).unwrap();
    assert!(write_atomically(folder.path().join("taken"), |_| Ok(())).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "something was left behind");
}

#[cfg(unix)]
#[test]
fn written_files_have_the_permissions_of_new_ones() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| {
        let metadata = fs::metadata(folder.path().join(name)).unwrap();
        metadata.permissions().mode()
    };
    fs::write(folder.path().join("plain"), b"x").unwrap();
    write_atomically(folder.path().join("atomic"), |file| file.write_all(b"x")).unwrap();
    assert_eq!(mode("atomic"), mode("plain"));
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_written_to_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().unwrap();
    // Reached by a link, so that a wrong rename would hit the link and not the system's device.
    for device in ["/dev/null", "/dev/full"] {
        let link = folder.path().join("device");
        std::os::unix::fs::symlink(device, &link).unwrap();
        let written = write_atomically(&link, |file| file.write_all(&[b'x'; 100_000]));
        assert_eq!(written.is_ok(), device == "/dev/null", "{written:?}");
        assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
        assert!(fs::metadata(&link).unwrap().file_type().is_char_device());
        fs::remove_file(&link).unwrap();
    }
    // What fits into the buffer fails with the flush.
    let link = folder.path().join("device");
    std::os::unix::fs::symlink("/dev/full", &link).unwrap();
    assert!(write_atomically(&link, |file| file.write_all(b"x")).is_err());
}

#[cfg(unix)]
#[test]
fn links_stay_and_the_file_behind_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("models")).unwrap();
    fs::write(path("models/good.json"), b"old").unwrap();
    std::os::unix::fs::symlink("models/good.json", path("good.json")).unwrap();
    write_atomically(path("good.json"), |file| file.write_all(b"new")).unwrap();
    assert!(fs::symlink_metadata(path("good.json")).unwrap().file_type().is_symlink());
    assert_eq!(fs::read(path("models/good.json")).unwrap(), b"new");
    assert_eq!(fs::read_dir(path("models")).unwrap().count(), 1, "something was left behind");
}

#[test]
fn pictures_and_masks_come_back_from_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let colour = Plane::from_fn(5, 4, |x, y| [50 * x as u8, 60 * y as u8, 9]).unwrap();
    let path = folder.path().join("colour.png");
    let part = colour.view().crop(1, 1, 3, 2).unwrap();
    write_png(&path, part).unwrap();
    let face = read(&path, &Limits::default()).unwrap();
    assert_eq!(face.metadata().channels, 3);
    assert!(face.luma().to_plane() == part.map(|&rgb| fiber_image::luma(rgb)));

    let mask = Plane::from_fn(7, 3, |x, y| if x > y { 255_u8 } else { 0 }).unwrap();
    let path = folder.path().join("mask.npy");
    write_npy(&path, mask.view().crop(2, 0, 4, 3).unwrap()).unwrap();
    let back = read_mask(&path, &Limits::default()).unwrap();
    assert!(back == mask.view().crop(2, 0, 4, 3).unwrap().to_plane());
    assert!(write_npy(folder.path().join("no/mask.npy"), mask.view()).is_err());
}

#[test]
fn public_types_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<fiber_image::FaceImage>();
    crosses::<Plane<f32>>();
    crosses::<fiber_image::PlaneView<'static, u8>>();
    crosses::<ImageError>();
    crosses::<fiber_image::WriteError>();
}

#[test]
fn metadata_serialise_with_plain_names() {
    let face = fiber_image::FaceImage::from_luma(Plane::filled(2, 1, 0_u8).unwrap(), "live");
    let json = serde_json::to_value(face.metadata()).unwrap();
    // sha256sum of two zero bytes
    let digest = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    assert_eq!(
        json,
        serde_json::json!({
            "file_name": "live", "path": null, "width": 2, "height": 1, "channels": 1,
            "bit_depth": 8, "format": null, "sha256": digest, "skipped_pixels": 0,
            "original_name": null,
        })
    );
}
