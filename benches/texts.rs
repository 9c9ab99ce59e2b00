//! What long and hostile texts cost: the bytes read in a second at ten and at a hundred thousand bytes of the same
//! unit. Where the second is far below the first, something takes time with the square of the length.
//!
//! `cargo bench --bench texts`

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use voxroute::details;
use voxroute::human::{self, Turn};
use voxroute::units::Language;

/// Each is the worst that was found for some search.
const UNITS: &[&str] = &["double ", "亿", "转", "am i talking to live stream ", "a ", "1,111", "\u{fdfa}"];
const LENGTHS: [usize; 2] = [10_000, 100_000];

fn read(text: &str) {
    black_box(human::asked(&Turn { texts: &[text], previous: &[text], ..Turn::default() }));
    black_box((human::frustration(text), human::rejection(text)));
    black_box(Language::ALL.map(|language| details::find(text, language)));
}

fn texts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("texts");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for unit in UNITS {
        for length in LENGTHS {
            let text = unit.repeat(length / unit.len());
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::new(unit.trim(), length), &text, |bencher, text| {
                bencher.iter(|| read(black_box(text)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, texts);
criterion_main!(benches);
