//! When each integration's deliveries came, and what their silence says.

use std::collections::BTreeMap;

use weir_domain::{Seq, Timestamp};
use weir_readmodel::{DeliveryFilter, DeliveryFlags, Model};

use crate::{Rhythm, Silence, Zone};

/// Deliveries that could not be read have no session to tell their integration; the log does, one
/// by one. So many of the newest are asked for.
const QUARANTINED_ASKED_MAX: usize = 1_000;

/// When deliveries came: of each integration, and of all together.
#[derive(Debug, Clone, Default)]
pub struct Senders {
    upto: Seq,
    each: BTreeMap<String, Sender>,
    all: Sender,
}

/// One that sends.
#[derive(Debug, Clone, Default)]
struct Sender {
    rhythm: Rhythm,
    last: Option<(Timestamp, Seq)>,
}

/// The last delivery of an integration, and how unusual the silence since is.
#[derive(Debug, Clone, PartialEq)]
pub struct LastDelivery {
    /// The integration.
    pub integration: String,
    /// The delivery's place in the log.
    pub seq: Seq,
    /// The silence.
    pub silence: Silence,
}

impl Senders {
    /// Reads on to where `model` stands. What is later than `now` tells nothing and is left out.
    ///
    /// Gives the deliveries that could not be read: whose they are stands in the log alone, and
    /// whoever looks there tells with [`Senders::note`].
    pub fn follow(&mut self, model: &Model, now: Timestamp) -> Vec<Seq> {
        let after = self.upto;
        let names: Vec<&str> = model.integrations().iter().collect();
        let mut senders: Vec<Sender> =
            names.iter().map(|&name| self.each.remove(name).unwrap_or_default()).collect();
        let all = &mut self.all;
        model.visit_after(after, |code, seq, at| {
            // Codes count from one; every one of them has its text.
            match senders.get_mut((code as usize).wrapping_sub(1)) {
                Some(sender) => {
                    all.note(seq, at, now);
                    sender.note(seq, at, now)
                }
                None => false,
            }
        });
        self.each.extend(names.iter().map(|&name| name.to_owned()).zip(senders));
        self.upto = model.position();
        let flag = Some(DeliveryFlags::QUARANTINED);
        let every = DeliveryFilter { flag, from: Timestamp::MIN, to: Timestamp::MAX };
        let found = model.find_deliveries(every, Seq::new(u64::MAX));
        found.take_while(|&seq| after < seq).take(QUARANTINED_ASKED_MAX).collect()
    }

    /// Notes one delivery of `integration`.
    pub fn note(&mut self, integration: &str, seq: Seq, at: Timestamp, now: Timestamp) {
        self.each.entry(integration.to_owned()).or_default().note(seq, at, now);
        self.all.note(seq, at, now);
    }

    /// The last delivery of each integration that ever sent one, by name, and how unusual its
    /// silence is.
    #[must_use]
    pub fn last_deliveries(&self, now: Timestamp, zone: &Zone) -> Vec<LastDelivery> {
        let last = |(name, sender): (&String, &Sender)| {
            Some(LastDelivery {
                integration: name.clone(),
                seq: sender.last?.1,
                silence: sender.rhythm.silence(now, zone)?,
            })
        };
        self.each.iter().filter_map(last).collect()
    }

    /// How unusual the silence of one integration is, or of all together; none where nothing ever
    /// came.
    #[must_use]
    pub fn silence(
        &self,
        integration: Option<&str>,
        now: Timestamp,
        zone: &Zone,
    ) -> Option<Silence> {
        let sender = match integration {
            None => &self.all,
            Some(name) => self.each.get(name)?,
        };
        sender.rhythm.silence(now, zone)
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
    use weir_domain::{Seq, Timestamp};
    use weir_readmodel::{DeliveryFlags, Model};

    use super::Senders;
    use crate::Zone;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute * 60_000_000)
    }

    /// `a` sends every minute until the 50th, `b` every other one until the end of the hour.
    fn model() -> Model {
        let mut model = Model::default();
        let codes = [model.integration("a"), model.integration("b")];
        let of_a = (0..=50).map(|at| (0, at));
        let of_b = (0..60).step_by(2).map(|at| (1, at));
        for (n, (who, at)) in (1..).zip(of_a.chain(of_b)) {
            let row = model.session(codes[who], [n as u8; 16], [n as u8; 16]);
            model.record(Seq::new(n), minute(at), row, DeliveryFlags::default());
        }
        model
    }

    #[test]
    fn each_has_its_silence_and_all_together_that_of_the_last_of_them() {
        let mut senders = Senders::default();
        assert!(senders.follow(&model(), minute(70)).is_empty());
        let since = |integration, at| {
            senders.silence(integration, minute(at), &Zone::utc()).map(|found| found.since)
        };
        assert_eq!(since(Some("a"), 70), Some(minute(50)));
        assert_eq!(since(Some("b"), 70), Some(minute(58)));
        assert_eq!(since(None, 70), Some(minute(58)));
        assert_eq!(since(Some("nobody"), 70), None);
    }

    #[test]
    fn what_came_later_than_the_question_tells_nothing() {
        let mut senders = Senders::default();
        senders.follow(&model(), minute(30));
        let silence = senders.silence(None, minute(30), &Zone::utc()).unwrap();
        assert_eq!((silence.since, silence.length_us), (minute(30), 0));
    }

    #[test]
    fn what_could_not_be_read_is_told_by_the_log() {
        let (mut model, mut senders) = (model(), Senders::default());
        let seq = model.position().next();
        model.quarantine(seq, minute(65));
        assert_eq!(senders.follow(&model, minute(70)), [seq]);
        senders.note("a", seq, minute(65), minute(70));
        for who in [Some("a"), None] {
            let silence = senders.silence(who, minute(70), &Zone::utc()).unwrap();
            assert_eq!(silence.since, minute(65), "{who:?}");
        }
        assert!(senders.follow(&model, minute(70)).is_empty());
    }
}
