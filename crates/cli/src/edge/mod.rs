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
mod stream; // the same, encrypted by us or not
mod tls; // certificates, and the handshake
mod source; // where a request comes from

use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
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
pub(crate) use tls::{Tls, TlsFiles};

use socket::Socket;
use stream::Stream;

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

/// What serves connections by `app`, encrypted by `tls` where there is one, and lets none begin another request once `stopping` is over.
pub(crate) fn http<I, S, B, F>(
    app: I,
    crowd: Arc<Crowd>,
    tls: Option<Tls>,
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
        .on_connect_ext(|stream: &Stream, data: &mut Extensions| {
            data.insert(stream.line());
        })
        .h1(map_config(app, |()| AppConfig::default()));
    fn_service(move |stream: TcpStream| {
        let peer = stream.peer_addr().ok();
        let (socket, tls) = (Socket::new(stream, &crowd), tls.clone());
        async move { Ok((open(socket, tls).await.map_err(DispatchError::Io)?, peer)) }
    })
    .and_then(http)
}

/// The connection, once it is encrypted where it is to be.
async fn open(socket: Socket, tls: Option<Tls>) -> io::Result<Stream> {
    let Some(tls) = tls else { return Ok(Stream::Plain(socket)) };
    if !socket.speaks_tls().await? {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Stream::Tls(Box::new(tls.accept(socket).await?)))
}
