//! A query string, as a question and what else a route takes.

use actix_web::web;
use weir_report::Asked;

use crate::problem::{Problem, echo};

/// What a query string says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// The report's question.
    pub(crate) asked: Asked,
    /// What the route takes besides.
    own: Vec<(&'static str, String)>,
}

/// The parameters of a question that are given once.
const SINGLE: [&str; 8] = ["from", "to", "tz", "as_of", "unit", "window", "bucket", "by"];
/// The parameters of a question that can be given several times.
const REPEATED: [&str; 5] = ["integration", "feature", "state", "reason", "outcome"];
/// The parameters besides that can be given several times.
const OWN_REPEATED: [&str; 5] = ["a_integration", "a_feature", "a_state", "a_reason", "a_outcome"];
/// The parameters besides whose empty text stands for none, and is not one left out.
const OWN_OR_NONE: [&str; 5] =
    ["a_feature", "a_state", "a_reason", "recovered_state", "recovered_reason"];

impl Parameters {
    /// Reads a query string that may hold a report's question, and the parameters `own`.
    pub(crate) fn question(query: &str, own: &[&'static str]) -> Result<Parameters, Problem> {
        let (read, problem) = Parameters::as_far_as_it_goes(query, own);
        problem.map_or(Ok(read), Err)
    }

    /// The same, with what could be read beside the first problem: a form keeps what was entered.
    pub(crate) fn as_far_as_it_goes(
        query: &str,
        own: &[&'static str],
    ) -> (Parameters, Option<Problem>) {
        let mut read = Parameters::default();
        let mut problem = None;
        match pairs(query) {
            Err(unreadable) => problem = Some(unreadable),
            Ok(pairs) => {
                for (name, value) in pairs {
                    let taken = read.take(own, &name, value);
                    problem = problem.or(taken.err());
                }
            }
        }
        (read, problem)
    }

    fn take(&mut self, own: &[&'static str], name: &str, value: String) -> Result<(), Problem> {
        if let Some(values) = repeated(&mut self.asked, name) {
            // The empty text stands for none, which neither of these can be.
            if !(value.is_empty() && matches!(name, "integration" | "outcome")) {
                values.push(value);
            }
            return Ok(());
        }
        if let Some(place) = single(&mut self.asked, name) {
            return once(name, place, value);
        }
        if self.take_own(own, name, value)? {
            return Ok(());
        }
        Err(unknown(name, &[&SINGLE[..], &REPEATED, own].concat()))
    }

    /// Reads a query string that may hold the parameters `own` and no others.
    pub(crate) fn only(query: &str, own: &[&'static str]) -> Result<Parameters, Problem> {
        let mut read = Parameters::default();
        for (name, value) in pairs(query)? {
            if !read.take_own(own, &name, value)? {
                return Err(unknown(&name, own));
            }
        }
        Ok(read)
    }

    /// The same, with what could be read beside the first problem.
    pub(crate) fn only_as_far_as_it_goes(
        query: &str,
        own: &[&'static str],
    ) -> (Parameters, Option<Problem>) {
        let (mut read, mut problem) = (Parameters::default(), None);
        match pairs(query) {
            Err(unreadable) => problem = Some(unreadable),
            Ok(pairs) => {
                for (name, value) in pairs {
                    problem = match read.take_own(own, &name, value) {
                        Ok(true) => problem,
                        Ok(false) => problem.or_else(|| Some(unknown(&name, own))),
                        Err(wrong) => problem.or(Some(wrong)),
                    };
                }
            }
        }
        (read, problem)
    }

    /// The value of one of the route's own parameters.
    pub(crate) fn own(&self, name: &str) -> Option<&str> {
        self.own.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The values of one of the route's own parameters that can be given several times.
    pub(crate) fn own_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.own.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The route's own parameters that were given, in the order of the address.
    pub(crate) fn all_own(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.own.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The number of rows that a page of a list has.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = self.own("limit") else { return Ok(LIMIT_DEFAULT) };
        text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)).ok_or_else(|| {
            let detail = format!("`limit` is `{}`: it must be from 1 to {LIMIT_MAX}", echo(text));
            Problem::parameter("limit", detail)
        })
    }

    /// Whether the parameter is one of the route's own; then it is kept.
    fn take_own(
        &mut self,
        own: &[&'static str],
        name: &str,
        value: String,
    ) -> Result<bool, Problem> {
        let Some(known) = own.iter().find(|known| **known == name) else { return Ok(false) };
        if value.is_empty() && !OWN_OR_NONE.contains(known) {
            return Ok(true);
        }
        if self.own(known).is_some() && !OWN_REPEATED.contains(known) {
            return Err(doubled(name));
        }
        self.own.push((known, value));
        Ok(true)
    }
}

/// Rows of a list where no limit is asked for.
pub(crate) const LIMIT_DEFAULT: usize = 100;
/// Rows of a list that one answer may hold.
pub(crate) const LIMIT_MAX: usize = 1_000;

pub(crate) fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    web::Query::<Vec<(String, String)>>::from_query(query)
        .map(web::Query::into_inner)
        .map_err(|error| Problem::parameter("", format!("the query cannot be read: {error}")))
}

fn repeated<'a>(asked: &'a mut Asked, name: &str) -> Option<&'a mut Vec<String>> {
    Some(match name {
        "integration" => &mut asked.integration,
        "feature" => &mut asked.feature,
        "state" => &mut asked.state,
        "reason" => &mut asked.reason,
        "outcome" => &mut asked.outcome,
        _ => return None,
    })
}

fn single<'a>(asked: &'a mut Asked, name: &str) -> Option<&'a mut Option<String>> {
    Some(match name {
        "from" => &mut asked.from,
        "to" => &mut asked.to,
        "tz" => &mut asked.tz,
        "as_of" => &mut asked.as_of,
        "unit" => &mut asked.unit,
        "window" => &mut asked.window,
        "bucket" => &mut asked.bucket,
        "by" => &mut asked.by,
        _ => return None,
    })
}

/// A form sends every field; an empty one is one that was left out.
fn once(name: &str, place: &mut Option<String>, value: String) -> Result<(), Problem> {
    if value.is_empty() {
        return Ok(());
    }
    if place.is_some() {
        return Err(doubled(name));
    }
    *place = Some(value);
    Ok(())
}

fn doubled(name: &str) -> Problem {
    Problem::parameter(name, format!("`{name}` is given twice; give it once"))
}

fn unknown(name: &str, known: &[&str]) -> Problem {
    let detail = format!("there is no parameter `{}`; there are {}", echo(name), known.join(", "));
    Problem::parameter(name, detail)
}

#[cfg(test)]
mod tests {
    use super::{Parameters, REPEATED, SINGLE};

    #[track_caller]
    fn check(query: &str, want: &str) {
        let got = match Parameters::question(query, &["limit"]) {
            Err(problem) => problem.to_string(),
            Ok(read) => {
                let asked = &read.asked;
                let own = read.own("limit");
                format!("from {:?} state {:?} limit {own:?}", asked.from, asked.state)
            }
        };
        assert_eq!(got, want);
    }

    #[test]
    fn a_query_is_read_into_a_question() {
        check("", "from None state [] limit None");
        check("from=-7d&limit=5", r#"from Some("-7d") state [] limit Some("5")"#);
        check("state=a+b&state=%3Cb%3E", r#"from None state ["a b", "<b>"] limit None"#);
    }

    #[test]
    fn an_empty_value_is_one_left_out_or_stands_for_none() {
        check("from=&state=&limit=", r#"from None state [""] limit None"#);
        let read = Parameters::question("integration=&outcome=&feature=", &[]).unwrap();
        assert!(read.asked.integration.is_empty() && read.asked.outcome.is_empty());
        assert_eq!(read.asked.feature, [""]);
    }

    #[test]
    fn of_what_a_route_takes_besides_some_may_come_twice_and_some_be_empty() {
        let own = ["a_state", "a_outcome", "recovered_state", "mark"];
        let query = "a_state=&a_state=x&a_outcome=&recovered_state=&mark=";
        let read = Parameters::question(query, &own).unwrap();
        assert_eq!(read.own_values("a_state").collect::<Vec<_>>(), ["", "x"]);
        assert_eq!((read.own("a_outcome"), read.own("mark")), (None, None));
        assert_eq!(read.own("recovered_state"), Some(""));
        assert!(Parameters::question("recovered_state=&recovered_state=x", &own).is_err());
    }

    #[test]
    fn what_is_unknown_or_doubled_is_named() {
        check("from=a&from=b", "`from` is given twice; give it once");
        check("limit=1&limit=1", "`limit` is given twice; give it once");
        check(
            "form=a",
            "there is no parameter `form`; there are from, to, tz, as_of, unit, window, bucket, \
             by, integration, feature, state, reason, outcome, limit",
        );
    }

    #[test]
    fn every_name_that_is_listed_is_read() {
        for name in SINGLE.iter().chain(&REPEATED) {
            let read = Parameters::question(&format!("{name}=x"), &[]).unwrap();
            assert_ne!(read, Parameters::default(), "{name}");
        }
    }
}
