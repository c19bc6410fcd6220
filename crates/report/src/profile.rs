//! What lies one level below the report's rows: when, after how long, and for each screen and
//! reason how it went over time.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{Buckets, Percentiles, Query};

/// Edges of [`Distribution`], in seconds: each bin holds `edge <= t < next edge`; the first bin
/// begins at 0 and the last has no end. Close to even steps on a logarithmic scale, at the lengths
/// that people use.
pub const BIN_EDGES_S: [u64; 19] = [
    1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400,
    172_800, 604_800,
];

/// How many units took how long: one count for each bin of [`BIN_EDGES_S`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Distribution(pub [u64; BIN_EDGES_S.len() + 1]);

/// How many units began in each bucket: the buckets with any, by their number and in order of time.
/// Of five years by the hour a screen has few, and there may be hundreds of screens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trend(pub Vec<(usize, u64)>);

/// What lies below the rows of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// What was asked.
    pub query: Query,
    /// The buckets of the trends: those of the report's trend.
    pub buckets: Buckets,
    /// A row for each screen that an exit carries, in the order of the report's rows.
    pub by_state: Vec<ExitProfile>,
    /// A row for each reason that an exit carries, in the order of the report's rows.
    pub by_reason: Vec<ExitProfile>,
    /// From the first fact to the submission, of submitted units.
    pub time_to_submit: Distribution,
    /// From the first fact to the last cancel, of cancelled units.
    pub time_to_abandon: Distribution,
    /// For each local weekday (Monday first) and hour of the first fact.
    pub week: Vec<[HourCell; 24]>,
}

/// One screen, or one reason.
#[derive(Debug, Clone, PartialEq)]
pub struct ExitProfile {
    /// The literal value; none where the exit had none.
    pub value: Option<String>,
    /// The catalogue's label, or the raw value.
    pub label: String,
    /// Units that ended so: the report's count.
    pub abandoned: u64,
    /// How many of them began in each bucket.
    pub trend: Trend,
    /// From the first fact to the exit.
    pub time_to_exit: Percentiles,
    /// The same, as a distribution.
    pub times: Distribution,
}

/// The units that began in one hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HourCell {
    /// All of them.
    pub started: u64,
    /// Of those, submitted.
    pub submitted: u64,
    /// Of those, abandoned.
    pub abandoned: u64,
}

impl Trend {
    /// A count for each of `buckets` buckets, the empty ones included.
    #[must_use]
    pub fn dense(&self, buckets: usize) -> Vec<u64> {
        let mut counts = vec![0; buckets];
        for &(bucket, count) in &self.0 {
            counts[bucket] += count;
        }
        counts
    }
}

impl Distribution {
    /// The lengths, in microseconds, as a distribution.
    pub(crate) fn of(lengths_us: impl IntoIterator<Item = u64>) -> Distribution {
        let mut distribution = Distribution::default();
        lengths_us.into_iter().for_each(|us| distribution.count(us));
        distribution
    }

    /// Counts one length, in microseconds.
    pub(crate) fn count(&mut self, us: u64) {
        self.0[Distribution::bin(us)] += 1;
    }

    /// Adds what another counted.
    pub(crate) fn add(&mut self, other: &Distribution) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    /// The bin of a length in microseconds.
    #[must_use]
    pub fn bin(us: u64) -> usize {
        BIN_EDGES_S.partition_point(|edge| *edge <= us / 1_000_000)
    }

    /// The bounds of a bin, in seconds; the last has no end.
    #[must_use]
    pub fn bounds_s(bin: usize) -> (u64, Option<u64>) {
        let from = bin.checked_sub(1).map_or(0, |edge| BIN_EDGES_S[edge]);
        (from, BIN_EDGES_S.get(bin).copied())
    }

    /// How many units it holds.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Every field is named, so that a new one does not compile until it is written here.
        let Profile { query, buckets, by_state, by_reason, time_to_submit, time_to_abandon, week } =
            self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("report", "profile")?;
        map.serialize_entry("version", &1)?;
        map.serialize_entry("input", query)?;
        map.serialize_entry("bin_edges_seconds", &BIN_EDGES_S)?;
        map.serialize_entry("time_to_submit", time_to_submit)?;
        map.serialize_entry("time_to_abandon", time_to_abandon)?;
        map.serialize_entry("week", &Week(week))?;
        map.serialize_entry("by_state", &Row::all("state", by_state, buckets))?;
        map.serialize_entry("by_reason", &Row::all("reason", by_reason, buckets))?;
        map.end()
    }
}

/// A row whose value goes by the name of its family.
struct Row<'a> {
    name: &'static str,
    row: &'a ExitProfile,
    buckets: &'a Buckets,
}

impl<'a> Row<'a> {
    fn all(name: &'static str, rows: &'a [ExitProfile], buckets: &'a Buckets) -> Vec<Row<'a>> {
        rows.iter().map(|row| Row { name, row, buckets }).collect()
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ExitProfile { value, label, abandoned, trend, time_to_exit, times } = self.row;
        let point = |&(bucket, abandoned): &(usize, u64)| Point {
            bucket: &self.buckets.labels[bucket],
            abandoned,
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.name, value)?;
        map.serialize_entry("label", label)?;
        map.serialize_entry("abandoned", abandoned)?;
        map.serialize_entry("time_to_exit_seconds", time_to_exit)?;
        map.serialize_entry("time_to_exit", times)?;
        map.serialize_entry("trend", &trend.0.iter().map(point).collect::<Vec<_>>())?;
        map.end()
    }
}

/// A bucket of a row's trend.
#[derive(Serialize)]
struct Point<'a> {
    bucket: &'a str,
    abandoned: u64,
}

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The cells, each with the name of its hour.
struct Week<'a>(&'a [[HourCell; 24]]);

impl Serialize for Week<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let days = self.0.iter().zip(1_u8..);
        serializer.collect_seq(days.flat_map(|(hours, weekday)| {
            let cell = move |(cell, hour): (&HourCell, u8)| {
                let HourCell { started, submitted, abandoned } = *cell;
                NamedHour { weekday, hour, started, submitted, abandoned }
            };
            hours.iter().zip(0_u8..).map(cell)
        }))
    }
}

/// The units that began in one hour of the week.
#[derive(Serialize)]
struct NamedHour {
    weekday: u8,
    hour: u8,
    started: u64,
    submitted: u64,
    abandoned: u64,
}
