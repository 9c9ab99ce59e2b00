use std::io::{self, BufReader, Read, Write};

use super::wire::{Answer, Request, Setup, VERSION, receive, send};
use crate::audio::{Speech, Waveform};
use crate::error::{EngineError, Error};
use crate::transcribe::{Hint, Transcribe, Transcript, Whisper};

/// Marks a process as a child. An environment variable leaves the program's own arguments alone.
pub(super) const MARK: &str = "VOXROUTE_SPEECH_CHILD";

/// In a child: hears turns until the parent closes the pipe, then ends the process. In the parent: returns at once.
///
/// Call it first in `main`, before anything is printed: a child speaks its protocol on standard output.
pub fn serve_if_child() {
    if std::env::var_os(MARK).is_none() {
        return;
    }
    let served = serve(&mut BufReader::new(io::stdin().lock()), &mut io::stdout().lock());
    std::process::exit(i32::from(served.is_err()));
}

fn serve(source: &mut impl Read, out: &mut impl Write) -> io::Result<()> {
    let Some(setup) = receive(source)? else { return Ok(()) };
    let engine = match load(&setup) {
        Ok(engine) => engine,
        Err(text) => return answer(out, &Answer::Failed(text)),
    };
    answer(out, &Answer::Ready)?;
    while let Some(request) = receive(source)? {
        answer(out, &hear(&engine, &request))?;
    }
    Ok(())
}

fn load(setup: &[u8]) -> Result<Whisper, String> {
    let setup: Setup = serde_json::from_slice(setup).map_err(|error| error.to_string())?;
    if setup.version != VERSION {
        return Err(format!("protocol version {}, expected {VERSION}", setup.version));
    }
    Whisper::load(&setup.model, &setup.config()).map_err(|error| error.to_string())
}

fn hear(engine: &Whisper, request: &[u8]) -> Answer {
    let Some(request) = Request::from_bytes(request) else {
        return Answer::Failed("not a request".into());
    };
    match transcribe(engine, request) {
        Ok(transcript) => Answer::Heard(Box::new(transcript)),
        Err(Error::Transcribe(EngineError::Deadline { limit_ms })) => Answer::Late { limit_ms },
        Err(error) => Answer::Failed(error.to_string()),
    }
}

fn transcribe(engine: &Whisper, request: Request) -> Result<Transcript, Error> {
    // Where the speech is was found by the parent already; finding it again costs less than a format for it.
    let speech = Speech::detect(Waveform::new(request.samples)?);
    engine.transcribe(&speech, &Hint { language: request.language, deadline: None })
}

fn answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    send(out, &serde_json::to_vec(answer)?)
}
