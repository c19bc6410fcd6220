//! `weir secrets`: which secrets are active, and when each last matched.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use weir_domain::{Clock, Timestamp};
use weir_ingest::Integrations;
use weir_log::{DataDir, LogError, LogReader};
use weir_report::render::safe_text;

use crate::args::Common;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::failure::Outcome;

/// The provider sends for a week what was not taken; a day more, and no resend is under way.
const REST_DAYS: i64 = 8;
const DAY_US: i64 = 86_400_000_000;

/// Deliveries that are looked at in any case: a tenth of a second.
const SEARCHED_MIN: u64 = 100_000;

/// How to print them.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// A secret by its name.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SecretRow {
    /// Whose it is.
    pub(crate) integration: String,
    /// What it is called.
    pub(crate) secret: String,
    /// When it last matched, as far back as was looked.
    last_matched_at: Option<Timestamp>,
    /// What that means.
    pub(crate) standing: Standing,
}

/// How a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// It matched within eight days.
    InUse,
    /// It never matched.
    NotMatchedYet,
    /// It has not matched for eight days, and others of the integration have.
    MayBeRetired,
    /// It has not matched for eight days, and neither has another one of the integration.
    Silent,
    /// It matched within eight days, and can no longer.
    Retired,
}

impl Standing {
    const fn words(self) -> &'static str {
        match self {
            Standing::InUse => "in use",
            Standing::NotMatchedYet => "has not matched yet",
            Standing::MayBeRetired => "not for 8 days, though others have: may be retired",
            Standing::Silent => "not for 8 days, nor has any other of this integration",
            Standing::Retired => "retired: not configured any more",
        }
    }
}

/// Prints them.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let rows = rows(&config.integrations()?, &config.data_dir(), SystemClock.now())?;
    if args.json {
        println!("{}", serde_json::to_string(&rows)?);
        return Ok(());
    }
    if rows.is_empty() {
        println!("no integration is configured; add an [[integration]]");
        return Ok(());
    }
    let shown = |name: &str| safe_text(name, 80);
    let wide = |of: fn(&SecretRow) -> &str| {
        rows.iter().map(|row| shown(of(row)).chars().count()).max().unwrap_or(0)
    };
    let (integrations, secrets) = (wide(|row| &row.integration), wide(|row| &row.secret));
    for row in &rows {
        println!(
            "{:integrations$}  {:secrets$}  {:27}  {}",
            shown(&row.integration),
            shown(&row.secret),
            row.last_matched_at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
            row.standing.words()
        );
    }
    Ok(())
}

/// Every secret that is configured, and those that matched lately and are not.
pub(crate) fn rows(
    integrations: &Integrations,
    dir: &DataDir,
    now: Timestamp,
) -> Outcome<Vec<SecretRow>> {
    let rested = now.plus_us(-REST_DAYS * DAY_US);
    let (mut matched, ever) = match LogReader::open(dir) {
        Ok(log) => (log.secrets_matched(searched(&log, rested)?)?, log.secrets_known()?),
        Err(LogError::Missing { .. }) => (BTreeMap::new(), BTreeSet::new()),
        Err(error) => return Err(error.into()),
    };
    let lately: BTreeSet<String> = matched
        .iter()
        .filter(|(_, at)| rested <= **at)
        .map(|((integration, _), _)| integration.clone())
        .collect();
    let mut rows = Vec::new();
    for (integration, secret) in integrations.secrets() {
        let key = (integration.to_owned(), secret.to_owned());
        let last_matched_at = matched.remove(&key);
        let standing = match last_matched_at {
            Some(at) if rested <= at => Standing::InUse,
            None if !ever.contains(&key) => Standing::NotMatchedYet,
            _ if lately.contains(integration) => Standing::MayBeRetired,
            _ => Standing::Silent,
        };
        let (integration, secret) = key;
        rows.push(SecretRow { integration, secret, last_matched_at, standing });
    }
    let retired = matched.into_iter().filter(|(_, at)| rested <= *at);
    rows.extend(retired.map(|((integration, secret), at)| SecretRow {
        integration,
        secret,
        last_matched_at: Some(at),
        standing: Standing::Retired,
    }));
    Ok(rows)
}

/// How many deliveries to look at: those since then, and enough.
fn searched(log: &LogReader, since: Timestamp) -> Result<u64, LogError> {
    let head = log.head()?;
    Ok(head.since(log.signed_before(since)?).max(SEARCHED_MIN))
}
