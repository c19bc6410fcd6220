//! Definitions with mistakes, and what is said of them.

use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};
use weir_report::Definition;

use super::{Listed, Surroundings};

/// Sends to everybody at example.com.
struct Only;

impl Post for Only {
    fn check(&self, target: &Target) -> Result<(), String> {
        match target {
            Target::Mail(address) if !address.ends_with("@example.com") => {
                Err(format!("mail to {address} is not allowed"))
            }
            Target::Webhook(name) if name == "hook" => Err(format!("there is no webhook `{name}`")),
            _ => Ok(()),
        }
    }

    fn send(&self, _: &Target, _: &Parcel, _: &mut Handing<'_>) -> Result<Receipt, Refusal> {
        Err(Refusal::Permanent { cause: "nothing is sent here".to_owned() })
    }
}

fn troubles(text: &str) -> Vec<String> {
    of(text, false)
}

fn of(text: &str, shipped: bool) -> Vec<String> {
    let definition = Ok(Definition::read(text).unwrap());
    let listed = Listed { name: "a".to_owned(), text: text.to_owned(), shipped, definition };
    let unknown_values = |query: &weir_report::Query| {
        let states = query.filters.state.iter().flatten();
        states
            .filter(|state| state.contains("camra"))
            .map(|state| format!("nobody ever sent the screen `{state}`"))
            .collect()
    };
    let around = Surroundings {
        post: &Only,
        unknown_values: &unknown_values,
        zone_default: "UTC",
        now: "2026-03-02T12:00:00Z".parse().unwrap(),
    };
    listed
        .troubles(&around)
        .iter()
        .map(|trouble| trouble.to_string().replace('\u{a0}', " "))
        .collect()
}

/// What is said begins so, one after the other.
#[track_caller]
fn says(text: &str, want: &[&str]) {
    let got = troubles(text);
    let begins =
        got.len() == want.len() && got.iter().zip(want).all(|(got, want)| got.starts_with(want));
    assert!(begins, "{got:#?}\nis not\n{want:#?}");
}

#[test]
fn what_ships_is_right_and_asks_for_recipients_once_it_is_copied() {
    for name in Definition::shipped_names() {
        let text = Definition::shipped_text(name).unwrap();
        assert_eq!(of(text, true), [""; 0], "{name}");
        let copied = of(text, false);
        assert!(copied.iter().all(|trouble| trouble.contains("nobody gets it")), "{copied:?}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_its_line() {
    says(
        r#"title = "All wrong"
[ask]
tz = "Europe/Talinn"
unit = "people"
window = "7"
by = "colour"
[schedule]
when = "0 8 31 2 * UTC"
[[recipient]]
mail = ["ann@example.org", "ben@example.com"]
[[recipient]]
slack = "team"
webhook = "hook"
[[recipient]]
webhook = "hook"
keep = 3
[[recipient]]
file = "{name}"
formats = ["pdf", "csv"]
[[recipient]]
file = "{name}"
"#,
        &[
            "line 3: `Europe/Talinn` is not the name of an IANA time zone; did you mean",
            "line 4: `unit` is `people`: it must be one of",
            "line 5: `window` is `7`: it must be a length",
            "line 6: `by` is `colour`: it must be one of",
            "line 8: `0 8 31 2 * UTC` never comes",
            "line 10: mail to ann@example.org is not allowed",
            "line 13: the recipient has both `slack` and `webhook`",
            "line 15: there is no webhook `hook`",
            "line 16: `keep` is for files in a folder",
            "line 18: `{name}` is one file for 2 formats",
            "line 20: no file is written: name its `formats`",
        ],
    );
    says(
        "title = \"A\"\n[ask]\nstate = [\"camra_blocked\"]\n[schedule]\nwhen = \"daily 08:00\"\n",
        &[
            "line 3: nobody ever sent the screen `camra_blocked`",
            "line 4: it is due, but nobody gets it",
            "line 5: `daily 08:00` has no zone",
        ],
    );
    says(
        "title = \"A\"\n[[recipient]]\nformats = [\"pdf\"]\n",
        &["line 2: the recipient is nobody"],
    );
    says(
        "title = \"A\"\n[ask]\nfrom = \"2026-01-01\"\nto = \"2026-02-01\"\n[schedule]\nwhen = \
         \"hourly UTC\"\npaused = true\n",
        &["line 3: its range is the same each time it is due"],
    );
}

/// An alert that is right, but for `more`, which may go on with tables of its own.
fn alert(range: &str, when: &str, more: &str) -> String {
    format!(
        "title = \"A\"\n{range}\n[schedule]\nwhen = \"{when}\"\n[[recipient]]\nslack = \"team\"\n\
         [alert]\n{more}\n"
    )
}

#[test]
fn an_alert_that_makes_no_sense_is_told_so() {
    let day = |more: &str, want: &[&str]| {
        says(&alert("range = \"previous day\"", "daily 08:00 UTC", more), want);
    };
    day("on = \"drop_off_rate\"\nabove = 0.3\nmatured = \"8h\"", &[]);
    day("on = \"drop_off_rate\"\nmatured = \"8h\"", &["line 7: it never fires"]);
    day(
        "on = \"drop_off_rate\"\nabove = 30\nmatured = \"8 hours\"\nquiet = \"22-7\"\nremind = \"x\"",
        &[
            "line 9: `above` is 30: a rate is a fraction of 1, so 30 % is written 0.3",
            "line 10: `matured` is `8 hours`",
            "line 11: `quiet` is `22-7`",
            "line 12: `remind` is `x`",
        ],
    );
    day(
        "on = \"started\"\nstate = \"a\"\nchange = { by = 0.1 }\nmatured = \"0h\"",
        &["line 9: one screen is watched by its drop-off", "line 10: how many started changes"],
    );
    day(
        "on = \"silence\"\nabove = 3\nstate = \"a\"",
        &["line 9: a silence is judged by", "line 10: a silence is judged by"],
    );
    day(
        "on = \"conversion_rate\"\nbelow = 0.9\nmargin = 0.2\nruns = 0\nmatured = \"8h\"",
        &["line 10: `margin` is 0.2, so large", "line 11: `runs` is 0"],
    );
    day(
        "on = \"drop_off_rate\"\nabove = 0.2\nbelow = 0.3\nmatured = \"8h\"",
        &["line 9: it fires above 0.2 and below 0.3, which is always"],
    );
    day(
        "on = \"drop_off_rate\"\nchange = { by = 2, level = 0 }\nmatured = \"8h\"",
        &["line 9: `by` is 2", "line 9: `level` is 0"],
    );
    day(
        "on = \"drop_off_rate\"\nabove = 0.3\nmatured = \"8h\"\n[ask]\noutcome = [\"submitted\"]",
        &["line 12: the filter `outcome` keeps units by how they ended"],
    );
    day(
        "on = \"silence\"\n[ask]\nintegration = [\"a\", \"b\"]\nfeature = [\"c\"]",
        &["line 10: a silence is of one integration", "line 11: a silence is of deliveries"],
    );
    day(
        "on = \"drop_off_rate\"\nstate = \"camra\"\nabove = 0.3\nmatured = \"8h\"",
        &["line 9: nobody ever sent the screen `camra`"],
    );
    says(
        "title = \"A\"\n[alert]\non = \"silence\"\n",
        &["line 2: it is never judged: add a [schedule]"],
    );
}

#[test]
fn an_alert_that_can_never_be_judged_mature_is_told_so() {
    let judged = |range: &str, when: &str, matured: &str, want: &[&str]| {
        let more = format!("on = \"drop_off_rate\"\nabove = 0.3\nmatured = \"{matured}\"");
        says(&alert(range, when, &more), want);
    };
    let day = "range = \"previous day\"";
    judged(day, "daily 08:00 UTC", "8h", &[]);
    judged(
        day,
        "daily 08:00 UTC",
        "24h",
        &["line 10: it is never judged: when it is due, the youngest in its range are 8 h old at \
           most, and `matured` asks for 1 d; run it later"],
    );
    judged("range = \"today\"", "hourly UTC", "1h", &["line 10: it is never judged"]);
    judged("range = \"today\"", "hourly UTC", "0h", &[]);
    judged("ask = { from = \"-48h\", to = \"-24h\" }", "hourly UTC", "24h", &[]);
    // Judged on some days of the month only, but judged.
    judged("range = \"previous week\"", "daily 08:00 UTC", "72h", &[]);
}

#[test]
fn what_the_documentation_shows_is_right() {
    let text = include_str!("../../../../../docs/reports.md");
    let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let definitions: Vec<&str> = blocks.filter(|block| block.starts_with("title = ")).collect();
    assert!(4 <= definitions.len(), "{definitions:?}");
    for text in definitions {
        assert_eq!(troubles(text), [""; 0], "{text}");
    }
}
