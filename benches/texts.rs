//! What long and hostile texts cost: the bytes read in a second at ten and at a hundred thousand bytes of the same
//! unit. Where the second is far below the first, something takes time with the square of the length.
//!
//! `cargo bench --bench texts`

#[path = "../tests/hostile/mod.rs"]
mod hostile;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const LENGTHS: [usize; 2] = [10_000, 100_000];

fn texts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("texts");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for length in LENGTHS {
        for (unit, text) in hostile::texts(length) {
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::new(unit, length), &text, |bencher, text| {
                bencher.iter(|| hostile::searched(black_box(text)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, texts);
criterion_main!(benches);
