//! How long a sentence takes from text to scores, on one thread.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use voxroute::classify::{Classify, Encoder, PackClassifier};
use voxroute::models::Models;
use voxroute::pack::Pack;

/// 16 tokens with the encoder's prefix and the marks around it.
const SIXTEEN_TOKENS: &str = "我想查一下我的快递到哪里了，谢谢。";

/// The whole way, and the part of it behind the encoder.
fn one_sentence(criterion: &mut Criterion) {
    let models = Models::open(Path::new("models")).expect("the manifest is in the repository");
    let encoder = Arc::new(Encoder::load(&models, 1).expect("the encoder is in the repository"));
    let (pack, _) = Pack::find(models.folder(), "hotline").expect("the pack is in the repository");
    let classifier = PackClassifier::new(Arc::clone(&encoder), Arc::new(pack)).expect("made for this encoder");
    criterion.bench_function("one sentence of 16 tokens", |bencher| {
        bencher.iter(|| classifier.classify(black_box(&[SIXTEEN_TOKENS])).expect("the encoder works"));
    });
    let text = voxroute::classify::normalise(SIXTEEN_TOKENS);
    let embedding = encoder.embed(&text).expect("the encoder works");
    criterion.bench_function("the same, embedded before", |bencher| {
        bencher.iter(|| classifier.classify_embedded(black_box(&text), &embedding).expect("of the encoder's width"));
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(50); targets = one_sentence }
criterion_main!(benches);
