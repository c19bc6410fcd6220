//! What went wrong, as one sentence.

use std::fmt;
use std::process::ExitCode;

/// A command that did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The work failed: exit status 1.
    Work(anyhow::Error),
    /// The call or the configuration was wrong: exit status 2.
    Call(String),
}

/// What a command gives back.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A wrong call.
    pub(crate) fn call(sentence: impl Into<String>) -> Failure {
        Failure::Call(sentence.into())
    }

    /// Failed work.
    pub(crate) fn work(sentence: impl Into<String>) -> Failure {
        Failure::Work(anyhow::Error::msg(sentence.into()))
    }

    /// Says on stderr what went wrong, and gives the exit status.
    pub(crate) fn report(self) -> ExitCode {
        if self.is_broken_pipe() {
            // Whoever read our output has had enough: `weir report | head`.
            return ExitCode::SUCCESS;
        }
        eprintln!("weir: {self}");
        match self {
            Failure::Work(_) => ExitCode::from(1),
            Failure::Call(_) => ExitCode::from(2),
        }
    }

    fn is_broken_pipe(&self) -> bool {
        let Failure::Work(error) = self else { return false };
        error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Work(error) => f.write_str(&one_line(&with_causes(error))),
            Failure::Call(sentence) => f.write_str(&one_line(sentence)),
        }
    }
}

/// The sentence in one line, whatever stands in the names that it repeats: nothing of a file or of
/// the environment acts on the terminal.
fn one_line(sentence: &str) -> String {
    let mut line = String::with_capacity(sentence.len());
    for c in sentence.chars() {
        match c {
            '\n' => line.push(' '),
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

/// The error and its causes in one line. Most errors tell their cause, with what to do about it, in
/// their own sentence: what was said is not said again.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |mut said, cause| {
        if said.is_empty() {
            return cause;
        }
        // SQLite's cause is a number before its own words: the last part tells whether it is news.
        if !said.contains(cause.rsplit(": ").next().unwrap_or(&cause)) {
            said.push_str(": ");
            said.push_str(&cause);
        }
        said
    })
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Work(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[track_caller]
    fn check(error: anyhow::Error, want: &str) {
        assert_eq!(Failure::from(error).to_string(), want);
    }

    #[test]
    fn nothing_of_a_name_acts_on_the_terminal() {
        let failure = Failure::call("a\nb \u{1b}[31m\r\0 õ");
        assert_eq!(failure.to_string(), "a b \\u{1b}[31m\\r\\u{0} õ");
    }

    #[test]
    fn a_cause_is_said_once() {
        let full = || anyhow::anyhow!("disk is full");
        check(full().context("the log refused it"), "the log refused it: disk is full");
        check(full().context("log.db: disk is full; free some"), "log.db: disk is full; free some");
        check(
            anyhow::anyhow!("Error code 13: disk is full")
                .context("disk is full")
                .context("log.db: disk is full; free some"),
            "log.db: disk is full; free some",
        );
        check(full().context("b").context("a"), "a: b: disk is full");
    }
}
