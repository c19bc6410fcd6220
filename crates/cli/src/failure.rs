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
            // With its causes, in one line.
            Failure::Work(error) => write!(f, "{error:#}"),
            Failure::Call(sentence) => f.write_str(sentence),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Work(error.into())
    }
}
