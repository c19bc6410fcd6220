//! One file for each address: handler, what it answers, its tests.

mod abandonment; // the report
mod asset; // the files that a page asks for
mod healthz; // alive
mod metrics; // what the process counts
mod missing; // everything else
mod openapi; // the API's description
mod overview; // the page
mod quarantine; // deliveries that could not be read
mod readyz; // able to append, and caught up
mod session; // one session, with its deliveries
mod sessions; // the sessions behind a number

pub(crate) use abandonment::__path_abandonment;
pub(crate) use healthz::__path_healthz;
pub(crate) use metrics::__path_metrics;
pub(crate) use openapi::__path_openapi;
pub(crate) use quarantine::{__path_quarantine, QuarantinePage, Quarantined};
pub(crate) use readyz::{__path_readyz, Readiness};
pub(crate) use session::__path_session;
pub(crate) use sessions::{__path_sessions, SessionsPage};

use actix_web::dev::Handler;
use actix_web::middleware::Compress;
use actix_web::{FromRequest, Responder, Route, guard, web};

/// An address, as the API's description writes it, and what answers there.
type Mounted = (&'static str, fn() -> Route);

/// Every address.
pub(crate) const ROUTES: [Mounted; 10] = [
    ("/", || read(overview::overview)),
    ("/assets/{file}", || read(asset::asset)),
    ("/healthz", || read(healthz::healthz)),
    ("/readyz", || read(readyz::readyz)),
    ("/metrics", || read(metrics::metrics)),
    ("/openapi.json", || read(openapi::openapi)),
    ("/api/v1/reports/abandonment", || read(abandonment::abandonment)),
    ("/api/v1/sessions", || read(sessions::sessions)),
    ("/api/v1/sessions/{id}", || read(session::session)),
    ("/api/v1/quarantine", || read(quarantine::quarantine)),
];

/// Mounts the page, the API, and what watches over the process. The app holds a [`web::Data`] of
/// [`crate::State`]; what is mounted before keeps its addresses.
pub fn routes(cfg: &mut web::ServiceConfig) {
    for (path, route) in ROUTES {
        let wrong_method = web::to(missing::wrong_method);
        // A page draws each chart in three widths, which packs to a tenth.
        let resource = web::resource(path).route(route()).default_service(wrong_method);
        cfg.service(resource.wrap(Compress::default()));
    }
    cfg.default_service(web::to(missing::missing));
}

/// Answers GET, and HEAD with the same headers.
fn read<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler)
}
