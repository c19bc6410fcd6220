//! Which of the cohort's units a list keeps, as the query says it. `page::links` writes the same
//! names.

use weir_report::{Mark, Narrow, TimeRange, Until};

use crate::parameters::Parameters;
use crate::problem::{Problem, echo};

/// Seconds beyond this are no time that anybody meant: some thirty thousand years.
const SECONDS_MAX: u64 = 1_000_000_000_000;

/// What the parameters keep.
pub(super) fn read(parameters: &Parameters) -> Result<Narrow, Problem> {
    let text = |name| parameters.own(name).map(str::to_owned);
    // The empty text stands for none.
    let or_none = |name| text(name).map(|text| Some(text).filter(|text| !text.is_empty()));
    Ok(Narrow {
        at_risk: text("at_risk"),
        mark: choice(parameters, "mark", &Mark::ALL, Mark::name)?,
        recovered_state: or_none("recovered_state"),
        recovered_reason: or_none("recovered_reason"),
        weekday: number(parameters, "weekday", 1, 7)?,
        hour: number(parameters, "hour", 0, 23)?,
        attempts: number(parameters, "attempts", 1, u64::from(u32::MAX))?,
        time: time(parameters)?,
    })
}

fn time(parameters: &Parameters) -> Result<Option<TimeRange>, Problem> {
    let until = choice(parameters, "time_to", &Until::ALL, Until::name)?;
    let from = number::<u64>(parameters, "seconds_min", 0, SECONDS_MAX)?;
    let to = number::<u64>(parameters, "seconds_below", 1, SECONDS_MAX)?;
    let Some(until) = until else {
        let stray = [("seconds_min", from), ("seconds_below", to)].into_iter();
        return match stray.filter(|(_, seconds)| seconds.is_some()).map(|(name, _)| name).next() {
            None => Ok(None),
            Some(name) => {
                let detail = format!("`{name}` needs a `time_to`: submit, abandon or exit");
                Err(Problem::parameter(name, detail))
            }
        };
    };
    let from = from.unwrap_or(0);
    if to.is_some_and(|to| to <= from) {
        let detail = format!("`seconds_below` must be more than `seconds_min`, which is {from}");
        return Err(Problem::parameter("seconds_below", detail));
    }
    let us = |seconds: u64| seconds * 1_000_000;
    Ok(Some(TimeRange { until, from_us: us(from), to_us: to.map(us) }))
}

fn choice<T: Copy>(
    parameters: &Parameters,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<Option<T>, Problem> {
    let Some(text) = parameters.own(name) else { return Ok(None) };
    let found = all.iter().copied().find(|one| name_of(*one) == text);
    found.map(Some).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|one| name_of(*one)).collect();
        let want = format!("it must be one of {}", names.join(", "));
        Problem::parameter(name, format!("`{name}` is `{}`: {want}", echo(text)))
    })
}

/// A parameter that is a whole number.
pub(crate) fn number<T: TryFrom<u64>>(
    parameters: &Parameters,
    name: &str,
    min: u64,
    max: u64,
) -> Result<Option<T>, Problem> {
    let Some(text) = parameters.own(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (min..=max).contains(number));
    number.and_then(|number| T::try_from(number).ok()).map(Some).ok_or_else(|| {
        let want = format!("it must be a whole number from {min} to {max}");
        Problem::parameter(name, format!("`{name}` is `{}`: {want}", echo(text)))
    })
}
