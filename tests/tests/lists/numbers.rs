//! Every number of a report and of its profile, with what its list is asked for.

use weir_domain::{OutcomeKind, Timestamp};
use weir_report::{
    BreakdownRow, BreakdownValue, Dimension, Distribution, ExitProfile, Mark, Narrow, Profile,
    Query, Report, TimeRange, Totals, Until,
};

use OutcomeKind::{Cancelled, HandedOver, InProgress, LostInHandover, Stalled, Submitted};

const KNOWN_EXITS: &[OutcomeKind] = &[Cancelled, LostInHandover];

/// A number, and what the list of its units is asked for; nothing where no unit can be counted.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) place: String,
    pub(crate) count: u64,
    pub(crate) list: Option<(Query, Narrow)>,
}

/// What a number's list is asked for, step by step.
#[derive(Clone)]
struct List {
    query: Query,
    narrow: Narrow,
    /// No unit has all of the outcomes that are asked for.
    is_empty: bool,
}

impl List {
    fn of(query: &Query) -> List {
        List { query: query.clone(), narrow: Narrow::default(), is_empty: false }
    }

    /// The outcomes that both the question's filter and the number keep.
    fn outcomes(mut self, kinds: &[OutcomeKind]) -> List {
        let wanted = &mut self.query.filters.outcome;
        if wanted.is_empty() {
            *wanted = kinds.to_vec();
        } else {
            wanted.retain(|kind| kinds.contains(kind));
            self.is_empty |= wanted.is_empty();
        }
        self
    }

    fn state(mut self, state: &Option<String>) -> List {
        self.query.filters.state = vec![state.clone()];
        self
    }

    fn reason(mut self, reason: &Option<String>) -> List {
        self.query.filters.reason = vec![reason.clone()];
        self
    }

    fn within(mut self, (from, to): (Timestamp, Timestamp)) -> List {
        (self.query.from, self.query.to) = (from, to);
        self
    }

    fn narrow(mut self, narrow: impl FnOnce(&mut Narrow)) -> List {
        narrow(&mut self.narrow);
        self
    }

    fn number(self, place: String, count: u64) -> Number {
        let list = (!self.is_empty).then_some((self.query, self.narrow));
        Number { place, count, list }
    }
}

/// Every number of the report that counts units.
pub(crate) fn of_report(report: &Report) -> Vec<Number> {
    let list = List::of(&report.query);
    let mut numbers = totals("totals", &report.totals, &list);
    for row in &report.by_state {
        let place = |what: &str| format!("by_state {:?} {what}", row.state);
        let left = list.clone().state(&row.state).outcomes(KNOWN_EXITS);
        numbers.push(left.number(place("abandoned"), row.abandoned));
        let recovered = list.clone().narrow(|it| it.recovered_state = Some(row.state.clone()));
        numbers.push(recovered.number(place("recovered"), row.recovered));
        if let Some(at_risk) = row.at_risk {
            let came = list.clone().narrow(|it| it.at_risk.clone_from(&row.state));
            numbers.push(came.number(place("at_risk"), at_risk));
        }
    }
    for row in &report.by_reason {
        let place = |what: &str| format!("by_reason {:?} {what}", row.reason);
        let left = list.clone().reason(&row.reason).outcomes(KNOWN_EXITS);
        numbers.push(left.number(place("abandoned"), row.abandoned));
        let recovered = list.clone().narrow(|it| it.recovered_reason = Some(row.reason.clone()));
        numbers.push(recovered.number(place("recovered"), row.recovered));
    }
    for row in &report.by_state_and_reason {
        let left = list.clone().state(&row.state).reason(&row.reason).outcomes(KNOWN_EXITS);
        numbers.push(left.number(format!("{:?} {:?}", row.state, row.reason), row.abandoned));
    }
    for row in &report.trend {
        let bucket = list.clone().within((row.from, row.to));
        numbers.extend(totals(&row.bucket, &row.totals, &bucket));
    }
    if let (Some(rows), Some(by)) = (&report.breakdown, report.query.by) {
        numbers.extend(rows.iter().flat_map(|row| breakdown(by, row, &list)));
    }
    for (mark, count) in [
        (Mark::ImpliedSubmitted, report.data_quality.implied_submitted),
        (Mark::MissingStarted, report.data_quality.missing_started),
    ] {
        let marked = list.clone().narrow(|it| it.mark = Some(mark));
        numbers.push(marked.number(mark.name().to_owned(), count));
    }
    numbers
}

/// Every number of the profile that counts units.
pub(crate) fn of_profile(profile: &Profile) -> Vec<Number> {
    let list = List::of(&profile.query);
    let mut numbers = bins("to submit", &profile.time_to_submit, Until::Submit, &list);
    numbers.extend(bins("to abandon", &profile.time_to_abandon, Until::Abandon, &list));
    for row in &profile.by_state {
        let left = list.clone().state(&row.value).outcomes(KNOWN_EXITS);
        numbers.extend(exit("state", row, profile, &left));
    }
    for row in &profile.by_reason {
        let left = list.clone().reason(&row.value).outcomes(KNOWN_EXITS);
        numbers.extend(exit("reason", row, profile, &left));
    }
    for (hours, weekday) in profile.week.iter().zip(1_u8..) {
        for (cell, hour) in hours.iter().zip(0_u8..) {
            let began = list.clone().narrow(|it| {
                (it.weekday, it.hour) = (Some(weekday), Some(hour));
            });
            let place = |what: &str| format!("weekday {weekday} hour {hour} {what}");
            let abandoned = began.clone().outcomes(&[Cancelled, LostInHandover, Stalled]);
            let submitted = began.clone().outcomes(&[Submitted]);
            numbers.push(began.number(place("started"), cell.started));
            numbers.push(submitted.number(place("submitted"), cell.submitted));
            numbers.push(abandoned.number(place("abandoned"), cell.abandoned));
        }
    }
    numbers
}

fn totals(place: &str, totals: &Totals, list: &List) -> Vec<Number> {
    let counted = totals.counts().into_iter();
    let numbers = counted.map(|(name, count)| {
        let list = list.clone();
        let marked = |mark| list.clone().narrow(|it| it.mark = Some(mark));
        let list = match name {
            "started" => list,
            "submitted" => list.outcomes(&[Submitted]),
            "cancelled" => list.outcomes(&[Cancelled]),
            "lost_in_handover" => list.outcomes(&[LostInHandover]),
            "stalled" => list.outcomes(&[Stalled]),
            "handed_over" => list.outcomes(&[HandedOver]),
            "in_progress" => list.outcomes(&[InProgress]),
            "open" => list.outcomes(&[HandedOver, InProgress]),
            "abandoned" => list.outcomes(&[Cancelled, LostInHandover, Stalled]),
            "recovered" => marked(Mark::Recovered),
            "left_after_submitting" => marked(Mark::LeftAfterSubmitting),
            "other_document" => marked(Mark::OtherDocument),
            other => panic!("{other} leads nowhere"),
        };
        list.number(format!("{place} {name}"), count)
    });
    numbers.collect()
}

fn breakdown(by: Dimension, row: &BreakdownRow, list: &List) -> Vec<Number> {
    let mut list = list.clone();
    let filters = &mut list.query.filters;
    let small = |number: &u64| u8::try_from(*number).expect("a weekday or an hour");
    match (by, &row.value) {
        (Dimension::Integration, BreakdownValue::Text(name)) => {
            filters.integration = vec![name.clone()];
        }
        (Dimension::Feature, BreakdownValue::Text(name)) => {
            filters.feature = vec![Some(name.clone())];
        }
        (Dimension::Feature, BreakdownValue::None) => filters.feature = vec![None],
        (Dimension::Outcome, BreakdownValue::Text(name)) => {
            filters.outcome = vec![name.parse().expect("an outcome")];
        }
        (Dimension::Attempts, BreakdownValue::Number(n)) => list.narrow.attempts = Some(*n),
        (Dimension::Weekday, BreakdownValue::Number(n)) => list.narrow.weekday = Some(small(n)),
        (Dimension::Hour, BreakdownValue::Number(n)) => list.narrow.hour = Some(small(n)),
        (by, value) => panic!("{value:?} is no value of {by}"),
    }
    totals(&format!("{by} {:?}", row.value), &row.totals, &list)
}

fn exit(family: &str, row: &ExitProfile, profile: &Profile, left: &List) -> Vec<Number> {
    let place = format!("{family} {:?}", row.value);
    let mut numbers = bins(&place, &row.times, Until::Exit, left);
    let buckets = &profile.buckets;
    for (bucket, count) in row.trend.dense(buckets.labels.len()).into_iter().enumerate() {
        let began = left.clone().within(buckets.within(bucket, &profile.query));
        numbers.push(began.number(format!("{place} in {}", buckets.labels[bucket]), count));
    }
    numbers
}

fn bins(place: &str, times: &Distribution, until: Until, list: &List) -> Vec<Number> {
    let numbers = times.0.into_iter().enumerate().map(|(bin, count)| {
        let (from_s, to_s) = Distribution::bounds_s(bin);
        let range = TimeRange {
            until,
            from_us: from_s * 1_000_000,
            to_us: to_s.map(|to_s| to_s * 1_000_000),
        };
        let took = list.clone().narrow(|it| it.time = Some(range));
        took.number(format!("{place} from {from_s} s {}", until.name()), count)
    });
    numbers.collect()
}
