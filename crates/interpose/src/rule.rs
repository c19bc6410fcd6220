//! One line of a plan.

use crate::glob;

/// What a program asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Write,
    /// The first write to a file since it was synced.
    Begin,
    Sync,
    Cut,
    Rename,
    Unlink,
}

/// When, of a call, the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Before,
    /// A write has written its first half.
    Halfway,
    After,
}

/// What is done at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Kill(Moment),
    /// With this number of an error.
    Fail(i32),
    /// By so many microseconds.
    Delay(u32),
}

/// Which calls, and what is done at them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) deed: Deed,
    /// Any, where there is none.
    call: Option<Call>,
    file: String,
    /// The first that is meant, from 1.
    nth: u64,
    /// Whether all that come after it are meant too.
    lasting: bool,
    seen: u64,
    /// What it says of itself.
    pub(crate) line: String,
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Rule(Rule),
    /// By how many seconds the time of day is later.
    Clock(i64),
}

impl Rule {
    /// Whether it is this call that is meant; counts it, if it is one of them.
    pub(crate) fn meets(&mut self, call: Call, path: &str) -> bool {
        let is_one =
            self.call.is_none_or(|wanted| wanted == call) && glob::matches(&self.file, path);
        if is_one {
            self.seen += 1;
        }
        is_one && (self.seen == self.nth || self.lasting && self.nth < self.seen)
    }
}

impl Line {
    /// Nothing, if it is none.
    pub(crate) fn parse(line: &str) -> Option<Line> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (deed, call, file, nth, lasting) = match words[..] {
            ["clock", seconds] => return Some(Line::Clock(seconds.parse().ok()?)),
            ["kill", moment, call, file, nth] => {
                (Deed::Kill(Moment::parse(moment)?), call, file, nth, false)
            }
            ["fail", errno, call, file, nth] => {
                (Deed::Fail(number(errno)?), call, file, nth, false)
            }
            ["fail", errno, call, file, nth, "on"] => {
                (Deed::Fail(number(errno)?), call, file, nth, true)
            }
            ["delay", us, call, file] => (Deed::Delay(us.parse().ok()?), call, file, "1", true),
            _ => return None,
        };
        let call = match call {
            "any" => None,
            call => Some(Call::parse(call)?),
        };
        let (file, nth, line) = (file.to_owned(), nth.parse().ok()?, line.to_owned());
        Some(Line::Rule(Rule { deed, call, file, nth, lasting, seen: 0, line }))
    }
}

impl Call {
    fn parse(word: &str) -> Option<Call> {
        Some(match word {
            "open" => Call::Open,
            "write" => Call::Write,
            "begin" => Call::Begin,
            "sync" => Call::Sync,
            "cut" => Call::Cut,
            "rename" => Call::Rename,
            "unlink" => Call::Unlink,
            _ => return None,
        })
    }
}

impl Moment {
    fn parse(word: &str) -> Option<Moment> {
        Some(match word {
            "before" => Moment::Before,
            "halfway" => Moment::Halfway,
            "after" => Moment::After,
            _ => return None,
        })
    }
}

fn number(errno: &str) -> Option<i32> {
    Some(match errno {
        "EIO" => libc::EIO,
        "ENOSPC" => libc::ENOSPC,
        "EROFS" => libc::EROFS,
        "EDQUOT" => libc::EDQUOT,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Call, Deed, Line, Moment, Rule};

    fn rule(line: &str) -> Rule {
        match Line::parse(line) {
            Some(Line::Rule(rule)) => rule,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn the_nth_is_met_once_or_from_then_on() {
        let met = |line: &str| {
            let mut rule = rule(line);
            (0..5).map(|_| rule.meets(Call::Sync, "/a/log.db-wal")).collect::<Vec<_>>()
        };
        assert_eq!(met("kill before sync */log.db-wal 3"), [false, false, true, false, false]);
        assert_eq!(met("fail EIO any */log.db-wal 3 on"), [false, false, true, true, true]);
        assert_eq!(met("delay 5 sync *"), [true; 5]);
        assert_eq!(met("fail EIO write * 1 on"), [false; 5]);
        assert_eq!(met("fail EIO sync */read.db 1 on"), [false; 5]);
        assert_eq!(rule("kill halfway write * 1").deed, Deed::Kill(Moment::Halfway));
    }

    #[test]
    fn what_is_no_rule_is_none() {
        for line in ["", "kill sync * 1", "fail EWHAT sync * 1", "clock soon", "kill before x * 1"]
        {
            assert_eq!(Line::parse(line), None, "{line}");
        }
        assert_eq!(Line::parse("clock -3600"), Some(Line::Clock(-3_600)));
    }
}
