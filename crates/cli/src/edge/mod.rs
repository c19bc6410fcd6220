//! The socket's side of HTTP: whoever connects, signed or not, holds a connection only while
//! something moves on it.
//!
//! The HTTP server itself watches over a connection's first head and over its rest between two
//! requests. All else is watched here: [`line::Line`] knows whose turn it is, [`turns`] tells it of
//! requests and answers, and [`socket::Socket`] ends what takes too long.

mod crowd; // how many connections there are
mod line; // whose turn it is
mod requests; // tells it of requests and answers
mod socket; // reads and writes within the time
mod source; // where a request comes from

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::{Extensions, HttpService, Request};
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config,
};
use actix_web::Error;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::rt::net::TcpStream;

pub(crate) use crowd::Crowd;
pub(crate) use requests::turns;
pub(crate) use source::sourced;

use socket::Socket;

/// How long a connection's first head may take, from its first byte or none: 408 beyond it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection may rest between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// The same, when there are so many connections that others may be kept out.
const CROWDED_KEEP_ALIVE: Duration = Duration::from_secs(5);

/// How long any request may take, from its first byte to its last.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long nothing of an answer may be taken.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// What serves connections by `app`, and lets none begin another request once `stopping` is over.
pub(crate) fn http<I, S, B, F>(
    app: I,
    crowd: Arc<Crowd>,
    stopping: impl Fn() -> F + 'static,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), InitError = (), Error: std::fmt::Debug>
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    S::Service: 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
    F: Future<Output = ()> + 'static,
{
    let app = app.into_factory().map_err(|error: Error| error.error_response());
    let http = HttpService::build()
        .graceful_shutdown_signal(stopping)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_TIMEOUT)
        .on_connect_ext(|socket: &Socket, data: &mut Extensions| {
            data.insert(socket.line());
        })
        .h1(map_config(app, |()| AppConfig::default()));
    fn_service(move |stream: TcpStream| {
        let peer = stream.peer_addr().ok();
        ready(Ok((Socket::new(stream, &crowd), peer)))
    })
    .and_then(http)
}
