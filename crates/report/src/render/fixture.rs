//! Reports for tests and for looking at, made by hand: one as a customer would have it, and odd
//! ones. The examples include this file too, so it names the crate's types through its parent.

use super::prelude::{
    BreakdownRow, BreakdownValue, Bucket, Catalogue, DataQuality, Dimension, Filters, PairRow,
    Percentiles, Query, Rate, ReasonRow, Report, StateRow, Totals, TrendRow, Unit, Zone,
};

const HANDOVER: &str = "mobile_handover_screen_shown";
const QUIT: &str = "quit_session_confirmed";
const ERROR: &str = "error_screen_exit_clicked";
const CONSENT: &str = "consent_screen_cancel_pressed";

type Exit<'a> = (Option<&'a str>, Option<&'a str>, u64);

/// 30 days, two thousand sessions.
pub(super) fn full() -> Report {
    let exits: Vec<Exit<'_>> = vec![
        (Some("camera_access_blocked_screen_shown"), Some(QUIT), 118),
        (Some("camera_access_blocked_screen_shown"), Some(HANDOVER), 18),
        (Some("camera_access_blocked_screen_shown"), Some(ERROR), 11),
        (Some("document_front_screen_shown"), Some(QUIT), 80),
        (Some("document_front_screen_shown"), Some(ERROR), 6),
        (Some("consent_screen_shown"), Some(CONSENT), 52),
        (Some("consent_screen_shown"), Some(QUIT), 9),
        (Some("portrait_screen_shown"), Some(QUIT), 41),
        (Some("document_back_screen_shown"), Some(QUIT), 33),
        (Some("document_select_screen_shown"), Some(QUIT), 21),
        (Some("error_screen_shown"), Some(ERROR), 17),
        (Some("otp_entry_screen_shown"), Some(QUIT), 9),
        (Some("passport_feedback_screen_shown"), Some(QUIT), 6),
        (Some("intro_screen_shown"), Some(QUIT), 4),
        (Some("waiting_decision_screen_shown"), None, 2),
        (None, Some(HANDOVER), 36),
        (None, Some(QUIT), 5),
    ];
    let mut report = build(1_317, 252, 24, &exits, 30, "Europe/Tallinn");
    report.query.by = Some(Dimension::Weekday);
    report.breakdown = Some((1..=7).map(weekday).collect());
    report
}

/// Three days, 40 sessions.
pub(super) fn small() -> Report {
    let exits: Vec<Exit<'_>> = vec![
        (Some("camera_access_blocked_screen_shown"), Some(QUIT), 4),
        (Some("camera_access_blocked_screen_shown"), Some(HANDOVER), 2),
        (Some("=cmd|' /C calc'!A0"), Some(QUIT), 3),
        (None, Some(HANDOVER), 2),
    ];
    build(22, 4, 3, &exits, 3, "Europe/Tallinn")
}

/// Three sessions.
pub(super) fn tiny() -> Report {
    build(1, 0, 1, &[(Some("document_front_screen_shown"), Some(QUIT), 1)], 7, "UTC")
}

/// Nothing.
pub(super) fn empty() -> Report {
    build(0, 0, 0, &[], 7, "UTC")
}

/// Names that try to break what shows them.
pub(super) fn hostile() -> Report {
    let (long, wide) = ("n".repeat(10_000), "widest name ".repeat(17));
    let exits: Vec<Exit<'_>> = vec![
        (Some("<script>alert(1)</script>"), Some("\"><img src=x onerror=alert(1)>"), 40),
        (Some("two\nlines\tand\ra tab\u{1b}[31m"), Some("</svg><script>"), 30),
        (Some("abc\u{202e}txt.exe"), Some("]]>"), 20),
        (Some("شاشة الكاميرا محظورة"), Some("&amp;lt;"), 18),
        (Some("相机访问被阻止"), Some("'onload='x"), 15),
        (Some(&long), Some(QUIT), 12),
        (Some(&wide), Some(QUIT), 11),
        (Some("\u{feff}\u{200b}\u{0}"), Some(QUIT), 8),
    ];
    build(400, 50, 10, &exits, 14, "UTC")
}

/// So many screens, and so many buckets.
pub(super) fn many(screens: u64, buckets: usize, bucket: Bucket) -> Report {
    let names: Vec<String> = (0..screens).map(|n| format!("screen_{n}_shown")).collect();
    let exits: Vec<Exit<'_>> = names
        .iter()
        .zip(0..)
        .map(|(name, n)| (Some(name.as_str()), Some(QUIT), screens - n))
        .collect();
    let mut report = build(60_000, 5_000, 500, &exits, 1, "UTC");
    report.query.bucket = bucket;
    report.trend = trend(buckets, bucket, report.totals.started, report.totals.open());
    report
}

fn build(
    submitted: u64,
    stalled: u64,
    open: u64,
    exits: &[Exit<'_>],
    days: usize,
    zone: &str,
) -> Report {
    let catalogue = Catalogue::shipped();
    let sum = |keep: &dyn Fn(&Exit<'_>) -> bool| {
        exits.iter().filter(|exit| keep(exit)).map(|exit| exit.2).sum::<u64>()
    };
    let lost = sum(&|exit| exit.1 == Some(HANDOVER));
    let cancelled = sum(&|_| true) - lost;
    let started = submitted + stalled + open + cancelled + lost;
    let totals = Totals {
        started,
        submitted,
        cancelled,
        lost_in_handover: lost,
        stalled,
        handed_over: open / 3,
        in_progress: open - open / 3,
        recovered: submitted / 40,
        left_after_submitting: submitted / 300,
        other_document: started / 55,
    };
    let from = "2026-01-04T22:00:00Z".parse().unwrap();
    let length_us = i64::try_from(days).unwrap() * 86_400_000_000;
    let query = Query {
        from,
        to: from.plus_us(length_us),
        zone: Zone::named(zone).unwrap(),
        as_of: from.plus_us(length_us + 3_720_000_000),
        unit: Unit::Session,
        window_us: 7 * 86_400_000_000,
        bucket: Bucket::Day,
        filters: Filters::default(),
        by: None,
    };
    let us = |seconds: f64| (started != 0).then_some((seconds * 1e6) as u64);
    let times = |scale: f64| Percentiles {
        p50_us: us(192.4 * scale),
        p75_us: us(301.0 * scale),
        p90_us: us(548.25 * scale),
        p95_us: us(1_260.0 * scale),
        p99_us: us(86_520.0 * scale),
    };
    Report {
        query,
        totals,
        by_state: by_state(exits, &totals, &catalogue),
        by_reason: by_reason(exits, &totals, &catalogue),
        by_state_and_reason: pairs(exits),
        trend: trend(days, Bucket::Day, started, open),
        time_to_submit: times(1.0),
        time_to_abandon: times(0.45),
        breakdown: None,
        data_quality: DataQuality {
            deliveries: started * 2,
            repeats: started / 12,
            quarantined: started / 700,
            unknown_codes: started / 900,
            action_mismatches: 0,
            implied_submitted: started / 200,
            missing_started: started / 300,
            uncatalogued_states: uncatalogued(exits, &catalogue),
        },
    }
}

fn weekday(day: u64) -> BreakdownRow {
    let started = [390, 377, 352, 340, 329, 260, 21][usize::try_from(day).unwrap() - 1];
    let (cancelled, stalled) = (started * (18 + day) / 100, started / 9);
    let lost_in_handover = started / 35;
    let submitted = started - cancelled - stalled - lost_in_handover;
    BreakdownRow {
        value: BreakdownValue::Number(day),
        totals: Totals {
            started,
            submitted,
            cancelled,
            stalled,
            lost_in_handover,
            ..Totals::default()
        },
    }
}

fn uncatalogued(exits: &[Exit<'_>], catalogue: &Catalogue) -> Vec<String> {
    let mut names: Vec<String> = exits
        .iter()
        .filter_map(|exit| exit.0)
        .filter(|state| catalogue.screen(state).is_none())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

fn by_state(exits: &[Exit<'_>], totals: &Totals, catalogue: &Catalogue) -> Vec<StateRow> {
    let order_of = |state: Option<&str>| state.and_then(|s| catalogue.screen(s)?.order);
    let rows = grouped(exits, |exit| exit.0).into_iter().map(|(state, abandoned)| {
        let screen = state.as_deref().and_then(|state| catalogue.screen(state));
        let order = order_of(state.as_deref());
        let at_risk = order.map(|order| {
            let later = exits.iter().filter(|exit| Some(order) <= order_of(exit.0));
            totals.submitted + later.map(|exit| exit.2).sum::<u64>()
        });
        StateRow {
            label: state.as_deref().map_or(String::new(), |s| catalogue.screen_label(s).to_owned()),
            stage: order.and_then(|_| screen.and_then(|screen| screen.stage.clone())),
            state,
            order,
            abandoned,
            share: Rate::new(abandoned, totals.known_exits()),
            drop_off_rate: Rate::new(abandoned, totals.started),
            recovered: abandoned / 12,
            at_risk,
            hazard: at_risk.map(|at_risk| Rate::new(abandoned, at_risk)),
        }
    });
    rows.collect()
}

fn by_reason(exits: &[Exit<'_>], totals: &Totals, catalogue: &Catalogue) -> Vec<ReasonRow> {
    let rows = grouped(exits, |exit| exit.1).into_iter().map(|(reason, abandoned)| ReasonRow {
        label: reason.as_deref().map_or(String::new(), |r| catalogue.reason_label(r).to_owned()),
        reason,
        abandoned,
        share: Rate::new(abandoned, totals.known_exits()),
        drop_off_rate: Rate::new(abandoned, totals.started),
        recovered: abandoned / 15,
    });
    rows.collect()
}

fn pairs(exits: &[Exit<'_>]) -> Vec<PairRow> {
    let mut rows: Vec<PairRow> = exits
        .iter()
        .map(|&(state, reason, abandoned)| PairRow {
            state: state.map(str::to_owned),
            reason: reason.map(str::to_owned),
            abandoned,
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.abandoned));
    rows
}

fn grouped<'a>(
    exits: &[Exit<'a>],
    key: fn(&Exit<'a>) -> Option<&'a str>,
) -> Vec<(Option<String>, u64)> {
    let mut groups: std::collections::BTreeMap<Option<String>, u64> = Default::default();
    for exit in exits {
        *groups.entry(key(exit).map(str::to_owned)).or_default() += exit.2;
    }
    let mut rows: Vec<_> = groups.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.is_none().cmp(&b.0.is_none())));
    rows
}

/// `started` spread over the buckets with a weekly rhythm, `open` over the last ones.
fn trend(buckets: usize, bucket: Bucket, started: u64, open: u64) -> Vec<TrendRow> {
    let weight = |n: usize| [12, 14, 15, 13, 11, 6, 5][n % 7] + (n * 7_919 % 5);
    let all: usize = (0..buckets).map(weight).sum();
    const HOUR_US: i64 = 3_600_000_000;
    let first: jiff::civil::DateTime = "2026-01-05T00:00:00".parse().unwrap();
    let start: weir_domain::Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
    let mut before = 0;
    let rows = (0..buckets).map(|n| {
        // Rounded along the way, so that the buckets add up to all that started.
        let upto = before + weight(n);
        let share = |part: usize| started * part as u64 / all.max(1) as u64;
        let started = share(upto) - share(before);
        before = upto;
        let age = buckets - n;
        let open = if age <= 5 { (open / (age as u64 + 1)).min(started / 3) } else { 0 };
        let abandoned = started * (30 + (n * 104_729 % 11) as u64) / 100;
        let abandoned = abandoned.min(started - open) / if open == 0 { 1 } else { 2 };
        let (cancelled, stalled) = (abandoned - abandoned / 3, abandoned / 3);
        let label = match bucket {
            Bucket::Hour => {
                format!("{}+00:00", first + jiff::Span::new().hours(i64::try_from(n).unwrap()))
            }
            _ => (first + jiff::Span::new().days(i64::try_from(n).unwrap())).date().to_string(),
        };
        let length_us = if bucket == Bucket::Hour { HOUR_US } else { 24 * HOUR_US };
        let from = start.plus_us(i64::try_from(n).unwrap() * length_us);
        TrendRow {
            bucket: label,
            from,
            to: from.plus_us(length_us),
            totals: Totals {
                started,
                submitted: started - abandoned - open,
                cancelled,
                stalled,
                in_progress: open,
                ..Totals::default()
            },
        }
    });
    rows.collect()
}
