//! The shipped encoder and pack, and packs that may not be used.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use voxroute::classify::{Classify, Encoder, PackClassifier};
use voxroute::models::Models;
use voxroute::pack::Pack;
use voxroute::router::IntentSet;
use voxroute::train::{Example, Examples, TrainSettings, train};
use voxroute::units::IntentId;

static ENCODER: LazyLock<Arc<Encoder>> = LazyLock::new(|| {
    let models = Models::open(Path::new("models")).expect("the manifest is in the repository");
    Arc::new(Encoder::load(&models, 2).expect("the encoder is in the repository"))
});

fn hotline() -> PackClassifier {
    let pack = Pack::open(Path::new("models/hotline")).expect("the pack is in the repository");
    PackClassifier::new(Arc::clone(&ENCODER), Arc::new(pack)).expect("made for this encoder")
}

/// A copy of the hotline pack with one file changed.
fn altered(file: &str, change: impl Fn(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in std::fs::read_dir("models/hotline").expect("the pack").flatten() {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
    }
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).expect("a text file");
    std::fs::write(&path, change(text)).expect("written");
    folder
}

#[test]
fn both_languages_are_understood_however_written() {
    let classifier = hotline();
    for (text, intent) in [
        ("我要退押金", "deposit_refund"),
        ("我要退押金！！", "deposit_refund"),
        ("我要退押金，謝謝", "deposit_refund"),
        ("I'd like my deposit back please", "deposit_refund"),
        ("轉人工", "human_agent"),
        ("let me talk to a real person", "human_agent"),
        ("快递到哪里了", "order_status"),
    ] {
        let scores = classifier.classify(&[text]).expect("the encoder works");
        assert_eq!(scores.ranking[0].intent.as_str(), intent, "{text}");
        let sum: f64 = scores.ranking.iter().map(|ranked| ranked.probability.value()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        assert_eq!(scores.ranking.len(), 20);
    }
}

#[test]
fn chat_is_more_novel_than_wishes() {
    let classifier = hotline();
    let novelty = |text: &str| classifier.classify(&[text]).expect("works").novelty.score;
    for chat in ["隔壁老王养的鹦鹉会背唐诗", "my grandmother knits the warmest socks"] {
        assert!(novelty(chat) > classifier.pack().novelty_limit(), "{chat}: {}", novelty(chat));
        for wish in ["退押金", "where is my parcel"] {
            assert!(novelty(chat) > novelty(wish), "{chat}, {wish}");
        }
    }
}

#[test]
fn texts_without_a_letter_get_scores_too() {
    for text in ["", "……", "？！", "\u{0}", &"很长".repeat(2_000)] {
        let scores = hotline().classify(&[text]).expect("no text is an error");
        assert!(scores.novelty.score.is_finite());
    }
}

#[test]
fn company_and_threads_do_not_change_an_embedding() {
    // Every length of 3 to 20 words, four texts each: odd and even numbers of tokens, first and later in a batch.
    let words = ["where", "is", "my", "parcel", "and", "the", "refund", "you", "promised"];
    let text =
        |at: usize| (0..3 + at / 4).map(|word| words[(word * 7 + at) % words.len()]).collect::<Vec<_>>().join(" ");
    let texts: Vec<String> = (0..72).map(text).collect();
    let together = ENCODER.embed_all(&texts, &|| ()).expect("works");
    for (text, row) in texts.iter().zip(together.rows()) {
        assert_eq!(ENCODER.embed(text).expect("works"), row.to_vec(), "{text}");
    }
}

#[test]
fn several_readings_are_averaged() {
    let classifier = hotline();
    let one = classifier.classify(&["退押金"]).expect("works");
    let same = classifier.classify(&["退押金", "退押金。"]).expect("works");
    assert_eq!(one, same, "a reading that says the same changes nothing");
    let split = classifier.classify(&["退押金", "快递到哪里了"]).expect("works");
    assert!(split.agreement < 0.7 && split.ranking[0].intent.as_str() == "deposit_refund");
    assert_eq!(split.embedding, one.embedding);
}

#[test]
fn the_pack_is_of_the_examples_beside_it() {
    let examples = Examples::read(Path::new("data/hotline")).expect("they are in the repository");
    let pack = Pack::open(Path::new("models/hotline")).expect("the pack is in the repository");
    assert_eq!(*pack.examples(), examples.used());
    assert_eq!(pack.intents(), examples.intents());
}

#[test]
fn a_pack_written_again_has_the_same_bytes() {
    let pack = Pack::open(Path::new("models/hotline")).expect("the pack");
    let folder = tempfile::tempdir().expect("a temporary folder");
    pack.save(folder.path()).expect("written");
    for file in ["pack.toml", "weights.safetensors", "domain.toml"] {
        let read = |folder: &Path| std::fs::read(folder.join(file)).expect(file);
        assert_eq!(read(folder.path()), read(Path::new("models/hotline")), "{file}");
    }
}

#[test]
fn an_unknown_pack_is_named_with_those_there_are() {
    let error = Pack::find(Path::new("models"), "no_such_pack").expect_err("there is none");
    assert_eq!(error.to_string(), "pack \"no_such_pack\" is unknown, known: hotline");
}

#[test]
fn a_pack_of_another_encoder_is_refused_with_both_named() {
    let folder = altered("pack.toml", |text| text.replace("multilingual-e5-small-zh-en-int8-1", "some-encoder-7"));
    let pack = Pack::open(folder.path()).expect("sound in itself");
    let error = PackClassifier::new(Arc::clone(&ENCODER), Arc::new(pack)).expect_err("another encoder").to_string();
    assert!(error.starts_with("pack hotline: encoder some-encoder-7 (graph "), "{error}");
    assert!(error.contains("expected multilingual-e5-small-zh-en-int8-1 (graph "), "{error}");
}

#[test]
fn a_calibration_of_another_pack_is_left_out() {
    let models = Models::open(Path::new("models")).expect("the manifest is in the repository");
    let own = Pack::open(Path::new("models/hotline")).expect("the pack").id();
    for (pack, fits) in [(own.clone(), true), (own.replace(char::is_numeric, "0"), false)] {
        let folder = altered("calibration.json", |text| with_pack(&text, &pack));
        let name = folder.path().to_str().expect("a plain path");
        let intents = IntentSet::load(&models, name, 1).expect("the pack itself is sound");
        assert_eq!(intents.calibration().is_some(), fits, "{pack}");
    }
}

/// A calibration that says it was fitted on another pack.
fn with_pack(calibration: &str, id: &str) -> String {
    let (before, rest) = calibration.split_once("\"pack\":\"").expect("it names its pack");
    let (_, after) = rest.split_once('"').expect("a string ends");
    format!("{before}\"pack\":\"{id}\"{after}")
}

#[test]
fn a_pack_of_another_format_is_refused() {
    let folder = altered("pack.toml", |text| text.replace("format = 3", "format = 2"));
    let error = Pack::open(folder.path()).expect_err("another format").to_string();
    assert!(error.ends_with("pack.toml: format 2, expected 3"), "{error}");
}

#[test]
fn an_altered_file_is_refused() {
    let folder = altered("domain.toml", |text| text.replacen('2', "3", 1).replacen('a', "b", 1));
    let error = Pack::open(folder.path()).expect_err("altered").to_string();
    assert!(error.contains("domain.toml: SHA-256 "), "{error}");
    let folder = altered("domain.toml", |text| text + "\n");
    let error = Pack::open(folder.path()).expect_err("altered").to_string();
    assert!(error.contains("domain.toml: ") && error.contains(" bytes, expected "), "{error}");
}

#[test]
fn a_pack_whose_answers_changed_is_refused() {
    let folder = altered("pack.toml", |text| {
        let (before, golden) = text.split_once("[[golden]]\n").expect("a pack has golden texts");
        let (_, after) = golden.split_once('\n').expect("its text comes first");
        format!("{before}[[golden]]\ntext = \"open an umbrella\"\n{after}")
    });
    let pack = Pack::open(folder.path()).expect("sound in itself");
    let error = PackClassifier::new(Arc::clone(&ENCODER), Arc::new(pack)).expect_err("another answer").to_string();
    assert!(error.contains("answer to \"open an umbrella\""), "{error}");
}

fn small() -> Examples {
    let texts = [
        ("tea", ["one tea please", "a cup of tea", "tea with milk", "来一杯茶", "我要红茶"]),
        ("bill", ["the bill please", "can i pay", "how much is it", "买单", "结账多少钱"]),
    ];
    let item = |intent: &str, text: &str| Example {
        text: text.to_owned(),
        intent: Some(IntentId::new(intent)),
        path: "small".into(),
        line: 1,
    };
    let items = texts.iter().flat_map(|(intent, texts)| texts.map(|text| item(intent, text))).collect();
    Examples::new("small", items, None).expect("sound examples")
}

#[test]
fn ten_sentences_make_a_pack_the_same_one_every_time() {
    let make = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| train(&small(), &ENCODER, TrainSettings::default(), None, &|_| ())).expect("trained").pack
    };
    let (one, other) = (make(1), make(2));
    assert_eq!(one.id(), other.id());
    let classifier = PackClassifier::new(Arc::clone(&ENCODER), Arc::new(one)).expect("its own encoder");
    let first = |text: &str| classifier.classify(&[text]).expect("works").ranking[0].intent.to_string();
    assert_eq!([first("green tea"), first("我想付钱")], ["tea", "bill"]);
}
