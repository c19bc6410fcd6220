//! Judging, from reports of a few numbers.

use proptest::prelude::*;
use weir_domain::{Catalogue, Rate, Timestamp};
use weir_report::render::{Alarm, Before, Document};
use weir_report::{
    Alert, DataQuality, Definition, Percentiles, Report, Rhythm, StateRow, Totals, Zone,
};

use super::{Evidence, Judgement, Standing, State, Telling, judge};

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;
const BLOCKED: &str = "camera_access_blocked_screen_shown";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn alert(lines: &str) -> Alert {
    Definition::read(&format!("title = \"A\"\n[alert]\n{lines}")).unwrap().alert.unwrap()
}

/// A report of the day before `due`, in which so many of so many left at [`BLOCKED`].
fn report(due: Timestamp, dropped: u64, started: u64) -> Report {
    let text = "title = \"A\"\nrange = \"previous day\"\nask.tz = \"Europe/Tallinn\"";
    let query = Definition::read(text).unwrap().query(due, "UTC").unwrap();
    let totals =
        Totals { started, submitted: started - dropped, cancelled: dropped, ..Totals::default() };
    let rate = Rate::new(dropped, started);
    let row = StateRow {
        state: Some(BLOCKED.to_owned()),
        label: "Camera access blocked".to_owned(),
        stage: None,
        order: None,
        abandoned: dropped,
        share: Rate::new(dropped, dropped),
        drop_off_rate: rate,
        recovered: 0,
        at_risk: None,
        hazard: None,
    };
    Report {
        query,
        totals,
        by_state: vec![row],
        by_reason: Vec::new(),
        by_state_and_reason: Vec::new(),
        trend: Vec::new(),
        time_to_submit: Percentiles::default(),
        time_to_abandon: Percentiles::default(),
        breakdown: None,
        data_quality: DataQuality::default(),
    }
}

fn document(due: Timestamp, now: (u64, u64), before: Option<(u64, u64)>) -> Document {
    let catalogue = Catalogue::shipped();
    let report = report(due, now.0, now.1);
    let before = before.map(|(dropped, started)| {
        let mut earlier = self::report(due, dropped, started);
        earlier.query = report.query.previous();
        Before::of(&report, earlier, &catalogue)
    });
    Document {
        name: "drop-off".to_owned(),
        title: "Drop-off".to_owned(),
        report,
        before,
        profile: None,
        sections: Vec::new(),
        catalogue,
        base_url: Some("https://weir.example.com".to_owned()),
        notes: Vec::new(),
        alarm: None,
    }
}

/// Each day at 08:00 in Tallinn, one after the other; what was said of each.
struct Days {
    alert: Alert,
    standing: Standing,
    due: Timestamp,
}

impl Days {
    fn of(lines: &str) -> Days {
        let alert = alert(&format!("{lines}\nmatured = \"8h\""));
        Days { alert, standing: Standing::default(), due: at("2026-01-05T06:00:00Z") }
    }

    fn judged(&mut self, now: (u64, u64), before: Option<(u64, u64)>) -> Judgement {
        self.due = self.due.plus_us(DAY_US);
        let document = document(self.due, now, before);
        let evidence = Evidence::Report(&document);
        let judgement = judge(&self.alert, &evidence, &self.standing, self.due, self.due);
        self.standing = judgement.standing.clone();
        judgement
    }

    /// `quiet`, `firing: headline` …
    fn day(&mut self, dropped: u64, started: u64) -> String {
        let judgement = self.judged((dropped, started), None);
        self.shown(&judgement)
    }

    fn shown(&self, judgement: &Judgement) -> String {
        let state = judgement.standing.state.name();
        match &judgement.telling {
            Telling::Nothing => state.to_owned(),
            Telling::Now(alarm) => format!("{state}: {}", plain(&alarm.headline)),
            Telling::Later(until) => format!("{state}, told at {until}"),
        }
    }
}

fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

fn told(judgement: &Judgement) -> &Alarm {
    match &judgement.telling {
        Telling::Now(alarm) => alarm,
        other => panic!("{other:?}, {}", judgement.note),
    }
}

#[test]
fn a_rate_fires_where_its_whole_interval_lies_beyond() {
    let mut days = Days::of("on = \"drop_off_rate\"\nabove = 0.3\nmargin = 0.02");
    assert_eq!(days.day(290, 1_000), "quiet");
    // 31 % of 1,000 may well be 30 %.
    assert_eq!(days.day(310, 1_000), "quiet");
    assert_eq!(days.day(350, 1_000), "firing: Drop-off is 35.0 %, above 30.0 %");
    assert_eq!(days.day(360, 1_000), "firing");
    // Back, but within the margin.
    assert_eq!(days.day(290, 1_000), "firing");
    assert_eq!(days.day(280, 1_000), "quiet: Drop-off is 28.0 %, no longer above 30.0 %");
    assert_eq!(days.day(290, 1_000), "quiet");
}

#[test]
fn below_and_of_one_screen_and_a_count() {
    let mut days = Days::of("on = \"conversion_rate\"\nbelow = 0.6");
    assert_eq!(days.day(500, 1_000), "firing: Conversion is 50.0 %, below 60.0 %");
    assert_eq!(days.day(390, 1_000), "quiet: Conversion is 61.0 %, no longer below 60.0 %");
    let mut days = Days::of(&format!("on = \"drop_off_rate\"\nstate = \"{BLOCKED}\"\nabove = 0.1"));
    assert_eq!(
        days.day(200, 1_000),
        "firing: Drop-off at “Camera access blocked” is 20.0 %, above 10.0 %"
    );
    let mut days = Days::of("on = \"drop_off_rate\"\nstate = \"other\"\nabove = 0.1");
    assert_eq!(days.day(200, 1_000), "quiet");
    let mut days = Days::of("on = \"started\"\nbelow = 50\nmargin = 10");
    assert_eq!(days.day(0, 60), "quiet");
    assert_eq!(days.day(0, 49), "firing: 49 sessions started, below 50");
    assert_eq!(days.day(0, 59), "firing");
    assert_eq!(days.day(0, 60), "quiet: 60 sessions started, no longer below 50");
}

#[test]
fn a_change_fires_by_its_test_its_size_and_enough_of_both() {
    let lines = "on = \"drop_off_rate\"\nchange = { by = 0.02, level = 0.01 }\nmargin = 0.005";
    let check = |now, before, want: &str| {
        let mut days = Days::of(lines);
        let judgement = days.judged(now, Some(before));
        assert_eq!(days.shown(&judgement), want, "{}", judgement.note);
    };
    check(
        (3_600, 10_000),
        (3_300, 10_000),
        "firing: Drop-off went from 33.0 % to 36.0 %, 3.0 points more than the day before",
    );
    check(
        (3_000, 10_000),
        (3_300, 10_000),
        "firing: Drop-off went from 33.0 % to 30.0 %, 3.0 points less than the day before",
    );
    // Sure, but small; large, but chance; large and sure, but few.
    check((34_000, 100_000), (33_000, 100_000), "quiet");
    check((36, 100), (33, 100), "quiet");
    check((60, 90), (3_300, 10_000), "quiet");
    check((3_600, 10_000), (60, 99), "quiet");
    check((0, 10_000), (0, 10_000), "quiet");
    let mut days = Days::of(lines);
    let without = days.judged((3_600, 10_000), None);
    assert_eq!(without.note, "not judged: there is no period before");
    // Over where it is small, or chance explains it; not where p rose above the level a little.
    days.judged((3_600, 10_000), Some((3_300, 10_000)));
    assert_eq!(days.standing.state, State::Firing);
    days.judged((372, 1_000), Some((330, 1_000)));
    assert_eq!(days.standing.state, State::Firing, "p is 0.049");
    let over = days.judged((345, 1_000), Some((330, 1_000)));
    assert_eq!(
        days.shown(&over),
        "quiet: Drop-off is 34.5 %, again close to what it was: 1.5 points more than the day before"
    );
}

#[test]
fn a_message_says_what_by_how_much_how_sure_and_where() {
    let lines = "on = \"drop_off_rate\"\nabove = 0.3\nchange = { by = 0.01 }\nruns = 2";
    let mut days = Days::of(lines);
    days.judged((360, 1_000), Some((260, 1_000)));
    let alarm = told(&days.judged((360, 1_000), Some((260, 1_000)))).clone();
    assert!(!alarm.over);
    let detail: Vec<String> = alarm.detail.iter().map(|line| plain(line)).collect();
    let want = [
        "360 of 1,000 sessions dropped off; they began from 2026-01-06 00:00 to 2026-01-07 00:00, \
         Europe/Tallinn.",
        "With 95 % confidence the rate lies between 33.1 % and 39.0 %, all of it above 30.0 %.",
        "In the day before it was 26.0 % of 1,000 sessions.",
        "The change is 10.0 points more; with 95 % confidence 6.0 to 14.0.",
        "If nothing had changed, chance alone would bring as large a difference in fewer than 1 of \
         1,000 comparisons (p below 0.001; it fires below 0.01).",
        "It was judged when the youngest sessions were at least 8 h old; none is still open.",
        "It was so in 2 judgements in a row.",
    ];
    assert_eq!(detail, want);
    let links: Vec<(&str, &str)> =
        alarm.links.iter().map(|(words, path)| (words.as_str(), path.as_str())).collect();
    let asked = "from=2026-01-05T22:00:00Z&to=2026-01-06T22:00:00Z&tz=Europe%2FTallinn&\
                 as_of=2026-01-07T06:00:00Z&unit=session&window=604800s";
    let sessions =
        format!("/sessions?{asked}&outcome=cancelled&outcome=lost_in_handover&outcome=stalled");
    let whole = format!("/?{asked}&bucket=day");
    assert_eq!(
        links,
        [
            ("The sessions that dropped off", sessions.as_str()),
            ("The whole picture", whole.as_str()),
            ("Acknowledge it", "/reports/drop-off"),
        ]
    );
    assert_eq!(
        plain(days.standing.value.as_ref().unwrap()),
        "drop-off 36.0 % (33.1–39.0) of 1,000 sessions, 10.0 points more than the day before"
    );
}

#[test]
fn a_screen_that_is_watched_leads_to_itself() {
    let mut days = Days::of(&format!("on = \"drop_off_rate\"\nstate = \"{BLOCKED}\"\nabove = 0.1"));
    let alarm = told(&days.judged((200, 1_000), None)).clone();
    let words: Vec<&str> = alarm.links.iter().map(|(words, _)| words.as_str()).collect();
    assert_eq!(
        words,
        ["The sessions that left there", "The screen", "The whole picture", "Acknowledge it"]
    );
    assert!(alarm.links[0].1.contains(&format!("&state={BLOCKED}&outcome=cancelled")), "{alarm:?}");
    assert!(alarm.links[1].1.starts_with("/screens?"), "{alarm:?}");
}

#[test]
fn what_is_too_young_too_few_or_not_over_is_not_judged_and_changes_nothing() {
    let prior = Standing { state: State::Pending(1), ..Standing::default() };
    let due = at("2026-01-06T06:00:00Z");
    let check = |lines: &str, document: &Document, want: &str| {
        let judgement = judge(&alert(lines), &Evidence::Report(document), &prior, due, due);
        assert_eq!(plain(&judgement.note), want);
        assert_eq!((judgement.standing, judgement.telling), (prior.clone(), Telling::Nothing));
    };
    let lines = "on = \"drop_off_rate\"\nabove = 0.3\n";
    check(
        lines,
        &document(due, (900, 1_000), None),
        "not judged: too young: its youngest sessions are to be 1 d old, which they are from \
         2026-01-07 00:00, Europe/Tallinn on",
    );
    let few = document(due, (90, 99), None);
    let why = "not judged: too few: 99 sessions in this range, and it takes 100";
    check(&format!("{lines}matured = \"8h\""), &few, why);
    let mut lasting = document(due, (900, 1_000), None);
    lasting.report.query.to = due.plus_us(HOUR_US);
    check(
        &format!("{lines}matured = \"0h\""),
        &lasting,
        "not judged: the range lasts until 2026-01-06 09:00, Europe/Tallinn",
    );
}

#[test]
fn in_a_row_it_fires_and_in_a_row_it_is_over() {
    let mut days = Days::of("on = \"started\"\nabove = 100\nmargin = 10\nruns = 3");
    let counts = [120, 120, 95, 120, 120, 120, 80, 80, 95, 80, 80, 80];
    let states: Vec<String> = counts.iter().map(|&count| days.day(0, count)).collect();
    let want = [
        "pending",
        "pending",
        "quiet",
        "pending",
        "pending",
        "firing: 120 sessions started, above 100",
        "recovering",
        "recovering",
        "firing",
        "recovering",
        "recovering",
        "quiet: 80 sessions started, no longer above 100",
    ];
    assert_eq!(states, want);
}

#[test]
fn in_quiet_hours_it_waits_and_is_told_if_it_still_holds() {
    let alert = alert("on = \"started\"\nabove = 100\nmatured = \"0h\"\nquiet = \"22:00-07:00\"");
    let step = |prior: &Standing, count, due: &str, now: &str| {
        let document = document(at(due), (0, count), None);
        judge(&alert, &Evidence::Report(&document), prior, at(due), at(now))
    };
    let (night, later, morning) =
        ("2026-01-06T01:00:00Z", "2026-01-06T02:00:00Z", "2026-01-06T05:00:00Z");
    let fires = step(&Standing::default(), 120, night, night);
    assert_eq!(fires.telling, Telling::Later(at(morning)));
    // The same run once more, when they have ended.
    let again = step(&fires.standing, 120, night, morning);
    assert_eq!(plain(&told(&again).headline), "120 sessions started, above 100");
    assert_eq!(again.standing.since, Some(at(night)));
    // A newer one was judged meanwhile: it tells, not the older one.
    let newer = step(&fires.standing, 130, later, later);
    assert_eq!(newer.telling, Telling::Later(at(morning)));
    assert_eq!(step(&newer.standing, 120, night, morning).telling, Telling::Nothing);
    assert_eq!(
        plain(&told(&step(&newer.standing, 130, later, morning)).headline),
        "130 sessions started, above 100"
    );
    // It was over before anybody was told: then nobody is.
    let over = step(&fires.standing, 80, later, later);
    assert_eq!((over.standing.state, over.telling), (State::Quiet, Telling::Nothing));
    // Somebody saw it on the page: no need to tell.
    let mut seen = fires.standing;
    assert!(seen.acknowledge("ann", at(later)));
    assert_eq!(step(&seen, 120, night, morning).telling, Telling::Nothing);
}

#[test]
fn it_reminds_until_somebody_knows_and_says_when_it_is_over() {
    let mut days = Days::of("on = \"started\"\nabove = 100\nremind = \"48h\"");
    assert_eq!(days.day(0, 120), "firing: 120 sessions started, above 100");
    assert_eq!(days.day(0, 121), "firing");
    assert_eq!(days.day(0, 122), "firing: Still firing: 122 sessions started, above 100");
    let due = days.due;
    assert!(days.standing.acknowledge("ann", due));
    assert_eq!(days.day(0, 123), "firing");
    assert_eq!(days.day(0, 124), "firing");
    let over = days.judged((0, 80), None);
    assert_eq!(days.shown(&over), "quiet: 80 sessions started, no longer above 100");
    assert!(told(&over).over);
    assert!(
        told(&over)
            .detail
            .contains(&"It had fired since 2026-01-06 08:00, Europe/Tallinn.".to_owned())
    );
    assert_eq!(days.standing.acknowledged, None);
}

#[test]
fn a_silence_fires_where_it_is_very_unusual() {
    let zone = Zone::named("Europe/Tallinn").unwrap();
    let mut rhythm = Rhythm::default();
    let last = at("2026-03-20T10:00:00Z");
    (0..30 * 24 * 12).for_each(|n| {
        rhythm.note(last.plus_us(-n * HOUR_US / 12));
    });
    let alert = alert("on = \"silence\"");
    let step = |rhythm: &Rhythm, prior: &Standing, due: Timestamp| {
        let silence = rhythm.silence(due, &zone);
        let evidence = Evidence::Silence {
            name: "silence",
            silence: silence.as_ref(),
            integration: Some("main"),
            zone: &zone,
        };
        judge(&alert, &evidence, prior, due, due)
    };
    let nothing = step(&Rhythm::default(), &Standing::default(), last);
    assert_eq!(nothing.note, "not judged: no delivery ever came");
    let usual = step(&rhythm, &Standing::default(), last.plus_us(HOUR_US / 20));
    assert_eq!(usual.standing.state, State::Quiet, "{}", usual.note);
    let fires = step(&rhythm, &usual.standing, last.plus_us(HOUR_US));
    assert_eq!(plain(&told(&fires).headline), "No delivery of main for 1 h");
    let detail: Vec<String> = told(&fires).detail.iter().map(|line| plain(line)).collect();
    assert_eq!(
        detail,
        [
            "The last delivery came at 2026-03-20 12:00, Europe/Tallinn.",
            "That is very unusual: in the four weeks before no silence was this long, the longest \
             took 5 min; at these hours 12 deliveries come in that time.",
        ]
    );
    assert_eq!(told(&fires).links[0].1, "/health");
    rhythm.note(last.plus_us(HOUR_US + 1));
    let over = step(&rhythm, &fires.standing, last.plus_us(HOUR_US + HOUR_US / 60));
    assert_eq!(plain(&told(&over).headline), "Deliveries of main come again");
}

/// An hourly alert on how many started, as a run after the other judges it. `tries` is how often
/// each of them is judged: a process that stops is started again.
fn hourly(alert: &Alert, counts: &[u64], tries: &[u8]) -> Vec<(State, Option<Alarm>)> {
    let mut standing = Standing::default();
    let mut due = at("2026-03-27T00:00:00Z");
    let mut all = Vec::new();
    for (place, count) in counts.iter().enumerate() {
        due = due.plus_us(HOUR_US);
        let document = document(due, (0, *count), None);
        let evidence = Evidence::Report(&document);
        let mut judgement = judge(alert, &evidence, &standing, due, due);
        for _ in 0..tries.get(place).copied().unwrap_or(0) {
            let again = judge(alert, &evidence, &judgement.standing, due, due);
            assert_eq!(again, judgement, "the same again");
            judgement = again;
        }
        standing = judgement.standing;
        let alarm = match judgement.telling {
            Telling::Now(alarm) => Some(alarm),
            Telling::Nothing | Telling::Later(_) => None,
        };
        all.push((standing.state, alarm));
    }
    all
}

proptest! {
    #[test]
    fn it_never_flaps_within_its_margin_and_takes_as_many_in_a_row_as_it_says(
        counts in prop::collection::vec(60_u64..140, 0..60),
        runs in 1_u32..4,
        margin in 0_u64..30,
    ) {
        let alert = alert(&format!(
            "on = \"started\"\nabove = 100\nmargin = {margin}\nruns = {runs}\nmatured = \"0h\""
        ));
        let all = hourly(&alert, &counts, &[]);
        let row = usize::try_from(runs).unwrap();
        let last = |place: usize| &counts[(place + 1).saturating_sub(row)..=place];
        let mut fires = false;
        for (place, (state, alarm)) in all.iter().enumerate() {
            if let Some(alarm) = alarm {
                prop_assert_eq!(alarm.over, fires, "that it fires and that it is over take turns");
                fires = !alarm.over;
                let is_so = |count: &u64| {
                    if alarm.over { *count <= 100 - margin } else { 100 < *count }
                };
                let in_a_row = last(place).len() == row && last(place).iter().all(is_so);
                prop_assert!(in_a_row, "{:?}", last(place));
            }
            prop_assert_eq!(state.is_firing(), fires);
        }
        // Within the margin nothing changes.
        let calm: Vec<u64> = counts.iter().map(|count| 101 - margin + count % margin.max(1)).collect();
        let row = usize::try_from(runs).unwrap();
        let stays = |counts: &[u64], skip: usize, state: State| {
            let all = hourly(&alert, counts, &[]);
            all[skip..].iter().all(|(now, alarm)| *now == state && alarm.is_none())
        };
        if 0 < margin {
            prop_assert!(stays(&calm, 0, State::Quiet));
            let fired: Vec<u64> = vec![120; row].into_iter().chain(calm).collect();
            prop_assert!(stays(&fired, row, State::Firing));
        }
    }

    #[test]
    fn a_run_that_is_judged_again_counts_once_and_says_the_same(
        counts in prop::collection::vec(60_u64..140, 0..40),
        tries in prop::collection::vec(0_u8..3, 40),
        runs in 1_u32..4,
        quiet in any::<bool>(),
        remind in any::<bool>(),
    ) {
        let alert = alert(&format!(
            "on = \"started\"\nabove = 100\nmargin = 10\nruns = {runs}\nmatured = \"0h\"\n{}\n{}",
            if quiet { "quiet = \"22:00-07:00\"" } else { "" },
            if remind { "remind = \"3h\"" } else { "" },
        ));
        prop_assert_eq!(hourly(&alert, &counts, &tries), hourly(&alert, &counts, &[]));
    }

    #[test]
    fn a_rate_is_never_beyond_and_back_at_once(
        part in 0_u64..1_000,
        more in 0_u64..1_000,
        above in 0.0..1.0,
        margin in 0.0..0.2,
    ) {
        let alert = alert(&format!("on = \"drop_off_rate\"\nabove = {above}\nmargin = {margin}"));
        let rate = Rate::new(part, part + more);
        prop_assume!(rate.whole != 0);
        let verdict = super::beyond::by_threshold(&alert, rate);
        let value = rate.value().unwrap();
        match verdict {
            super::Verdict::Beyond => prop_assert!(above < value),
            super::Verdict::Within => prop_assert!(value <= above - margin + 1e-8),
            super::Verdict::Between => prop_assert!(above - margin < value),
        }
    }
}
