//! The API's description, and the shapes that it names.
//!
//! The routes describe themselves. What they answer with `Serialize` of their own is described by
//! structs that are never made; a test holds a real answer against them.

mod empty; // an empty value is one left out
mod parameters; // what a query may hold
mod report; // the report, as JSON has it
mod profile; // what lies below it
mod comparison; // two groups side by side
#[cfg(test)]
mod tests; // a real answer fits
mod secured; // who may ask what
mod webhook; // the endpoint that `ingest` mounts

use utoipa::OpenApi;

pub(crate) use comparison::{ComparisonSchema, FirstGroupParameters};
pub(crate) use parameters::{
    AuditParameters, DeliveryParameters, FormatParameter, ListParameters, OutcomeName,
    PageParameters, QuestionParameters, SessionParameters,
};
pub(crate) use profile::ProfileSchema;
pub(crate) use report::ReportSchema;

use crate::routes;
use empty::EmptyIsLeftOut;

#[derive(OpenApi)]
#[openapi(
    modifiers(&EmptyIsLeftOut),
    info(
        title = "Weir",
        description = "Exact drop-off reports from Veriff's event webhooks. What each number means \
            is in the documentation under Semantics. Errors are RFC 9457 problems.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "reports", description = "Numbers"),
        (name = "sessions", description = "What is behind the numbers"),
        (name = "catalogue", description = "What screens and reasons are called"),
        (name = "views", description = "Saved views and share links"),
        (name = "schedules", description = "Reports and alerts that are sent by themselves"),
        (name = "deliveries", description = "What the provider sent"),
        (name = "people", description = "Who may see what, and by which tokens"),
        (name = "process", description = "For those who run it")
    ),
    paths(
        routes::abandonment,
        routes::profile,
        routes::comparison,
        routes::sessions,
        routes::session,
        routes::neighbours,
        routes::delivery,
        routes::delivery_body,
        routes::quarantine,
        routes::deliveries,
        routes::health_api,
        routes::catalogue_api,
        routes::put_screen,
        routes::remove_screen,
        routes::put_reason,
        routes::remove_reason,
        routes::catalogue_file,
        routes::people,
        routes::person,
        routes::add_person,
        routes::change_person,
        routes::reset_password,
        routes::audit,
        routes::tokens,
        routes::make_token,
        routes::revoke_token,
        routes::views_api,
        routes::add_view,
        routes::rename_view,
        routes::remove_view,
        routes::shares_api,
        routes::add_share,
        routes::revoke_share,
        routes::schedules_api,
        routes::schedule_api,
        routes::save_schedule,
        routes::remove_schedule,
        routes::run_schedule,
        routes::runs_api,
        routes::run_api,
        routes::send_again,
        routes::alerts_api,
        routes::acknowledge_alert,
        webhook::webhook,
        routes::events,
        routes::healthz,
        routes::readyz,
        routes::metrics,
        routes::openapi,
    ),
    components(schemas(
        ReportSchema,
        ProfileSchema,
        ComparisonSchema,
        routes::SessionsPage,
        crate::history::Session,
        crate::history::FactRow,
        crate::history::DeliveryRow,
        crate::history::Step,
        crate::history::Neighbours,
        crate::history::Beside,
        routes::DeliveryTold,
        routes::Deliveries,
        routes::DeliveryEntry,
        crate::health::Health,
        routes::QuarantinePage,
        routes::Quarantined,
        routes::CatalogueBody,
        routes::ScreenEntry,
        routes::ReasonEntry,
        routes::ScreenChange,
        routes::ReasonChange,
        routes::PeopleBody,
        routes::PersonEntry,
        routes::PersonDraft,
        routes::PersonChange,
        routes::PersonWithPassword,
        routes::AuditPage,
        routes::DeedRow,
        routes::TokensBody,
        routes::TokenEntry,
        routes::TokenDraft,
        routes::TokenWithSecret,
        routes::ViewsBody,
        routes::SavedView,
        routes::NewViewBody,
        routes::ViewChange,
        routes::SharesBody,
        routes::ShareLink,
        routes::MadeShare,
        routes::NewShareBody,
        routes::SchedulesBody,
        routes::ScheduleEntry,
        routes::ScheduleInFull,
        routes::NewSchedule,
        routes::NewRun,
        routes::RunsBody,
        routes::RunEntry,
        routes::RunInFull,
        routes::FileEntry,
        routes::SendingEntry,
        routes::SendAgain,
        routes::AlertsBody,
        routes::AlertEntry,
        crate::problem::TroubleBody,
        routes::Readiness,
        crate::problem::ProblemBody,
    ))
)]
struct Description;

/// The API's description.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    let mut all = Description::openapi();
    secured::secure(&mut all);
    all
}
