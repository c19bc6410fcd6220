//! What is watched makes sense, and can ever be judged.

use weir_report::render::duration;
use weir_report::{Alert, Definition, Measure};

use super::{Found, Surroundings};
use crate::When;
use crate::alert::QuietHours;

/// So many of the next runs are looked at for one that can be judged: a year of months.
const RUNS_LOOKED_AT: usize = 12;

pub(super) fn check(
    definition: &Definition,
    alert: &Alert,
    when: Option<&When>,
    around: &Surroundings<'_>,
    found: &mut Found<'_>,
) {
    if definition.schedule.is_none() {
        found.at(
            &["alert"],
            "it is never judged: add a [schedule] that says when, such as `hourly UTC`",
        );
    }
    match alert.on {
        Measure::Silence => silence(definition, alert, found),
        Measure::Started => count(alert, found),
        _ => rate(definition, alert, found),
    }
    hysteresis(alert, found);
    texts(alert, found);
    if alert.on != Measure::Silence
        && let (Some(when), Some(matured_us)) = (when, alert.matured_us())
    {
        maturity(definition, when, matured_us, around, found);
    }
}

fn silence(definition: &Definition, alert: &Alert, found: &mut Found<'_>) {
    let set = [
        ("above", alert.above.is_some()),
        ("below", alert.below.is_some()),
        ("change", alert.change.is_some()),
        ("state", alert.state.is_some()),
    ];
    for (key, _) in set.into_iter().filter(|(_, is_set)| *is_set) {
        found.at(
            &["alert", key],
            format!("a silence is judged by the weeks before it, not by `{key}`: take it out"),
        );
    }
    let ask = &definition.ask;
    if 1 < ask.integration.len() {
        found.at(
            &["ask", "integration"],
            "a silence is of one integration or of all together: name one or none, and write an \
             alert for each of the others",
        );
    }
    let filters = [
        ("feature", &ask.feature),
        ("state", &ask.state),
        ("reason", &ask.reason),
        ("outcome", &ask.outcome),
    ];
    for (key, _) in filters.into_iter().filter(|(_, values)| !values.is_empty()) {
        found.at(
            &["ask", key],
            format!("a silence is of deliveries, whatever they say: take the filter `{key}` out"),
        );
    }
}

fn count(alert: &Alert, found: &mut Found<'_>) {
    if alert.change.is_some() {
        found.at(
            &["alert", "change"],
            "how many started changes from day to day by more than a test of chance allows for: \
             take `change` out and write `above` or `below`",
        );
    }
    no_state(alert, found);
    thresholds(alert, found);
    for (key, limit) in limits(alert) {
        if !(limit.is_finite() && 0.0 <= limit) {
            found.at(&["alert", key], format!("`{key}` is {limit}: it must be a count, 0 or more"));
        }
    }
}

fn rate(definition: &Definition, alert: &Alert, found: &mut Found<'_>) {
    if alert.on != Measure::DropOffRate {
        no_state(alert, found);
    }
    thresholds(alert, found);
    for (key, limit) in limits(alert) {
        if !(0.0..=1.0).contains(&limit) {
            found.at(
                &["alert", key],
                format!("`{key}` is {limit}: a rate is a fraction of 1, so 30 % is written 0.3"),
            );
        }
    }
    if let Some(change) = &alert.change {
        if !(0.0..1.0).contains(&change.by) {
            found.at(
                &["alert", "change", "by"],
                format!("`by` is {}: it must be a fraction of 1; 2 points are 0.02", change.by),
            );
        }
        if !(0.0 < change.level && change.level <= 0.2) {
            found.at(
                &["alert", "change", "level"],
                format!(
                    "`level` is {}: it must be above 0 and at most 0.2; 0.01 lets one in a hundred \
                     changes be chance",
                    change.level
                ),
            );
        }
    }
    // Such filters keep units by how they ended: of those the rate is settled beforehand.
    let ask = &definition.ask;
    let filters = [("state", &ask.state), ("reason", &ask.reason), ("outcome", &ask.outcome)];
    for (key, _) in filters.into_iter().filter(|(_, values)| !values.is_empty()) {
        let instead =
            if key == "state" { "; to watch one screen, write `state` under [alert]" } else { "" };
        found.at(
            &["ask", key],
            format!(
                "the filter `{key}` keeps units by how they ended, so that no rate of them means \
                 anything: take it out{instead}"
            ),
        );
    }
}

fn no_state(alert: &Alert, found: &mut Found<'_>) {
    if alert.state.is_some() {
        found.at(
            &["alert", "state"],
            "one screen is watched by its drop-off: take `state` out, or write \
             `on = \"drop_off_rate\"`",
        );
    }
}

fn limits(alert: &Alert) -> impl Iterator<Item = (&'static str, f64)> {
    let limits = [("above", alert.above), ("below", alert.below)];
    limits.into_iter().filter_map(|(key, limit)| Some((key, limit?)))
}

fn thresholds(alert: &Alert, found: &mut Found<'_>) {
    if limits(alert).next().is_none() && alert.change.is_none() {
        found.at(
            &["alert"],
            "it never fires: write `above`, `below` or, for a rate, `change = { by = 0.02 }`",
        );
    }
    if let (Some(above), Some(below)) = (alert.above, alert.below)
        && above <= below
    {
        found.at(
            &["alert", "above"],
            format!(
                "it fires above {above} and below {below}, which is always: `above` must be \
                     the larger one"
            ),
        );
    }
}

fn hysteresis(alert: &Alert, found: &mut Found<'_>) {
    if !(alert.margin.is_finite() && 0.0 <= alert.margin) {
        found.at(
            &["alert", "margin"],
            format!("`margin` is {}: it must be 0 or more", alert.margin),
        );
        return;
    }
    if alert.runs == 0 {
        found.at(&["alert", "runs"], "`runs` is 0: it takes at least 1 judgement to fire");
    }
    let never = match (alert.above, alert.below) {
        (Some(above), None) if above < alert.margin => Some("above"),
        (None, Some(below)) if alert.on != Measure::Started && 1.0 < below + alert.margin => {
            Some("below")
        }
        (Some(above), Some(below)) if below < above && above - below < 2.0 * alert.margin => {
            Some("above")
        }
        _ => None,
    };
    if let Some(key) = never {
        found.at(
            &["alert", "margin"],
            format!(
                "`margin` is {}, so large that once it fires it is never over: make it smaller \
                 than what lies on the other side of `{key}`",
                alert.margin
            ),
        );
    }
    if let Some(change) = alert.change
        && 0.0 < change.by
        && change.by <= alert.margin
    {
        found.at(
            &["alert", "margin"],
            format!(
                "`margin` is {} and `by` is {}: it must be less, or the change is over only when \
                 chance explains it",
                alert.margin, change.by
            ),
        );
    }
}

/// What is written in words.
fn texts(alert: &Alert, found: &mut Found<'_>) {
    if alert.matured_us().is_none() {
        found.at(
            &["alert", "matured"],
            format!("`matured` is `{}`: it must be a length such as 24h, 90m or 7d", alert.matured),
        );
    }
    if let Some(quiet) = alert.quiet.as_ref().filter(|quiet| quiet.parse::<QuietHours>().is_err()) {
        found.at(
            &["alert", "quiet"],
            format!(
                "`quiet` is `{quiet}`: it must be two different times of day such as 22:00-07:00"
            ),
        );
    }
    if alert.remind_us().is_err() {
        found.at(
            &["alert", "remind"],
            format!(
                "`remind` is `{}`: it must be a length such as 24h or 4h",
                alert.remind.as_deref().unwrap_or_default()
            ),
        );
    }
}

/// Whether any of the next runs asks of a range that has ended and whose youngest are old enough.
fn maturity(
    definition: &Definition,
    when: &When,
    matured_us: i64,
    around: &Surroundings<'_>,
    found: &mut Found<'_>,
) {
    let due = std::iter::successors(when.after(around.now), |due| when.after(*due));
    let ages: Vec<i64> = due
        .take(RUNS_LOOKED_AT)
        .filter_map(|due| definition.query(due, around.zone_default).ok())
        .map(|query| query.as_of.since_us(query.to))
        .collect();
    let Some(oldest) = ages.iter().copied().max().filter(|oldest| *oldest < matured_us) else {
        return;
    };
    let age = duration(oldest.max(0).unsigned_abs());
    let matured = duration(matured_us.unsigned_abs());
    let is_range = definition.range.is_some();
    let earlier = if is_range {
        "run it later (`daily 08:00` is 8 h after `previous day` ends), or replace `range` by \
         `from` and `to` under [ask], such as from = \"-48h\" and to = \"-24h\""
    } else {
        "let `ask.to` end earlier, such as to = \"-24h\""
    };
    found.at(
        &["alert", "matured"],
        format!(
            "it is never judged: when it is due, the youngest in its range are {age} old at most, \
             and `matured` asks for {matured}; {earlier}, or lower `matured`"
        ),
    );
}
