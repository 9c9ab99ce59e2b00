//! Model and pack files that are not what they should be.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use voxroute::Error;
use voxroute::error::ModelError;
use voxroute::models::Models;
use voxroute::pack::Pack;
use voxroute::policy::{Reason, Settings};
use voxroute::router::IntentSet;

use crate::fakes::{Ears, Meaning, router};
use crate::{check_answer, check_works, healthy, names, turn};

/// Its name, what happens to the file, and a word of what the operator is told.
type Breakage = (&'static str, fn(&Path), &'static str);

/// What can happen to a file.
const BREAKAGES: [Breakage; 5] = [
    ("missing", |path| std::fs::remove_file(path).expect("it was there"), "entity not found"),
    ("truncated", |path| change(path, |bytes| bytes.truncate(bytes.len() / 2)), " bytes, expected "),
    ("one bit flipped", |path| change(path, |bytes| bytes[1_000] ^= 4), "SHA-256 "),
    ("longer", |path| change(path, |bytes| bytes.push(0)), " bytes, expected "),
    ("unreadable", |path| loop_to_itself(path), "filesystem loop"),
];

fn change(path: &Path, how: impl Fn(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).expect("it was there");
    how(&mut bytes);
    std::fs::write(path, bytes).expect("written");
}

/// Unreadable for everybody, also for root.
fn loop_to_itself(path: &Path) {
    std::fs::remove_file(path).expect("it was there");
    std::os::unix::fs::symlink(path, path).expect("linked");
}

/// A folder with one speech model of four thousand bytes.
fn models() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("speech.bin");
    std::fs::write(&path, [7; 4_000]).expect("written");
    let manifest = "format = 1\n[[file]]\npath = \"speech.bin\"\npart = \"speech\"\nversion = \"1\"\nbytes = 4000\n\
                    sha256 = \"HASH\"\nlicence = \"MIT\"\nsource = \"here\"\nmade = \"by hand\"\n";
    let hash = "8dfd6f842e412e78da6d7a484710b7094b500ec3288ee298fd0f5c66ae0d2980";
    std::fs::write(folder.path().join("MANIFEST.toml"), manifest.replace("HASH", hash)).expect("written");
    (folder, path)
}

/// Whether the speech model's files are what the manifest says.
fn check(models: &Models) -> Result<(), ModelError> {
    models.speech().and_then(|model| model.check())
}

/// A copy of the shipped pack.
fn pack() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["pack.toml", "weights.safetensors", "domain.toml"] {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/hotline").join(name);
        std::fs::copy(shipped, folder.path().join(name)).expect("copied");
    }
    folder
}

#[test]
fn a_broken_model_file_is_an_error_until_it_is_mended() {
    for (name, break_it, told) in BREAKAGES {
        let (folder, path) = models();
        let models = Models::open(folder.path()).expect("the manifest is sound");
        check(&models).unwrap_or_else(|error| panic!("before it is {name}: {error}"));
        break_it(&path);
        let error = check(&models).expect_err(name);
        check_answer(&Error::from(error), told);
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, [7; 4_000]).expect("mended");
        check(&models).unwrap_or_else(|error| panic!("mended after it was {name}: {error}"));
    }
}

#[test]
fn a_manifest_or_pack_of_another_version_names_both() {
    let (folder, _) = models();
    change(&folder.path().join("MANIFEST.toml"), |bytes| bytes[9] = b'9');
    let error = Models::open(folder.path()).expect_err("another version").into();
    check_answer(&error, "format 9, expected 1");
    let folder = pack();
    change(&folder.path().join("pack.toml"), |bytes| bytes[9] = b'9');
    let error = Pack::open(folder.path()).expect_err("another version");
    assert!(matches!(error, Error::Model(ModelError::Version { .. })), "{error:?}");
    check_answer(&error, "format 9, expected 3");
}

/// A running router keeps what it has; a broken pack does not get in.
#[test]
fn a_broken_pack_leaves_the_running_router_as_it_is() {
    let router = healthy();
    for (name, break_it, told) in BREAKAGES {
        for file in ["weights.safetensors", "domain.toml"] {
            let folder = pack();
            break_it(&folder.path().join(file));
            let error = Pack::open(folder.path()).map(drop).expect_err(name);
            check_answer(&error, told);
            check_works(&router);
        }
    }
}

#[test]
fn a_model_file_replaced_while_running_is_found_at_the_next_load() {
    let (folder, path) = models();
    let models = Models::open(folder.path()).expect("the manifest is sound");
    check(&models).expect("sound");
    let router = healthy();
    voxroute::files::write(&path, &[8; 4_000]).expect("replaced by another of the same size");
    check_works(&router);
    let error = check(&models).expect_err("another file");
    check_answer(&error.into(), "SHA-256 ");
}

/// A pack that is written anew while others open it: each sees the old one or the new one, or is refused; never a
/// mixture. At the end the new one is there, and nothing else.
#[test]
fn a_pack_replaced_while_it_is_opened_is_never_a_mixture() {
    let folder = pack();
    let old = Pack::open(folder.path()).expect("the shipped pack");
    let id = old.id();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| (0..5).try_for_each(|_| old.save(folder.path())));
        while !writer.is_finished() {
            let opened = Pack::open(folder.path()).expect("the same bytes again and again");
            assert_eq!(opened.id(), id);
        }
        writer.join().expect("no panic").expect("room on the disk");
    });
    assert_eq!(names(folder.path()), ["domain.toml", "pack.toml", "weights.safetensors"]);
}

/// Intents are swapped, also for such as the policy refuses, while turns run: no turn is lost, none sees a mixture.
#[test]
fn intents_swapped_under_load_lose_no_turn() {
    let meanings = [Meaning::of(&["bill_inquiry", "order_status"]), Meaning::of(&["order_status", "bill_inquiry"])];
    let router = router(Ears::saying("my bill"), meanings[0].clone());
    let n_turns = 40;
    let routed = std::thread::scope(|scope| {
        let turns: Vec<_> =
            (0..3).map(|_| scope.spawn(|| (0..n_turns).map(|_| turn(&router)).collect::<Vec<_>>())).collect();
        for swap in 0..200 {
            router.swap(IntentSet::from(meanings[swap % 2].clone())).expect("the policy fits");
        }
        turns.into_iter().flat_map(|turns| turns.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(routed.len(), 3 * n_turns);
    for routed in routed {
        assert_eq!((routed.error, routed.decision.reason), (None, Reason::Uncalibrated));
        assert_eq!(routed.decision.ranking.len(), 2);
    }
}

#[test]
fn a_policy_that_breaks_a_promise_builds_no_router() {
    let settings = Settings { failed_turns: 7, ..Settings::default() };
    let built = voxroute::Router::builder()
        .transcriber(Arc::new(Ears::saying("my bill")))
        .intents(Meaning::of(&["bill_inquiry"]).into())
        .policy(settings)
        .build();
    check_answer(&built.map(drop).expect_err("a promise would be broken"), "one_question_two_failures");
}
