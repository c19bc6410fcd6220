//! A definition's text: where a new one begins, and switching one off without losing its comments.

use weir_report::Definition;

use super::Entry;
use crate::problem::Problem;

/// Where a new definition begins.
pub(crate) fn beginning(alert: bool, zone: &str) -> String {
    let text = if alert { ALERT } else { REPORT };
    text.replace("ZONE", zone)
}

const REPORT: &str = r#"title = "New report"
range = "previous week"

# Its parts; all of them where none is named.
# sections = ["summary", "screens", "trend", "funnel", "reasons", "matrix", "times", "breakdown", "quality"]

# Files for recipients that name none of their own: html, pdf, png, svg, csv, xlsx, parquet, json.
formats = ["pdf"]

[ask]
unit = "session"       # or attempt, end_user
bucket = "day"         # or hour, week, month
# by = "integration"
# integration = ["main"]

[schedule]
# daily 08:00 ZONE, weekdays 08:00 ZONE, monthly 1 08:00 ZONE, hourly ZONE, or cron: 0 8 * * MON-FRI ZONE
when = "weekly monday 08:00 ZONE"
missed = "newest"      # or all
when_empty = "send"    # or skip

# [[recipient]]
# mail = ["ann@example.com"]

# [[recipient]]
# file = "weekly/{name}-{date}.{format}"
# keep = 26
"#;

const ALERT: &str = r#"title = "Drop-off is up"
# Yesterday, judged when most of those who began may be done.
range = "yesterday"
sections = ["summary", "screens", "trend"]

[schedule]
when = "daily 12:00 ZONE"

[alert]
on = "drop_off_rate"   # or conversion_rate, stalled_rate, started, silence
# above = 0.35
change = { by = 0.03, level = 0.01 }
minimum = 100          # units, below which nothing is judged
matured = "12h"        # how old the youngest of them must be
# quiet = "22:00-07:00"

# [[recipient]]
# mail = ["ann@example.com"]
"#;

/// The text with the definition switched off, or on again.
pub(crate) fn paused(entry: &Entry, pause: bool) -> Result<String, Problem> {
    let definition = entry.read.as_ref().map_err(|trouble| {
        Problem::Conflict(format!("it cannot be read, so it cannot be changed: {trouble}"))
    })?;
    let mut wanted = definition.clone();
    match &mut wanted.schedule {
        Some(timing) => timing.paused = pause,
        None => {
            let said = "it is not due by itself, so there is nothing to pause";
            return Err(Problem::Conflict(said.to_owned()));
        }
    }
    // By its line, so that comments stay; where that does not say the same, as a whole.
    let edited = by_line(&entry.text, pause);
    let well = Definition::read(&edited).is_ok_and(|read| read == wanted);
    Ok(if well { edited } else { wanted.to_toml() })
}

fn by_line(text: &str, pause: bool) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Some(head) = lines.iter().position(|line| line.trim() == "[schedule]") else {
        return text.to_owned();
    };
    lines.retain({
        let mut at = 0;
        let mut within = false;
        move |line| {
            let (here, start) = (at, line.trim_start());
            at += 1;
            if start.starts_with('[') {
                within = here == head;
            }
            let key = start.split('=').next().unwrap_or_default().trim();
            !(within && key == "paused")
        }
    });
    if pause {
        lines.insert(head + 1, "paused = true".to_owned());
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use weir_report::Definition;

    use super::{beginning, by_line};

    #[test]
    fn a_new_one_begins_as_a_definition() {
        for alert in [false, true] {
            let text = beginning(alert, "Europe/Tallinn");
            let read = Definition::read(&text).unwrap();
            assert_eq!(read.alert.is_some(), alert);
            read.query("2026-03-30T05:00:00Z".parse().unwrap(), "UTC").unwrap();
            weir_schedule::When::parse(&read.schedule.unwrap().when).unwrap();
        }
    }

    #[test]
    fn comments_stay_where_it_is_paused_and_resumed() {
        let text = "# mine\ntitle = \"x\"\n\n[schedule] \nwhen = \"hourly UTC\" # each hour\n\n[[recipient]]\nmail = [\"a@b.c\"]\n";
        let off = by_line(text, true);
        assert!(Definition::read(&off).unwrap().schedule.unwrap().paused, "{off}");
        assert!(off.contains("# mine") && off.contains("# each hour"));
        assert_eq!(by_line(&off, false), text);
    }
}
