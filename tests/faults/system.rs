//! No file handles, no room on the disk. Both are limits of a process, so each test runs itself again in a process of
//! its own, under a shell that sets the limit.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use voxroute::audio::Recording;
use voxroute::error::Error;
use voxroute::models::Models;
use voxroute::pack::Pack;
use voxroute::{Decision, files};

use crate::{check_answer, check_works, healthy, names};

/// Marks the process under the limit.
const MARK: &str = "VOXROUTE_FAULT_FOLDER";

/// Runs the test of this name again, after the shell has done `limit`, with `folder` for its files. `None` in the
/// process that was so started.
fn again(test: &str, limit: &str, folder: &Path) -> Option<()> {
    if std::env::var_os(MARK).is_some() {
        return None;
    }
    let program = std::env::current_exe().expect("the test is a file");
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit}; exec \"$0\" --exact system::{test} --nocapture --test-threads=1")]);
    let output = shell.arg(program).env(MARK, folder).process_group(0).output().expect("there is a shell");
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{}: {told}", output.status);
    assert!(told.contains("1 passed"), "the test ran: {told}");
    Some(())
}

fn folder() -> Option<std::path::PathBuf> {
    std::env::var_os(MARK).map(Into::into)
}

fn shipped() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/hotline")
}

#[test]
fn without_a_file_handle_callers_get_a_person_and_files_an_error() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let test = "without_a_file_handle_callers_get_a_person_and_files_an_error";
    if again(test, "ulimit -n 40", temporary.path()).is_some() {
        assert_eq!(names(temporary.path()), ["report.json"], "nothing half written");
        return;
    }
    let folder = folder().expect("the parent names it");
    let (report, sound) = (folder.join("report.json"), shipped().join("../../examples/audio/en_agent.wav"));
    files::write(&report, b"old").expect("there are handles");
    let router = healthy();
    let mut handles = Vec::new();
    while let Ok(handle) = File::open("/dev/null") {
        handles.push(handle);
    }
    let error = Recording::from_wav_file(&sound).expect_err("no handle");
    check_answer(&error, "en_agent.wav: read: ");
    check_answer(&files::write(&report, b"new").expect_err("no handle"), "report.json: create: ");
    check_answer(&Pack::open(&shipped()).map(drop).expect_err("no handle"), "pack.toml: ");
    check_answer(&Models::open(&shipped().join("..")).map(drop).expect_err("no handle").into(), "MANIFEST.toml: ");
    check_works(&router);
    drop(handles);
    Recording::from_wav_file(&sound).expect("there are handles again");
    assert_eq!(std::fs::read_to_string(&report).expect("it is there"), "old");
    files::write(&report, b"new").expect("there are handles again");
}

/// The signal of a file grown too long is ignored, so that the write itself fails, as on a full disk.
#[test]
fn on_a_full_disk_a_pack_and_a_report_stay_as_they_were() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let test = "on_a_full_disk_a_pack_and_a_report_stay_as_they_were";
    if folder().is_none() {
        let pack = Pack::open(&shipped()).expect("the shipped pack");
        pack.save(temporary.path()).expect("there is room");
    }
    // 512 or 1,024 bytes a block: less than the pack's 3 MB in either.
    if again(test, "trap '' XFSZ; ulimit -f 2000", temporary.path()).is_some() {
        let left = ["domain.toml", "pack.toml", "report.json", "weights.safetensors"];
        assert_eq!(names(temporary.path()), left, "nothing half written");
        return;
    }
    let folder = folder().expect("the parent names it");
    let router = healthy();
    let old = Pack::open(&folder).expect("the pack that is there");
    check_answer(&old.save(&folder).expect_err("no room"), "weights.safetensors: write: ");
    assert_eq!(Pack::open(&folder).expect("it is as it was").id(), old.id());
    let report = folder.join("report.json");
    files::write(&report, b"old").expect("there is room for three bytes");
    check_answer(&files::write(&report, &[b' '; 3_000_000]).expect_err("no room"), "report.json: write: ");
    assert_eq!(std::fs::read_to_string(&report).expect("it is there"), "old");
    check_works(&router);
    assert!(
        Decision::from(Error::Io { path: "p".into(), action: "write", kind: std::io::ErrorKind::StorageFull })
            .hand_off()
            .is_some()
    );
}

#[test]
fn a_full_device_is_an_error_with_its_name() {
    check_answer(
        &files::write(Path::new("/dev/full"), b"report").expect_err("it is full"),
        "/dev/full: write: no storage",
    );
}

/// A promise that cannot be stored is an error, so that nobody tells the caller of it; those stored before stay.
#[cfg(feature = "sqlite")]
#[test]
fn on_a_full_disk_no_promise_is_half_made() {
    use jiff::{SignedDuration, Timestamp};
    use voxroute::call::{CallId, CallerId};
    use voxroute::desk::QueueId;
    use voxroute::promises::{Promise, PromiseId, PromiseState, Promises, Sqlite};

    let promise = |id: String| Promise {
        id: PromiseId::new(id),
        call: CallId::new("c".repeat(4_000)),
        caller: Some(CallerId::new("1")),
        owner: QueueId::default(),
        made: Timestamp::UNIX_EPOCH,
        due: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(30),
        state: PromiseState::Open,
    };
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let owed = |path: &Path| Sqlite::open(path).and_then(|store| store.owed_to(&CallerId::new("1")));
    let test = "on_a_full_disk_no_promise_is_half_made";
    if again(test, "trap '' XFSZ; ulimit -f 200", temporary.path()).is_some() {
        let path = temporary.path().join("promises.db");
        let made = std::fs::read_to_string(temporary.path().join("made")).expect("the child says how many");
        assert_eq!(owed(&path).expect("a sound store").len().to_string(), made);
        Sqlite::open(&path).and_then(|store| store.make(&promise("later".into()))).expect("there is room again");
        return;
    }
    let folder = folder().expect("the parent names it");
    let store = Sqlite::open(folder.join("promises.db")).expect("a new store");
    let made = (0..1_000).take_while(|n| store.make(&promise(n.to_string())).is_ok()).count();
    assert!((1..1_000).contains(&made), "{made} promises");
    check_answer(&store.make(&promise("one more".into())).expect_err("no room"), "promise store: ");
    assert_eq!(store.owed_to(&CallerId::new("1")).expect("it can be read").len(), made);
    check_works(&healthy());
    std::fs::write(folder.join("made"), made.to_string()).expect("a few bytes");
}
