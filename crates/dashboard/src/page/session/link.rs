//! Where a session's page is, and the lists of those beside it.

use weir_report::Query as Question;

use super::SessionView;
use crate::list::Field;
use crate::page::Page;
use crate::page::form::{Form, Query, address as with_query};

/// The page of the session with this id, told in the view's zone and as of its instant, if it has
/// one of its own.
pub(crate) fn address(id: &str, integration: Option<&str>, form: &Form) -> String {
    let mut query = Query::default();
    if let Some(integration) = integration {
        query.push("integration", integration);
    }
    push_told(&mut query, form);
    with_query(&format!("/sessions/{id}"), &query.0)
}

/// The same session for programs.
pub(super) fn api(view: &SessionView<'_>) -> String {
    let mut query = Query::default();
    query.push("integration", &view.session.integration);
    let Question { as_of, window_us, .. } = view.query;
    query.push("as_of", &as_of.to_string());
    query.push("window", &format!("{}s", window_us / 1_000_000));
    with_query(&format!("/api/v1/sessions/{}", view.session.id), &query.0)
}

/// The list of all the integration's sessions of any time that have this text as this.
pub(super) fn list(view: &SessionView<'_>, field: Field, text: &str) -> String {
    let mut query = Query::default();
    query.push("from", "1970-01-01");
    push_told(&mut query, view.form);
    query.push("integration", &view.session.integration);
    query.push("q", text);
    query.push("q_in", field.name());
    with_query(Page::Sessions.path(), &query.0)
}

fn push_told(query: &mut Query, form: &Form) {
    for (name, value) in [("tz", &form.tz), ("as_of", &form.as_of), ("window", &form.window)] {
        if !value.is_empty() {
            query.push(name, value);
        }
    }
}
