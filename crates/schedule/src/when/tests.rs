//! Schedules against a walk from minute to minute that knows nothing of gaps and folds.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use weir_domain::Timestamp;

use super::When;

const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 24 * 60 * MINUTE_US;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The next instants from `from` on.
#[track_caller]
fn check(when: &str, from: &str, want: &[&str]) {
    let when = When::parse(when).unwrap();
    let got = std::iter::successors(when.after(at(from)), |due| when.after(*due));
    let got: Vec<String> = got.take(want.len()).map(|due| due.to_string()).collect();
    assert_eq!(got, want, "{when}");
}

#[track_caller]
fn refused(when: &str, want: &str) {
    let error = When::parse(when).unwrap_err().to_string();
    assert_eq!(error, want);
}

#[test]
fn each_form_is_due_when_it_says() {
    let from = "2026-01-30T12:00:00Z";
    check("hourly UTC", from, &["2026-01-30T13:00:00Z", "2026-01-30T14:00:00Z"]);
    check("hourly :15 UTC", from, &["2026-01-30T12:15:00Z", "2026-01-30T13:15:00Z"]);
    // Six hours behind, by a quarter of an hour.
    check("hourly Asia/Kathmandu", from, &["2026-01-30T12:15:00Z", "2026-01-30T13:15:00Z"]);
    check("daily 08:00 Europe/Tallinn", from, &["2026-01-31T06:00:00Z", "2026-02-01T06:00:00Z"]);
    check("weekdays 8:00 UTC", from, &["2026-02-02T08:00:00Z", "2026-02-03T08:00:00Z"]);
    check("Weekly Monday 08:00 utc", from, &["2026-02-02T08:00:00Z", "2026-02-09T08:00:00Z"]);
    check("monthly 31 08:00 UTC", from, &["2026-01-31T08:00:00Z", "2026-03-31T08:00:00Z"]);
    check("monthly last 08:00 UTC", from, &["2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z"]);
    check(
        "0 8 * * MON-FRI Europe/Tallinn",
        from,
        &["2026-02-02T06:00:00Z", "2026-02-03T06:00:00Z"],
    );
    check("*/20 8-9 L * * UTC", from, &["2026-01-31T08:00:00Z", "2026-01-31T08:20:00Z"]);
    check("0 8 1W * * UTC", from, &["2026-02-02T08:00:00Z", "2026-03-02T08:00:00Z"]);
    check("0 8 * * FRI#L UTC", from, &["2026-02-27T08:00:00Z", "2026-03-27T08:00:00Z"]);
    check("0 8 * * 7 UTC", from, &["2026-02-01T08:00:00Z", "2026-02-08T08:00:00Z"]);
}

#[test]
fn either_day_will_do_as_in_cron_and_both_are_asked_for_by_a_plus() {
    let from = "2026-02-10T00:00:00Z";
    check(
        "0 8 13 * FRI UTC",
        from,
        &[
            "2026-02-13T08:00:00Z",
            "2026-02-20T08:00:00Z",
            "2026-02-27T08:00:00Z",
            "2026-03-06T08:00:00Z",
        ],
    );
    check("0 8 13 * +FRI UTC", from, &["2026-02-13T08:00:00Z", "2026-03-13T08:00:00Z"]);
    check("0 8 */2 * +FRI UTC", from, &["2026-02-13T08:00:00Z", "2026-02-27T08:00:00Z"]);
}

#[test]
fn summer_time_neither_doubles_nor_skips() {
    check(
        "daily 03:30 Europe/Tallinn",
        "2026-03-28T00:00:00Z",
        &["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
    );
    check(
        "daily 03:30 Europe/Tallinn",
        "2026-10-24T00:00:00Z",
        &["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
    );
    // 02:00, 02:30, 03:00 and 03:30 of the day of the gap are one instant or become one.
    check(
        "*/30 1-4 * * * America/New_York",
        "2026-03-08T06:00:00Z",
        &["2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z"],
    );
    // An hour on the wall that comes twice is due once.
    check(
        "hourly America/New_York",
        "2026-11-01T04:30:00Z",
        &["2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z"],
    );
    check(
        "daily 00:00 America/Sao_Paulo",
        "2018-11-03T12:00:00Z",
        &["2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"],
    );
    // The 30th of December 2011 was left out in Apia.
    check(
        "daily 08:00 Pacific/Apia",
        "2011-12-29T12:00:00Z",
        &["2011-12-29T18:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T18:00:00Z"],
    );
    check(
        "daily 02:15 Australia/Lord_Howe",
        "2026-10-02T20:00:00Z",
        &["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"],
    );
    // In Ramadan the clock goes back.
    check(
        "daily 02:30 Africa/Casablanca",
        "2026-02-14T02:00:00Z",
        &["2026-02-15T01:30:00Z", "2026-02-16T02:30:00Z"],
    );
}

#[test]
fn years_and_centuries_end_well() {
    check(
        "0 0 29 2 * UTC",
        "2095-01-01T00:00:00Z",
        &["2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"],
    );
    check(
        "0 0 29 2 +SUN UTC",
        "2080-01-01T00:00:00Z",
        &["2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z"],
    );
    check(
        "daily 00:00 Europe/Tallinn",
        "2099-12-31T00:00:00Z",
        &["2099-12-31T22:00:00Z", "2100-01-01T22:00:00Z"],
    );
    check("monthly last 08:00 UTC", "2100-02-01T00:00:00Z", &["2100-02-28T08:00:00Z"]);
    let when = When::parse("daily 08:00 UTC").unwrap();
    assert_eq!(when.after(Timestamp::MAX), None);
    assert_eq!(when.after(at("9999-12-31T09:00:00Z")), None);
}

#[test]
fn what_is_between_ends_with_the_last() {
    let when = When::parse("daily 08:00 UTC").unwrap();
    let between = |after, upto| when.between(at(after), at(upto)).count();
    assert_eq!(between("2026-01-01T08:00:00Z", "2026-01-04T08:00:00Z"), 3);
    assert_eq!(between("2026-01-01T08:00:00Z", "2026-01-02T07:59:59Z"), 0);
    assert_eq!(between("2026-01-04T08:00:00Z", "2026-01-01T08:00:00Z"), 0);
}

#[test]
fn it_is_told_in_words() {
    let check = |when: &str, want: &str| assert_eq!(When::parse(when).unwrap().in_words(), want);
    check("hourly utc", "every hour, UTC");
    check("hourly :05 UTC", "every hour at 05 past, UTC");
    check("daily 8:00 europe/tallinn", "every day at 08:00, Europe/Tallinn");
    check("weekdays 17:30 UTC", "every day from Monday to Friday at 17:30, UTC");
    check("weekly mon 08:00 Europe/Tallinn", "every Monday at 08:00, Europe/Tallinn");
    check("monthly 1 08:00 UTC", "on the 1st of every month at 08:00, UTC");
    check("monthly 31 08:00 UTC", "on the 31st of every month that has one at 08:00, UTC");
    check("monthly last 08:00 UTC", "on the last day of every month at 08:00, UTC");
    check("0 8 * * MON-FRI UTC", "at the times of cron `0 8 * * MON-FRI`, UTC");
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    refused(
        "daily 08:00",
        "`daily 08:00` has no zone: write one after it, such as `daily 08:00 Europe/Tallinn` or \
         `daily 08:00 UTC`",
    );
    refused(
        "0 8 * * MON-FRI",
        "`0 8 * * MON-FRI` has no zone: write one after it, such as `0 8 * * MON-FRI \
         Europe/Tallinn` or `0 8 * * MON-FRI UTC`",
    );
    refused(
        "daily 08:00 Europe/Talinn",
        "`Europe/Talinn` is not the name of an IANA time zone; did you mean `Europe/Tallinn`?",
    );
    refused(
        "daily 25:00 UTC",
        "`25:00` in `daily 25:00 UTC` is no time: it must be an hour and a minute such as 08:00, \
         up to 23:59",
    );
    refused(
        "weekly funday 08:00 UTC",
        "`funday` in `weekly funday 08:00 UTC` is no day of the week: it must be monday to sunday",
    );
    refused(
        "monthly 32 08:00 UTC",
        "`32` in `monthly 32 08:00 UTC` is no day of the month: it must be 1 to 31, or `last`",
    );
    refused(
        "0 8 31 2 * UTC",
        "`0 8 31 2 * UTC` never comes: no day within 41 years is like this; look at the day of \
         the month and the month",
    );
    refused(
        "0 25 * * * UTC",
        "`25` in `0 25 * * * UTC` is no hour: it must be 0 to 23, `*`, `*/2`, `8-18` or a list",
    );
    let no_form = |when: &str| {
        let error = When::parse(when).unwrap_err().to_string();
        assert!(error.contains("is no schedule: write `hourly ZONE`"), "{error}");
    };
    // Seconds, years, names of others: none of them is read as something else.
    ["", "UTC", "0 0 8 * * MON UTC", "0 8 * * MON 2026", "@daily UTC", "every day UTC"]
        .into_iter()
        .for_each(no_form);
    ["daily UTC", "daily 08:00 UTC UTC", "hourly 15 UTC"].into_iter().for_each(no_form);
    let no_part = |when: &str| {
        let error = When::parse(when).unwrap_err();
        assert!(matches!(error, super::WhenError::Part { .. }), "{error}");
    };
    // The library would take the first for January, the second for no day, the third for 1DAY.
    ["0 8 * MON * UTC", "0 8 , * * UTC", "0 8 * * MONDAY UTC", "0 8 * * 8 UTC"]
        .into_iter()
        .for_each(no_part);
    ["0 8 5/2 * * UTC", "0 22-6 * * * UTC", "*/0 8 * * * UTC", "-1 8 * * * UTC"]
        .into_iter()
        .for_each(no_part);
    ["0 8 */2 * MON UTC", "0 8 1 * */2 UTC", "0 8 * JANUARY * UTC", "L 8 * * * UTC"]
        .into_iter()
        .for_each(no_part);
}

/// A pattern as sets, made without the library.
#[derive(Debug, Clone)]
struct Sets {
    minutes: BTreeSet<i8>,
    hours: BTreeSet<i8>,
    /// None is a star.
    days: Option<BTreeSet<i8>>,
    last_day: bool,
    weekdays: Option<BTreeSet<i8>>,
}

impl Sets {
    fn text(&self) -> String {
        let list = |set: &BTreeSet<i8>| set.iter().map(i8::to_string).collect::<Vec<_>>().join(",");
        let days = match (&self.days, self.last_day) {
            (None, _) => "*".to_owned(),
            (Some(days), true) => format!("{},L", list(days)),
            (Some(days), false) => list(days),
        };
        let weekdays = self.weekdays.as_ref().map_or("*".to_owned(), list);
        format!("{} {} {days} * {weekdays}", list(&self.minutes), list(&self.hours))
    }

    fn has(&self, time: DateTime) -> bool {
        let date = time.date();
        let by_day = self.days.as_ref().map(|days| {
            days.contains(&date.day()) || self.last_day && date.day() == date.days_in_month()
        });
        let weekday = date.weekday().to_sunday_zero_offset();
        let by_weekday = self.weekdays.as_ref().map(|days| days.contains(&weekday));
        let is_day = match (by_day, by_weekday) {
            (None, None) => true,
            (Some(is), None) | (None, Some(is)) => is,
            (Some(a), Some(b)) => a || b,
        };
        is_day && self.hours.contains(&time.hour()) && self.minutes.contains(&time.minute())
    }
}

fn sets() -> impl Strategy<Value = Sets> {
    let some = |range: std::ops::Range<i8>, most| prop::collection::btree_set(range, 1..most);
    let minutes = prop_oneof![
        some(0..60, 4),
        Just(BTreeSet::from([0])),
        Just((0..60).collect::<BTreeSet<i8>>()),
    ];
    // The hours at which clocks are changed, most of the time.
    let hours = prop_oneof![some(0..5, 5), some(0..24, 6), Just((0..24).collect())];
    let days = prop::option::weighted(0.3, some(1..32, 8));
    let weekdays = prop::option::weighted(0.3, some(0..7, 4));
    (minutes, hours, days, any::<bool>(), weekdays).prop_map(
        |(minutes, hours, days, last_day, weekdays)| Sets {
            minutes,
            hours,
            days,
            last_day,
            weekdays,
        },
    )
}

/// Zones, each with days on which its clock is changed or the calendar is odd.
fn place() -> impl Strategy<Value = (&'static str, Timestamp)> {
    let places = [
        ("Europe/Tallinn", "2026-03-29T00:00:00Z"),
        ("Europe/Tallinn", "2026-10-25T00:00:00Z"),
        ("Europe/Tallinn", "2100-03-28T00:00:00Z"),
        ("Europe/Tallinn", "2100-02-28T22:00:00Z"),
        ("America/New_York", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T06:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
        ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
        ("Africa/Casablanca", "2026-03-22T02:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
        ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
        ("America/Scoresbysund", "2024-03-31T01:00:00Z"),
        ("Asia/Kathmandu", "2026-12-31T18:15:00Z"),
        ("UTC", "2028-02-29T00:00:00Z"),
        ("UTC", "2099-12-31T23:00:00Z"),
    ];
    prop::sample::select(places.to_vec()).prop_map(|(zone, around)| (zone, at(around)))
}

/// Walks from minute to minute and looks what the clock on the wall shows for the first time.
fn walk(sets: &Sets, zone: &str, from: Timestamp, upto: Timestamp) -> Vec<Timestamp> {
    let rules = TimeZone::get(zone).unwrap();
    let wall = |at: Timestamp| {
        rules.to_datetime(jiff::Timestamp::from_microsecond(at.as_micros()).unwrap())
    };
    // What was shown before: no clock goes back by more than two days.
    let mut now = from.plus_us(-2 * DAY_US);
    let mut latest = wall(now);
    let mut due = Vec::new();
    while now < upto {
        now = now.plus_us(MINUTE_US);
        let mut is_due = false;
        while latest < wall(now) {
            latest += 1.minute();
            is_due |= sets.has(latest);
        }
        if is_due && from < now {
            due.push(now);
        }
    }
    due
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_a_walk_from_minute_to_minute_finds(
        sets in sets(),
        (zone, around) in place(),
        from in -2_880_i64..60,
        seconds in 0_i64..60,
    ) {
        let when = When::parse(&format!("{} {zone}", sets.text())).unwrap();
        let from = around.plus_us(from * MINUTE_US);
        let upto = around.plus_us(2 * DAY_US);
        let want = walk(&sets, zone, from, upto);
        let got: Vec<Timestamp> = when.between(from, upto).collect();
        prop_assert!(got.is_sorted_by(|a, b| a < b), "strictly increasing");
        prop_assert_eq!(got, want.clone());
        // From within a minute as well.
        let within = from.plus_us(seconds * 1_000_000 + 1);
        let want: Vec<Timestamp> = want.into_iter().filter(|due| within < *due).collect();
        prop_assert_eq!(when.between(within, upto).collect::<Vec<_>>(), want);
    }
}
