//! What the health page remembers between two looks, so that it looks only at what is new: when
//! deliveries of each integration came, and how many seals there are.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use weir_domain::{Seq, Timestamp};
use weir_log::LogReader;
use weir_readmodel::{DeliveryFilter, DeliveryFlags};
use weir_report::{Rhythm, Silence, Zone};

use crate::State;
use crate::problem::Problem;

/// Deliveries that could not be read have no session to tell their integration; the log does, one
/// by one. So many of the newest are asked for.
const QUARANTINED_ASKED_MAX: usize = 1_000;

/// How far back the log is searched for the last match of a secret: a tenth of a second.
pub(crate) const SECRETS_SEARCHED_MAX: u64 = 100_000;

/// What is remembered. Everything in it can be found out anew.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    upto: Seq,
    senders: BTreeMap<String, Sender>,
    seals_upto: Seq,
    seals: u64,
    secrets: Option<Matches>,
}

/// When secrets last matched, by integration and name.
type Matches = BTreeMap<(String, String), Timestamp>;

#[derive(Debug, Default)]
struct Sender {
    rhythm: Rhythm,
    last: Option<(Timestamp, Seq)>,
}

/// What is known of one integration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LastDelivery {
    pub(crate) integration: String,
    pub(crate) seq: Seq,
    pub(crate) silence: Silence,
}

impl Pulse {
    /// The last delivery of each integration that ever sent one, by name, and how unusual its
    /// silence is.
    pub(crate) fn last_deliveries(
        &self,
        state: &State,
        log: &mut LogReader,
        zone: &Zone,
    ) -> Result<Vec<LastDelivery>, Problem> {
        let now = state.clock.now();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.follow(state, log, now)?;
        let last = |(name, sender): (&String, &Sender)| {
            Some(LastDelivery {
                integration: name.clone(),
                seq: sender.last?.1,
                silence: sender.rhythm.silence(now, zone)?,
            })
        };
        Ok(known.senders.iter().filter_map(last).collect())
    }

    /// How many seals the log has up to `head`.
    pub(crate) fn seals(&self, log: &LogReader, head: Seq) -> Result<u64, Problem> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = log.seal_at(head)?.last;
        known.seals += log.seals_after(known.seals_upto)?;
        // What was sealed between the two questions is counted the next time.
        known.seals -= log.seals_after(last)?;
        known.seals_upto = last;
        Ok(known.seals)
    }

    /// When secrets last matched before the process started, as far back as is worth looking.
    pub(crate) fn secrets(&self, log: &LogReader) -> Result<Matches, Problem> {
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
        log: &mut LogReader,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let after = self.upto;
        let quarantined: Vec<Seq> = {
            let model = state.live.model();
            let codes: Vec<&str> = model.integrations().iter().collect();
            let mut senders: Vec<Sender> =
                codes.iter().map(|&name| self.senders.remove(name).unwrap_or_default()).collect();
            model.visit_after(after, |code, seq, at| {
                // Codes count from one; every one of them has its text.
                match senders.get_mut((code as usize).wrapping_sub(1)) {
                    Some(sender) => sender.note(seq, at, now),
                    None => false,
                }
            });
            self.senders.extend(codes.iter().map(|&name| name.to_owned()).zip(senders));
            self.upto = model.position();
            let flag = Some(DeliveryFlags::QUARANTINED);
            let all = DeliveryFilter { flag, from: Timestamp::MIN, to: Timestamp::MAX };
            let found = model.find_deliveries(all, Seq::new(u64::MAX));
            found.take_while(|&seq| after < seq).take(QUARANTINED_ASKED_MAX).collect()
        };
        for seq in quarantined {
            if let Some(found) = log.get(seq)? {
                let name = found.delivery.origin.integration.clone();
                self.senders.entry(name).or_default().note(seq, found.delivery.received_at, now);
            }
        }
        Ok(())
    }
}

impl Sender {
    /// Notes a delivery; false if it is too old to be of interest.
    fn note(&mut self, seq: Seq, at: Timestamp, now: Timestamp) -> bool {
        if now < at {
            // An imported line may say anything; what has not happened tells nothing.
            return true;
        }
        self.last = self.last.max(Some((at, seq)));
        self.rhythm.note(at)
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;
    use weir_report::{SilenceVerdict, Zone};

    use super::LastDelivery;
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
