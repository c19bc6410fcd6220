//! `weir serve --demo`: 90 days of simulated history, and a provider that goes on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::RngCore;
use weir_dashboard::CatalogueCell;
use weir_domain::{Catalogue, Clock, Delivery, Origin, Overlay, Timestamp};
use weir_ingest::{Integration, Integrations, Limits, NamedSecret, QueueLimits};
use weir_log::{DataDir, Lock, Log};
use weir_projector::Projector;
use weir_simulator::{Deliveries, Scenario};

use crate::clock::SystemClock;
use crate::commands::demo_reports;
use crate::commands::provider::{Sender, agent};
use crate::commands::serve::{Args, Service, bind};
use crate::commands::simulate::{days_before, integration_name};
use crate::commands::threads;
use crate::config::{Admission, Open, ServerConfig};
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::rotation::SecretSources;
use crate::vault::Place;

/// The same people in every demo.
const SEED: u64 = 2_026;
const DAYS: u32 = 90;
const SESSIONS_PER_DAY: f64 = 1_200.0;
const INTEGRATIONS: usize = 2;

/// Simulated time goes by this much faster than real time, so that the page moves while one looks.
const SPEED: u32 = 120;

/// Deliveries in one commit while the history is written.
const GROUP_DELIVERIES: usize = 4_096;

/// Where the demo listens; another port is taken if this one is in use.
const LISTEN: &str = "127.0.0.1:8080";
const LISTEN_ANYWHERE: &str = "127.0.0.1:0";

/// Serves the demo.
pub(crate) fn run(args: &Args) -> Outcome {
    let temp = tempfile::Builder::new().prefix("weir-demo-").tempdir()?;
    let dir = DataDir::at(&temp.path().join("data"));
    let lock = dir.lock("weir serve --demo")?;
    let listener = match &args.listen {
        Some(address) => bind(address)?,
        None => bind(LISTEN).or_else(|_| bind(LISTEN_ANYWHERE))?,
    };
    eprintln!(
        "weir: simulating {DAYS} days of sessions (seed {SEED}) in {}",
        temp.path().display()
    );
    let now = SystemClock.now();
    let scenario =
        Scenario::realistic(SEED, days_before(now, DAYS), Timestamp::MAX, SESSIONS_PER_DAY);
    let mut deliveries = scenario.deliveries();
    write_history(&dir, &lock, &mut deliveries, now)?;
    let reports = demo_reports::reports(&dir, format!("http://{}", listener.local_addr()?))?;
    demo_reports::write(&dir, &reports, now)?;
    let keys: Vec<_> = (0..INTEGRATIONS).map(|_| Keys::random()).collect();
    let service = Service {
        integrations: Integrations::new(integrations(&keys))
            .map_err(|error| Failure::work(error.to_string()))?,
        admission: Admission::default(),
        tls: None,
        secrets: SecretSources::default(),
        vault: Place::unused(&dir),
        viewers_see: weir_dashboard::ViewersSee::default(),
        dir,
        lock,
        limits: Limits::default(),
        queue_limits: QueueLimits::default(),
        catalogue: CatalogueCell::new(Catalogue::shipped(), Overlay::default()),
        reports,
        log_heads: None,
        audit_heads: None,
        scrub: None,
        timezone: "UTC".to_owned(),
        server: ServerConfig::default(),
        // Where others can reach the demo, they must be let in.
        open: if listener.local_addr()?.ip().is_loopback() { Open::Loopback } else { Open::Never },
        #[cfg(feature = "oidc")]
        oidc: None,
        demo: true,
    };
    service.run(listener, move |address| {
        eprintln!(
            "weir: a simulated provider posts signed webhooks to it, {SPEED} times as fast as time"
        );
        println!("http://{address}/");
        std::thread::Builder::new()
            .name("weir-provider".to_owned())
            .spawn(move || play(deliveries, now, address, &keys))?;
        Ok(())
    })
}

/// What one simulated integration signs with.
#[derive(Clone)]
struct Keys {
    api_key: String,
    secret: Vec<u8>,
}

impl Keys {
    /// Nobody else may post to a demo either.
    fn random() -> Keys {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let (api_key, secret) = bytes.split_at(16);
        Keys { api_key: hex::encode(api_key), secret: hex::encode(secret).into_bytes() }
    }
}

fn integrations(keys: &[Keys]) -> Vec<Integration> {
    let one = |(number, keys): (usize, &Keys)| Integration {
        name: integration_name(number).to_owned(),
        api_key: keys.api_key.clone(),
        secrets: vec![NamedSecret::new("demo", keys.secret.clone())],
    };
    keys.iter().enumerate().map(one).collect()
}

/// Writes what happened until `now` through the log and the fold.
fn write_history(
    dir: &DataDir,
    lock: &Lock,
    deliveries: &mut Deliveries,
    now: Timestamp,
) -> Outcome {
    let began = Instant::now();
    let origins: Vec<_> =
        (0..INTEGRATIONS).map(|n| Arc::new(Origin::imported(integration_name(n)))).collect();
    let mut log = Log::open(dir, lock)?;
    let mut history = deliveries.take_until(now).map(|sent| Delivery {
        received_at: sent.at,
        origin: Arc::clone(&origins[sent.integration.min(INTEGRATIONS - 1)]),
        body: sent.body,
    });
    let mut progress = Progress::start("writing the history (deliveries)", 0);
    loop {
        let group: Vec<_> = history.by_ref().take(GROUP_DELIVERIES).collect();
        if group.is_empty() {
            break;
        }
        log.append(&group)?;
        progress.at(log.head().get(), 0);
    }
    progress.finish();
    let mut progress = Progress::start("folding the history (deliveries)", log.head().get());
    Projector::open(dir, lock, threads())?
        .catch_up(|at, head| progress.at(at.get(), head.get()))?;
    progress.finish();
    eprintln!(
        "weir: {} deliveries written and folded in {:.1} s",
        log.head(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Posts what happens after `now`, as long as the process lives.
fn play(deliveries: Deliveries, now: Timestamp, address: SocketAddr, keys: &[Keys]) {
    let agent = agent();
    let senders: Vec<_> = keys
        .iter()
        .map(|keys| Sender {
            url: format!("http://{address}{}", weir_ingest::PATH),
            api_key: keys.api_key.clone(),
            secret: keys.secret.clone(),
        })
        .collect();
    let began = Instant::now();
    for sent in deliveries {
        let due_us = sent.at.since_us(now).max(0).unsigned_abs();
        let due = Duration::from_micros(due_us / u64::from(SPEED));
        std::thread::sleep(due.saturating_sub(began.elapsed()));
        let sender = &senders[sent.integration.min(INTEGRATIONS - 1)];
        // The provider sends again what was not taken, an hour later.
        match sender.post(&agent, &sent.body, true) {
            Ok(Some(200)) => {}
            Ok(status) => {
                tracing::warn!(?status, "the simulated provider was not answered with 200")
            }
            Err(failure) => tracing::warn!("the simulated provider: {failure}"),
        }
    }
}
