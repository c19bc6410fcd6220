//! `GET /events`: says that there are new numbers, as server-sent events. What they are is asked of
//! the page itself.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};
use weir_domain::Seq;

use crate::entrance::Lasting;
use crate::problem::Problem;
use crate::{State, page};

/// At most one event in this time, however fast deliveries come.
const EVERY: Duration = Duration::from_secs(1);

/// A proxy that sees nothing for a minute takes a connection for dead.
const HEARTBEAT_TICKS: u32 = 15;

/// How often it is asked whether whoever looks is still let in.
const ASKED_TICKS: u32 = 15;

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
    let following = Following::begin(state.clone(), Lasting::of(&state, &request))
        .ok_or(Problem::TooManyStreams)?;
    let told = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((Ok::<_, Infallible>(text), following))
    });
    Ok(response.streaming(told))
}

fn headers(response: &mut HttpResponseBuilder) {
    for (name, value) in [
        (CONTENT_TYPE, "text/event-stream"),
        (CONTENT_SECURITY_POLICY, page::CONTENT_SECURITY_POLICY),
        (REFERRER_POLICY, "same-origin"),
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
    lasting: Lasting,
    unasked_ticks: u32,
}

impl Following {
    fn begin(state: Data<State>, lasting: Lasting) -> Option<Following> {
        let over = state.streams.take()?;
        let mut clock = interval(EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (told, silent_ticks, unasked_ticks) = (None, 0, 0);
        Some(Following { state, over, clock, told, silent_ticks, lasting, unasked_ticks })
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
            if !self.is_let_in().await {
                return None;
            }
            if let Some(text) = self.tick() {
                return Some(Bytes::from(text));
            }
        }
    }

    /// Whether whoever looks still may, as far as was asked lately.
    async fn is_let_in(&mut self) -> bool {
        self.unasked_ticks += 1;
        if self.unasked_ticks < ASKED_TICKS {
            return true;
        }
        self.unasked_ticks = 0;
        self.lasting.holds().await
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

    use actix_web::HttpMessage;
    use actix_web::test::TestRequest;

    use super::{ASKED_TICKS, Following, HEARTBEAT_TICKS};
    use crate::entrance::{By, Holder, Lasting};
    use crate::fixture::{Fixture, LOG, deliveries};

    /// A window at an open machine.
    fn begin(fixture: &Fixture) -> Option<Following> {
        let lasting = Lasting::of(&fixture.data(), &TestRequest::default().to_http_request());
        Following::begin(fixture.data(), lasting)
    }

    #[actix_web::test]
    async fn a_stream_ends_when_whoever_looks_is_let_in_no_more() {
        let fixture = Fixture::peopled(LOG);
        let olga = fixture.sign_in("Olga").await;
        fixture.bearer("Olga");
        let request = TestRequest::default().insert_header(("cookie", olga.cookie.as_str()));
        let request = request.to_http_request();
        let by = By::Session { one_time: false };
        request.extensions_mut().insert(Holder { by, ..fixture.holder("Olga") });
        let lasting = Lasting::of(&fixture.data(), &request);
        let mut following = Following::begin(fixture.data(), lasting).unwrap();
        for _ in 0..ASKED_TICKS {
            assert!(following.is_let_in().await);
        }
        let token = olga.cookie.split_once('=').unwrap().1;
        fixture.state().access.store.end_session(token).unwrap();
        for _ in 1..ASKED_TICKS {
            assert!(following.is_let_in().await);
        }
        assert!(!following.is_let_in().await);
    }

    #[actix_web::test]
    async fn the_position_is_told_at_once_and_whenever_it_moved() {
        let mut fixture = Fixture::of(LOG);
        let mut following = begin(&fixture).unwrap();
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
        let mut following = begin(&fixture).unwrap();
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
        while let Some(following) = begin(&fixture) {
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
