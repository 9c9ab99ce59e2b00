//! Nothing a caller says or is called gets into logs or `Debug`.

// Alone in its process: a test beside it, on a thread without a subscriber, can switch the events off.
#[path = "router/fakes.rs"]
#[allow(dead_code, reason = "a part of what the router's tests use")]
mod fakes;

use std::io;
use std::sync::{Arc, Mutex};

use fakes::{Ears, Meaning, desk, router, voice};
use tracing_subscriber::fmt::MakeWriter;
use voxroute::call::{Call, CallId, CallerId};

const SECRET: &str = "my order is ab12345 and my name is Zhuang, call 13800138000";

/// Keeps every byte that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while it writes").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn check_silent(what: &str, text: &str) {
    for secret in ["ab12345", "AB12345", "Zhuang", "13800138000", "+8613900139000"] {
        assert!(!text.contains(secret), "{what} tells {secret}: {text}");
    }
}

#[test]
fn a_turn_leaves_no_words_in_logs_or_debug() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let mut call = Call::new(CallId::new("c-1"), desk().now).from_caller(CallerId::new("+8613900139000"));
    let routed = tracing::subscriber::with_default(subscriber, || {
        router(Ears::saying(SECRET), Meaning::of(&["order_status"])).route(&voice(), &mut call, &desk())
    });
    let told = String::from_utf8(log.0.lock().expect("the turn is over").clone()).expect("logs are text");
    assert!(told.contains("decided"), "the turn is logged: {told}");
    check_silent("the log", &told);
    check_silent("Debug of the call", &format!("{call:?}"));
    check_silent("Debug of the answer", &format!("{routed:?}"));
}
