//! Files that somebody else wrote: packs, examples, manifests, calibrations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

use sha2::{Digest, Sha256};
use voxroute::calibrate::{Calibration, DriftMonitor, RiskTarget, TurnEvidence};
use voxroute::classify::{Novelty, Ranked, Scores};
use voxroute::error::Error;
use voxroute::models::Models;
use voxroute::pack::Pack;
use voxroute::train::Examples;
use voxroute::units::{IntentId, Language, Probability};

use super::calls::is_same;
use super::is_chosen;

/// The first byte chooses which file of a sound pack the rest stands for: `pack.toml`, the header of the weights, the
/// weights whole, or `domain.toml`. What opens can be saved, and opens again as the same pack.
pub(crate) fn pack(bytes: &[u8]) {
    static SOUND: Once = Once::new();
    let Some((kind, rest)) = bytes.split_first() else { return };
    let mut folder = Folder::lock();
    SOUND.call_once(|| {
        open(&mut folder, &weights(), None, None).expect("what is altered below is sound");
    });
    let (mut weights, mut domain) = (weights(), None);
    match kind % 4 {
        1 => weights = [&(rest.len() as u64).to_le_bytes(), rest, &ones(8 * 1024)].concat(),
        2 => weights = rest.to_vec(),
        3 => domain = Some(rest),
        _ => {}
    }
    let manifest = kind.is_multiple_of(4).then_some(rest);
    let opened = open(&mut folder, &weights, domain, manifest);
    if let Some(pack) = opened.ok().filter(|_| is_chosen(bytes, 8)) {
        let copy = folder.path.join("copy");
        pack.save(&copy).expect("there is room");
        let again = Pack::open(&copy).expect("what was saved is sound");
        assert_eq!((again.id(), &again), (pack.id(), &pack));
    }
}

/// Opens a pack of these files, with the right `pack.toml` where none is given.
fn open(folder: &mut Folder, weights: &[u8], domain: Option<&[u8]>, manifest: Option<&[u8]>) -> Result<Pack, Error> {
    let right = || pack_toml(weights, domain).into_bytes();
    folder.put("weights.safetensors", weights);
    folder.put("domain.toml", domain.unwrap_or_default());
    folder.put("pack.toml", &manifest.map_or_else(right, <[u8]>::to_vec));
    Pack::open(&folder.path)
}

/// The first byte chooses the kind of file, the rest is its text. What is read is sound.
pub(crate) fn training(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let mut folder = Folder::lock();
    let name = ["a.yml", "a.csv", "a.jsonl"][usize::from(*kind) % 3];
    folder.put(name, rest);
    if let Ok(examples) = Examples::read(&folder.path.join(name)) {
        let used = examples.used();
        assert_eq!(used.in_scope + used.out_of_scope, examples.items().len());
        assert!(examples.intents().len() >= 2, "one intent is no choice");
    }
}

/// A manifest beside one file: what it names is found as it says, or refused.
pub(crate) fn manifest(bytes: &[u8]) {
    let mut folder = Folder::lock();
    folder.put("a.bin", b"abc");
    folder.put("MANIFEST.toml", bytes);
    let Ok(models) = Models::open(&folder.path) else { return };
    if models.verify().is_ok() {
        let all_known = models.files().iter().all(|file| folder.path.join(&file.path).is_file());
        assert!(all_known, "a file that is not there was found sound");
    }
    let _refused = models.speech().and_then(|model| model.check());
}

/// A calibration file: what is read promises within its numbers, and is written as it was read.
pub(crate) fn calibration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(calibration) = Calibration::from_json(text, "fuzz") else { return };
    let control = calibration.control(RiskTarget::default());
    for language in Language::ALL {
        for share in [0.0, 0.3, 0.999, 1.0] {
            let (evidence, scores) = (TurnEvidence::typed(language), scores(share));
            let assessment = calibration.assess(&evidence, &scores, &control);
            assert!((0.0..=1.0).contains(&assessment.confidence.value()), "{assessment:?}");
            let _shares = calibration.explain(&evidence, &scores);
            let _alarms = DriftMonitor::new(&calibration).watch(&evidence, &scores, &assessment);
        }
    }
    let again = Calibration::from_json(&calibration.to_json(), "fuzz").expect("its own text");
    let values = [&again, &calibration].map(|read| serde_json::to_value(read).expect("plain data"));
    assert!(is_same(&values[0], &values[1]), "{text}");
}

fn scores(share: f64) -> Scores {
    let ranked =
        |intent: &str, share| Ranked { intent: IntentId::new(intent), probability: Probability::clamped(share) };
    Scores {
        ranking: vec![ranked("a", share), ranked("b", 1.0 - share)],
        novelty: Novelty::default(),
        agreement: 1.0,
        embedding: Vec::new(),
    }
}

/// The numbers of the smallest pack: two intents, two numbers in an embedding, 256 pieces.
fn weights() -> Vec<u8> {
    let entries: [(&str, &str, &[usize]); 10] = [
        ("features.mean", "F32", &[2]),
        ("features.pieces", "F32", &[256]),
        ("head.bias", "F32", &[2]),
        ("head.embedding", "F32", &[2, 2]),
        ("head.pieces", "F32", &[256, 2]),
        ("novelty.classes", "F32", &[4]),
        ("novelty.examples", "I8", &[4, 2]),
        ("novelty.inverse_lengths", "F32", &[4]),
        ("novelty.means", "F32", &[2, 2]),
        ("novelty.whitening", "F32", &[2, 2]),
    ];
    let mut end = 0;
    let header = entries.map(|(name, kind, shape)| {
        let begin = end;
        end += shape.iter().product::<usize>() * if kind == "I8" { 1 } else { 4 };
        format!("\"{name}\":{{\"dtype\":\"{kind}\",\"shape\":{shape:?},\"data_offsets\":[{begin},{end}]}}")
    });
    let header = format!("{{{}}}", header.join(","));
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &ones(end)].concat()
}

/// So many bytes of numbers that are 1: a piece of a word whose weight is 0 has no column.
fn ones(n_bytes: usize) -> Vec<u8> {
    1.0_f32.to_le_bytes().into_iter().cycle().take(n_bytes).collect()
}

fn pack_toml(weights: &[u8], domain: Option<&[u8]>) -> String {
    let entry = |path: &str, bytes: &[u8]| {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("[[file]]\npath = \"{path}\"\nbytes = {}\nsha256 = \"{hash}\"\n", bytes.len())
    };
    let domain = domain.map(|domain| entry("domain.toml", domain)).unwrap_or_default();
    format!(
        "format = 3\nname = \"a\"\nintents = [\"a\", \"b\"]\ngolden = []\n\
         [encoder]\nversion = \"1\"\nmodel = \"0\"\ntokenizer = \"0\"\n\
         [examples]\nin_scope = 4\nout_of_scope = 0\nsha256 = \"0\"\n\
         [features]\nembedding = 5.0\npieces = 3.0\n\
         [novelty]\nkeep_95 = 1.0\nsignals = [\"energy\", \"distance\", \"neighbour\", \"scope\"]\n\
         means = [0.0, 0.0, 0.0, 0.0]\nspreads = [1.0, 1.0, 1.0, 1.0]\nweights = [1.0, 0.0, 0.0, 0.0]\n\
         [metrics]\nfolds = 2\naccuracy = 0.5\nl2 = 1.0\n{}{domain}",
        entry("weights.safetensors", weights)
    )
}

/// What lies in the folder, by name.
type Files = BTreeMap<&'static str, Vec<u8>>;

/// A folder of this process in memory, where there is such a thing; one target uses it at a time.
struct Folder {
    path: PathBuf,
    files: MutexGuard<'static, Files>,
}

impl Folder {
    fn lock() -> Self {
        static FILES: Mutex<Files> = Mutex::new(Files::new());
        static PATH: OnceLock<PathBuf> = OnceLock::new();
        let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        let path = PATH.get_or_init(|| {
            let memory = Path::new("/dev/shm");
            let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
            let path = parent.join(format!("voxroute-fuzz-{}", std::process::id()));
            std::fs::create_dir_all(&path).expect("a folder for what is read");
            path
        });
        Self { path: path.clone(), files }
    }

    /// Writes only what is not there yet: most inputs change one file of several.
    fn put(&mut self, name: &'static str, bytes: &[u8]) {
        if self.files.get(name).is_some_and(|there| there == bytes) {
            return;
        }
        self.files.remove(name);
        std::fs::write(self.path.join(name), bytes).expect("there is room");
        self.files.insert(name, bytes.to_vec());
    }
}
