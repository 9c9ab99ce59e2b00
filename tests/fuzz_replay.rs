//! Replays every file under `tests/fuzz/TARGET/` through the target of that name: seeds of the fuzzer and whatever
//! once broke us. A new target is a row of the table and a folder.

use std::path::{Path, PathBuf};

use voxroute::{audio, units};

#[path = "fuzz/targets.rs"]
mod targets;

/// A target's folder and what takes its bytes.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 2] = [("wav", targets::wav), ("raw_audio", targets::raw_audio)];

#[test]
fn every_kept_input_is_survived() {
    for (name, target) in TARGETS {
        let files = files(&folder().join(name));
        assert!(!files.is_empty(), "no file for target {name}");
        for file in files {
            let bytes = std::fs::read(&file).expect("a file just listed");
            let outcome = std::panic::catch_unwind(|| target(&bytes));
            assert!(outcome.is_ok(), "{} breaks target {name}", file.display());
        }
    }
}

#[test]
fn every_folder_has_a_target() {
    let known: Vec<&str> = TARGETS.iter().map(|&(name, _)| name).collect();
    let entries = std::fs::read_dir(folder()).expect("the folder is part of the repository");
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(known.contains(&name), "no target replays {}", path.display());
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
