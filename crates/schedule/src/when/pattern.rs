//! Days and times of day on the clock on the wall.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{Date, Time};

use super::error::WhenError;

/// Days and the times of day on each of them: always whole minutes, so that nothing is due more
/// often than once a minute.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    cron: Cron,
    times: Vec<Time>,
    words: String,
}

/// A field of cron: what it is called, the names that it takes, and what is right in it.
struct Field {
    what: &'static str,
    names: &'static [&'static str],
    want: &'static str,
}

const MONTHS: &[&str] =
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAYS_IN_FULL: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const FIELDS: [Field; 5] = [
    Field { what: "minute", names: &[], want: "0 to 59, `*`, `*/15`, `10-20/5` or a list" },
    Field { what: "hour", names: &[], want: "0 to 23, `*`, `*/2`, `8-18` or a list" },
    Field {
        what: "day of the month",
        names: &["L", "W", "LW"],
        want: "1 to 31, `*`, `L` for the last day, `15W` for the working day nearest to the 15th, \
               or a list",
    },
    Field { what: "month", names: MONTHS, want: "1 to 12, JAN to DEC, `*`, `1-6` or a list" },
    Field {
        what: "day of the week",
        names: DAYS,
        want: "SUN to SAT, 0 to 7 where 0 and 7 are Sunday, `MON-FRI`, `MON#1` for the first \
               Monday of the month, `FRI#L` for the last Friday, or a list",
    },
];

impl Pattern {
    /// Reads a schedule without its zone; `text` is all of it, for errors.
    pub(super) fn read(words: &[&str], text: &str) -> Result<Pattern, WhenError> {
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        match lower[..] {
            ["hourly"] => Pattern::of("0 * * * *", "every hour".to_owned(), text),
            ["hourly", minute] => {
                let minute = minute_past(minute, text)?;
                let words = format!("every hour at {minute} past");
                Pattern::of(&format!("{minute} * * * *"), words, text)
            }
            ["daily", at] => Pattern::at(at, "* * *", "every day", text),
            ["weekdays", at] => Pattern::at(at, "* * 1-5", "every day from Monday to Friday", text),
            ["weekly", day, at] => {
                let day = weekday(day, text)?;
                let words = format!("every {}", DAYS_IN_FULL[day]);
                Pattern::at(at, &format!("* * {day}"), &words, text)
            }
            ["monthly", "last", at] => {
                Pattern::at(at, "L * *", "on the last day of every month", text)
            }
            ["monthly", day, at] => {
                let day = month_day(day, text)?;
                let which = if 28 < day { "every month that has one" } else { "every month" };
                let words = format!("on the {} of {which}", ordinal(day));
                Pattern::at(at, &format!("{day} * *"), &words, text)
            }
            [_, _, _, _, _] => Pattern::cron(words, text),
            _ => Err(WhenError::Form { text: shown(text) }),
        }
    }

    fn at(at: &str, days: &str, words: &str, text: &str) -> Result<Pattern, WhenError> {
        let (hour, minute) = time(at, text)?;
        let words = format!("{words} at {hour:02}:{minute:02}");
        Pattern::of(&format!("{minute} {hour} {days}"), words, text)
    }

    /// Five fields as a person wrote them. What cron programs read differently is refused, so that
    /// a line that is copied from a crontab means here what it meant there.
    fn cron(fields: &[&str], text: &str) -> Result<Pattern, WhenError> {
        for (field, value) in FIELDS.iter().zip(fields) {
            field.check(value, text)?;
        }
        let [.., month_day, _, weekday] = fields else {
            return Err(WhenError::Form { text: shown(text) });
        };
        // Vixie's cron takes a field that begins with a star for no restriction, also `*/2`, and
        // then wants both; others want either.
        let is_step = |field: &str| field.starts_with("*/");
        let is_all = |field: &str| ["*", "?"].contains(&field);
        let ambiguous = is_step(month_day) && !is_all(weekday) && !weekday.starts_with('+')
            || is_step(weekday) && !is_all(month_day);
        if ambiguous {
            return Err(WhenError::Part {
                text: shown(text),
                value: format!("{month_day} … {weekday}"),
                what: "choice of days that all programs read alike",
                want: "list the days, or write a plus sign before the days of the week \
                       (`+MON`) where a day must be both"
                    .to_owned(),
            });
        }
        let words = format!("at the times of cron `{}`", fields.join(" "));
        Pattern::of(&fields.join(" "), words, text)
    }

    fn of(cron: &str, words: String, text: &str) -> Result<Pattern, WhenError> {
        let cron = parser().parse(cron).map_err(|_| WhenError::Form { text: shown(text) })?;
        let minutes = cron.pattern.minutes.values();
        let time_of = |hour: &u16, minute: &u16| {
            Time::new(i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?, 0, 0).ok()
        };
        let hours = cron.pattern.hours.values();
        let times = hours.iter().flat_map(|hour| {
            minutes.iter().filter_map(|minute| time_of(hour, minute)).collect::<Vec<_>>()
        });
        Ok(Pattern { times: times.collect(), cron, words })
    }

    /// Whether it is due on this day of the calendar.
    pub(super) fn is_on(&self, day: Date) -> bool {
        let Some(&first) = self.times.first() else { return false };
        self.cron.is_time_matching(&day.to_datetime(first)).unwrap_or(false)
    }

    /// The times of each such day, in order.
    pub(super) fn times(&self) -> &[Time] {
        &self.times
    }

    /// `every Monday at 08:00`.
    pub(super) fn words(&self) -> &str {
        &self.words
    }
}

fn parser() -> CronParser {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build()
}

impl Field {
    /// Whether the field can be taken alone, so that an error names it.
    fn check(&self, value: &str, text: &str) -> Result<(), WhenError> {
        let wrong = || self.wrong(value, text);
        // The library takes names in any field, and an empty place in a list for nothing.
        let mut names = value.split(|c: char| !c.is_alphabetic()).filter(|name| !name.is_empty());
        if !names.all(|name| self.takes(&name.to_uppercase()))
            || value.split(',').any(str::is_empty)
        {
            return Err(wrong());
        }
        let mut alone = ["*"; 5];
        let place = FIELDS.iter().position(|field| field.what == self.what).unwrap_or(0);
        alone[place] = value;
        let cron = parser().parse(&alone.join(" ")).map_err(|_| wrong())?;
        drop(cron);
        Ok(())
    }

    fn takes(&self, name: &str) -> bool {
        let is_day = self.names == DAYS;
        let plain = if is_day && 1 < name.len() { name.strip_suffix('L') } else { None };
        self.names.contains(&name)
            || is_day && name == "L"
            || plain.is_some_and(|plain| self.names.contains(&plain))
    }

    fn wrong(&self, value: &str, text: &str) -> WhenError {
        WhenError::Part {
            text: shown(text),
            value: shown(value),
            what: self.what,
            want: format!("it must be {}", self.want),
        }
    }
}

/// `8:00` or `08:00`.
fn time(at: &str, text: &str) -> Result<(u8, u8), WhenError> {
    let parts = at.split_once(':').filter(|(hour, minute)| {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        digits(hour) && digits(minute) && (1..=2).contains(&hour.len()) && minute.len() == 2
    });
    let time = parts.and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
    time.filter(|&(hour, minute)| hour < 24 && minute < 60).ok_or_else(|| {
        part(text, at, "time", "it must be an hour and a minute such as 08:00, up to 23:59")
    })
}

/// `:15`.
fn minute_past(at: &str, text: &str) -> Result<String, WhenError> {
    let wrong = || part(text, at, "minute", "it must be a colon and two digits, :00 to :59");
    let minute = at.strip_prefix(':').ok_or_else(wrong)?;
    time(&format!("0:{minute}"), text).map_err(|_| wrong())?;
    Ok(minute.to_owned())
}

fn weekday(day: &str, text: &str) -> Result<usize, WhenError> {
    let is_it = |full: &str| full.eq_ignore_ascii_case(day) || full[..3].eq_ignore_ascii_case(day);
    DAYS_IN_FULL
        .iter()
        .position(|full| is_it(full))
        .ok_or_else(|| part(text, day, "day of the week", "it must be monday to sunday"))
}

fn month_day(day: &str, text: &str) -> Result<u8, WhenError> {
    day.parse()
        .ok()
        .filter(|day| (1..=31).contains(day))
        .ok_or_else(|| part(text, day, "day of the month", "it must be 1 to 31, or `last`"))
}

fn part(text: &str, value: &str, what: &'static str, want: &str) -> WhenError {
    WhenError::Part { text: shown(text), value: shown(value), what, want: want.to_owned() }
}

/// What was written, as much of it as an error shows.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}

/// `1st`, `22nd`, `11th`.
fn ordinal(day: u8) -> String {
    let ending = match (day % 10, day) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}
