//! What an operator sees of turns is what the table in the documentation of `router` says, and no label can grow.

// Alone in its process: a test beside it, on a thread without a subscriber, can switch the spans off.
#[path = "router/fakes.rs"]
#[allow(dead_code, reason = "a part of what the router's tests use")]
mod fakes;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use fakes::{Deaf, Ears, Meaning, desk, noise, router, voice};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use voxroute::Call;
use voxroute::error::EngineError;

const DOCUMENTED: &str = include_str!("../src/router/mod.rs");

/// Keeps the names of spans with their parents', and of metrics with their labels.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeSet<String>>>);

impl Seen {
    fn note(&self, what: String) {
        self.0.lock().expect("no panic while it notes").insert(what);
    }

    fn metric(&self, key: &Key) {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        self.note(format!("{} {}", key.name(), labels.join(" ")).trim_end().to_owned());
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Seen {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let path = context.span_scope(id).into_iter().flat_map(|scope| scope.from_root());
        let names: Vec<_> = path.map(|span| span.name()).collect();
        self.note(names.join("/"));
    }
}

impl Recorder for Seen {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.metric(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.metric(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.metric(key);
        Histogram::noop()
    }
}

#[test]
fn every_stage_has_its_span_and_every_turn_its_metrics() {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::registry().with(seen.clone());
    let intents = ["bill_inquiry", "order_status"];
    let late = EngineError::Deadline { limit_ms: 9 };
    tracing::subscriber::with_default(subscriber, || {
        metrics::with_local_recorder(&seen, || {
            let hearing = router(Ears::saying("my bill"), Meaning::of(&intents));
            let deaf = router(Deaf::failing(late), Meaning::of(&intents));
            for (router, sound) in [(&hearing, voice()), (&hearing, noise()), (&deaf, voice())] {
                router.route(&sound, &mut Call::at(desk().now), &desk());
            }
        });
    });
    let seen: Vec<String> = seen.0.lock().expect("the turns are over").iter().cloned().collect();
    let expected = [
        "turn",
        "turn/classify",
        "turn/classify/calibrate",
        "turn/decide",
        "turn/listen",
        "turn/transcribe",
        "voxroute_decisions_total action=hand_off reason=deadline",
        "voxroute_decisions_total action=hand_off reason=no_speech",
        "voxroute_decisions_total action=hand_off reason=uncalibrated",
        "voxroute_turn_seconds",
    ];
    assert_eq!(seen, expected);
    for line in &seen {
        let name = line.split(' ').next().and_then(|path| path.rsplit('/').next()).unwrap_or(line);
        assert!(DOCUMENTED.contains(&format!("| `{name}` |")), "{name} is not in the table");
    }
}
