//! `weir simulate`: act as the provider.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use weir_domain::{Clock, Timestamp};
use weir_ingest::import::export_line;
use weir_simulator::{Deliveries, Scenario};

use crate::clock::SystemClock;
use crate::commands::provider::{Sender, agent};
use crate::commands::{output, threads};
use crate::config::secrets;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

const DAY_US: i64 = 24 * 3_600 * 1_000_000;

/// A hundred years.
const DAYS_MAX: i64 = 36_525;
/// From one in a quarter of an hour, which somebody may still wait for, to more than a machine sends.
const RATE: RangeInclusive<f64> = 0.001..=1_000_000.0;
/// Far more than the provider has.
const SESSIONS_PER_DAY: RangeInclusive<f64> = 0.001..=100_000_000.0;

/// What to simulate. One of --to and --out.
#[derive(clap::Args, Debug)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["to", "out"]))]
pub(crate) struct Args {
    /// Post signed deliveries to this URL, on this machine
    #[arg(long, value_name = "URL", requires_all = ["api_key", "secret_file"])]
    to: Option<String>,
    /// Write the deliveries as lines that `weir import` reads; packed where the name ends in .zst or .gz
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What x-auth-client says
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// The file that holds the shared secret
    #[arg(long, value_name = "F")]
    secret_file: Option<PathBuf>,
    /// Deliveries a second
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// Stop after so many deliveries [default: 1000 with --to, all of --days with --out]
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Days of history, up to now
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=DAYS_MAX))]
    days: u32,
    /// Sessions that begin each day
    #[arg(long, default_value_t = 1_000.0)]
    sessions_per_day: f64,
    /// The share of deliveries that are sent again later
    #[arg(long, value_name = "SHARE")]
    resend: Option<f64>,
    /// The share of deliveries that come late, out of order
    #[arg(long, value_name = "SHARE")]
    disorder: Option<f64>,
    /// The share of deliveries with a wrong signature
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    bad_signature: f64,
    /// Post to another machine than this one
    #[arg(long)]
    allow_remote: bool,
    /// The same seed simulates the same people
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Simulates.
pub(crate) fn run(args: &Args) -> Outcome {
    args.check()?;
    match (&args.to, &args.out) {
        (Some(url), _) => args.post(url),
        (None, Some(path)) => args.write(path),
        (None, None) => Err(Failure::call("name --to or --out")),
    }
}

impl Args {
    fn check(&self) -> Outcome {
        let shares = [
            ("--resend", self.resend),
            ("--disorder", self.disorder),
            ("--bad-signature", Some(self.bad_signature)),
        ];
        for (flag, share) in shares {
            if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                return Err(Failure::call(format!("{flag} must be a share between 0 and 1")));
            }
        }
        let numbers = [
            ("--rate", self.rate, RATE),
            ("--sessions-per-day", self.sessions_per_day, SESSIONS_PER_DAY),
        ];
        for (flag, number, bounds) in numbers {
            if !bounds.contains(&number) {
                return Err(Failure::call(format!(
                    "{flag} is {number:?}: it must lie between {} and {}",
                    bounds.start(),
                    bounds.end()
                )));
            }
        }
        Ok(())
    }

    /// Deliveries up to now, from so many days back.
    fn deliveries(&self) -> Deliveries {
        let now = SystemClock.now();
        let from = now.plus_us(-DAY_US * i64::from(self.days));
        let mut scenario = Scenario::realistic(self.seed, from, now, self.sessions_per_day);
        scenario.deliver_until = now;
        scenario.resend_share = self.resend.unwrap_or(scenario.resend_share);
        scenario.disorder_share = self.disorder.unwrap_or(scenario.disorder_share);
        scenario.deliveries()
    }

    fn write(&self, path: &Path) -> Outcome {
        eprintln!("seed {}", self.seed);
        let mut out = output::open(Some(path))?;
        let wrong = |error| output::wrong(Some(path), error);
        let mut progress = Progress::start("writing deliveries", self.count.unwrap_or(0));
        let mut count = 0;
        for sent in self.deliveries() {
            if self.count.is_some_and(|count_max| count_max <= count) {
                break;
            }
            count += 1;
            let line = export_line(sent.at, integration_name(sent.integration), &sent.body);
            out.write_all(line.trim_end().as_bytes())
                .and_then(|()| out.write_all(b"\n"))
                .map_err(wrong)?;
            if count % 10_000 == 0 {
                progress.at(count, self.count.unwrap_or(0));
            }
        }
        out.finish().map_err(wrong)?;
        progress.finish();
        println!("{}: {count} deliveries", path.display());
        Ok(())
    }

    fn post(&self, url: &str) -> Outcome {
        if !self.allow_remote && !is_this_machine(url) {
            return Err(Failure::call(format!(
                "--to is `{url}`: simulated traffic goes to this machine (http://127.0.0.1:...); \
                 pass --allow-remote if you mean it"
            )));
        }
        let sender = self.sender(url)?;
        eprintln!("seed {}", self.seed);
        let count = self.count.unwrap_or(1_000);
        let answers = post_all(&sender, self, count)?;
        for (status, count) in &answers {
            match status {
                Some(status) => println!("{status}: {count}"),
                None => println!("no answer: {count}"),
            }
        }
        if let Some(lost) = answers.get(&None) {
            return Err(Failure::work(format!(
                "{lost} of {count} deliveries got no answer from {url}; is `weir serve` running there?"
            )));
        }
        // Refusals are what bad signatures are for, and 503 is what load is for.
        let expected = |status: u16| matches!(status, 200 | 401 | 503);
        match answers.keys().flatten().find(|status| !expected(**status)) {
            Some(status) => Err(Failure::work(format!(
                "{url} answered {status}; name the server of `weir serve`, or its endpoint {}",
                weir_ingest::PATH
            ))),
            None => Ok(()),
        }
    }

    fn sender(&self, url: &str) -> Outcome<Sender> {
        let (Some(api_key), Some(path)) = (&self.api_key, &self.secret_file) else {
            return Err(Failure::call("--to needs --api-key and --secret-file"));
        };
        let secret = secrets::file(path)?;
        Ok(Sender { url: endpoint(url), api_key: api_key.clone(), secret: secret.to_vec() })
    }
}

type Answers = BTreeMap<Option<u16>, u64>;

/// Posts at the asked rate, over a few connections, and counts the answers.
fn post_all(sender: &Sender, args: &Args, count: u64) -> Outcome<Answers> {
    let (bodies, waiting) = crossbeam_channel::bounded::<(Vec<u8>, bool)>(64);
    let mut chance = ChaCha8Rng::seed_from_u64(args.seed);
    std::thread::scope(|scope| {
        let posting: Vec<_> = (0..2 * threads())
            .map(|_| {
                let waiting = waiting.clone();
                scope.spawn(move || post_some(sender, &waiting))
            })
            .collect();
        drop(waiting);
        let began = Instant::now();
        let mut progress = Progress::start("posting deliveries", count);
        for (number, sent) in (0..count).zip(args.deliveries()) {
            #[allow(clippy::cast_precision_loss)] // far below 2^53
            let due = Duration::from_secs_f64(number as f64 / args.rate);
            std::thread::sleep(due.saturating_sub(began.elapsed()));
            if bodies.send((sent.body, !chance.random_bool(args.bad_signature))).is_err() {
                break;
            }
            progress.at(number, count);
        }
        drop(bodies);
        progress.finish();
        let mut answers = Answers::new();
        for thread in posting {
            let some = thread.join().map_err(|_| Failure::work("a sender stopped"))??;
            some.into_iter()
                .for_each(|(status, count)| *answers.entry(status).or_default() += count);
        }
        Ok(answers)
    })
}

fn post_some(
    sender: &Sender,
    bodies: &crossbeam_channel::Receiver<(Vec<u8>, bool)>,
) -> Outcome<Answers> {
    let agent = agent();
    let mut answers = Answers::new();
    for (body, well_signed) in bodies {
        *answers.entry(sender.post(&agent, &body, well_signed)?).or_default() += 1;
    }
    Ok(answers)
}

/// The URL itself, or the endpoint of the server that it names.
fn endpoint(url: &str) -> String {
    let server = url.trim_end_matches('/');
    let host = server.split_once("://").map_or(server, |(_, rest)| rest);
    if host.contains('/') { url.to_owned() } else { format!("{server}{}", weir_ingest::PATH) }
}

fn is_this_machine(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What the simulated integrations are called.
pub(crate) fn integration_name(number: usize) -> &'static str {
    const NAMES: [&str; 2] = ["main", "test"];
    NAMES[number.min(NAMES.len() - 1)]
}

/// The instant `days` before `now`.
pub(crate) fn days_before(now: Timestamp, days: u32) -> Timestamp {
    now.plus_us(-DAY_US * i64::from(days))
}

#[cfg(test)]
mod tests {
    use super::{endpoint, is_this_machine};

    #[test]
    fn a_server_stands_for_its_endpoint() {
        let want = "http://127.0.0.1:8080/webhooks/veriff";
        for url in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/", want] {
            assert_eq!(endpoint(url), want);
        }
        assert_eq!(endpoint("http://localhost/other"), "http://localhost/other");
    }

    #[test]
    fn only_loopback_is_this_machine() {
        for url in
            ["http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:80/", "http://127.9.9.9"]
        {
            assert!(is_this_machine(url), "{url}");
        }
        for url in [
            "http://10.0.0.1:8080",
            "https://example.org",
            "http://127.0.0.1.example.org",
            "http://localhost@10.0.0.1/",
        ] {
            assert!(!is_this_machine(url), "{url}");
        }
    }
}
