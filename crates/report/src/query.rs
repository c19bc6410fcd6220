//! What is asked: a cohort, how to judge it, and how to break it down.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Serialize, Serializer, ser::SerializeMap};
use weir_domain::{OutcomeKind, Timestamp, Unit};

use crate::Bucket;

/// A report's question, with every default filled in. Serialised, it is the report's `input`.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The cohort's units have their first fact at this instant or later …
    pub from: Timestamp,
    /// … and before this one.
    pub to: Timestamp,
    /// Where days begin.
    pub zone: Zone,
    /// Only facts up to this instant exist.
    pub as_of: Timestamp,
    /// What is counted.
    pub unit: Unit,
    /// The stall window, in microseconds.
    pub window_us: i64,
    /// The periods of the trend.
    pub bucket: Bucket,
    /// Which units are kept.
    pub filters: Filters,
    /// The dimension of the breakdown, if one is asked for.
    pub by: Option<Dimension>,
}

/// An IANA time zone, with the name it was asked for by.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// Which units are kept: those that have one of the values, in each list that is not empty.
/// `None` is the absent value; it is written as an empty text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// The integration's name.
    pub integration: Vec<String>,
    /// The session's feature.
    pub feature: Vec<Option<String>>,
    /// The screen that the outcome carries.
    pub state: Vec<Option<String>>,
    /// The reason that the outcome carries.
    pub reason: Vec<Option<String>>,
    /// The outcome.
    pub outcome: Vec<OutcomeKind>,
}

/// By what the cohort can be broken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of semantics.md
pub enum Dimension {
    Integration,
    Feature,
    Outcome,
    Attempts,
    Weekday,
    Hour,
}

impl Zone {
    /// The zone of this IANA name; none if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Zone> {
        let zone = if name == "UTC" { TimeZone::UTC } else { TimeZone::get(name).ok()? };
        // The database finds names in any letter case; keep the one it knows.
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Some(Zone { name, zone })
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Zone {
        Zone { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &TimeZone {
        &self.zone
    }
}

impl Filters {
    /// Whether every unit is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Filters::default()
    }
}

impl Dimension {
    /// Every dimension, in the order in which a form offers them.
    pub const ALL: [Dimension; 6] = [
        Dimension::Integration,
        Dimension::Feature,
        Dimension::Outcome,
        Dimension::Attempts,
        Dimension::Weekday,
        Dimension::Hour,
    ];

    /// The name in flags, queries and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Dimension::Integration => "integration",
            Dimension::Feature => "feature",
            Dimension::Outcome => "outcome",
            Dimension::Attempts => "attempts",
            Dimension::Weekday => "weekday",
            Dimension::Hour => "hour",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dimension {
    type Err = ();

    fn from_str(text: &str) -> Result<Dimension, ()> {
        Dimension::ALL.into_iter().find(|dimension| dimension.name() == text).ok_or(())
    }
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Query { from, to, zone, as_of, unit, window_us, bucket, filters, by } = self;
        let mut map = serializer.serialize_map(Some(9))?;
        map.serialize_entry("from", from)?;
        map.serialize_entry("to", to)?;
        map.serialize_entry("timezone", zone.name())?;
        map.serialize_entry("as_of", as_of)?;
        map.serialize_entry("unit", unit.name())?;
        map.serialize_entry("window_seconds", &(window_us / 1_000_000))?;
        map.serialize_entry("bucket", bucket.name())?;
        map.serialize_entry("filters", filters)?;
        map.serialize_entry("by", &by.map(Dimension::name))?;
        map.end()
    }
}

impl Serialize for Filters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Filters { integration, feature, state, reason, outcome } = self;
        let outcome: Vec<_> = outcome.iter().map(|kind| kind.name()).collect();
        let mut map = serializer.serialize_map(None)?;
        if !integration.is_empty() {
            map.serialize_entry("integration", integration)?;
        }
        for (name, values) in [("feature", feature), ("state", state), ("reason", reason)] {
            if !values.is_empty() {
                map.serialize_entry(name, values)?;
            }
        }
        if !outcome.is_empty() {
            map.serialize_entry("outcome", &outcome)?;
        }
        map.end()
    }
}
