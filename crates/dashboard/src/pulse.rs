//! What the health page remembers between two looks, so that it looks only at what is new: when
//! deliveries of each integration came, and how many seals there are.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use weir_domain::{Seq, Timestamp};
use weir_report::{LastDelivery, Senders, Zone};

use crate::State;
use crate::opened::OpenedLog;
use crate::problem::Problem;

/// How far back the log is searched for the last match of a secret: a tenth of a second.
pub(crate) const SECRETS_SEARCHED_MAX: u64 = 100_000;

/// What is remembered. Everything in it can be found out anew.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    senders: Senders,
    seals_upto: Seq,
    seals: u64,
    secrets: Option<Matches>,
}

/// When secrets last matched, by integration and name.
type Matches = BTreeMap<(String, String), Timestamp>;

impl Pulse {
    /// The last delivery of each integration that ever sent one, by name, and how unusual its
    /// silence is.
    pub(crate) fn last_deliveries(
        &self,
        state: &State,
        log: &mut OpenedLog,
        zone: &Zone,
    ) -> Result<Vec<LastDelivery>, Problem> {
        let now = state.clock.now();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.follow(state, log, now)?;
        Ok(known.senders.last_deliveries(now, zone))
    }

    /// How many seals the log has up to `head`.
    pub(crate) fn seals(&self, log: &OpenedLog, head: Seq) -> Result<u64, Problem> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = log.seal_at(head)?.last;
        known.seals += log.seals_after(known.seals_upto)?;
        // What was sealed between the two questions is counted the next time.
        known.seals -= log.seals_after(last)?;
        known.seals_upto = last;
        Ok(known.seals)
    }

    /// When secrets last matched before the process started, as far back as is worth looking.
    pub(crate) fn secrets(&self, log: &OpenedLog) -> Result<Matches, Problem> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.secrets.is_none() {
            known.secrets = Some(log.secrets_matched(SECRETS_SEARCHED_MAX)?);
        }
        Ok(known.secrets.clone().unwrap_or_default())
    }
}

impl Known {
    /// Reads on to what is folded now.
    fn follow(
        &mut self,
        state: &State,
        log: &mut OpenedLog,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let quarantined = self.senders.follow(&state.live.model(), now);
        for seq in quarantined {
            if let Some(found) = log.get(seq)? {
                let integration = &found.delivery.origin.integration;
                self.senders.note(integration, seq, found.delivery.received_at, now);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;
    use weir_report::{LastDelivery, SilenceVerdict, Zone};

    use crate::fixture::{Fixture, deliveries, delivery, event};

    fn last(fixture: &Fixture) -> Vec<LastDelivery> {
        let state = fixture.state();
        state.pulse.last_deliveries(state, &mut state.log().unwrap(), &Zone::utc()).unwrap()
    }

    fn shown(fixture: &Fixture) -> Vec<(String, u64, Timestamp)> {
        let shown = |last: LastDelivery| (last.integration, last.seq.get(), last.silence.since);
        last(fixture).into_iter().map(shown).collect()
    }

    fn at(text: &str) -> Timestamp {
        format!("2026-03-{text}:00Z").parse().unwrap()
    }

    #[test]
    fn each_integration_has_its_last_delivery_also_one_that_could_not_be_read() {
        let mut log = deliveries("10T09:00 1 7001\n31T09:00 2 7001\n30T09:00 1 7002");
        log.push(delivery("31T08:00", "test", event("1", 7001, None, None)));
        log.push(delivery("31T10:00", "other", b"no event".to_vec()));
        let mut fixture = Fixture::with(log, |_| ());
        let mut want = vec![
            ("main".to_owned(), 2, at("31T09:00")),
            ("other".to_owned(), 5, at("31T10:00")),
            ("test".to_owned(), 4, at("31T08:00")),
        ];
        assert_eq!(shown(&fixture), want);
        // What is remembered is followed on.
        fixture.append(&deliveries("31T11:00 1 7010 camera quit"));
        want[0] = ("main".to_owned(), 6, at("31T11:00"));
        assert_eq!(shown(&fixture), want);
        assert_eq!(shown(&fixture), want);
    }

    #[test]
    fn what_has_not_happened_yet_is_no_last_delivery() {
        let log = deliveries("31T09:00 1 7001\n31T23:00 2 7001");
        assert_eq!(shown(&Fixture::with(log, |_| ())), [("main".to_owned(), 1, at("31T09:00"))]);
    }

    #[test]
    fn a_silence_is_judged_by_the_weeks_before() {
        // Two sessions an hour until nine in the morning; it is noon.
        let hours = (1..=31).flat_map(|day| (0..24).map(move |hour| (day, hour)));
        let log = hours
            .filter(|&hour| hour <= (31, 9))
            .enumerate()
            .flat_map(|(n, (day, hour))| {
                ["00", "30"].map(|minute| format!("{day:02}T{hour:02}:{minute} {} 7001", n + 1))
            })
            .collect::<Vec<_>>()
            .join("\n");
        let fixture = Fixture::of(&log);
        let silence = last(&fixture).remove(0).silence;
        assert_eq!(silence.verdict, SilenceVerdict::VeryUnusual, "{silence}");
        assert_eq!((silence.weeks, silence.longest_us), (4, 1_800_000_000));
    }

    #[test]
    fn seals_are_counted_once() {
        let mut fixture = Fixture::of("31T09:00 1 7001");
        let count = |fixture: &Fixture| {
            let log = fixture.state().log().unwrap();
            fixture.state().pulse.seals(&log, log.head().unwrap()).unwrap()
        };
        assert_eq!([count(&fixture), count(&fixture)], [1, 1]);
        fixture.append(&deliveries("31T10:00 1 7002\n31T10:01 1 7009"));
        fixture.append(&deliveries("31T10:02 1 7009"));
        assert_eq!([count(&fixture), count(&fixture)], [3, 3]);
    }
}
