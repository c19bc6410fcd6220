//! How an alert stands between two judgements: plain values that the ledger keeps.

use serde::{Deserialize, Serialize};
use weir_domain::Timestamp;

/// How an alert stands. The ledger keeps it as one value, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
pub struct Standing {
    /// Whether it fires.
    pub state: State,
    /// The judgement since which it fires; none where it does not.
    #[serde(with = "micros")]
    pub since: Option<Timestamp>,
    /// The last message, for which a run was due; none where none was sent yet.
    pub told: Option<Told>,
    /// Who knows of it; none once it is over.
    pub acknowledged: Option<Acknowledged>,
    /// The scheduled instant of the last judgement. One of this instant or before it changes
    /// nothing, so that a run that is done again counts once.
    #[serde(with = "micros")]
    pub judged_at: Option<Timestamp>,
    /// What the last judgement saw, in words: `drop-off 34.9 % (32.9–37.0)`, or why there was none.
    pub value: Option<String>,
}

/// Whether it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is the matter.
    #[default]
    Quiet,
    /// It would fire, and has been so for so many judgements: fewer than it takes.
    Pending(u32),
    /// It fires.
    Firing,
    /// It would be over, and has been so for so many judgements: fewer than it takes.
    Recovering(u32),
}

/// A message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Told {
    /// Whether it said that it is over; else that it fires.
    pub over: bool,
    /// Whether it said again what was said before.
    pub reminder: bool,
    /// The scheduled instant of the run that sent it.
    #[serde(with = "micros_always")]
    pub at: Timestamp,
    /// The judgement since which it fires, or fired.
    #[serde(with = "micros_always")]
    pub since: Timestamp,
}

/// Who knows of an alert that fires.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Acknowledged {
    /// Whoever said so.
    pub by: String,
    /// When.
    #[serde(with = "micros_always")]
    pub at: Timestamp,
}

impl State {
    /// Whether it fires, also where it may soon be over.
    #[must_use]
    pub const fn is_firing(self) -> bool {
        matches!(self, State::Firing | State::Recovering(_))
    }

    /// The name on pages and in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::Quiet => "quiet",
            State::Pending(_) => "pending",
            State::Firing => "firing",
            State::Recovering(_) => "recovering",
        }
    }
}

impl Standing {
    /// Somebody knows of it: no message but that it is over. False where it does not fire, and
    /// nothing is changed.
    pub fn acknowledge(&mut self, by: &str, now: Timestamp) -> bool {
        if self.state.is_firing() {
            self.acknowledged = Some(Acknowledged { by: by.to_owned(), at: now });
        }
        self.state.is_firing()
    }
}

/// Instants as microseconds, as the stores keep them.
mod micros {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use weir_domain::Timestamp;

    pub(super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::as_micros).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(Timestamp::from_micros))
    }
}

mod micros_always {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use weir_domain::Timestamp;

    pub(super) fn serialize<S: Serializer>(
        at: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.as_micros().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        Ok(Timestamp::from_micros(i64::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;

    use super::{Acknowledged, Standing, State, Told};

    #[test]
    fn what_the_ledger_keeps_reads_back() {
        let at = Timestamp::from_micros(1_767_225_600_000_000);
        let standing = Standing {
            state: State::Pending(2),
            since: Some(at),
            told: Some(Told { over: true, reminder: false, at, since: at }),
            acknowledged: Some(Acknowledged { by: "ann".to_owned(), at }),
            judged_at: Some(at),
            value: Some("drop-off 34.9 %".to_owned()),
        };
        let kept = serde_json::to_string(&standing).unwrap();
        assert_eq!(serde_json::from_str::<Standing>(&kept).unwrap(), standing);
        let fresh = serde_json::to_string(&Standing::default()).unwrap();
        assert_eq!(serde_json::from_str::<Standing>(&fresh).unwrap(), Standing::default());
    }

    #[test]
    fn only_what_fires_is_acknowledged() {
        let at = Timestamp::from_micros(0);
        let mut standing = Standing::default();
        assert!(!standing.acknowledge("ann", at));
        assert_eq!(standing, Standing::default());
        standing.state = State::Firing;
        assert!(standing.acknowledge("ann", at));
        assert_eq!(standing.acknowledged.unwrap().by, "ann");
    }
}
