//! Everything that is wrong with a definition, at once: each a sentence with what to do.

mod alert; // what is watched makes sense, and can be judged
mod question; // what is asked
mod recipients; // to whom it goes
mod schedule; // when it is due

#[cfg(test)]
mod tests;

use weir_channel::Post;
use weir_domain::Timestamp;
use weir_report::{Definition, Query};

use super::{Listed, Trouble};

/// What a definition is checked against.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Who would send it.
    pub post: &'a dyn Post,
    /// Which filter values of a question nobody ever sent nor the catalogue named, each as a
    /// sentence: [`crate::Engine::unknown_values`].
    pub unknown_values: &'a dyn Fn(&Query) -> Vec<String>,
    /// The zone where neither the question nor the schedule names one.
    pub zone_default: &'a str,
    /// Now: what is relative to it is asked as if it were due at this instant.
    pub now: Timestamp,
}

/// Everything that is wrong with `definition`, in the order of its lines; `text` is as it is
/// written, and tells the lines.
#[must_use]
pub fn check(definition: &Definition, text: &str, around: &Surroundings<'_>) -> Vec<Trouble> {
    let mut found = Found { text, troubles: Vec::new() };
    let when = schedule::check(definition, &mut found);
    let query = question::check(definition, around, &mut found);
    if let Some(alert) = &definition.alert {
        alert::check(definition, alert, when.as_ref(), around, &mut found);
    }
    if let Some(query) = query {
        question::unknown(definition, &query, around, &mut found);
    }
    recipients::check(definition, around, &mut found);
    let mut troubles = found.troubles;
    // What is about no line stands first, in the order in which it was found.
    troubles.sort_by_key(|trouble| trouble.line);
    troubles.dedup();
    troubles
}

impl Listed {
    /// Everything that is wrong with it; where it cannot be read, why. What ships is never due by
    /// itself, so that nobody is missed among its recipients.
    #[must_use]
    pub fn troubles(&self, around: &Surroundings<'_>) -> Vec<Trouble> {
        let mut definition = match &self.definition {
            Err(trouble) => return vec![trouble.clone()],
            Ok(definition) => definition.clone(),
        };
        if let Some(timing) = definition.schedule.as_mut().filter(|_| self.shipped) {
            timing.paused = true;
        }
        check(&definition, &self.text, around)
    }
}

/// What was found so far.
struct Found<'a> {
    text: &'a str,
    troubles: Vec<Trouble>,
}

impl Found<'_> {
    /// Something is wrong at the key that `path` leads to, or at the table around it.
    fn at(&mut self, path: &[&str], message: impl Into<String>) {
        let line = (1..=path.len()).rev().find_map(|n| Definition::line_of(self.text, &path[..n]));
        self.troubles.push(Trouble { line, message: message.into() });
    }
}
