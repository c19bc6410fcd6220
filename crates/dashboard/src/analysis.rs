//! What all pages with the line of filters have in common: the question is read from the address,
//! asked, and answered as the page's own body within the frame.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use maud::{Markup, PreEscaped};
use std::sync::Arc;
use weir_domain::{Catalogue, Timestamp};
use weir_report::{Asked, Query, Zone};

use crate::choices::choices;
use crate::gate::RETRY_AFTER_S;
use crate::page::{self, Form, Lag, Page, SessionLinks, View, ViewLinks};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::seal::sealed;
use crate::{State, answer};

/// A page with the line of filters.
pub(crate) struct Analysis {
    /// Which page.
    pub(crate) page: Page,
    /// The names of the parameters that it takes besides the question's.
    pub(crate) own: &'static [&'static str],
    /// What it shows. A problem is said beside the form, and what was entered stays.
    pub(crate) body: fn(&Ask<'_>) -> Result<Markup, Problem>,
}

/// What a body is made of.
pub(crate) struct Ask<'a> {
    /// What to ask.
    pub(crate) state: &'a State,
    /// The question, with every default filled in.
    pub(crate) query: Query,
    /// The address's parameters, for the page's own.
    pub(crate) parameters: &'a Parameters,
    /// The view as it was asked for.
    pub(crate) form: &'a Form,
    /// The same with the instants that were meant in place of "now": what links start from.
    pub(crate) pinned: Form,
    /// What screens and reasons are called.
    pub(crate) catalogue: Arc<Catalogue>,
    /// Who asks; none where a link shows the page to whoever has it.
    pub(crate) reader: Option<&'a Reader>,
}

impl Ask<'_> {
    /// Where the numbers of this view lead.
    pub(crate) fn links(&self) -> ViewLinks<'_> {
        self.links_of(&self.pinned)
    }

    /// Where those of another view on the same page lead.
    pub(crate) fn links_of<'b>(&self, form: &'b Form) -> ViewLinks<'b> {
        match self.reader {
            Some(_) => ViewLinks::Sessions(SessionLinks(form)),
            None => ViewLinks::Nowhere,
        }
    }
}

impl Analysis {
    /// The page.
    pub(crate) async fn answer(
        &'static self,
        request: HttpRequest,
        reader: Reader,
        state: web::Data<State>,
    ) -> Result<HttpResponse, Problem> {
        let (read, problem) = Parameters::as_far_as_it_goes(request.query_string(), self.own);
        let (status, markup) =
            blocking(move || Ok(self.render(&state, &reader, &read, problem))).await?;
        let mut response = answer::html(status, markup);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        Ok(response)
    }

    fn render(
        &self,
        state: &State,
        reader: &Reader,
        read: &Parameters,
        problem: Option<Problem>,
    ) -> (StatusCode, Markup) {
        let catalogue = state.catalogue();
        let form = form(read, &state.timezone_default);
        let asked = problem.map_or_else(|| Ok(state.question(&read.asked)?), Err);
        let query = asked.as_ref().ok().cloned();
        let body = asked.and_then(|query| {
            (self.body)(&Ask {
                state,
                pinned: form.pinned(&query),
                query,
                parameters: read,
                form: &form,
                catalogue: Arc::clone(&catalogue),
                reader: Some(reader),
            })
        });
        let status = body.as_ref().err().map_or(StatusCode::OK, Problem::status_code);
        // What the reader cannot mend is no problem of what they entered.
        let body = body.or_else(|problem| match status.is_server_error() {
            true => Ok(page::not_now(&problem.to_string())),
            false => Err(problem),
        });
        let sentence = body.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let (choices, folded) = {
            let model = state.live.model();
            (choices(&model, &catalogue), model.position().get())
        };
        // Asked second: what is folded between the two is rather left out than counted twice.
        let lag = state.live.lag();
        let markup = page::analysis(&View {
            page: self.page,
            reader,
            body: body.as_ref().map_err(|_| sentence.as_str()),
            query: query.as_ref(),
            catalogue: &catalogue,
            form: &form,
            choices: &choices,
            lag: Lag { deliveries: lag.deliveries, seconds: state.lag_seconds(&lag) },
            deliveries_total: folded + lag.deliveries,
            endpoint_url: &state.endpoint_url,
            demo: state.demo,
            clock: &as_read(state, query.as_ref()),
        });
        (status, markup)
    }
}

/// A page as a link shows it to whoever has it.
pub(crate) struct Shown {
    /// What stands in it. It leads nowhere.
    pub(crate) body: Markup,
    /// Of what it is.
    pub(crate) form: Form,
    /// The same with every default filled in.
    pub(crate) query: Query,
}

impl Analysis {
    /// The page's filters as an address has them: what cannot be asked is refused.
    pub(crate) fn form(&self, state: &State, query: &str) -> Result<Form, Problem> {
        let read = Parameters::question(query, self.own)?;
        state.question(&read.asked)?;
        // The zone stays as it was asked for: an operator may set another default later.
        Ok(form(&read, "UTC"))
    }

    /// The page with the filters of this query, for whoever has the link to it.
    pub(crate) fn shown(&self, state: &State, query: &str) -> Result<Shown, Problem> {
        let read = Parameters::question(query, self.own)?;
        let form = form(&read, &state.timezone_default);
        let query = state.question(&read.asked)?;
        let body = (self.body)(&Ask {
            state,
            pinned: form.pinned(&query),
            query: query.clone(),
            parameters: &read,
            form: &form,
            catalogue: state.catalogue(),
            reader: None,
        })?;
        Ok(Shown { body: PreEscaped(sealed(&body.into_string())), form, query })
    }
}

/// What was entered, with the zone that applies where it is not the one that everybody expects.
pub(crate) fn form(read: &Parameters, timezone_default: &str) -> Form {
    let Asked {
        from,
        to,
        tz,
        as_of,
        unit,
        window,
        bucket,
        integration,
        feature,
        state,
        reason,
        outcome,
        by,
    } = read.asked.clone();
    let zone = || if timezone_default == "UTC" { "" } else { timezone_default }.to_owned();
    Form {
        from: from.unwrap_or_default(),
        to: to.unwrap_or_default(),
        tz: tz.unwrap_or_else(zone),
        as_of: as_of.unwrap_or_default(),
        unit: unit.unwrap_or_default(),
        window: window.unwrap_or_default(),
        bucket: bucket.unwrap_or_default(),
        by: by.unwrap_or_default(),
        integration,
        feature,
        state,
        reason,
        outcome,
        own: read
            .all_own()
            // Another question begins on its first page.
            .filter(|(name, _)| *name != "page")
            .map(|(name, value)| (name, value.to_owned()))
            .collect(),
    }
}

/// The instant that the page is of, in the report's zone: `2026-02-04 01:02:00, Europe/Tallinn`.
fn as_read(state: &State, query: Option<&Query>) -> String {
    let (at, zone) = query.map_or_else(
        || (state.clock.now(), Zone::utc()),
        |query| (query.as_of, query.zone.clone()),
    );
    local(at, &zone).unwrap_or_else(|| at.to_string())
}

/// An instant as it is read in a zone.
pub(crate) fn local(at: Timestamp, zone: &Zone) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    let at = at.to_zoned(zone.rules().clone());
    Some(format!("{}, {}", at.strftime("%Y-%m-%d %H:%M:%S"), zone.name()))
}
