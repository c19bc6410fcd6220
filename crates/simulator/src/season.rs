//! What the hour, the week, the slow trend and the one incident do. All of it in UTC.

use weir_domain::Timestamp;

use crate::scenario::Scenario;

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;

/// How busy the start of each hour is, against the day's mean; in between it is interpolated.
const HOURS: [f64; 24] = [
    0.35, 0.25, 0.20, 0.17, 0.18, 0.25, 0.45, 0.75, 1.05, 1.30, 1.45, 1.50, //
    1.40, 1.40, 1.35, 1.45, 1.45, 1.50, 1.55, 1.60, 1.55, 1.30, 0.95, 0.60,
];
/// How busy each day of the week is, Monday first.
const WEEKDAYS: [f64; 7] = [1.15, 1.12, 1.08, 1.06, 1.05, 0.82, 0.72];
/// Traffic at the story's start and at its end, against its mean.
const TRAFFIC: (f64, f64) = (0.92, 1.08);
/// Hazards at the story's start and at its end: the flow slowly gets better.
const HAZARDS: (f64, f64) = (1.10, 0.90);
/// Hazards between 22:00 and 06:00.
const NIGHT: f64 = 1.18;
/// More than [`busy`] ever says, for the thinning.
pub(crate) const BUSY_MAX: f64 = 1.60 * 1.15 * TRAFFIC.1;

/// The incident starts after this share of the story: a release breaks the camera.
const INCIDENT_AFTER: f64 = 0.55;
/// The incident lasts this share of the story, but a fortnight at most.
const INCIDENT_SHARE: f64 = 0.16;
const INCIDENT_US_MAX: i64 = 14 * DAY_US;
/// How much oftener the blocked camera is shown meanwhile, and how many more leave there.
const INCIDENT: (f64, f64) = (1.9, 1.45);

/// What the instant of its start does to a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mood {
    /// Factor on every hazard.
    pub(crate) hazard: f64,
    /// Factors on how often the blocked camera is shown, and on its hazard.
    pub(crate) camera: (f64, f64),
}

/// How busy the instant is, against the mean.
pub(crate) fn busy(scenario: &Scenario, at: Timestamp) -> f64 {
    let (day, of_day_us) = (at.as_micros().div_euclid(DAY_US), at.as_micros().rem_euclid(DAY_US));
    let hour = (of_day_us / HOUR_US) as usize;
    let into = (of_day_us % HOUR_US) as f64 / HOUR_US as f64;
    let of_hour = HOURS[hour] + into * (HOURS[(hour + 1) % 24] - HOURS[hour]);
    // 1970-01-01 was a Thursday.
    let weekday = (day + 3).rem_euclid(7) as usize;
    of_hour * WEEKDAYS[weekday] * along(TRAFFIC, scenario, at)
}

/// What a session that starts at this instant meets.
pub(crate) fn mood(scenario: &Scenario, at: Timestamp) -> Mood {
    let hour = at.as_micros().rem_euclid(DAY_US) / HOUR_US;
    let night = if (6..22).contains(&hour) { 1.0 } else { NIGHT };
    let (incident_from, incident_until) = incident(scenario);
    let camera = if (incident_from..incident_until).contains(&at) { INCIDENT } else { (1.0, 1.0) };
    Mood { hazard: night * along(HAZARDS, scenario, at), camera }
}

/// From when until when the camera is broken.
pub(crate) fn incident(scenario: &Scenario) -> (Timestamp, Timestamp) {
    let story_us = scenario.story_us as f64;
    let from = scenario.from.plus_us((story_us * INCIDENT_AFTER) as i64);
    (from, from.plus_us(INCIDENT_US_MAX.min((story_us * INCIDENT_SHARE) as i64)))
}

/// Straight from the first value to the second along the story; then it stays there.
fn along((first, last): (f64, f64), scenario: &Scenario, at: Timestamp) -> f64 {
    let share = at.since_us(scenario.from) as f64 / scenario.story_us.max(1) as f64;
    first + (last - first) * share.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{BUSY_MAX, HOUR_US, HOURS, WEEKDAYS, busy, incident, mood};
    use crate::Scenario;

    fn ninety_days() -> Scenario {
        let from = "2026-01-05T00:00:00Z".parse().unwrap();
        Scenario::realistic(1, from, "2026-04-05T00:00:00Z".parse().unwrap(), 100.0)
    }

    #[test]
    fn the_weights_have_mean_one() {
        assert!((HOURS.iter().sum::<f64>() - 24.0).abs() < 1e-9);
        assert!((WEEKDAYS.iter().sum::<f64>() - 7.0).abs() < 1e-9);
    }

    #[test]
    fn noon_is_busier_than_night_and_monday_than_sunday() {
        let scenario = ninety_days();
        let busy = |at: &str| busy(&scenario, at.parse().unwrap());
        assert!(busy("2026-01-12T12:00:00Z") > 5.0 * busy("2026-01-12T03:00:00Z"));
        assert!(busy("2026-01-12T12:00:00Z") > 1.4 * busy("2026-01-11T12:00:00Z"));
    }

    #[test]
    fn the_bound_of_the_thinning_holds() {
        let scenario = ninety_days();
        for hour in 0..24 * 120 {
            let at = scenario.from.plus_us(hour * HOUR_US);
            assert!(busy(&scenario, at) <= BUSY_MAX, "{at}");
        }
    }

    #[test]
    fn the_incident_is_a_fortnight_within_the_story() {
        let scenario = ninety_days();
        let (from, until) = incident(&scenario);
        assert_eq!(from.to_string(), "2026-02-23T12:00:00Z");
        assert_eq!(until.to_string(), "2026-03-09T12:00:00Z");
        assert!(mood(&scenario, from).camera.0 > 1.0);
        assert_eq!(mood(&scenario, until).camera, (1.0, 1.0));
    }
}
