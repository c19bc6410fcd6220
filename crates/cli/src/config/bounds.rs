//! Numbers that a configuration may hold and a server cannot live with.

use std::ops::RangeInclusive;
use std::path::Path;

use super::Config;
use crate::failure::{Failure, Outcome};

/// More threads than the HTTP server takes.
const WORKERS_MAX: u64 = 512;
/// Far more than one machine serves, and few enough to be counted in memory.
const MANY_MAX: u64 = 1_000_000;
/// An hour: whoever waits longer has gone.
const TIMEOUT_MS_MAX: u64 = 60 * 60 * 1_000;
/// From a log in a year to all that a disk gives.
const SCRUB_MIB_PER_S: RangeInclusive<f64> = 0.001..=100_000.0;
/// A hundred years.
const DAYS_MAX: u64 = 36_525;

/// Refuses the first number that lies outside of what can be served with.
pub(super) fn check(config: &Config, place: &Path) -> Outcome {
    let at = |key: &str| config.place(&key.split('.').collect::<Vec<_>>(), place);
    for (key, value, bounds) in numbers(config) {
        let Some(value) = value.filter(|value| !bounds.contains(value)) else { continue };
        return Err(Failure::call(format!(
            "{}: {key} is {value}: it must lie between {} and {}",
            at(key),
            bounds.start(),
            bounds.end()
        )));
    }
    let scrub = config.log.scrub_mib_per_s;
    if scrub != 0.0 && !SCRUB_MIB_PER_S.contains(&scrub) {
        return Err(Failure::call(format!(
            "{}: log.scrub_mib_per_s is {scrub}: it must be 0, which switches it off, or lie between \
             {} and {}",
            at("log.scrub_mib_per_s"),
            SCRUB_MIB_PER_S.start(),
            SCRUB_MIB_PER_S.end()
        )));
    }
    Ok(())
}

type Number = (&'static str, Option<u64>, RangeInclusive<u64>);

fn numbers(config: &Config) -> [Number; 8] {
    let Config { server, ingest, schedule, .. } = config;
    let of = |number: Option<usize>| number.map(|number| number as u64);
    let body_bytes_max = weir_ingest::import::PAYLOAD_BYTES_MAX as u64;
    [
        ("server.workers", of(server.workers), 1..=WORKERS_MAX),
        ("server.connections_max", Some(server.connections_max as u64), 1..=MANY_MAX),
        ("ingest.body_bytes_max", of(ingest.body_bytes_max), 1..=body_bytes_max),
        ("ingest.body_timeout_ms", ingest.body_timeout_ms, 1..=TIMEOUT_MS_MAX),
        ("ingest.append_timeout_ms", ingest.append_timeout_ms, 1..=TIMEOUT_MS_MAX),
        ("ingest.queue_wait_ms", ingest.queue_wait_ms, 1..=TIMEOUT_MS_MAX),
        ("ingest.queue_deliveries_max", of(ingest.queue_deliveries_max), 1..=MANY_MAX),
        ("schedule.keep_outputs_days", Some(schedule.keep_outputs_days.into()), 0..=DAYS_MAX),
    ]
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::config::place::Source;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let source = Source { path: "weir.toml".into(), text: text.to_owned() };
        let config = Config::of(Some(source), std::iter::empty()).unwrap();
        let got = super::check(&config, "weir.toml".as_ref());
        let got = got.map_or_else(|failure| failure.to_string(), |()| "fine".to_owned());
        assert_eq!(got, want);
    }

    #[test]
    fn a_number_that_no_server_can_live_with_is_told_with_its_line() {
        check("", "fine");
        check("[server]\nworkers = 512\nconnections_max = 1\n", "fine");
        for (section, key, value, bounds) in [
            ("server", "workers", "0", "1 and 512"),
            ("server", "workers", "513", "1 and 512"),
            ("server", "connections_max", "0", "1 and 1000000"),
            ("ingest", "body_bytes_max", "0", "1 and 1048576"),
            ("ingest", "body_timeout_ms", "0", "1 and 3600000"),
            ("ingest", "append_timeout_ms", "9223372036854775807", "1 and 3600000"),
            // A queue of so many would end the process at its start.
            ("ingest", "queue_deliveries_max", "9223372036854775807", "1 and 1000000"),
            ("schedule", "keep_outputs_days", "4294967295", "0 and 36525"),
        ] {
            let want = format!(
                "weir.toml, line 2: {section}.{key} is {value}: it must lie between {bounds}"
            );
            check(&format!("[{section}]\n{key} = {value}\n"), &want);
        }
        // A wait that is longer than can be told would end the thread that reads.
        check(
            "[log]\nscrub_mib_per_s = 1e-9\n",
            "weir.toml, line 2: log.scrub_mib_per_s is 0.000000001: it must be 0, which switches it off, or \
             lie between 0.001 and 100000",
        );
        check("[log]\nscrub_mib_per_s = 0\n", "fine");
    }
}
