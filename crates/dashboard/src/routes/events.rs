//! `GET /events`: says that there are new numbers, as server-sent events. What they are is asked of
//! the page itself.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};
use weir_domain::Seq;

use crate::State;
use crate::problem::Problem;

/// At most one event in this time, however fast deliveries come.
const EVERY: Duration = Duration::from_secs(1);

/// A proxy that sees nothing for a minute takes a connection for dead.
const HEARTBEAT_TICKS: u32 = 15;

/// When a browser comes again that has lost the stream.
const RETRY_MS: u32 = 5_000;

/// The stream.
#[utoipa::path(
    get,
    path = "/events",
    tag = "process",
    responses(
        (status = 200, description = "An event `position` whenever more deliveries are counted, at \
            most one a second: `{\"position\": 12345}`. The first comes at once",
            body = String, content_type = "text/event-stream"),
        (status = 503, description = "Too many streams are open; Retry-After says when to ask again",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn events(
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::build(StatusCode::OK);
    headers(&mut response);
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let following = Following::begin(state).ok_or(Problem::TooManyStreams)?;
    let told = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((Ok::<_, Infallible>(text), following))
    });
    Ok(response.streaming(told))
}

fn headers(response: &mut HttpResponseBuilder) {
    for (name, value) in [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        // Compression would hold events back.
        (CONTENT_ENCODING, "identity"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // So would a buffering proxy.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ] {
        response.insert_header((name, HeaderValue::from_static(value)));
    }
}

/// One open stream.
struct Following {
    state: Data<State>,
    over: watch::Receiver<bool>,
    clock: Interval,
    /// What was last told; none before the first event.
    told: Option<Seq>,
    silent_ticks: u32,
}

impl Following {
    fn begin(state: Data<State>) -> Option<Following> {
        let over = state.streams.take()?;
        let mut clock = interval(EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Some(Following { state, over, clock, told: None, silent_ticks: 0 })
    }

    /// What to say next; none when all is over.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            tokio::select! {
                biased;
                // The sender lives as long as the state that we hold.
                _ = self.over.wait_for(|over| *over) => return None,
                _ = self.clock.tick() => {}
            }
            if let Some(text) = self.tick() {
                return Some(Bytes::from(text));
            }
        }
    }

    fn tick(&mut self) -> Option<String> {
        let position = self.state.live.position();
        let event = format!("event: position\ndata: {{\"position\": {position}}}\n\n");
        if self.told.is_none() {
            self.told = Some(position);
            return Some(format!("retry: {RETRY_MS}\n\n{event}"));
        }
        if self.told != Some(position) {
            (self.told, self.silent_ticks) = (Some(position), 0);
            return Some(event);
        }
        self.silent_ticks += 1;
        if self.silent_ticks < HEARTBEAT_TICKS {
            return None;
        }
        self.silent_ticks = 0;
        Some(": nothing new\n\n".to_owned())
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.state.streams.leave();
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::{Following, HEARTBEAT_TICKS};
    use crate::fixture::{Fixture, LOG, deliveries};

    #[actix_web::test]
    async fn the_position_is_told_at_once_and_whenever_it_moved() {
        let mut fixture = Fixture::of(LOG);
        let mut following = Following::begin(fixture.data()).unwrap();
        let event = |position| format!("event: position\ndata: {{\"position\": {position}}}\n\n");
        let first = following.next().await.unwrap();
        assert_eq!(first, format!("retry: 5000\n\n{}", event(10)));
        assert_eq!(following.tick(), None);
        fixture.append(&deliveries("31T09:00 9 7001\n31T09:01 9 7002"));
        assert_eq!(following.tick(), Some(event(12)));
        assert_eq!(following.tick(), None);
    }

    #[actix_web::test]
    async fn a_silent_stream_is_kept_alive() {
        let fixture = Fixture::of(LOG);
        let mut following = Following::begin(fixture.data()).unwrap();
        following.tick();
        let said: Vec<_> = (0..2 * HEARTBEAT_TICKS).filter_map(|_| following.tick()).collect();
        assert_eq!(said, [": nothing new\n\n"; 2]);
    }

    #[actix_web::test]
    async fn a_stream_ends_with_the_server() {
        let fixture = Fixture::of(LOG);
        fixture.state().streams.close();
        let got = fixture.get("/events").await;
        assert_eq!((got.status, got.body.as_str()), (200, ""));
    }

    #[actix_web::test]
    async fn it_is_neither_stored_nor_compressed_nor_held_back() {
        let fixture = Fixture::of(LOG);
        fixture.state().streams.close();
        let got = fixture.send(Method::GET, "/events", &[("accept-encoding", "gzip")]).await;
        assert_eq!(got.header("content-type"), "text/event-stream");
        assert_eq!(got.header("content-encoding"), "identity");
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.header("x-accel-buffering"), "no");
        assert_eq!(fixture.send(Method::HEAD, "/events", &[]).await.status, 200);
    }

    #[actix_web::test]
    async fn one_too_many_is_asked_to_come_again() {
        let fixture = Fixture::of(LOG);
        let mut open = Vec::new();
        while let Some(following) = Following::begin(fixture.data()) {
            open.push(following);
        }
        let got = fixture.get("/events").await;
        assert_eq!((got.status, got.header("retry-after")), (503, "5"));
        assert!(got.body.contains("too many windows"), "{}", got.body);
        open.pop();
        fixture.state().streams.close();
        assert_eq!(fixture.get("/events").await.status, 200);
    }
}
