//! Asks everybody. The model is held for as long as it takes to count, and never while the log is
//! read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use weir_domain::{Seq, Timestamp};
use weir_log::sqlite_version;
use weir_projector::{Event, Quarantine};
use weir_readmodel::{DeliveryFilter, DeliveryFlags, DeliveryTally};
use weir_report::Zone;

use super::judge::judge;
use super::{
    AnswerRow, CauseRow, CheckpointHealth, EndpointHealth, FoldHealth, Health, IngestRate,
    IntegrationHealth, LastDelivery, LogHealth, ProcessHealth, QuarantineHealth, RefusalRow,
    ScrubHealth, SecretHealth, Status, reports, seconds, unknown,
};
use crate::opened::OpenedLog;
use crate::problem::Problem;
use crate::{IngestHealth, State};

/// Of how many that could not be read the cause is told: reading them again takes milliseconds.
const LOOKED_AT_MAX: usize = 500;

const SECOND_US: i64 = 1_000_000;

/// How the process does now.
pub(crate) fn gather(state: &State) -> Result<Health, Problem> {
    let as_of = state.clock.now();
    let zone = Zone::named(&state.timezone_default).unwrap_or_else(Zone::utc);
    let mut log = state.log()?;
    let seen = (state.ingest)();
    let all = state.live.model().tally(Timestamp::MIN, Timestamp::MAX, Timestamp::MAX);
    let mut health = Health {
        status: Status::Well,
        sentence: String::new(),
        as_of,
        timezone: zone.name().to_owned(),
        integrations: integrations(state, &mut log, &seen, &zone)?,
        fold: fold(state),
        rate: rate(state, as_of),
        quarantine: quarantine(state, &mut log, &all)?,
        unknown: unknown::gather(state, &mut log, &all)?,
        secrets: secrets(state, &log, &seen)?,
        log: of_the_log(state, &log)?,
        checkpoint: checkpoint(state),
        schedules: reports::gather(state, as_of)?,
        stores_lost: state.stores_lost(),
        process: ProcessHealth {
            weir: env!("CARGO_PKG_VERSION"),
            sqlite: sqlite_version(),
            uptime_seconds: seconds(as_of.since_us(seen.since).max(0)),
        },
        endpoint: endpoint(seen),
    };
    (health.status, health.sentence) = judge(&health, state.limits);
    Ok(health)
}

fn integrations(
    state: &State,
    log: &mut OpenedLog,
    seen: &IngestHealth,
    zone: &Zone,
) -> Result<Vec<IntegrationHealth>, Problem> {
    let mut last = BTreeMap::new();
    for found in state.pulse.last_deliveries(state, log, zone)? {
        let delivery = log.get(found.seq)?;
        let session = delivery.and_then(|found| {
            Event::parse(&found.delivery.body).ok().map(|event| event.session.to_string())
        });
        let of = LastDelivery::of(found.seq.get(), session, &found.silence);
        last.insert(found.integration, of);
    }
    let configured: BTreeSet<&String> = seen.integrations.iter().collect();
    let names: BTreeSet<String> =
        last.keys().cloned().chain(seen.integrations.iter().cloned()).collect();
    let of = |name: String| IntegrationHealth {
        configured: configured.contains(&name),
        secrets_stale: seen.stale.contains(&name),
        last_delivery: last.remove(&name),
        integration: name,
    };
    Ok(names.into_iter().map(of).collect())
}

fn fold(state: &State) -> FoldHealth {
    let lag = state.live.lag();
    FoldHealth {
        position: state.live.position().get(),
        lag_seconds: state.lag_seconds(&lag),
        lag_deliveries: lag.deliveries,
        failure: lag.failure,
    }
}

/// How far back the rates reach.
const RATES_S: [i64; 3] = [60, 3_600, 86_400];

fn rate(state: &State, as_of: Timestamp) -> IngestRate {
    let model = state.live.model();
    let [last_minute, last_hour, last_24_hours] = RATES_S.map(|s| {
        let from = as_of.plus_us(-s * SECOND_US);
        model.tally(from, as_of, Timestamp::MAX).deliveries
    });
    IngestRate { last_minute, last_hour, last_24_hours }
}

fn quarantine(
    state: &State,
    log: &mut OpenedLog,
    all: &DeliveryTally,
) -> Result<QuarantineHealth, Problem> {
    let places = flagged(state, DeliveryFlags::QUARANTINED);
    let mut causes: BTreeMap<String, (u64, Timestamp)> = BTreeMap::new();
    for &seq in &places {
        let Some(found) = log.get(seq)? else { continue };
        let cause = cause(&found.delivery.body);
        let (count, last) = causes.entry(cause).or_insert((0, Timestamp::MIN));
        (*count, *last) = (*count + 1, (*last).max(found.delivery.received_at));
    }
    let row = |(cause, (count, last_received_at))| CauseRow { cause, count, last_received_at };
    let mut causes: Vec<_> = causes.into_iter().map(row).collect();
    causes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cause.cmp(&b.cause)));
    Ok(QuarantineHealth { count: all.quarantined, looked_at: places.len() as u64, causes })
}

/// The newest deliveries of which this was noted.
pub(crate) fn flagged(state: &State, flag: DeliveryFlags) -> Vec<Seq> {
    let filter = DeliveryFilter { flag: Some(flag), from: Timestamp::MIN, to: Timestamp::MAX };
    let model = state.live.model();
    model.find_deliveries(filter, Seq::new(u64::MAX)).take(LOOKED_AT_MAX).collect()
}

/// Why, without the place in the body, which differs each time.
pub(crate) fn cause(body: &[u8]) -> String {
    match Event::parse(body) {
        Ok(_) => "it can be read now; `weir rebuild` folds it in".to_owned(),
        Err(Quarantine::NotJson(_)) => "the body is not JSON".to_owned(),
        Err(cause) => cause.to_string(),
    }
}

/// The configured secrets, and those that matched once and are no longer configured.
fn secrets(
    state: &State,
    log: &OpenedLog,
    seen: &IngestHealth,
) -> Result<Vec<SecretHealth>, Problem> {
    let mut before = state.pulse.secrets(log)?;
    let mut rows: Vec<_> = seen
        .secrets
        .iter()
        .map(|known| {
            let (integration, secret) = (known.integration.clone(), known.secret.clone());
            let earlier = before.remove(&(integration.clone(), secret.clone()));
            let matched_at = known.matched_at.max(earlier);
            SecretHealth { integration, secret, configured: known.active, matched_at }
        })
        .collect();
    rows.extend(before.into_iter().map(|((integration, secret), at)| SecretHealth {
        integration,
        secret,
        configured: false,
        matched_at: Some(at),
    }));
    Ok(rows)
}

fn of_the_log(state: &State, log: &OpenedLog) -> Result<LogHealth, Problem> {
    let head = log.head()?;
    let last = log.seal_at(head)?;
    Ok(LogHealth {
        able_to_append: (state.log_open)(),
        deliveries: head.get(),
        file_bytes: log.file_bytes(),
        seals: state.pulse.seals(log, head)?,
        last_seal: last.last.get(),
        last_seal_hash: last.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        free_bytes: state.dir.free_bytes(),
        scrub: (state.scrub)().map(|record| ScrubHealth {
            began_at: record.began_at,
            position: record.place.deliveries,
            whole_at: record.whole_at,
            damage: record.wrong(),
            damages: record.damage.len() as u64,
        }),
    })
}

fn checkpoint(state: &State) -> CheckpointHealth {
    let file = state.dir.read_file();
    let files = [file.clone(), file.with_extension("db-wal")];
    let saved = state.live.saved();
    CheckpointHealth {
        position: saved.get(),
        unsaved_deliveries: state.live.position().since(saved),
        written_at: files.iter().filter_map(|file| written_at(file)).max(),
        file_bytes: files.iter().filter_map(|file| file.metadata().ok()).map(|m| m.len()).sum(),
    }
}

fn written_at(file: &Path) -> Option<Timestamp> {
    let modified = file.metadata().ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?))
}

fn endpoint(seen: IngestHealth) -> EndpointHealth {
    let mut answers: Vec<_> = seen
        .answers
        .into_iter()
        .map(|answer| AnswerRow {
            meaning: meaning_of_status(answer.status),
            status: answer.status,
            integration: answer.integration,
            count: answer.count,
        })
        .collect();
    answers.sort_by(|a, b| (a.status, &a.integration).cmp(&(b.status, &b.integration)));
    let refusals = seen.refusals.iter().map(|refusal| RefusalRow {
        reason: refusal.reason,
        count: refusal.count,
        meaning: meaning_of_refusal(refusal.reason),
    });
    EndpointHealth {
        since: seen.since,
        refusals: refusals.collect(),
        answers,
        waiting: seen.waiting,
    }
}

/// The same words as in `docs/operating.md`.
fn meaning_of_status(status: u16) -> &'static str {
    match status {
        200 => "in the log, on the disk",
        400 => "the body broke off; if there are many, look at the proxy",
        401 => "not signed by a known client",
        405 => "not a POST; somebody else is calling",
        408 => "the body did not arrive in time; look at the network",
        413 => "the body is larger than ingest.body_bytes_max",
        415 => "the body has a Content-Encoding; switch off compression of requests in the proxy",
        503 => "the log could not take it in time; look at the disk",
        _ => "another answer",
    }
}

fn meaning_of_refusal(reason: &str) -> &'static str {
    match reason {
        "no_client" | "no_signature" => "a proxy drops headers, or a stranger",
        "unknown_client" => "an integration is not configured, or its api_key is mistyped",
        "malformed_signature" => "not 64 hex digits: not Veriff",
        "doubled" => "a proxy adds a header that is there already",
        "disagreeing" => "the x- and vrf- headers say different things",
        "source" => {
            "not from a network that ingest.allow_from names; if it is the provider, look at server.trusted_proxies"
        }
        "limited" => "large bodies from somebody who signs wrong again and again",
        "wrong_signature" => "a wrong or retired secret, or a proxy that changes the body",
        _ => "another reason",
    }
}
