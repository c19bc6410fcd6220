//! What is wrong with a definition.

use std::fmt;

/// What is wrong with a definition, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The line of its text, from 1; none where it is not about one line.
    pub line: Option<usize>,
    /// A sentence.
    pub message: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
