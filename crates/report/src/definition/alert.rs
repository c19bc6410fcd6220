//! When a report is worth a message, as it is written in its definition.

use serde::{Deserialize, Serialize};

use crate::ask::duration_us;

/// What is watched, and when it is worth a message.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// What is watched.
    pub on: Measure,
    /// The screen whose drop-off is watched, by its literal value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Fires above this: a fraction of 1 for a rate, a number for a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Fires below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Fires on a change against a reference period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Against>,
    /// The least number of units on which it is judged.
    #[serde(default = "minimum_default", skip_serializing_if = "is_minimum")]
    pub minimum: u64,
    /// How old the youngest unit must be: `24h`. Younger cohorts are not judged.
    #[serde(default = "matured_default", skip_serializing_if = "is_matured")]
    pub matured: String,
    /// How far back it must come before it counts as over, in the unit of the threshold or in
    /// fractions of 1 for a change.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub margin: f64,
    /// How many judgements in a row it takes to fire, and to be over.
    #[serde(default = "runs_default", skip_serializing_if = "is_runs")]
    pub runs: u32,
    /// Hours of the day in the report's zone in which no message is sent: `22:00-07:00`. What
    /// fires then is told at their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<String>,
    /// How long after a message it is told again, while it fires and nobody has acknowledged it:
    /// `24h`. Once only, where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<String>,
}

impl Alert {
    /// How old the youngest unit must be, in microseconds; none if [`Alert::matured`] is no
    /// length of time.
    #[must_use]
    pub fn matured_us(&self) -> Option<i64> {
        duration_us(&self.matured)
    }

    /// How long after a message it is told again, in microseconds; an error if
    /// [`Alert::remind`] is no length of time.
    #[allow(clippy::missing_errors_doc, clippy::result_unit_err)] // said above
    pub fn remind_us(&self) -> Result<Option<i64>, ()> {
        self.remind.as_deref().map(|text| duration_us(text).ok_or(())).transpose()
    }
}

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Abandoned of started; of the one screen where one is named.
    DropOffRate,
    /// Submitted of started.
    ConversionRate,
    /// Stalled of started.
    StalledRate,
    /// How many started.
    Started,
    /// That no delivery came for longer than is usual at this hour.
    Silence,
}

/// A change against a reference period that is worth a message.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// By how much at least, as a fraction of 1.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub by: f64,
    /// The level of the test: p must be below it.
    #[serde(default = "level_default", skip_serializing_if = "is_level")]
    pub level: f64,
}

const fn minimum_default() -> u64 {
    100
}

fn matured_default() -> String {
    "24h".to_owned()
}

const fn runs_default() -> u32 {
    1
}

const fn level_default() -> f64 {
    0.01
}

// What has its default is not written.

fn is_minimum(value: &u64) -> bool {
    *value == minimum_default()
}

fn is_matured(value: &String) -> bool {
    *value == matured_default()
}

fn is_runs(value: &u32) -> bool {
    *value == runs_default()
}

#[allow(clippy::float_cmp)] // this very number, or another
fn is_level(value: &f64) -> bool {
    *value == level_default()
}
