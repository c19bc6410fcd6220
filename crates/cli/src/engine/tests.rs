//! Runs are answered from the log as it is, and again from the log as it was.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use weir_dashboard::{CatalogueCell, Gate};
use weir_domain::{Catalogue, Delivery, FixedClock, Origin, Overlay, Seq, Timestamp};
use weir_log::{DataDir, Lock, Log};
use weir_projector::Projector;
use weir_report::{Definition, Zone};
use weir_schedule::{Answer, Engine, EngineError, Question};

use super::{Asking, LiveEngine, StoredEngine};

const DAY: &str = "title = \"Yesterday\"\nrange = \"yesterday\"";
const AS_OF: &str = "2026-03-31T08:00:00Z";

struct World {
    _folder: tempfile::TempDir,
    dir: DataDir,
    lock: Lock,
    log: Log,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(folder.path());
        let lock = dir.lock("a test").unwrap();
        let log = Log::open(&dir, &lock).unwrap();
        World { _folder: folder, dir, lock, log }
    }

    /// Session `number` begins at this time of 30 March.
    fn begins(&mut self, number: u64, time: &str) {
        self.log.append(&[beginning(number, time, "null")]).unwrap();
    }

    fn stored(&self) -> StoredEngine {
        StoredEngine::new(self.dir.clone(), Catalogue::shipped(), asking())
    }

    fn live(&self, projector: &Projector) -> LiveEngine {
        LiveEngine {
            live: projector.live(),
            dir: self.dir.clone(),
            catalogue: Arc::new(CatalogueCell::new(Catalogue::shipped(), Overlay::default())),
            gate: Arc::new(Gate::for_threads(1)),
            clock: Arc::new(FixedClock(at(AS_OF).plus_us(5_000_000))),
            stopping: Arc::new(AtomicBool::new(false)),
            asking: asking(),
        }
    }
}

fn beginning(number: u64, time: &str, feature: &str) -> Delivery {
    let body = format!(
        "{{\"id\":\"00000000-0000-4000-8000-{number:012x}\",\
         \"attemptId\":\"00000000-0000-4000-9000-{number:012x}\",\
         \"code\":7001,\"action\":\"started\",\"feature\":{feature}}}"
    );
    Delivery {
        received_at: at(&format!("2026-03-30T{time}:00Z")),
        origin: Arc::new(Origin::imported("main")),
        body: body.into_bytes(),
    }
}

fn asking() -> Asking {
    Asking {
        timezone: "UTC".to_owned(),
        base_url: Some("https://weir.test".to_owned()),
        integrations: vec!["main".to_owned()],
        threads: 2,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ask(engine: &dyn Engine, again: Option<(Seq, &Catalogue)>) -> Result<Answer, EngineError> {
    ask_into(engine, again, None)
}

fn ask_into(
    engine: &dyn Engine,
    again: Option<(Seq, &Catalogue)>,
    parquet: Option<&Path>,
) -> Result<Answer, EngineError> {
    let definition = Definition::read(DAY).unwrap();
    let as_of = at(AS_OF);
    engine.answer(&Question { name: "day", definition: &definition, as_of, again, parquet })
}

fn started(answer: &Answer) -> u64 {
    answer.document.report.totals.started
}

#[test]
fn a_run_asked_again_is_answered_from_the_log_as_it_was() {
    let mut world = World::new();
    world.begins(1, "09:00");
    world.begins(2, "10:00");
    let stored = world.stored();
    let first = ask(&stored, None).unwrap();
    assert_eq!((started(&first), first.position), (2, Seq::new(2)));

    // What comes late, or is imported, changes what is asked today and nothing of what was said.
    world.begins(3, "08:00");
    let catalogue = first.document.catalogue.clone();
    let mut projector = Projector::open(&world.dir, &world.lock, 1).unwrap();
    projector.catch_up(|_, _| ()).unwrap();
    for engine in [&stored as &dyn Engine, &world.live(&projector)] {
        let now = ask(engine, None).unwrap();
        assert_eq!((started(&now), now.position), (3, Seq::new(3)));
        for position in [2, 3] {
            let again = ask(engine, Some((Seq::new(position), &catalogue))).unwrap();
            assert_eq!((started(&again), again.position.get()), (position, position));
            if position == 2 {
                assert_eq!(again.document, first.document);
            }
        }
    }
}

#[test]
fn a_run_of_another_log_is_refused() {
    let mut world = World::new();
    world.begins(1, "09:00");
    let catalogue = Catalogue::shipped();
    let error = ask(&world.stored(), Some((Seq::new(7), &catalogue))).unwrap_err();
    assert!(matches!(error, EngineError::Never(_)), "{error}");
    assert!(error.to_string().contains("at delivery 7, but the log ends at 1"), "{error}");
}

#[test]
fn a_run_waits_until_what_the_log_holds_is_folded() {
    let mut world = World::new();
    let mut projector = Projector::open(&world.dir, &world.lock, 1).unwrap();
    let engine = world.live(&projector);
    world.begins(1, "09:00");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&engine, None));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!asked.is_finished());
        projector.catch_up(|_, _| ()).unwrap();
        assert_eq!(started(&asked.join().unwrap().unwrap()), 1);
    });
}

#[test]
fn a_process_that_ends_waits_for_nothing() {
    let mut world = World::new();
    let projector = Projector::open(&world.dir, &world.lock, 1).unwrap();
    let engine = world.live(&projector);
    engine.stopping.store(true, Ordering::Relaxed);
    world.begins(1, "09:00");
    assert!(matches!(ask(&engine, None), Err(EngineError::Later(_))));
}

#[test]
fn a_silence_is_of_one_integration_or_of_all_and_knows_nothing_of_the_future() {
    let mut world = World::new();
    world.begins(1, "09:00");
    world.begins(2, "10:00");
    let mut projector = Projector::open(&world.dir, &world.lock, 1).unwrap();
    projector.catch_up(|_, _| ()).unwrap();
    for engine in [&world.stored() as &dyn Engine, &world.live(&projector)] {
        let since = |integration, time: &str| {
            let as_of = at(&format!("2026-03-30T{time}:00Z"));
            let silence = engine.silence(integration, as_of, &Zone::utc()).unwrap();
            silence.map(|silence| silence.since.to_string())
        };
        let ten = Some("2026-03-30T10:00:00Z".to_owned());
        assert_eq!(since(None, "12:00"), ten);
        assert_eq!(since(Some("main"), "12:00"), ten);
        assert_eq!(since(Some("main"), "09:30").as_deref(), Some("2026-03-30T09:00:00Z"));
        assert_eq!(since(Some("other"), "12:00"), None);
    }
}

#[test]
fn sessions_are_written_as_they_were_while_others_fold_and_ask() {
    // More than a pipe holds: no two ids are alike.
    const SESSIONS: u64 = 20_000;
    let mut world = World::new();
    let number = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let all: Vec<_> = (0..SESSIONS).map(|n| beginning(number(n), "09:00", "null")).collect();
    world.log.append(&all).unwrap();
    let mut projector = Projector::open(&world.dir, &world.lock, 1).unwrap();
    projector.catch_up(|_, _| ()).unwrap();
    let engine = world.live(&projector);

    // A disk that takes nothing for now.
    let pipe = world.dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (answer, folded, entered, written) = std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask_into(&engine, None, Some(&pipe)));
        let mut out = File::open(&pipe).unwrap();
        // A session that is being written gets a feature, and another begins.
        let more = [beginning(number(0), "09:01", "\"selfid\""), beginning(7, "09:02", "null")];
        world.log.append(&more).unwrap();
        let (told, tells) = crossbeam_channel::bounded(1);
        let engine = &engine;
        scope.spawn(move || {
            projector.catch_up(|_, _| ()).unwrap();
            let entered = engine.gate.enter().is_ok();
            // Whoever waited may have given up.
            let _ = told.send((engine.live.position(), entered));
        });
        let (folded, entered) =
            tells.recv_timeout(Duration::from_secs(10)).unwrap_or((Seq::START, false));
        let mut written = Vec::new();
        out.read_to_end(&mut written).unwrap();
        (asked.join().unwrap().unwrap(), folded, entered, written)
    });
    assert!(64 * 1024 < written.len(), "{} bytes fit into a pipe", written.len());
    assert_eq!(folded, Seq::new(SESSIONS + 2), "what comes in is folded meanwhile");
    assert!(entered, "others may ask meanwhile");
    assert_eq!(answer.position, Seq::new(SESSIONS));

    let catalogue = answer.document.catalogue.clone();
    let again = world.dir.path().join("again");
    let past = Some((answer.position, &catalogue));
    for engine in [&world.stored() as &dyn Engine, &engine] {
        ask_into(engine, past, Some(&again)).unwrap();
        assert_eq!(std::fs::read(&again).unwrap(), written);
    }
}
