//! What is asked: a definition with the flags laid over it.

use weir_domain::Timestamp;
use weir_log::DataDir;
use weir_report::{AskError, Asked, Definition, Query};
use weir_schedule::Definitions;

use super::Args;
use crate::failure::{Failure, Outcome};

/// The report that is printed where none is named.
const PLAIN: &str = "abandonment";

/// A definition and what it asks now.
pub(super) struct Question {
    /// Its name.
    pub(super) name: String,
    /// The definition, with the flags laid over it.
    pub(super) definition: Definition,
    /// What it asks.
    pub(super) query: Query,
    /// Whether it is the report that has no parts to choose: as a page, picture or CSV it is the
    /// whole answer, without a title.
    pub(super) is_plain: bool,
}

impl Args {
    /// The question as of `now`; `tz` is the zone where nobody names one.
    pub(super) fn question(&self, dir: &DataDir, now: Timestamp, tz: &str) -> Outcome<Question> {
        let definitions = Definitions::at(&dir.reports_dir());
        let listed = definitions.get(&self.name).ok_or_else(|| self.unknown(&definitions))?;
        let mut definition = listed.definition.clone().map_err(|trouble| {
            let file = definitions.dir().join(format!("{}.toml", self.name));
            Failure::call(format!("{}, {trouble}", file.display()))
        })?;
        let query = self.query(&mut definition, now, tz)?;
        let is_plain = listed.shipped && self.name == PLAIN;
        Ok(Question { name: self.name.clone(), definition, query, is_plain })
    }

    fn unknown(&self, definitions: &Definitions) -> Failure {
        let known = definitions.list();
        let names = known.iter().filter(|one| one.definition.is_ok()).map(|one| one.name.as_str());
        let names: Vec<_> = names.collect();
        let shown: String = self.name.chars().take(80).flat_map(char::escape_debug).collect();
        Failure::call(format!("there is no report `{shown}`; there are {}", names.join(", ")))
    }

    /// Where the definition's range is in words, it is the one before `--as-of`; `--from` and
    /// `--to` go in its place.
    fn query(&self, definition: &mut Definition, now: Timestamp, tz: &str) -> Outcome<Query> {
        let wrong = |error: AskError| Failure::call(self.sentence(&error));
        if self.from.is_some() || self.to.is_some() {
            definition.range = None;
        }
        self.lay_over(&mut definition.ask);
        let mut at = now;
        if definition.range.is_some() && self.as_of.is_some() {
            let as_of = definition.ask.as_of.take();
            let tz = Some(definition.zone_name(tz).to_owned());
            at = Asked { as_of, tz, ..Asked::default() }.query(now).map_err(wrong)?.as_of;
        }
        definition.query(at, tz).map_err(wrong)
    }

    /// What is wrong with a value: of a flag, or else of the definition.
    fn sentence(&self, error: &AskError) -> String {
        let Args { from, to, tz, as_of, unit, window, bucket, by, .. } = self;
        let is_flag = match error.name {
            "from" => from.is_some(),
            "to" => to.is_some(),
            "tz" => tz.is_some(),
            "as_of" => as_of.is_some(),
            "unit" => unit.is_some(),
            "window" => window.is_some(),
            "bucket" => bucket.is_some(),
            "by" => by.is_some(),
            "outcome" => !self.outcome.is_empty(),
            _ => false,
        };
        // A range that begins after it ends is told of its beginning, whichever flag moved it.
        let is_range = error.name == "from" && to.is_some();
        if is_flag || is_range {
            error.as_flag()
        } else {
            format!("the report `{}`: {}", self.name, error.as_parameter())
        }
    }

    fn lay_over(&self, asked: &mut Asked) {
        let Args { from, to, tz, as_of, unit, window, bucket, by, .. } = self;
        for (flag, field) in [
            (from, &mut asked.from),
            (to, &mut asked.to),
            (tz, &mut asked.tz),
            (as_of, &mut asked.as_of),
            (unit, &mut asked.unit),
            (window, &mut asked.window),
            (bucket, &mut asked.bucket),
            (by, &mut asked.by),
        ] {
            if flag.is_some() {
                field.clone_from(flag);
            }
        }
        let Args { integration, feature, state, reason, outcome, .. } = self;
        for (flags, field) in [
            (integration, &mut asked.integration),
            (feature, &mut asked.feature),
            (state, &mut asked.state),
            (reason, &mut asked.reason),
            (outcome, &mut asked.outcome),
        ] {
            if !flags.is_empty() {
                field.clone_from(flags);
            }
        }
    }
}
