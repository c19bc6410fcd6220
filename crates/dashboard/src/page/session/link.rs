//! Where a session's page is.

use crate::page::form::{Form, Query, address as with_query};

/// The page of the session with this id, told in the view's zone and as of its instant, if it has
/// one of its own.
pub(crate) fn address(id: &str, integration: Option<&str>, form: &Form) -> String {
    let mut query = Query::default();
    if let Some(integration) = integration {
        query.push("integration", integration);
    }
    for (name, value) in [("tz", &form.tz), ("as_of", &form.as_of), ("window", &form.window)] {
        if !value.is_empty() {
            query.push(name, value);
        }
    }
    with_query(&format!("/sessions/{id}"), &query.0)
}
