use std::io::{self, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::Plan;
use super::child::MARK;
use super::wire::{Answer, Request, receive, send};
use crate::error::EngineError;
use crate::transcribe::Transcript;
use crate::transcribe::decode::Deadline;

/// How long a child may take to load its model: twenty times what the base model takes on a slow disk.
const START: Duration = Duration::from_secs(60);
/// What a child is given beyond the turn's deadline to say itself that it is late, before it is killed.
const GRACE: Duration = Duration::from_millis(500);

/// The parent's end of one child; starts it, and starts it again when it has died.
pub(super) struct Link {
    plan: Plan,
    running: Option<Running>,
}

impl Link {
    pub(super) const fn new(plan: Plan) -> Self {
        Self { plan, running: None }
    }

    /// Starts the child where none runs.
    pub(super) fn connect(&mut self) -> Result<(), EngineError> {
        if self.running.is_none() {
            self.running = Some(Running::start(&self.plan)?);
        }
        Ok(())
    }

    /// Asks the child; whatever goes wrong with it ends it, and the next turn starts another.
    pub(super) fn ask(&mut self, request: &Request, deadline: Deadline) -> Result<Transcript, EngineError> {
        self.connect()?;
        let Some(running) = &mut self.running else {
            return Err(EngineError::Process { text: "it is not running".into() });
        };
        let answer = running.ask(&request.to_bytes(), deadline);
        if answer.is_err() {
            self.running = None;
        }
        answer?.into_result()
    }
}

/// A child and the pipes to it. Dropped, it is killed and waited for.
struct Running {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<io::Result<Option<Vec<u8>>>>,
}

impl Running {
    fn start(plan: &Plan) -> Result<Self, EngineError> {
        let mut child = Command::new(&plan.program)
            .env(MARK, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| gone(&error))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(EngineError::Process { text: "its pipes are missing".into() });
        };
        let mut running = Self { child, requests, answers: listen(answers).map_err(|error| gone(&error))? };
        running.set_up(plan)?;
        Ok(running)
    }

    fn set_up(&mut self, plan: &Plan) -> Result<(), EngineError> {
        let setup = serde_json::to_vec(&plan.setup).map_err(|error| gone(&error.into()))?;
        let until = Deadline { at: Instant::now() + START, limit_ms: 60_000 };
        match self.ask(&setup, until)? {
            Answer::Ready => Ok(()),
            Answer::Failed(text) => {
                Err(EngineError::Load { path: plan.setup.model.path().display().to_string(), text })
            }
            other => other.into_result().map(drop),
        }
    }

    fn ask(&mut self, payload: &[u8], deadline: Deadline) -> Result<Answer, EngineError> {
        send(&mut self.requests, payload).map_err(|error| gone(&error))?;
        let left = deadline.at.saturating_duration_since(Instant::now()) + GRACE;
        let frame = match self.answers.recv_timeout(left) {
            Ok(frame) => frame.map_err(|error| gone(&error))?,
            Err(RecvTimeoutError::Timeout) => return Err(EngineError::Deadline { limit_ms: deadline.limit_ms }),
            Err(RecvTimeoutError::Disconnected) => None,
        };
        let frame = frame.ok_or_else(|| self.died())?;
        serde_json::from_slice(&frame).map_err(|error| gone(&error.into()))
    }

    fn died(&mut self) -> EngineError {
        let how = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        EngineError::Process { text: format!("it ended: {how}") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where the child has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A pipe cannot be read with a time limit, a channel can: a thread reads one into the other until the child ends.
fn listen(pipe: ChildStdout) -> io::Result<Receiver<io::Result<Option<Vec<u8>>>>> {
    let (sender, receiver) = sync_channel(1);
    std::thread::Builder::new().name("voxroute-speech-pipe".into()).spawn(move || {
        let mut pipe = BufReader::new(pipe);
        loop {
            let frame = receive(&mut pipe);
            let last = !matches!(frame, Ok(Some(_)));
            if sender.send(frame).is_err() || last {
                break;
            }
        }
    })?;
    Ok(receiver)
}

fn gone(error: &io::Error) -> EngineError {
    EngineError::Process { text: error.to_string() }
}
