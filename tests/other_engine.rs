//! The trait is open: an engine in another process fits behind it, and its death is an error like any other.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use voxroute::Error;
use voxroute::audio::{Speech, Waveform};
use voxroute::error::EngineError;
use voxroute::transcribe::{Hint, Transcribe, Transcript, TranscriptEvidence, Verdict};
use voxroute::units::Language;

/// Set in the child: its answer to every line, or `die`.
const ROLE: &str = "VOXROUTE_TEST_ENGINE";

/// An engine that is told how many samples there are and answers with a transcript as one line of JSON.
struct ProcessEngine(Mutex<Pipes>);

struct Pipes {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl ProcessEngine {
    fn start(role: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "the_child_process", "--nocapture", "--quiet"])
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program runs");
        let questions = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self(Mutex::new(Pipes { child, questions, answers }))
    }
}

impl Transcribe for ProcessEngine {
    fn transcribe(&self, speech: &Speech, _: &Hint) -> Result<Transcript, Error> {
        let mut pipes = self.0.lock().expect("no panic under the lock");
        let asked = writeln!(pipes.questions, "{}", speech.waveform().samples().len());
        asked.map_err(|error| broken(&error.to_string()))?;
        pipes.answer().ok_or_else(|| broken("it ended without an answer"))
    }
}

impl Pipes {
    /// The next line that is a transcript: the test harness of the child prints lines of its own.
    fn answer(&mut self) -> Option<Transcript> {
        let mut lines = self.answers.by_ref().lines().map_while(Result::ok);
        lines.find_map(|line: String| serde_json::from_str(&line).ok())
    }
}

impl Drop for Pipes {
    fn drop(&mut self) {
        // Already dead in one of the tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn broken(text: &str) -> Error {
    Error::Transcribe(EngineError::Process { text: text.into() })
}

fn one_second() -> Speech {
    Speech::detect(Waveform::new(vec![0.1; 16_000]).expect("a finite signal"))
}

#[test]
fn an_engine_in_another_process_answers() {
    let engine: Box<dyn Transcribe> = Box::new(ProcessEngine::start("answer"));
    for _ in 0..2 {
        let heard = engine.transcribe(&one_second(), &Hint::default()).expect("the child lives");
        assert_eq!((heard.text.as_str(), heard.verdict), ("16000 samples", Verdict::Heard));
    }
}

#[test]
fn the_death_of_an_engine_is_an_error() {
    let engine = ProcessEngine::start("die");
    let heard = engine.transcribe(&one_second(), &Hint::default());
    assert!(matches!(heard, Err(Error::Transcribe(EngineError::Process { .. }))), "{:?}", heard.err());
}

/// The body of the child; without its role nothing to do.
#[test]
fn the_child_process() {
    let Ok(role) = std::env::var(ROLE) else { return };
    for line in std::io::stdin().lines().map_while(Result::ok) {
        if role == "die" {
            std::process::exit(0);
        }
        let transcript = Transcript {
            text: format!("{line} samples"),
            language: Language::En,
            alternatives: Vec::new(),
            verdict: Verdict::Heard,
            evidence: TranscriptEvidence::default(),
        };
        println!("\n{}", serde_json::to_string(&transcript).expect("plain data"));
    }
}
