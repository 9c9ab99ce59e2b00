//! The examples on bad input, from the command line: a clear line on standard error, a code that is not 0, no panic, and
//! nothing half done. With `--json`, standard output holds one object per line and nothing else.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The example of that name, which cargo builds with the tests.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("the test is a file");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps");
    let mut command = Command::new(profile.join("examples").join(name));
    command.stdin(Stdio::null()).env_remove("RUST_LOG");
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what is printed is text")
}

/// What a program says that could not begin: this one line on standard error, nothing on standard output.
fn check_refusal(command: &mut Command, code: i32, line: &str) {
    let output = run(command);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{command:?}: {err}");
    assert_eq!(out, "", "{command:?}");
    assert_eq!(err.lines().count(), 1, "{command:?}: {err}");
    assert!(err.trim_end().ends_with(line), "{command:?}: {err}");
}

fn objects(out: &str) -> Vec<serde_json::Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Runs `route_text` on these bytes.
fn route_text(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = example("route_text");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // The program may have ended before it reads.
    let _ = child.stdin.take().expect("it is piped").write_all(input);
    child.wait_with_output().expect("it ends")
}

/// A folder with a bad file of each kind, and a good one in the middle.
fn recordings() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let good = std::fs::read(format!("{ROOT}/examples/audio/en_agent.wav")).expect("a shipped recording");
    let mut mp3 = good.clone();
    mp3[20] = 0x55;
    let mut nothing = good[..44].to_vec();
    nothing[40..44].fill(0);
    let files: [(&str, &[u8]); 6] = [
        ("a.wav", b""),
        ("b.wav", b"%PDF-1.7"),
        ("c.wav", &good),
        ("d.wav", &good[..good.len() / 2]),
        ("e.wav", &mp3),
        ("f.wav", &nothing),
    ];
    let put = |(name, bytes): (&str, &[u8])| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let paths = files.map(put).to_vec();
    (folder, paths)
}

#[test]
fn bad_recordings_end_with_a_person_beside_good_ones() {
    let (folder, paths) = recordings();
    let output = run(example("route_wav").arg("--json").args(["--workers", "1"]).arg(folder.path()));
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{err}");
    let objects = objects(&out);
    let files: Vec<&str> = objects.iter().filter_map(|object| object["file"].as_str()).collect();
    assert_eq!(files, paths.iter().map(|path| path.to_str().expect("plain names")).collect::<Vec<_>>());
    assert!(objects.iter().all(|object| object["action"] == "hand_off"), "{out}");
    let reasons: Vec<&str> = objects.iter().filter_map(|object| object["reason"].as_str()).collect();
    assert_eq!(reasons, ["failure", "failure", "asked_for_human", "failure", "failure", "failure"]);
    let told = ["audio is empty", "not a WAV file", "the file has", "0x0055 (MP3)", "header but no samples"];
    assert_eq!(err.lines().count(), told.len(), "{err}");
    assert!(err.lines().zip(told).all(|(line, told)| line.contains(".wav: ") && line.contains(told)), "{err}");
}

#[test]
fn route_wav_refuses_what_it_cannot_begin_with() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let nowhere = empty.path().join("nowhere");
    let good = format!("{ROOT}/examples/audio/en_agent.wav");
    let with = |arguments: &[&str]| {
        let mut command = example("route_wav");
        command.arg("--json").args(arguments);
        command
    };
    let folder = empty.path().to_str().expect("plain names");
    check_refusal(with(&[]).arg(&nowhere), 2, "nowhere: No such file or directory (os error 2)");
    check_refusal(&mut with(&[folder]), 2, "no WAV file in the folders named");
    check_refusal(&mut with(&[&good, "--language", "fr"]), 2, "language fr is outside zh, en");
    check_refusal(&mut with(&[&good, "--pack", "hotlime"]), 2, "pack \"hotlime\" is unknown, known: hotline");
    check_refusal(&mut with(&[&good, "--models", folder]), 2, "MANIFEST.toml: entity not found");
    let policy = empty.path().join("policy.toml");
    std::fs::write(&policy, "failed_turns = 9\n").expect("written");
    let line = "failed_turns 9 is outside 1..=2: it would weaken the invariant one_question_two_failures";
    check_refusal(with(&[&good, "--policy"]).arg(policy), 2, line);
}

#[test]
fn every_typed_line_is_answered_also_one_that_is_no_text() {
    let output = route_text(&["--json"], b"my bill please\n\xff\xfe\n\nI want to talk to a person\r\nlast \xc3\x28");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{err}");
    let objects = objects(&out);
    let files: Vec<&str> = objects.iter().filter_map(|object| object["file"].as_str()).collect();
    assert_eq!(files, ["1", "2", "3", "4", "5"]);
    let reasons: Vec<&str> = objects[1..].iter().filter_map(|object| object["reason"].as_str()).collect();
    assert_eq!(reasons, ["failure", "no_speech", "asked_for_human", "failure"]);
    let expected = ["line 2: ", "line 5: "].map(|line| format!("{line}standard input: read as UTF-8: invalid data\n"));
    assert_eq!(err, expected.concat());
}

#[test]
fn route_text_refuses_what_it_cannot_begin_with() {
    for (arguments, line) in [
        (["--language", "fr"], "language fr is outside zh, en\n"),
        (["--pack", "hotlime"], "pack \"hotlime\" is unknown, known: hotline\n"),
        (["--policy", "/nowhere/policy.toml"], "/nowhere/policy.toml: No such file or directory (os error 2)\n"),
    ] {
        let output = route_text(&[arguments[0], arguments[1]], b"my bill\n");
        assert_eq!((text(&output.stdout).as_str(), text(&output.stderr).as_str()), ("", line));
        assert_eq!(output.status.code(), Some(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_a_reader_that_left_is_not() {
    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let mut command = example("route_text");
    let input = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(input.path(), "my bill\n").expect("written");
    let line =
        |command: &mut Command| command.stdin(File::open(input.path()).expect("written")).args(["--json"]).output();
    let output = line(command.stdout(full)).expect("it ends");
    assert_eq!(text(&output.stderr), "standard output: No space left on device (os error 28)\n");
    assert_eq!(output.status.code(), Some(2));
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = line(example("route_text").stdout(writer)).expect("it ends");
    assert_eq!((text(&output.stderr).as_str(), output.status.code()), ("", Some(2)));
}

#[test]
fn train_refuses_bad_examples_and_makes_no_pack() {
    const GOOD: &str = "nlu:\n- intent: tea\n  examples: |\n    - one tea\n    - two teas\n\
                        - intent: bill\n  examples: |\n    - the bill\n    - pay now\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("pack");
    let cases = [
        (GOOD.replace("pay now", "one TEA"), "was given before, for tea at ", "a.yml:9: \"one TEA\" of bill "),
        (GOOD.replace("pay now", "..."), "an example of bill is empty", "a.yml:9: "),
        (String::new(), "intents of a: found 0, needed 2", ""),
        ("nlu: [".into(), "", "a.yml: "),
    ];
    for (yaml, told, place) in cases {
        let path = folder.path().join("a.yml");
        std::fs::write(&path, yaml).expect("written");
        let output = run(example("train").arg(&path).arg("--out").arg(&out).args(["--models", "/nowhere"]));
        let (said, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!((output.status.code(), said.as_str()), (Some(1), ""), "{err}");
        assert!(err.contains(told) && err.contains(place) && err.lines().count() == 1, "{err}");
        assert!(!out.exists(), "no pack");
    }
    let models = ["--models", "/nowhere"];
    check_refusal(example("train").arg("/nowhere/a.yml").args(models), 1, "/nowhere/a.yml: read: entity not found");
    std::fs::write(folder.path().join("a.yml"), GOOD).expect("written");
    let train = |arguments: &[&str]| {
        let mut command = example("train");
        command.arg(folder.path().join("a.yml")).args(arguments);
        command
    };
    check_refusal(&mut train(&models), 1, "manifest /nowhere/MANIFEST.toml: entity not found");
}
