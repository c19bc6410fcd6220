//! `weir serve`: ingest, projector, dashboard and API in one process.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::{App, web};
use crossbeam_channel::Sender;
use prometheus_client::registry::Registry;
use weir_access::Access;
use weir_audit::{Did, Filter, Record};
use weir_dashboard::{
    AnswerCount, Auditor, CatalogueCell, Entrance, Gate, IngestHealth, Openness, Pulse,
    ReadyLimits, RefusalCount, Reveal, SecretUse, State, Streams, ViewersSee, WITHOUT_PEOPLE,
    WITHOUT_RECORD,
};
use weir_domain::{Clock, Networks, Timestamp};
use weir_ingest::{
    AppendQueue, Appender, Committed, GroupLog, Ingest, Intake, IntakeError, Integrations, Limits,
    Metrics, QueueLimits, SecretMatch,
};
use weir_log::{DataDir, Lock, Log, LogError};
use weir_projector::{Live, Projector, ProjectorError};

use crate::args::Common;
use crate::clock::SystemClock;
use crate::commands::{demo, threads};
use crate::config::{Admission, Config, Open, ServerConfig};
use crate::edge;
use crate::failure::{Failure, Outcome};
use crate::heads::{self, Heads, random_key};
use crate::retention::Retention;
use crate::rotation::{Rotation, SecretSources};
use crate::scheduler::{Reports, Stop};
use crate::scrub::{Pace, Scrubbing, Seen};
use crate::vault::Place;
use crate::watch::{Watch, Watched};

/// How long a process that is just ending may hold the data directory.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// How long requests that are being answered may take at the end.
const SHUTDOWN_TIMEOUT_S: u64 = 10;

/// What a browser is told where we speak TLS: for a year, never ask this host without.
const STRICT: (&str, &str) = ("strict-transport-security", "max-age=31536000");

/// How to serve.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Serve a fresh temporary data directory with 90 days of simulated sessions, and keep posting
    #[arg(long, conflicts_with_all = ["config", "data_dir"])]
    pub(crate) demo: bool,
}

/// All that a running Weir is made of.
pub(crate) struct Service {
    pub(crate) dir: DataDir,
    pub(crate) lock: Lock,
    pub(crate) integrations: Integrations,
    pub(crate) admission: Admission,
    /// Where the listener's certificate and key are, if it speaks TLS.
    pub(crate) tls: Option<edge::TlsFiles>,
    /// Where their secrets are read from again; nowhere by default.
    pub(crate) secrets: SecretSources,
    pub(crate) limits: Limits,
    pub(crate) queue_limits: QueueLimits,
    /// The keys of personal values.
    pub(crate) vault: Place,
    /// What viewers see of personal values.
    pub(crate) viewers_see: ViewersSee,
    pub(crate) catalogue: CatalogueCell,
    pub(crate) reports: Reports,
    /// Where heads of the log are written, and how often.
    pub(crate) log_heads: Option<heads::Schedule>,
    /// The same of the audit record.
    pub(crate) audit_heads: Option<heads::Schedule>,
    /// How the log is read again.
    pub(crate) scrub: Option<Pace>,
    pub(crate) timezone: String,
    pub(crate) server: ServerConfig,
    pub(crate) open: Open,
    #[cfg(feature = "oidc")]
    pub(crate) oidc: Option<weir_dashboard::Oidc>,
    pub(crate) demo: bool,
}

/// Serves until a signal says to stop.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    if args.demo {
        return demo::run(args);
    }
    let mut config = Config::read(common)?;
    if let Some(listen) = &args.listen {
        config.server.listen.clone_from(listen);
    }
    let integrations = config.integrations()?;
    if integrations.names().next().is_none() {
        tracing::warn!(
            "no integration is configured, so every webhook is refused; add an [[integration]]"
        );
    }
    let listener = bind(&config.server.listen)?;
    refuse_open_to_all(config.dashboard.open, listener.local_addr()?)?;
    let dir = config.data_dir();
    let service = Service {
        lock: lock(&dir)?,
        dir,
        integrations,
        admission: config.networks()?,
        tls: config.tls(),
        secrets: config.take_secret_sources(),
        limits: config.limits(),
        queue_limits: config.queue_limits(),
        vault: config.vault(),
        viewers_see: config.viewers_see(),
        catalogue: CatalogueCell::new(config.catalogue_base()?, config.catalogue_own()?),
        reports: Reports {
            channels: config.channels()?,
            asking: config.asking(),
            keep_outputs_days: config.schedule.keep_outputs_days,
        },
        log_heads: config.log_heads(),
        audit_heads: config.audit_heads(),
        scrub: config.scrub(),
        timezone: config.report.timezone.clone(),
        #[cfg(feature = "oidc")]
        oidc: config.oidc()?,
        server: config.server,
        open: config.dashboard.open,
        demo: false,
    };
    let scheme = service.scheme();
    service.run(listener, |address| {
        eprintln!("weir: the dashboard is at {scheme}://{address}/");
        Ok(())
    })
}

/// Takes the data directory, waiting a moment for a process that is just ending.
fn lock(dir: &DataDir) -> Outcome<Lock> {
    let began = Instant::now();
    loop {
        match dir.lock("weir serve") {
            Err(LogError::Locked { .. }) if began.elapsed() < LOCK_PATIENCE => {
                std::thread::sleep(Duration::from_millis(100));
            }
            locked => return Ok(locked?),
        }
    }
}

/// Listens at `address`.
pub(crate) fn bind(address: &str) -> Outcome<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| {
        Failure::work(format!(
            "{address} cannot be listened at: {error}; name another with --listen, such as 127.0.0.1:0"
        ))
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Whether only this machine reaches an address, as far as its text tells.
pub(crate) fn is_this_machines(address: &str) -> bool {
    address.to_socket_addrs().is_ok_and(|mut found| found.all(|one| one.ip().is_loopback()))
}

/// An open dashboard is for whoever sits at this machine, and for nobody else.
fn refuse_open_to_all(open: Open, address: SocketAddr) -> Outcome {
    if open == Open::Loopback && !address.ip().is_loopback() {
        return Err(Failure::call(format!(
            "dashboard.open is `loopback`, but {address} can be reached from other machines, where \
             nobody would be asked who they are; listen at 127.0.0.1, or leave dashboard.open out \
             and create an owner"
        )));
    }
    Ok(())
}

/// Who stands at the door of the dashboard.
fn entrance(dir: &DataDir, open: Open, address: SocketAddr, public_url: Option<&str>) -> Entrance {
    let store = people(dir);
    if let Some(lost) = store.lost() {
        tracing::error!("{WITHOUT_PEOPLE}; webhooks are taken all the same: {lost}");
    }
    let openness = match open {
        Open::Never => Openness::Never,
        Open::UntilOwner => Openness::UntilOwner,
        Open::Loopback => Openness::Loopback,
    };
    let public_url = public_url.map(str::to_owned);
    Entrance::new(store, openness, address.ip().is_loopback(), public_url)
}

/// Who may see what, after a look at all of the file.
pub(crate) fn people(dir: &DataDir) -> Access {
    Access::of_a_server(&dir.access_file(), || {
        let told = |did| Filter { did: Some(did), ..Filter::default() };
        let tells = |record: Record| {
            for did in [Did::ChangedPerson, Did::SignedIn] {
                if !record.entries(&told(did), None, 1)?.deeds.is_empty() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        // What cannot be read does not tell that there was nobody.
        let record = Record::open(&dir.audit_file());
        record.and_then(|record| record.map_or(Ok(false), tells)).unwrap_or(true)
    })
}

/// The key of the pseudonyms that viewers see, made at the first start. Where the one that is kept
/// cannot be used, another is good for as long as the process runs: viewers see no value in any case.
fn pseudonym_key(dir: &DataDir) -> Outcome<[u8; 32]> {
    let seed = random_key()?;
    Ok(kept_pseudonym_key(dir, seed).unwrap_or_else(|failure| {
        tracing::error!(
            "viewers see pseudonyms that last until the server is started again; webhooks are taken all \
             the same: {failure}"
        );
        seed
    }))
}

/// The key as it is kept, which is `seed` where there was none.
pub(crate) fn kept_pseudonym_key(dir: &DataDir, seed: [u8; 32]) -> Outcome<[u8; 32]> {
    let kept = dir.pseudonym_key(|| seed)?;
    <[u8; 32]>::try_from(kept.as_slice()).map_err(|_| {
        Failure::work(format!(
            "{} is no key: it must have 32 bytes; restore it, or move it away to have another made, \
             with which viewers see other pseudonyms",
            dir.pseudonym_key_file().display()
        ))
    })
}

/// The audit record. Where it cannot be opened, webhooks are taken all the same.
fn auditor(dir: &DataDir) -> Auditor {
    let audit = Auditor::at(&dir.audit_file());
    if let Err(error) = audit.ready() {
        tracing::error!(
            "{WITHOUT_RECORD}; webhooks are taken and reports are shown all the same: {error}"
        );
    }
    audit
}

/// Tells whoever reads the console how to become the owner, where there is none.
fn tell_setup(entrance: &Entrance, base: &str) -> Outcome {
    if entrance.store.lost().is_some() {
        return Ok(());
    }
    if entrance.has_people()? || entrance.openness == Openness::Loopback {
        return Ok(());
    }
    if let Some(token) = entrance.setup.text() {
        eprintln!("weir: create the owner at {base}/setup with the token {}", token.reveal());
    }
    Ok(())
}

/// Why the process must stop before it is told to.
type Fatal = Arc<Mutex<Option<IntakeError>>>;

impl Service {
    /// How addresses of the listener begin.
    fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Serves until a signal says to stop: what was accepted by then is appended and answered.
    /// `ready` is told the address once requests are answered.
    pub(crate) fn run(
        self,
        listener: TcpListener,
        ready: impl FnOnce(SocketAddr) -> Outcome,
    ) -> Outcome {
        let address = listener.local_addr()?;
        let log = self.vault.intake(Log::open(&self.dir, &self.lock)?)?;
        let projector = Projector::open(&self.dir, &self.lock, threads())?;
        let live = projector.live();
        // After the other files: a folder that is not ours to serve is left as it was.
        let public_url = self.server.public_url.as_deref();
        let mut access = entrance(&self.dir, self.open, address, public_url);
        access.allow_from = self.admission.dashboard;
        access.tls = self.tls.is_some();
        let scheme = if access.tls { "https" } else { "http" };
        let proxies = Arc::new(self.admission.proxies);
        #[cfg(feature = "oidc")]
        let access = access.with_oidc(self.oidc);
        let audit = auditor(&self.dir);
        let reveal = Reveal::new(pseudonym_key(&self.dir)?, self.viewers_see);
        let mut registry = Registry::default();
        registry.register(
            "weir_dashboard_elsewhere",
            "Requests that dashboard.allow_from refused",
            access.elsewhere.clone(),
        );
        let (tls, renewal) = match self.tls {
            None => (None, None),
            Some(files) => {
                let (tls, renewal) =
                    edge::Tls::start(files, &mut registry).map_err(Failure::call)?;
                (Some(tls), Some(Box::new(renewal) as Box<dyn Watched>))
            }
        };
        let metrics = Arc::new(Metrics::new(&mut registry, &self.integrations));
        metrics.starts_at(log.head());
        let (wake, committed) = crossbeam_channel::bounded(1);
        let fatal = Fatal::default();
        let stop = Arc::new(tokio::sync::Notify::new());
        let on_commit = on_commit(Arc::clone(&live), Arc::clone(&metrics), wake);
        let (queue, appending) = {
            let (fatal, stop) = (Arc::clone(&fatal), Arc::clone(&stop));
            Appender::start(log, self.queue_limits, on_commit, move |error| {
                *fatal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                stop.notify_one();
            })?
        };
        let projecting = std::thread::Builder::new()
            .name("weir-project".to_owned())
            .spawn(move || projector.run(&committed))?;
        let ids: Vec<_> = self.integrations.ids().collect();
        let ingest = web::Data::new(
            Ingest::new(
                self.integrations,
                queue.clone(),
                Arc::new(SystemClock),
                self.limits,
                Arc::clone(&metrics),
            )
            .only_from(self.admission.ingest),
        );
        let rotation = (!self.secrets.integrations.is_empty()).then(|| {
            let (ingest, metrics) = (ingest.clone(), Arc::clone(&metrics));
            let dir = self.dir.clone();
            Box::new(Rotation::new(dir, self.secrets, ids, ingest, metrics)) as Box<dyn Watched>
        });
        let watch = Watch::start(rotation.into_iter().chain(renewal).collect())?;
        let endpoint =
            self.server.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
        let (catalogue, gate) = (Arc::new(self.catalogue), Arc::new(Gate::for_threads(threads())));
        let parts = self.reports.open(&self.dir, &live, &catalogue, &gate)?;
        let start = |pace| Scrubbing::start(self.dir.clone(), pace, &mut registry);
        let scrubbing = self.scrub.map(start).transpose()?;
        let state = web::Data::new(State {
            live,
            audit,
            reveal,
            access,
            dir: self.dir.clone(),
            vault: self.vault.reading()?.map(Arc::new),
            catalogue,
            clock: Arc::new(SystemClock),
            threads: threads(),
            registry: Arc::new(registry),
            endpoint_url: format!("{}{}", endpoint.trim_end_matches('/'), weir_ingest::PATH),
            demo: self.demo,
            limits: ReadyLimits::default(),
            log_open: {
                let queue = queue.clone();
                Box::new(move || queue.is_open())
            },
            scrub: {
                let seen = scrubbing.as_ref().map(Scrubbing::seen);
                Box::new(move || seen.as_ref().map(Seen::record))
            },
            timezone_default: self.timezone,
            ingest: seen(metrics, SystemClock.now()),
            gate,
            pulse: Pulse::default(),
            streams: Streams::default(),
            schedules: parts.pages(&self.dir),
        });
        let _heads = [
            self.log_heads.map(|to| Heads::start::<weir_log::Head>(&self.dir, to)),
            self.audit_heads.map(|to| Heads::start::<weir_audit::Head>(&self.dir, to)),
        ]
        .into_iter()
        .flatten()
        .collect::<Outcome<Vec<_>>>()?;
        let _retention = Retention::start(self.vault.clone())?;
        let scheduler = self.reports.start(&self.dir, &parts)?;
        let stops = scheduler.stop();
        let served = actix_web::rt::System::new().block_on(async {
            let server = serve(listener, &self.server, proxies, tls, ingest, state.clone())?;
            let handle = server.handle();
            let reading = actix_web::rt::spawn(read_on_signal(watch));
            let waiting = actix_web::rt::spawn(stop_on_signal(handle, stop, stops, state.clone()));
            ready(address)?;
            tell_setup(&state.access, endpoint.trim_end_matches('/'))?;
            let served = server.await;
            waiting.abort();
            reading.abort();
            Ok::<_, Failure>(served?)
        });
        scheduler.end();
        drop(scrubbing);
        let finished = finish(&queue, appending, projecting);
        // The lock lives until here: nobody else may write before we are done.
        drop(self.lock);
        if let Some(error) = fatal.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error.into());
        }
        served.and(finished)
    }
}

/// What happens after each commit, on the writer's thread.
fn on_commit(
    live: Arc<Live>,
    metrics: Arc<Metrics>,
    wake: Sender<()>,
) -> impl Fn(Committed) + Send + 'static {
    move |committed| {
        live.committed(committed.head, SystemClock.now());
        metrics.committed(committed);
        // A full channel: the projector has been told already.
        let _ = wake.try_send(());
    }
}

/// What the endpoint has seen, in the dashboard's words.
fn seen(metrics: Arc<Metrics>, since: Timestamp) -> Box<dyn Fn() -> IngestHealth + Send + Sync> {
    Box::new(move || IngestHealth {
        since,
        integrations: metrics.integrations().map(str::to_owned).collect(),
        answers: metrics
            .answers()
            .filter(|&(.., count)| 0 < count)
            .map(|(integration, answer, count)| AnswerCount {
                integration: integration.map(str::to_owned),
                status: answer.status(),
                count,
            })
            .collect(),
        refusals: metrics
            .refusals()
            .filter(|&(_, count)| 0 < count)
            .map(|(reason, count)| RefusalCount { reason, count })
            .collect(),
        secrets: metrics
            .secrets()
            .into_iter()
            .map(|SecretMatch { integration, secret, active, at }| SecretUse {
                integration,
                secret,
                active,
                matched_at: at,
            })
            .collect(),
        stale: metrics.stale().map(str::to_owned).collect(),
        waiting: metrics.waiting(),
    })
}

fn serve(
    listener: TcpListener,
    config: &ServerConfig,
    proxies: Arc<Networks>,
    tls: Option<edge::Tls>,
    ingest: web::Data<Ingest>,
    state: web::Data<State>,
) -> Outcome<Server> {
    let workers = config.workers.unwrap_or_else(threads).max(1);
    let crowd = Arc::new(edge::Crowd::of(config.connections_max));
    let encrypted = tls.is_some();
    let app = move || {
        let proxies = Arc::clone(&proxies);
        let headers = DefaultHeaders::new();
        let headers = if encrypted { headers.add(STRICT) } else { headers };
        App::new()
            .app_data(ingest.clone())
            .app_data(state.clone())
            .configure(weir_ingest::routes)
            .configure(weir_dashboard::routes)
            .wrap(headers)
            .wrap(from_fn(move |request, next| edge::sourced(Arc::clone(&proxies), request, next)))
            .wrap(from_fn(edge::turns))
    };
    let server = Server::build();
    let stopping = server.graceful_shutdown_signal();
    let server = server
        .workers(workers)
        .max_concurrent_connections(crowd.max.div_ceil(workers).max(1))
        .shutdown_timeout(SHUTDOWN_TIMEOUT_S)
        .disable_signals()
        .listen("weir", listener, move || {
            let stopping = stopping.clone();
            edge::http(app(), Arc::clone(&crowd), tls.clone(), move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
        })?;
    Ok(server.run())
}

/// Reads secrets and certificates again when the process is told to: SIGHUP. It is caught from the
/// call on.
fn read_on_signal(watch: Watch) -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let hangup = signal(SignalKind::hangup());
    async move {
        let Ok(mut hangup) = hangup else {
            tracing::warn!("SIGHUP cannot be caught: it would end the process");
            return;
        };
        while hangup.recv().await.is_some() {
            tracing::info!("reading secrets and certificates again: told to by SIGHUP");
            watch.read_now();
        }
    }
}

/// Stops the server when the process is told to end, or must end by itself. Signals are caught from
/// the call on.
fn stop_on_signal(
    server: ServerHandle,
    stop: Arc<tokio::sync::Notify>,
    scheduler: Stop,
    state: web::Data<State>,
) -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let caught = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = caught else {
            tracing::warn!(
                "signals cannot be caught: a stop will not wait for what is being answered"
            );
            return;
        };
        tokio::select! {
            _ = terminate.recv() => tracing::info!("stopping: what was accepted is appended and answered first"),
            _ = interrupt.recv() => tracing::info!("stopping: what was accepted is appended and answered first"),
            () = stop.notified() => tracing::error!("stopping: the log cannot be written"),
        }
        scheduler.tell();
        // Streams of events would go on until the last of the time that requests have.
        state.streams.close();
        server.stop(true).await;
    }
}

/// Appends what is still waiting, folds it, saves, and ends both threads.
fn finish(
    queue: &AppendQueue,
    appending: JoinHandle<Intake>,
    projecting: JoinHandle<Result<(), ProjectorError>>,
) -> Outcome {
    queue.shutdown();
    let log = appending.join().map_err(|_| Failure::work("the writer of the log broke off"))?;
    // With the writer, the last word on `committed` is gone: the projector reads on to the end.
    let projected = projecting.join().map_err(|_| Failure::work("the projector broke off"))?;
    drop(log);
    Ok(projected?)
}
