use super::*;

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a moment in range")
}

fn promise(id: &str, caller: &str, due: i64) -> Promise {
    Promise {
        id: PromiseId::new(id),
        call: CallId::new("c"),
        caller: Some(CallerId::new(caller)),
        owner: QueueId::new("refunds"),
        made: moment(0),
        due: moment(due),
        state: PromiseState::Open,
    }
}

fn ids(promises: &[Promise]) -> Vec<&str> {
    promises.iter().map(|promise| promise.id.as_str()).collect()
}

/// Every store keeps this contract.
fn check_store(store: &dyn Promises) -> Result<(), Error> {
    for (id, caller, due) in [("b", "1", 200), ("a", "1", 100), ("c", "2", 150)] {
        store.make(&promise(id, caller, due))?;
    }
    assert_eq!(
        store.make(&promise("a", "9", 1)),
        Err(PromiseError::Exists { id: "a".to_owned() }.into()),
        "a name is given once"
    );
    assert_eq!(ids(&store.overdue(moment(160))?), ["a", "c"]);
    assert_eq!(ids(&store.owed_to(&CallerId::new("1"))?), ["a", "b"]);

    store.settle(&PromiseId::new("a"), PromiseState::Kept { at: moment(170) })?;
    store.settle(&PromiseId::new("b"), PromiseState::Missed { at: moment(90) })?;
    assert_eq!(ids(&store.overdue(moment(160))?), ["c", "b"], "missed is overdue whatever the time");
    let reopened = store.settle(&PromiseId::new("a"), PromiseState::Missed { at: moment(180) });
    assert_eq!(reopened, Err(PromiseError::Settled { id: "a".to_owned(), from: "kept", to: "missed" }.into()));
    let unknown = store.settle(&PromiseId::new("z"), PromiseState::Kept { at: moment(1) });
    assert_eq!(unknown, Err(PromiseError::Unknown { id: "z".to_owned() }.into()));
    store.settle(&PromiseId::new("b"), PromiseState::Kept { at: moment(300) })?;
    assert!(store.owed_to(&CallerId::new("1"))?.is_empty());
    Ok(())
}

#[test]
fn memory_keeps_promises() {
    check_store(&InMemory::new()).expect("memory does not fail");
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite_keeps_promises_over_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("promises.db");
    check_store(&Sqlite::open(&path).expect("a new store")).expect("a healthy store");
    let again = Sqlite::open(&path).expect("the same store");
    assert_eq!(ids(&again.overdue(moment(160)).expect("a healthy store")), ["c"]);
}

#[cfg(feature = "sqlite")]
#[test]
fn two_processes_may_share_a_sqlite_store() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("promises.db");
    let write = |worker: usize| {
        let store = Sqlite::open(&path).expect("the shared store");
        (0..20).try_for_each(|n| store.make(&promise(&format!("{worker}-{n}"), "1", n)))
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..3).map(|worker| scope.spawn(move || write(worker))).collect();
        workers.into_iter().for_each(|worker| worker.join().expect("no panic").expect("no lost write"));
    });
    let owed = Sqlite::open(&path).and_then(|store| store.owed_to(&CallerId::new("1"))).expect("a healthy store");
    assert_eq!(owed.len(), 60);
}

#[cfg(feature = "sqlite")]
#[test]
fn a_file_that_is_no_store_is_refused() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), "not a database, but long enough to have a header of its own").expect("written");
    let refused = Sqlite::open(file.path()).expect_err("not a store");
    assert!(refused.to_string().starts_with("promise store: "), "{refused}");
}

#[test]
fn a_caller_with_a_broken_promise_is_recognised() {
    let store = InMemory::new();
    store.make(&promise("a", "1", 100)).expect("a new name");
    let mut call = Call::new(CallId::new("later"), moment(200)).from_caller(CallerId::new("1"));
    store.recognise(&mut call).expect("memory does not fail");
    store.recognise(&mut call).expect("twice is once");
    assert_eq!(ids(&call.promises), ["a"]);
    assert!(call.promises[0].is_broken(moment(200)));
    assert!(!call.promises[0].is_broken(moment(100)), "due is the last moment that keeps it");
}

#[test]
fn errors_say_what_and_which() {
    let exists = PromiseError::Exists { id: "p7".to_owned() };
    assert_eq!(exists.to_string(), "promise p7 exists already");
    let settled = PromiseError::Settled { id: "p7".to_owned(), from: "kept", to: "open" };
    assert_eq!(settled.to_string(), "promise p7 is kept and cannot become open");
}
