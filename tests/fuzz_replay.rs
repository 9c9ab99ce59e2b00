//! Replays every file under `tests/fuzz/TARGET/` through the target of that name: seeds of the fuzzer and whatever
//! once broke us. A new target is a row of the table and a folder.

use std::path::{Path, PathBuf};

#[path = "fuzz/targets.rs"]
mod targets;

/// A target's folder and what takes its bytes.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 10] = [
    ("wav", targets::wav),
    ("raw_audio", targets::raw_audio),
    ("pack", targets::pack),
    ("training", targets::training),
    ("policy", targets::policy),
    ("call", targets::call),
    ("events", targets::events),
    ("human", targets::human),
    ("manifest", targets::manifest),
    ("calibration", targets::calibration),
];

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

/// A target that nothing replays would be fuzzed in vain.
#[test]
fn every_target_of_the_fuzzer_is_replayed() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml"));
    let Ok(manifest) = manifest else { return }; // the package that is published has no `fuzz/`
    let manifest: toml::Table = toml::from_str(&manifest).expect("a manifest");
    let bins = manifest["bin"].as_array().expect("one bin for each target");
    let mut fuzzed: Vec<&str> = bins.iter().filter_map(|bin| bin["name"].as_str()).collect();
    let mut replayed: Vec<&str> = TARGETS.iter().map(|&(name, _)| name).collect();
    fuzzed.sort_unstable();
    replayed.sort_unstable();
    assert_eq!(fuzzed, replayed);
}
