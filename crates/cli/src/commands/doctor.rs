//! `weir doctor`: what is wrong with this installation, if anything.

mod privacy; // the vault: whether it is there, and what is in it
mod reports; // what is sent: definitions, the ledger, how the last runs went
mod runs; // which runs somebody should look at

use weir_access::Role;
use weir_audit::Record;
use weir_channel::Looked;
use weir_dashboard::{WITHOUT_PEOPLE, WITHOUT_RECORD};
use weir_domain::{Clock, Networks, Timestamp};
use weir_ingest::Integrations;
use weir_log::{DataDir, FREE_BYTES_MIN, LogError, LogReader, ScrubRecord};
use weir_readmodel::{CheckpointError, Model};
use weir_report::render::bytes;

use crate::args::Common;
use crate::clock::SystemClock;
use crate::commands::secrets::{self, SecretRow, Standing};
use crate::commands::{counted, serve};
use crate::config::{Admission, Config, Open};
use crate::edge::TlsFiles;
use crate::failure::{Failure, Outcome};

/// Before this the clock is surely wrong: the first Weir is younger.
const CLOCK_MIN: &str = "2026-01-01T00:00:00Z";

/// How to look.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Connect to nobody: look at the settings of mail server, webhooks and stores only
    #[arg(long)]
    offline: bool,
}

/// What one look showed.
enum Finding {
    Fine(String),
    /// Works, but not as it might.
    Note(String),
    Wrong(String),
}

use Finding::{Fine, Note, Wrong};

/// Looks at everything, prints what it finds, and fails if anything is wrong.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let mut findings = vec![clock()];
    match Config::read(common) {
        Err(failure) => findings.push(Wrong(failure.to_string())),
        Ok(config) => {
            findings.push(Fine("the configuration reads".to_owned()));
            findings.push(catalogue(&config));
            findings.extend(integrations(&config));
            findings.extend(dashboard(&config));
            findings.push(admission(&config));
            findings.extend(config.tls().map(|files| certificate(&files)));
            findings.extend(data(&config.data_dir()));
            findings.push(audit(&config.data_dir()));
            findings.extend(privacy::look(&config));
            findings.extend(channels(&config, args));
            findings.extend(reports::look(config));
        }
    }
    let mut wrong = 0;
    for finding in &findings {
        match finding {
            Fine(text) => println!("ok     {text}"),
            Note(text) => println!("note   {text}"),
            Wrong(text) => {
                wrong += 1;
                println!("wrong  {text}");
            }
        }
    }
    match wrong {
        0 => Ok(()),
        1 => Err(Failure::work("one thing is wrong; see above")),
        many => Err(Failure::work(format!("{many} things are wrong; see above"))),
    }
}

fn clock() -> Finding {
    let now = SystemClock.now();
    if CLOCK_MIN.parse::<Timestamp>().is_ok_and(|earliest| now < earliest) {
        return Wrong(format!(
            "the clock says {now}; set it: the time of receipt is the only time there is"
        ));
    }
    Fine(format!("the clock says {now}"))
}

fn catalogue(config: &Config) -> Finding {
    match config.catalogue() {
        Ok(catalogue) => Fine(format!(
            "the catalogue names {} screens and {} reasons",
            catalogue.screens().count(),
            catalogue.reasons().count()
        )),
        Err(failure) => Wrong(failure.to_string()),
    }
}

fn integrations(config: &Config) -> Vec<Finding> {
    match config.integrations() {
        Err(failure) => vec![Wrong(failure.to_string())],
        Ok(integrations) => {
            let names: Vec<_> = integrations.names().collect();
            let named = match names.as_slice() {
                [] => Note(
                    "no integration is configured, so no webhook is accepted; add an [[integration]]"
                        .to_owned(),
                ),
                names => Fine(format!("integrations: {}", names.join(", "))),
            };
            std::iter::once(named).chain(rested(&integrations, config)).collect()
        }
    }
}

/// Who may connect, and who is believed about where they are.
fn admission(config: &Config) -> Finding {
    let Admission { proxies, ingest, dashboard } = match config.networks() {
        Err(failure) => return Wrong(failure.to_string()),
        Ok(admission) => admission,
    };
    if proxies.is_empty() && config.server.public_url.is_some() && config.tls().is_none() {
        return Note(
            "server.public_url is set and server.trusted_proxies is empty: if a proxy stands before \
             Weir, everybody comes from its address; name it there"
                .to_owned(),
        );
    }
    let from =
        |networks: &Networks| if networks.is_empty() { "anywhere" } else { "named networks" };
    Fine(format!(
        "deliveries may come from {}, and the dashboard may be looked at from {}",
        from(&ingest),
        from(&dashboard)
    ))
}

/// The listener's certificate and key.
fn certificate(files: &TlsFiles) -> Finding {
    let (shown, now) = (files.cert.display(), SystemClock.now());
    match files.read() {
        Err(why) => Wrong(why),
        Ok(pair) => match (pair.refused_at(now), pair.ends_soon(now)) {
            (Some(why), _) => Wrong(format!("the certificate {shown} is not good: {why}")),
            (None, true) => Note(format!("the certificate {shown} ends soon, at {}", pair.ends_at)),
            (None, false) => Fine(format!("the certificate {shown} ends at {}", pair.ends_at)),
        },
    }
}

/// The secrets that may be retired.
fn rested(integrations: &Integrations, config: &Config) -> Vec<Finding> {
    match secrets::rows(integrations, &config.data_dir(), SystemClock.now()) {
        // What is wrong with the log is told where it is looked at.
        Err(_) => Vec::new(),
        Ok(rows) => rows
            .into_iter()
            .filter(|row| row.standing == Standing::MayBeRetired)
            .map(|SecretRow { integration, secret, .. }| {
                Note(format!(
                    "the secret `{secret}` of integration `{integration}` has not matched for 8 days, \
                     though others have: it may be retired"
                ))
            })
            .collect(),
    }
}

/// Who can see the dashboard.
fn dashboard(config: &Config) -> Vec<Finding> {
    let reachable = !serve::is_this_machines(&config.server.listen);
    let open = match config.dashboard.open {
        Open::Loopback if reachable => Wrong(format!(
            "dashboard.open is `loopback`, but server.listen is {}, which other machines reach; \
             serve will refuse that",
            config.server.listen
        )),
        Open::Loopback if config.server.public_url.is_some() => Note(
            "dashboard.open is `loopback`, but server.public_url is set, so everybody must sign in"
                .to_owned(),
        ),
        Open::Loopback => Note("the dashboard is open to whoever sits at this machine".to_owned()),
        Open::Never | Open::UntilOwner => {
            Fine("nobody sees a page of the dashboard without signing in".to_owned())
        }
    };
    [open, owners(config)].into_iter().chain(provider(config)).collect()
}

/// Who else says who somebody is: to this binary, nobody.
#[cfg(not(feature = "oidc"))]
fn provider(_: &Config) -> Option<Finding> {
    None
}

/// Who else says who somebody is.
#[cfg(feature = "oidc")]
fn provider(config: &Config) -> Option<Finding> {
    match config.oidc() {
        Err(failure) => Some(Wrong(failure.to_string())),
        Ok(oidc) => oidc.map(|oidc| Fine(format!("people can sign in with {}", oidc.name()))),
    }
}

fn owners(config: &Config) -> Finding {
    let file = config.data_dir().access_file();
    let none = "there is no owner yet; `weir serve` prints how to create one";
    if !file.exists() {
        return Note(none.to_owned());
    }
    match serve::people(&config.data_dir()).people() {
        Err(error) => Wrong(format!("{WITHOUT_PEOPLE}: {error}")),
        Ok(people) => {
            let owners = people.iter().filter(|one| one.role == Role::Owner && !one.disabled);
            match (people.len() as u64, owners.count() as u64) {
                (0, _) => Note(none.to_owned()),
                (_, 0) => Wrong(
                    "no owner can sign in; `weir people set-role` and `weir people reset-password` mend that"
                        .to_owned(),
                ),
                (people, owners) => Fine(format!(
                    "{} may sign in or might, {} of them as owner",
                    counted(people, "person", "people"),
                    owners
                )),
            }
        }
    }
}

/// Whether the record of who did what is whole, as what cannot be written down is not done.
fn audit(dir: &DataDir) -> Finding {
    let verified = match Record::open(&dir.audit_file()) {
        Ok(None) => return Note("nothing stands in the audit record yet".to_owned()),
        Ok(Some(record)) => record.verify(),
        Err(error) => Err(error),
    };
    match verified.map(|verified| (verified.entries, verified.finding)) {
        Err(error) => Wrong(format!("{WITHOUT_RECORD}: {error}")),
        Ok((_, Some(finding))) => {
            Wrong(format!("in the audit record {finding}; `weir audit verify` tells what to do"))
        }
        Ok((entries, None)) => Fine(format!(
            "the audit record holds {}, each sealed over the one before",
            counted(entries, "entry", "entries")
        )),
    }
}

fn data(dir: &DataDir) -> Vec<Finding> {
    let reader = match LogReader::open(dir) {
        Ok(reader) => reader,
        Err(missing @ LogError::Missing { .. }) => {
            return vec![match dir.refuse_foreign() {
                Ok(()) => Note(missing.to_string()),
                Err(foreign) => Wrong(foreign.to_string()),
            }];
        }
        Err(error) => return vec![Wrong(error.to_string())],
    };
    let mut findings = vec![match dir.lock("weir doctor") {
        Ok(_) => Fine("no other process is at work in the data directory".to_owned()),
        Err(locked @ LogError::Locked { .. }) => Note(locked.to_string()),
        Err(error) => Wrong(error.to_string()),
    }];
    match log(&reader) {
        Ok(finding) => findings.push(finding),
        Err(error) => findings.push(Wrong(error.to_string())),
    }
    findings.push(scrub(dir));
    findings.push(read_model(dir, &reader));
    findings.extend(disk(dir));
    findings
}

fn log(reader: &LogReader) -> Result<Finding, LogError> {
    let head = reader.head()?;
    let sealed = reader.seal_at(head)?.last;
    Ok(if sealed == head {
        Fine(format!(
            "the log holds {head} deliveries, sealed; `weir log verify` reads them all again"
        ))
    } else {
        Wrong(format!(
            "the log holds {head} deliveries, but only {sealed} are sealed; run `weir log verify`"
        ))
    })
}

/// What servers found that read the log again.
fn scrub(dir: &DataDir) -> Finding {
    match ScrubRecord::load(dir) {
        Err(error) => Wrong(error.to_string()),
        Ok(None) => Note(
            "the log was not read again yet; `weir serve` does so by and by, `weir log verify` at once"
                .to_owned(),
        ),
        Ok(Some(record)) => match (record.wrong(), record.whole_at) {
            (Some(wrong), _) => Wrong(wrong),
            (None, Some(at)) => Fine(format!("the log was read again to its end at {at}")),
            (None, None) => Fine(format!(
                "the log is being read again, up to delivery {} so far",
                record.place.deliveries
            )),
        },
    }
}

fn read_model(dir: &DataDir, reader: &LogReader) -> Finding {
    let head = reader.head().unwrap_or_default();
    match Model::load(&dir.read_file(), super::threads()) {
        Ok(None) => Note(
            "there is no read model yet; it is folded from the log at the next start".to_owned(),
        ),
        Ok(Some((model, checkpoint))) => Fine(format!(
            "the read model holds {} and is saved up to delivery {}, {} behind the log",
            counted(model.sessions() as u64, "session", "sessions"),
            checkpoint.position,
            head.since(checkpoint.position)
        )),
        Err(foreign @ CheckpointError::Foreign { .. }) => Wrong(foreign.to_string()),
        Err(damaged) => Note(damaged.to_string()),
    }
}

/// The room for the log, and for what is rendered.
fn disk(dir: &DataDir) -> Option<Finding> {
    let free = dir.free_bytes()?;
    let said = bytes(free).replace('\u{a0}', " ");
    let path = dir.path().display();
    Some(if free < FREE_BYTES_MIN {
        Wrong(format!(
            "only {said} are free on the disk of {path}; make room: where nothing can be written, \
             deliveries are refused and reports wait"
        ))
    } else {
        Fine(format!("{said} are free on the disk of {path}"))
    })
}

/// Each way out of reports.
fn channels(config: &Config, args: &Args) -> Vec<Finding> {
    let finding = |looked: &Looked| {
        let Looked { channel, found, .. } = looked;
        match (found, config.place_of(looked)) {
            (Ok(how), _) => Fine(format!("{channel}: {how}")),
            (Err(sentence), Some(place)) => Wrong(format!("{channel}: {place}: {sentence}")),
            (Err(sentence), None) => Wrong(format!("{channel}: {sentence}")),
        }
    };
    config.look_at_channels(!args.offline).iter().map(finding).collect()
}
