//! What a report is asked.

use crate::witness::Witness;

#[test]
fn a_wrong_flag_is_named_with_its_value_and_what_would_be_right() {
    let witness = Witness::new();
    for (flags, fragments) in [
        (
            &["--from", "2026-02-01", "--to", "2026-01-01"][..],
            &["--from is `2026-02-01`", "must lie before", "2026-01-01"][..],
        ),
        (&["--from", "2026-01-01", "--to", "2026-01-01"], &["--from is", "must lie before"]),
        (&["--from", "now"], &["--from is `now`", "must lie before"]),
        (&["--from", "yesterday"], &["--from is `yesterday`", "RFC 3339", "-30d"]),
        (&["--from", "2026-02-30"], &["--from is `2026-02-30`", "a date"]),
        (&["--from", ""], &["--from is ``", "RFC 3339"]),
        (&["--to", "2026-13-01"], &["--to is `2026-13-01`"]),
        (&["--as-of", "never"], &["--as-of is `never`", "RFC 3339"]),
        (&["--tz", "Mars/Olympus"], &["--tz is `Mars/Olympus`", "Europe/Tallinn"]),
        (&["--tz", ""], &["--tz is ``", "IANA"]),
        (&["--unit", "people"], &["--unit is `people`", "session, attempt, end_user"]),
        (&["--window", "7"], &["--window is `7`", "7d, 36h"]),
        (&["--window", "-7d"], &["--window is `-7d`", "7d, 36h"]),
        (&["--window", "99999999999999999d"], &["--window is `", "up to 3660d"]),
        (&["--bucket", "year"], &["--bucket is `year`", "hour, day, week, month"]),
        (&["--outcome", "gone"], &["--outcome is `gone`", "lost_in_handover"]),
        (&["--by", "colour"], &["--by is `colour`", "integration, feature"]),
        (
            &["--bucket", "hour", "--from", "1900-01-01", "--to", "2100-01-01"],
            &["more than 50000 buckets of one hour", "a longer bucket or a shorter range"],
        ),
        (&["--format", "docx"], &["invalid value 'docx'", "table, json, csv, html, svg, png"]),
        (&["--colour", "red"], &["unexpected argument '--colour'"]),
    ] {
        let args = [&["report", "abandonment"][..], flags].concat();
        witness.check(&args, 2, fragments);
    }
    witness.check(["report", "weather"], 2, &["no report `weather`", "there are abandonment"]);
}

#[test]
fn a_call_that_is_none_is_told_what_there_is() {
    let witness = Witness::new();
    for (args, fragments) in [
        (&["reprot"][..], &["unrecognized subcommand 'reprot'"][..]),
        (&["import"], &["<FILE>"]),
        (&["simulate"], &["--to <URL>"]),
        (&["simulate", "--out", "x", "--resend", "2"], &["--resend", "between 0 and 1"]),
        (&["serve", "--demo", "--data-dir", "x"], &["cannot be used with"]),
        (&["sign", "--secret-file", "nowhere", "x"], &["nowhere cannot be read", "--secret-file"]),
        (
            &["simulate", "--to", "http://example.org", "--api-key=k", "--secret-file=main-first"],
            &["http://example.org", "--allow-remote"],
        ),
    ] {
        witness.check(args, 2, fragments);
    }
}
