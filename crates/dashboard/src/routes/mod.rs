//! One file for each address: handler, what it answers, its tests.

mod abandonment; // the report
mod profile; // what lies below it
mod compare; // two groups side by side, as a page
mod comparison; // two groups side by side
mod audit; // who did what, for programs
mod audit_page; // the same for people
mod asset; // the files that a page asks for
mod catalogue; // what screens and reasons are called
mod catalogue_api; // the same for programs
mod catalogue_entry; // one entry, to be edited
mod catalogue_file; // the same as a file
mod docs; // the API's description as a page
mod events; // that there are new numbers
mod deliveries; // what was received
mod health; // how the process does
mod healthz; // alive
mod matrix; // where against why
mod metrics; // what the process counts
mod missing; // everything else
mod setup; // the owner, made at the first start
mod sign_in; // a name and a password
#[cfg(feature = "oidc")]
mod sign_in_oidc; // the same by an identity provider
mod sign_out; // the end of a session
mod people; // who may see what
mod person; // one of them
mod people_api; // the same for programs
mod password; // one's own password
mod tokens; // one's own API tokens
mod tokens_api; // the same for programs
mod openapi; // the API's description
mod funnel; // the way through the flow
mod overview; // what matters, at a glance
mod quarantine; // deliveries that could not be read
mod quarantine_page; // the same for people
mod readyz; // able to append, and caught up
mod reasons; // why they leave
mod screens; // where they leave
mod delivery; // one delivery, and its body
mod shared; // what a link shows
mod shares; // the forms that make and end a link
mod shares_api; // the same for programs
mod reports; // every report that is sent by itself
mod report; // one of them, and what can be done with it
mod report_form; // making and changing one
mod report_run; // one run, and its files
mod schedules_api; // definitions for programs
mod runs_api; // runs for programs
mod alerts_api; // how alerts stand, for programs
mod view; // one saved view
mod views; // every saved view
mod views_api; // the same for programs
mod session; // one session, with its deliveries
mod session_page; // the same as a page
mod sessions; // the sessions behind a number
mod sessions_page; // the same as a page
mod sessions_file; // the same as a file
mod time; // how long it took, and in which hours

pub(crate) use abandonment::__path_abandonment;
pub(crate) use audit::{__path_audit, AuditPage, DeedRow};
pub(crate) use catalogue::unnamed;
pub(crate) use catalogue_api::{
    __path_catalogue_api, __path_put_reason, __path_put_screen, __path_remove_reason,
    __path_remove_screen, CatalogueBody, ReasonChange, ReasonEntry, ScreenChange, ScreenEntry,
};
pub(crate) use catalogue_file::__path_catalogue_file;
pub(crate) use comparison::__path_comparison;
pub(crate) use deliveries::{__path_deliveries, Deliveries, DeliveryEntry, KINDS, Listing, Only};
pub(crate) use delivery::{__path_delivery, __path_delivery_body, DeliveryTold};
pub(crate) use events::__path_events;
pub(crate) use health::__path_health_api;
pub(crate) use healthz::__path_healthz;
pub(crate) use metrics::__path_metrics;
pub(crate) use openapi::__path_openapi;
pub(crate) use people_api::{
    __path_add_person, __path_change_person, __path_people, __path_person, __path_reset_password,
    PeopleBody, PersonChange, PersonDraft, PersonEntry, PersonWithPassword,
};
pub(crate) use profile::__path_profile;
pub(crate) use quarantine::{__path_quarantine, QuarantinePage, Quarantined};
pub(crate) use readyz::{__path_readyz, Readiness, why_not};
pub(crate) use session::{__path_neighbours, __path_session};
pub(crate) use sessions::{__path_sessions, SessionsPage};
pub(crate) use tokens_api::{
    __path_make_token, __path_revoke_token, __path_tokens, TokenDraft, TokenEntry, TokenWithSecret,
    TokensBody,
};

pub(crate) use alerts_api::{__path_acknowledge_alert, __path_alerts_api, AlertEntry, AlertsBody};
pub(crate) use runs_api::{
    __path_run_api, __path_runs_api, __path_send_again, FileEntry, RunEntry, RunInFull, RunsBody,
    SendAgain, SendingEntry,
};
pub(crate) use schedules_api::{
    __path_remove_schedule, __path_run_schedule, __path_save_schedule, __path_schedule_api,
    __path_schedules_api, NewRun, NewSchedule, ScheduleEntry, ScheduleInFull, SchedulesBody,
};
pub(crate) use shares_api::{
    __path_add_share, __path_revoke_share, __path_shares_api, MadeShare, NewShareBody, ShareLink,
    SharesBody,
};
pub(crate) use views_api::{
    __path_add_view, __path_remove_view, __path_rename_view, __path_views_api, NewViewBody,
    SavedView, ViewChange, ViewsBody,
};

use actix_web::guard::{Guard, GuardContext};
use actix_web::http::Method;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{Route, web};
use weir_access::Role;
use weir_audit::Did;

use crate::analysis::Analysis;
use crate::entrance::guard;

/// An address, as the API's description writes it, and what answers there.
pub(crate) struct Mounted {
    /// The address.
    pub(crate) path: &'static str,
    /// For each method: who may, and what answers.
    pub(crate) answers: &'static [Answer],
}

/// Who may ask in this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Everybody: the address says nothing that is not public, or asks who they are by itself.
    Nobody,
    /// Somebody with at least this role.
    At(Role),
    /// The same, or whatever runs on this machine.
    ThisMachineOr(Role),
}

/// A method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// And HEAD, which is the same without the body.
    Get,
    /// Changes something.
    Post,
    /// Takes something away.
    Delete,
}

/// What answers a method.
pub(crate) struct Answer {
    /// The method.
    pub(crate) takes: Takes,
    /// Who may.
    pub(crate) needs: Needs,
    /// What is written down of it.
    pub(crate) records: Records,
    /// The handler.
    pub(crate) route: fn() -> Route,
}

/// What the audit record has of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Records {
    /// Nothing, and why.
    Nothing(&'static str),
    /// That it was shown.
    Shows(Did),
    /// That sessions were listed, looked for, or taken along.
    Lists,
    /// That it was taken along as a file.
    Exports(Did),
    /// That it was let through, and what became of it.
    Does(Did),
    /// What the route itself writes: only there it is known who it is.
    Itself,
}

impl Records {
    /// Whether it is written down before it is done.
    pub(crate) const fn is_before(self) -> bool {
        matches!(self, Records::Does(_))
    }
}

/// A report tells of many.
const NUMBERS: Records = Records::Nothing("numbers of many");
const NAMES: Records = Records::Nothing("what things are called");
const FORM: Records = Records::Nothing("a form, which is written down when it is sent");
const SENT: Records = Records::Nothing("what is sent, when and to whom, and what became of it");
const HEALTH: Records = Records::Nothing("how Weir itself does");
const PUBLIC: Records = Records::Nothing("nothing that is not public");

const NOBODY: Needs = Needs::Nobody;
const VIEWER: Needs = Needs::At(Role::Viewer);
const OPERATOR: Needs = Needs::At(Role::Operator);
const OWNER: Needs = Needs::At(Role::Owner);

/// Every page with the line of filters.
pub(crate) const ANALYSES: &[&Analysis] = &[
    &overview::ANALYSIS,
    &funnel::ANALYSIS,
    &screens::ANALYSIS,
    &reasons::ANALYSIS,
    &matrix::ANALYSIS,
    &time::ANALYSIS,
    &sessions_page::ANALYSIS,
    &compare::ANALYSIS,
];

/// Every address.
pub(crate) const ROUTES: &[Mounted] = &[
    at("/", &[get(VIEWER, NUMBERS, || to_analysis(&overview::ANALYSIS))]),
    at("/funnel", &[get(VIEWER, NUMBERS, || to_analysis(&funnel::ANALYSIS))]),
    at("/screens", &[get(VIEWER, NUMBERS, || to_analysis(&screens::ANALYSIS))]),
    at("/reasons", &[get(VIEWER, NUMBERS, || to_analysis(&reasons::ANALYSIS))]),
    at("/matrix", &[get(VIEWER, NUMBERS, || to_analysis(&matrix::ANALYSIS))]),
    at("/time", &[get(VIEWER, NUMBERS, || to_analysis(&time::ANALYSIS))]),
    at("/compare", &[get(VIEWER, NUMBERS, || to_analysis(&compare::ANALYSIS))]),
    at("/catalogue", &[get(VIEWER, NAMES, || web::to(catalogue::catalogue))]),
    at("/catalogue.toml", &[get(VIEWER, NAMES, || web::to(catalogue_file::catalogue_file))]),
    at(
        "/catalogue/screen",
        &[
            get(OPERATOR, FORM, || web::to(catalogue_entry::screen)),
            post(OPERATOR, does(Did::ChangedCatalogue), || web::to(catalogue_entry::save_screen)),
        ],
    ),
    at(
        "/catalogue/reason",
        &[
            get(OPERATOR, FORM, || web::to(catalogue_entry::reason)),
            post(OPERATOR, does(Did::ChangedCatalogue), || web::to(catalogue_entry::save_reason)),
        ],
    ),
    at("/sessions", &[get(VIEWER, Records::Lists, || web::to(sessions_page::sessions_page))]),
    at(
        "/sessions/{id}",
        &[get(VIEWER, shows(Did::SawSession), || web::to(session_page::session_page))],
    ),
    at("/sessions.csv", &[get(VIEWER, Records::Lists, || web::to(sessions_file::sessions_file))]),
    at(
        "/setup",
        &[
            get(NOBODY, FORM, || web::to(setup::setup)),
            post(NOBODY, Records::Itself, || web::to(setup::make_owner)),
        ],
    ),
    at(
        "/sign-in",
        &[
            get(NOBODY, FORM, || web::to(sign_in::form)),
            post(NOBODY, Records::Itself, || web::to(sign_in::sign_in)),
        ],
    ),
    #[cfg(feature = "oidc")]
    at("/sign-in/oidc", &[get(NOBODY, FORM, || web::to(sign_in_oidc::begin))]),
    #[cfg(feature = "oidc")]
    at(
        "/sign-in/oidc/callback",
        &[get(NOBODY, Records::Itself, || web::to(sign_in_oidc::callback))],
    ),
    at("/sign-out", &[post(VIEWER, does(Did::SignedOut), || web::to(sign_out::sign_out))]),
    at(
        "/people",
        &[
            get(VIEWER, shows(Did::SawPeople), || web::to(people::people)),
            post(OWNER, does(Did::ChangedPerson), || web::to(people::add)),
        ],
    ),
    at(
        "/people/password",
        &[
            get(VIEWER, FORM, || web::to(password::form)),
            post(VIEWER, does(Did::ChangedPerson), || web::to(password::change)),
        ],
    ),
    at("/people/tokens", &[post(VIEWER, does(Did::ChangedToken), || web::to(tokens::make))]),
    at(
        "/people/tokens/{id}/revoke",
        &[post(VIEWER, does(Did::ChangedToken), || web::to(tokens::revoke))],
    ),
    at("/people/{id}", &[get(OWNER, shows(Did::SawPeople), || web::to(person::person))]),
    at("/people/{id}/role", &[post(OWNER, does(Did::ChangedPerson), || web::to(person::role))]),
    at(
        "/people/{id}/disabled",
        &[post(OWNER, does(Did::ChangedPerson), || web::to(person::disabled))],
    ),
    at(
        "/people/{id}/password",
        &[post(OWNER, does(Did::ChangedPerson), || web::to(person::password))],
    ),
    at("/audit", &[get(OWNER, shows(Did::SawAudit), || web::to(audit_page::audit_page))]),
    at("/api/v1/audit", &[get(OWNER, shows(Did::SawAudit), || web::to(audit::audit))]),
    at("/reports", &[get(VIEWER, SENT, || web::to(reports::reports))]),
    // Before those of names: no report is called so.
    at(
        "/reports/new",
        &[
            get(OPERATOR, FORM, || web::to(report_form::new)),
            post(OPERATOR, does(Did::ChangedDefinition), || web::to(report_form::make)),
        ],
    ),
    at(
        "/reports/runs/{id}",
        &[
            get(VIEWER, SENT, || web::to(report_run::run)),
            post(OPERATOR, does(Did::AskedForRun), || web::to(report_run::again)),
        ],
    ),
    at(
        "/reports/runs/{id}/{file}",
        &[get(VIEWER, exports(Did::Exported), || web::to(report_run::file))],
    ),
    at(
        "/reports/{name}",
        &[
            get(VIEWER, SENT, || web::to(report::report)),
            post(OPERATOR, does(Did::ChangedDefinition), || web::to(report::act)),
        ],
    ),
    at(
        "/reports/{name}/edit",
        &[
            get(OPERATOR, FORM, || web::to(report_form::edit)),
            post(OPERATOR, does(Did::ChangedDefinition), || web::to(report_form::change)),
        ],
    ),
    at("/reports/{name}/preview", &[get(VIEWER, NUMBERS, || web::to(report::preview))]),
    at(
        "/views",
        &[
            get(VIEWER, NAMES, || web::to(views::views)),
            post(VIEWER, does(Did::ChangedView), || web::to(views::save)),
        ],
    ),
    at("/views/new", &[get(VIEWER, FORM, || web::to(views::new))]),
    at(
        "/views/{id}",
        &[
            get(VIEWER, NAMES, || web::to(view::view)),
            post(VIEWER, does(Did::ChangedView), || web::to(view::change)),
        ],
    ),
    at("/shares", &[post(OPERATOR, does(Did::ChangedShare), || web::to(shares::make))]),
    at("/shares/new", &[get(OPERATOR, FORM, || web::to(shares::new))]),
    at("/shares/{id}", &[post(OPERATOR, does(Did::ChangedShare), || web::to(shares::revoke))]),
    at("/s/{token}", &[get(NOBODY, NUMBERS, || web::to(shared::page))]),
    at("/s/{token}/embed", &[get(NOBODY, NUMBERS, || web::to(shared::embed))]),
    at("/s/{token}/chart.svg", &[get(NOBODY, NUMBERS, || web::to(shared::chart_svg))]),
    at("/s/{token}/chart.png", &[get(NOBODY, NUMBERS, || web::to(shared::chart_png))]),
    at("/assets/{file}", &[get(NOBODY, PUBLIC, || web::to(asset::asset))]),
    at("/docs", &[get(VIEWER, PUBLIC, || web::to(docs::docs))]),
    at("/docs/try", &[get(VIEWER, PUBLIC, || web::to(docs::try_it))]),
    at("/health", &[get(VIEWER, HEALTH, || web::to(health::health))]),
    at(
        "/health/deliveries",
        &[get(VIEWER, shows(Did::SawDelivery), || web::to(deliveries::deliveries_page))],
    ),
    at(
        "/health/quarantine",
        &[get(VIEWER, shows(Did::SawDelivery), || web::to(quarantine_page::quarantine_page))],
    ),
    at("/api/v1/health", &[get(VIEWER, HEALTH, || web::to(health::health_api))]),
    at(
        "/api/v1/deliveries",
        &[get(VIEWER, shows(Did::SawDelivery), || web::to(deliveries::deliveries))],
    ),
    at("/events", &[get(VIEWER, HEALTH, || web::to(events::events))]),
    at("/healthz", &[get(NOBODY, PUBLIC, || web::to(healthz::healthz))]),
    at("/readyz", &[get(NOBODY, PUBLIC, || web::to(readyz::readyz))]),
    at(
        "/metrics",
        &[get(Needs::ThisMachineOr(Role::Viewer), HEALTH, || web::to(metrics::metrics))],
    ),
    at("/openapi.json", &[get(NOBODY, PUBLIC, || web::to(openapi::openapi))]),
    at(
        "/api/v1/reports/abandonment",
        &[get(VIEWER, NUMBERS, || web::to(abandonment::abandonment))],
    ),
    at("/api/v1/reports/profile", &[get(VIEWER, NUMBERS, || web::to(profile::profile))]),
    at("/api/v1/reports/comparison", &[get(VIEWER, NUMBERS, || web::to(comparison::comparison))]),
    at("/api/v1/sessions", &[get(VIEWER, Records::Lists, || web::to(sessions::sessions))]),
    at(
        "/api/v1/sessions/{id}",
        &[get(VIEWER, shows(Did::SawSession), || web::to(session::session))],
    ),
    at(
        "/api/v1/sessions/{id}/neighbours",
        &[get(VIEWER, shows(Did::SawSession), || web::to(session::neighbours))],
    ),
    at(
        "/api/v1/deliveries/{seq}",
        &[get(VIEWER, shows(Did::SawDelivery), || web::to(delivery::delivery))],
    ),
    at(
        "/api/v1/deliveries/{seq}/body",
        &[get(VIEWER, shows(Did::SawDelivery), || web::to(delivery::delivery_body))],
    ),
    at("/api/v1/catalogue", &[get(VIEWER, NAMES, || web::to(catalogue_api::catalogue_api))]),
    at(
        "/api/v1/catalogue/screens",
        &[
            post(OPERATOR, does(Did::ChangedCatalogue), || web::to(catalogue_api::put_screen)),
            delete(OPERATOR, does(Did::ChangedCatalogue), || web::to(catalogue_api::remove_screen)),
        ],
    ),
    at(
        "/api/v1/catalogue/reasons",
        &[
            post(OPERATOR, does(Did::ChangedCatalogue), || web::to(catalogue_api::put_reason)),
            delete(OPERATOR, does(Did::ChangedCatalogue), || web::to(catalogue_api::remove_reason)),
        ],
    ),
    at(
        "/api/v1/people",
        &[
            get(OWNER, shows(Did::SawPeople), || web::to(people_api::people)),
            post(OWNER, does(Did::ChangedPerson), || web::to(people_api::add_person)),
        ],
    ),
    at(
        "/api/v1/people/{id}",
        &[
            get(OWNER, shows(Did::SawPeople), || web::to(people_api::person)),
            post(OWNER, does(Did::ChangedPerson), || web::to(people_api::change_person)),
        ],
    ),
    at(
        "/api/v1/people/{id}/password",
        &[post(OWNER, does(Did::ChangedPerson), || web::to(people_api::reset_password))],
    ),
    at(
        "/api/v1/tokens",
        &[
            get(VIEWER, shows(Did::SawPeople), || web::to(tokens_api::tokens)),
            post(VIEWER, does(Did::ChangedToken), || web::to(tokens_api::make_token)),
        ],
    ),
    at(
        "/api/v1/tokens/{id}/revoke",
        &[post(VIEWER, does(Did::ChangedToken), || web::to(tokens_api::revoke_token))],
    ),
    at(
        "/api/v1/views",
        &[
            get(VIEWER, NAMES, || web::to(views_api::views_api)),
            post(VIEWER, does(Did::ChangedView), || web::to(views_api::add_view)),
        ],
    ),
    at(
        "/api/v1/views/{id}",
        &[
            post(VIEWER, does(Did::ChangedView), || web::to(views_api::rename_view)),
            delete(VIEWER, does(Did::ChangedView), || web::to(views_api::remove_view)),
        ],
    ),
    at(
        "/api/v1/shares",
        &[
            get(OPERATOR, NAMES, || web::to(shares_api::shares_api)),
            post(OPERATOR, does(Did::ChangedShare), || web::to(shares_api::add_share)),
        ],
    ),
    at(
        "/api/v1/shares/{id}",
        &[delete(OPERATOR, does(Did::ChangedShare), || web::to(shares_api::revoke_share))],
    ),
    at("/api/v1/schedules", &[get(VIEWER, SENT, || web::to(schedules_api::schedules_api))]),
    at(
        "/api/v1/schedules/{name}",
        &[
            get(VIEWER, SENT, || web::to(schedules_api::schedule_api)),
            post(OPERATOR, does(Did::ChangedDefinition), || web::to(schedules_api::save_schedule)),
            delete(OPERATOR, does(Did::ChangedDefinition), || {
                web::to(schedules_api::remove_schedule)
            }),
        ],
    ),
    at(
        "/api/v1/schedules/{name}/run",
        &[post(OPERATOR, does(Did::AskedForRun), || web::to(schedules_api::run_schedule))],
    ),
    at("/api/v1/runs", &[get(VIEWER, SENT, || web::to(runs_api::runs_api))]),
    at("/api/v1/runs/{id}", &[get(VIEWER, SENT, || web::to(runs_api::run_api))]),
    at(
        "/api/v1/runs/{id}/again",
        &[post(OPERATOR, does(Did::AskedForRun), || web::to(runs_api::send_again))],
    ),
    at("/api/v1/alerts", &[get(VIEWER, SENT, || web::to(alerts_api::alerts_api))]),
    at(
        "/api/v1/alerts/{name}/acknowledge",
        &[post(OPERATOR, does(Did::AcknowledgedAlert), || web::to(alerts_api::acknowledge_alert))],
    ),
    at(
        "/api/v1/quarantine",
        &[get(VIEWER, shows(Did::SawDelivery), || web::to(quarantine::quarantine))],
    ),
];

const fn at(path: &'static str, answers: &'static [Answer]) -> Mounted {
    Mounted { path, answers }
}

const fn post(needs: Needs, records: Records, route: fn() -> Route) -> Answer {
    Answer { takes: Takes::Post, needs, records, route }
}

const fn delete(needs: Needs, records: Records, route: fn() -> Route) -> Answer {
    Answer { takes: Takes::Delete, needs, records, route }
}

const fn get(needs: Needs, records: Records, route: fn() -> Route) -> Answer {
    Answer { takes: Takes::Get, needs, records, route }
}

const fn shows(did: Did) -> Records {
    Records::Shows(did)
}

const fn exports(did: Did) -> Records {
    Records::Exports(did)
}

const fn does(did: Did) -> Records {
    Records::Does(did)
}

/// A page with the line of filters.
fn to_analysis(analysis: &'static Analysis) -> Route {
    web::to(move |request, reader, state| analysis.answer(request, reader, state))
}

/// Room for the longest definition, each of its characters escaped: what is too long for its kind is
/// refused by a sentence, not by the door.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Mounts the pages, the API, and what watches over the process. The app holds a [`web::Data`] of
/// [`crate::State`]; what is mounted before keeps its addresses.
pub fn routes(cfg: &mut web::ServiceConfig) {
    for mounted in ROUTES {
        let mut resource =
            web::resource(mounted.path).default_service(web::to(missing::wrong_method));
        for answer in mounted.answers {
            let (needs, records) = (answer.needs, answer.records);
            let door = from_fn(move |request, next| guard(needs, records, request, next));
            resource = resource.route((answer.route)().wrap(door).guard(answer.takes));
        }
        cfg.service(resource.wrap(Compress::default()));
    }
    cfg.app_data(web::PayloadConfig::new(BODY_BYTES_MAX));
    cfg.default_service(web::to(missing::missing));
}

impl Takes {
    /// The method's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Takes::Get => "GET",
            Takes::Post => "POST",
            Takes::Delete => "DELETE",
        }
    }
}

impl Guard for Takes {
    fn check(&self, request: &GuardContext<'_>) -> bool {
        let method = &request.head().method;
        match self {
            Takes::Get => *method == Method::GET || *method == Method::HEAD,
            Takes::Post => *method == Method::POST,
            Takes::Delete => *method == Method::DELETE,
        }
    }
}
