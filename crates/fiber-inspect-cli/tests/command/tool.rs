//! Calls of the binary, and faces to call it with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What a call left behind.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Call {
    /// The lines on standard error.
    pub(crate) fn errors(&self) -> Vec<&str> {
        self.stderr.lines().collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fiber-inspect"));
    command.env("RUST_BACKTRACE", "1").stdin(Stdio::null());
    command
}

/// Runs the binary; whatever it is called with, it must not panic.
pub(crate) fn call<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Call {
    seen(command().args(arguments).output().expect("the binary runs"))
}

pub(crate) fn seen(output: Output) -> Call {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    let call = Call {
        code: output.status.code().expect("no signal ended it"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    for word in ["panicked", "RUST_BACKTRACE", "internal error", "stack backtrace"] {
        assert!(!call.stderr.contains(word), "{call:?}");
    }
    call
}

pub(crate) fn sample_faces() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/faces")
}

pub(crate) fn good_face(number: usize) -> PathBuf {
    sample_faces().join(format!("good/face_{number:02}.png"))
}

pub(crate) fn damaged_face(name: &str) -> PathBuf {
    sample_faces().join(format!("damaged/{name}.png"))
}

pub(crate) fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The names of the files in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}
