//! A speech engine that writes down each recording once: what it heard is kept in a file, by the hash of the sound.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use voxroute::Error;
use voxroute::audio::Speech;
use voxroute::error::ExamplesError;
use voxroute::transcribe::{Hint, Transcribe, Transcript};

/// An engine with a memory, on disk if wanted: one line of JSON for each sound it has heard.
pub(crate) struct Remembering {
    engine: Box<dyn Transcribe>,
    /// Weights and settings of the engine: another one has heard nothing yet.
    maker: String,
    state: Mutex<State>,
}

struct State {
    known: HashMap<String, Memory>,
    file: Option<File>,
    last_ms: Option<f64>,
}

/// One sound and what was heard in it.
#[derive(Clone, Serialize, Deserialize)]
struct Memory {
    /// SHA-256 over the 16 kHz samples.
    sound: String,
    maker: String,
    transcript: Transcript,
    /// How long the engine took.
    ms: f64,
}

impl Remembering {
    /// Opens the memory at `path`, which is made where there is none.
    pub(crate) fn open(engine: Box<dyn Transcribe>, maker: String, path: Option<&Path>) -> Result<Self, Error> {
        let known = path.map_or_else(|| Ok(HashMap::new()), |path| read(path, &maker))?;
        let open = |path: &Path| {
            File::options().create(true).append(true).open(path).map_err(|error| super::io(path, "open", &error))
        };
        let state = State { known, file: path.map(open).transpose()?, last_ms: None };
        Ok(Self { engine, maker, state: Mutex::new(state) })
    }

    /// Milliseconds the engine took for the last sound when it heard it.
    pub(crate) fn last_milliseconds(&self) -> Option<f64> {
        self.state().last_ms
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, sound: String, speech: &Speech, hint: &Hint) -> Result<Memory, Error> {
        let started = Instant::now();
        let transcript = self.engine.transcribe(speech, hint)?;
        let ms = started.elapsed().as_secs_f64() * 1e3;
        Ok(Memory { sound, maker: self.maker.clone(), transcript, ms })
    }
}

impl State {
    fn keep(&mut self, memory: &Memory) -> std::io::Result<()> {
        self.known.insert(memory.sound.clone(), memory.clone());
        let line = serde_json::to_string(memory)? + "\n";
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(line.as_bytes()))
    }
}

impl Transcribe for Remembering {
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error> {
        let sound = fingerprint(speech);
        let known = self.state().known.get(&sound).cloned();
        let memory = match known {
            Some(memory) => memory,
            None => {
                let memory = self.listen(sound, speech, hint)?;
                let kept = self.state().keep(&memory);
                kept.map_err(|error| super::io(Path::new("the memory of what was heard"), "write", &error))?;
                memory
            }
        };
        self.state().last_ms = Some(memory.ms);
        Ok(memory.transcript)
    }
}

fn read(path: &Path, maker: &str) -> Result<HashMap<String, Memory>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(super::io(path, "read", &error)),
    };
    let mut known = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        let memory: Memory = serde_json::from_str(line).map_err(|error| form(path, at + 1, &error))?;
        if memory.maker == maker {
            known.insert(memory.sound.clone(), memory);
        }
    }
    Ok(known)
}

fn fingerprint(speech: &Speech) -> String {
    let mut hash = Sha256::new();
    for sample in speech.waveform().samples() {
        hash.update(sample.to_le_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn form(path: &Path, line: usize, error: &serde_json::Error) -> Error {
    ExamplesError::Form { path: path.display().to_string(), text: format!("line {line}: {error}") }.into()
}
