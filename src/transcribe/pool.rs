//! Threads that each own one worker's memory, and the short queue before them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use super::decode::Deadline;
use crate::error::EngineError;

/// What a thread does with its worker; false where the worker can no longer be trusted.
type Job<W> = Box<dyn FnOnce(&mut W) -> bool + Send>;

/// Workers of type `W`, one per thread, that live as long as the pool.
///
/// The caller waits no longer than its deadline even where foreign code does not come back in time: the thread then
/// finishes alone, and only afterwards takes the next turn.
pub(super) struct Pool<W> {
    queue: Arc<Queue<W>>,
    threads: Vec<JoinHandle<()>>,
    limit: usize,
}

struct Queue<W> {
    state: Mutex<Waiting<W>>,
    arrived: Condvar,
}

struct Waiting<W> {
    jobs: VecDeque<Job<W>>,
    idle: usize,
    closed: bool,
}

impl<W: Send + 'static> Pool<W> {
    /// Starts one thread per worker. `make` replaces a worker that panicked; `limit` turns may wait.
    ///
    /// # Errors
    /// `Run` where no thread can be started.
    pub(super) fn start<M>(workers: Vec<W>, limit: usize, make: M) -> Result<Self, EngineError>
    where
        M: Fn() -> Result<W, EngineError> + Send + Sync + 'static,
    {
        let queue = Arc::new(Queue::new(workers.len()));
        let make = Arc::new(make);
        let mut pool = Self { queue, threads: Vec::new(), limit };
        for (idx, worker) in workers.into_iter().enumerate() {
            let (queue, make) = (Arc::clone(&pool.queue), Arc::clone(&make));
            let name = format!("voxroute-speech-{idx}");
            let body = move || serve(&queue, worker, &*make);
            let started = std::thread::Builder::new().name(name).spawn(body);
            let no_thread =
                |error: std::io::Error| EngineError::Run { stage: "start a worker", text: error.to_string() };
            pool.threads.push(started.map_err(no_thread)?);
        }
        Ok(pool)
    }

    /// Runs `work` on the next free worker and waits for its answer, at most until the deadline.
    ///
    /// # Errors
    /// `Overloaded` where every worker is busy and the queue is full, `Deadline`, `Panicked`, or what `work` says.
    pub(super) fn run<R, F>(&self, deadline: Deadline, work: F) -> Result<R, EngineError>
    where
        R: Send + 'static,
        F: FnOnce(&mut W) -> Result<R, EngineError> + Send + 'static,
    {
        let (answer, answered) = sync_channel(1);
        let job = move |worker: &mut W| {
            let outcome = deadline.check().and_then(|()| guarded(worker, work));
            let sound = !matches!(outcome, Err(EngineError::Panicked { .. }));
            // Nobody listens any more where the deadline has passed.
            let _ = answer.send(outcome);
            sound
        };
        self.queue.push(Box::new(job), self.limit)?;
        match answered.recv_timeout(deadline.at.saturating_duration_since(Instant::now())) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => Err(EngineError::Deadline { limit_ms: deadline.limit_ms }),
            Err(RecvTimeoutError::Disconnected) => Err(EngineError::Panicked { text: "the worker is gone".into() }),
        }
    }
}

impl<W> Drop for Pool<W> {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            // A thread ends by itself and reports nothing.
            let _ = thread.join();
        }
    }
}

impl<W> Queue<W> {
    fn new(workers: usize) -> Self {
        let state = Waiting { jobs: VecDeque::new(), idle: workers, closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new() }
    }

    /// Adds a job; those that idle workers are about to take do not count as waiting.
    fn push(&self, job: Job<W>, limit: usize) -> Result<(), EngineError> {
        let mut state = self.lock();
        let waiting = state.jobs.len().saturating_sub(state.idle);
        if state.jobs.len() >= limit.saturating_add(state.idle) {
            return Err(EngineError::Overloaded { waiting, limit });
        }
        state.jobs.push_back(job);
        self.arrived.notify_one();
        Ok(())
    }

    /// The next job; `None` once the pool is closed. Jobs still waiting are dropped, which their callers see.
    fn next(&self) -> Option<Job<W>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.jobs.pop_front() {
                state.idle -= 1;
                return Some(job);
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self) {
        self.lock().idle += 1;
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.jobs.clear();
        self.arrived.notify_all();
    }

    /// No job runs under the lock, so a poisoned one still holds a consistent queue.
    fn lock(&self) -> MutexGuard<'_, Waiting<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes jobs until the pool closes; replaces the worker after a panic.
fn serve<W>(queue: &Queue<W>, worker: W, make: &impl Fn() -> Result<W, EngineError>) {
    let mut worker = worker;
    while let Some(job) = queue.next() {
        if !job(&mut worker) {
            match make() {
                Ok(fresh) => worker = fresh,
                Err(error) => tracing::error!(%error, "the worker that panicked could not be replaced"),
            }
        }
        queue.done();
    }
}

/// Runs `work`; a panic becomes an error.
fn guarded<W, R>(worker: &mut W, work: impl FnOnce(&mut W) -> Result<R, EngineError>) -> Result<R, EngineError> {
    catch_unwind(AssertUnwindSafe(|| work(worker))).unwrap_or_else(|payload| Err(EngineError::panicked(&*payload)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn pool(workers: usize, limit: usize) -> Pool<u32> {
        Pool::start(vec![0; workers], limit, || Ok(100)).expect("threads start")
    }

    fn soon(ms: u64) -> Deadline {
        Deadline { at: Instant::now() + Duration::from_millis(ms), limit_ms: ms }
    }

    /// Occupies a worker until the returned sender is dropped.
    fn occupy(pool: &Arc<Pool<u32>>) -> (std::sync::mpsc::Sender<()>, JoinHandle<Result<(), EngineError>>) {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (started, begun) = sync_channel(1);
        let pool = Arc::clone(pool);
        let thread = std::thread::spawn(move || {
            pool.run(soon(60_000), move |_| {
                started.send(()).expect("the test waits");
                let _ = held.recv();
                Ok(())
            })
        });
        begun.recv().expect("the worker begins");
        (release, thread)
    }

    #[test]
    fn a_worker_keeps_its_memory_between_turns() {
        let pool = pool(1, 1);
        for turn in 1..=3 {
            let count = pool.run(soon(60_000), |worker| {
                *worker += 1;
                Ok(*worker)
            });
            assert_eq!(count, Ok(turn));
        }
    }

    #[test]
    fn a_panic_is_an_error_and_the_slot_works_again() {
        let pool = pool(1, 1);
        let panicked = pool.run(soon(60_000), |_| -> Result<(), _> { panic!("half a {}", "turn") });
        assert_eq!(panicked, Err(EngineError::Panicked { text: "half a turn".into() }));
        assert_eq!(pool.run(soon(60_000), |worker| Ok(*worker)), Ok(100), "a fresh worker took the slot");
    }

    #[test]
    fn the_caller_leaves_at_the_deadline_while_the_worker_is_stuck() {
        let pool = Arc::new(pool(1, 2));
        let (release, stuck) = occupy(&pool);
        assert_eq!(pool.run(soon(20), |_| Ok(())), Err(EngineError::Deadline { limit_ms: 20 }));
        drop(release);
        assert_eq!(stuck.join().expect("no panic"), Ok(()));
        assert_eq!(pool.run(soon(60_000), |_| Ok(())), Ok(()), "the worker is back");
    }

    #[test]
    fn a_full_queue_refuses_the_next_turn() {
        let pool = Arc::new(pool(1, 0));
        let (release, busy) = occupy(&pool);
        assert_eq!(pool.run(soon(60_000), |_| Ok(())), Err(EngineError::Overloaded { waiting: 0, limit: 0 }));
        drop(release);
        assert_eq!(busy.join().expect("no panic"), Ok(()));
    }
}
