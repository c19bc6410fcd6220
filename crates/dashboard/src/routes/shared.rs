//! `GET /s/{token}`: what a link shows, to whoever has it; the same to stand in a frame, and as one
//! chart.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_access::Share;
use weir_report::Zone;
use weir_report::render::{Embedded, EmbeddedChart};

use super::missing::missing;
use super::views::zone;
use crate::analysis::local;
use crate::kept::analysis;
use crate::page::{Page, SharedPage, in_words};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::{State, answer};

/// What a page of this may do, whose frame may stand in any other: show itself.
const FRAME_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors *";

/// A copy of a chart is as old as this at most: so long a revoked link may still show in a browser
/// that has shown it before.
const CHART_KEPT: &str = "private, max-age=60";

/// What a chart takes.
const CHART: [&str; 3] = ["width", "theme", "chart"];
const WIDTH_DEFAULT_PX: u16 = 800;

/// The page.
pub(crate) async fn page(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let Some(share) = opened(&request, &state).await? else { return Ok(missing(request).await) };
    let (status, markup) = blocking(move || Ok(shown(&state, &share))).await?;
    Ok(unlisted(answer::html(status, markup)))
}

/// The page, to stand in a frame of any other.
pub(crate) async fn embed(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let mut response = page(request, state).await?;
    if response.status() != StatusCode::NOT_FOUND {
        answer::set_policy(&mut response, FRAME_POLICY);
    }
    Ok(response)
}

/// One chart as SVG.
pub(crate) async fn chart_svg(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    chart(request, state, "image/svg+xml", |chart, report| {
        chart.svg(report).map(String::into_bytes)
    })
    .await
}

/// One chart as PNG.
pub(crate) async fn chart_png(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    chart(request, state, "image/png", |chart, report| chart.png(report)).await
}

type Draw = fn(Embedded, &weir_report::Report) -> Result<Vec<u8>, weir_report::render::RenderError>;

async fn chart(
    request: HttpRequest,
    state: web::Data<State>,
    kind: &'static str,
    draw: Draw,
) -> Result<HttpResponse, Problem> {
    let Some(share) = opened(&request, &state).await? else { return Ok(missing(request).await) };
    let parameters = Parameters::only(request.query_string(), &CHART)?;
    let body = blocking(move || {
        let analysis = analysis(&share.page)?;
        let embedded = embedded(&parameters, analysis.page)?;
        let asked = Parameters::question(&share.query, analysis.own)?.asked;
        let report = state.report(&state.question(&asked)?)?;
        draw(embedded, &report).map_err(|error| Problem::internal(&error))
    });
    let mut response = answer::document(kind, body.await?);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(CHART_KEPT));
    // Any page may show it as an image; the link in that page is what opens it.
    put(headers, "cross-origin-resource-policy", "cross-origin");
    Ok(unlisted(response))
}

/// What the link in the address opens now. Wrong, ended and revoked are told apart by nobody.
async fn opened(request: &HttpRequest, state: &web::Data<State>) -> Result<Option<Share>, Problem> {
    let token = request.match_info().get("token").unwrap_or_default().to_owned();
    let state = state.clone();
    blocking(move || Ok(state.views().open_share(&token, state.clock.now())?)).await
}

fn shown(state: &State, share: &Share) -> (StatusCode, Markup) {
    let zone = zone(state);
    let at = |at, zone: &Zone| local(at, zone).unwrap_or_default();
    let shown =
        analysis(&share.page).and_then(|page| Ok((page.page, page.shown(state, &share.query)?)));
    let until = at(share.expires_at, &zone);
    match shown {
        Ok((page, shown)) => {
            let words = in_words(&shown.form, &state.catalogue());
            let as_of = at(shown.query.as_of, &shown.query.zone);
            let shared = SharedPage {
                share,
                page,
                words: &words,
                body: Ok(&shown.body),
                as_of: &as_of,
                until: &until,
                demo: state.demo,
            };
            (StatusCode::OK, shared.page())
        }
        Err(problem) => {
            let shared = SharedPage {
                share,
                page: Page::named(&share.page).unwrap_or(Page::Overview),
                words: &Markup::default(),
                body: Err(&problem.to_string()),
                as_of: &at(state.clock.now(), &zone),
                until: &until,
                demo: state.demo,
            };
            (actix_web::ResponseError::status_code(&problem), shared.page())
        }
    }
}

fn embedded(parameters: &Parameters, page: Page) -> Result<Embedded, Problem> {
    let width_px = match parameters.own("width") {
        None => WIDTH_DEFAULT_PX,
        Some(text) => {
            let width = text.parse().ok().filter(|width| Embedded::WIDTHS.contains(width));
            width.ok_or_else(|| {
                let (least, most) = (Embedded::WIDTHS.start(), Embedded::WIDTHS.end());
                let detail =
                    format!("`width` is `{}`: it must be from {least} to {most}", echo(text));
                Problem::parameter("width", detail)
            })?
        }
    };
    let dark = match parameters.own("theme") {
        None | Some("light") => false,
        Some("dark") => true,
        Some(other) => {
            let detail = format!("`theme` is `{}`: it must be one of light, dark", echo(other));
            return Err(Problem::parameter("theme", detail));
        }
    };
    let chart = match parameters.own("chart") {
        Some(text) => text.parse().map_err(|()| {
            let detail = format!("`chart` is `{}`: it must be one of trend, screens", echo(text));
            Problem::parameter("chart", detail)
        })?,
        None => match page {
            Page::Funnel | Page::Screens | Page::Reasons | Page::Matrix => EmbeddedChart::Screens,
            _ => EmbeddedChart::Trend,
        },
    };
    Ok(Embedded { chart, width_px, dark })
}

/// No search engine keeps what a link shows.
fn unlisted(mut response: HttpResponse) -> HttpResponse {
    if response.status() != StatusCode::NOT_FOUND {
        put(response.headers_mut(), "x-robots-tag", "noindex, nofollow");
        // The address is what opens it: it is told to nobody, not even to ourselves.
        put(response.headers_mut(), "referrer-policy", "no-referrer");
    }
    response
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use actix_web::http::Method;
    use weir_access::{NewShare, ShareId};
    use weir_domain::{Clock, Timestamp};

    use crate::fixture::{Answer, Fixture, LOG, NOW, delivery, event};
    use crate::page::Page;
    use crate::routes::{ANALYSES, Needs, ROUTES, Takes};

    const DAY_US: i64 = 86_400_000_000;

    /// A clock that is moved by hand.
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::Relaxed))
        }
    }

    impl Hand {
        fn move_by(&self, us: i64) {
            self.0.fetch_add(us, Ordering::Relaxed);
        }
    }

    fn with_a_hand() -> (Fixture, Arc<Hand>) {
        let hand = Arc::new(Hand(AtomicI64::new(now().as_micros())));
        let log = crate::fixture::deliveries(LOG);
        let clock = Arc::clone(&hand);
        (Fixture::with(log, |state| state.clock = clock), hand)
    }

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    /// A link to a page with filters, good for a week.
    fn link(fixture: &Fixture, page: &str, query: &str) -> String {
        let new = NewShare {
            title: "Weekly",
            page,
            query,
            view: None,
            maker: None,
            expires_at: now().plus_us(7 * DAY_US),
        };
        let (_, secret) = fixture.state().views().add_share(new, now()).unwrap();
        format!("/s/{}", secret.reveal())
    }

    /// Every page that a link can show, with as much on it as the log gives.
    #[actix_web::test]
    async fn a_link_shows_the_numbers_of_its_page_and_leads_nowhere() {
        let fixture = Fixture::of(LOG);
        for analysis in ANALYSES.iter().filter(|analysis| analysis.page.can_be_shared()) {
            let path = link(&fixture, analysis.page.name(), "from=-30d");
            let got = fixture.get(&path).await;
            assert_eq!(got.status, 200, "{path} {}", got.body);
            let own = fixture.get(&format!("{}?from=-30d", analysis.page.path())).await.body;
            let h1 = |body: &str| {
                let start = body.find("<h1").unwrap();
                let html = &body[start..start + body[start..].find("</h1>").unwrap()];
                html.split('<')
                    .filter_map(|part| part.split_once('>'))
                    .map(|(_, text)| text)
                    .collect::<String>()
            };
            assert_eq!(h1(&got.body), h1(&own), "{}", analysis.page.title());
            let page = &got.body;
            for way in [
                "href=\"/s",
                "href=\"/?",
                "action=",
                "<form",
                "<script",
                "<nav",
                "data-live",
                "/api/",
                "onclick",
            ] {
                assert!(!page.contains(way), "{} has {way}", analysis.page.title());
            }
            let outside = page.split("href=\"").skip(1).filter(|href| !href.starts_with(['#']));
            let outside: Vec<_> = outside.filter(|href| !href.starts_with("/assets/")).collect();
            assert!(outside.is_empty(), "{outside:?}");
        }
    }

    #[actix_web::test]
    async fn it_is_for_nobody_else_and_no_search_engine() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get(&link(&fixture, "overview", "")).await;
        assert_eq!(got.header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(got.header("referrer-policy"), "no-referrer");
        assert_eq!(got.header("cache-control"), "no-store");
        assert!(got.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(got.body.contains("until 2026-04-07 12:00:00, UTC"));
        assert!(got.body.contains("<bdi>Weekly</bdi>") && got.body.contains("the last 30 days"));
    }

    /// The token opens what it is for, and is nothing anywhere else.
    #[actix_web::test]
    async fn a_link_opens_no_other_address() {
        let fixture = Fixture::peopled(LOG);
        let path = link(&fixture, "overview", "");
        let token = path.trim_start_matches("/s/").to_owned();
        let cookie = format!("weir={token}; __Host-weir={token}");
        let bearer = format!("Bearer {token}");
        let mut asked = 0;
        for at in ROUTES {
            for answer in at.answers.iter().filter(|answer| matches!(answer.needs, Needs::At(_))) {
                let path = at.path.replace("{id}", "1").replace("{token}", &token);
                let method = match answer.takes {
                    Takes::Get => Method::GET,
                    Takes::Post => Method::POST,
                    Takes::Delete => Method::DELETE,
                };
                for header in [("authorization", bearer.as_str()), ("cookie", cookie.as_str())] {
                    let path = format!("{path}?token={token}");
                    let got = fixture.send(method.clone(), &path, &[header]).await;
                    assert!([303, 401, 403].contains(&got.status), "{path}: {}", got.status);
                    asked += 1;
                }
            }
        }
        assert!(40 < asked);
        for path in ["/s/", &format!("{path}/sessions"), &format!("{path}/x"), &format!("/{token}")]
        {
            assert_eq!(fixture.get(path).await.status, 404, "{path}");
        }
        assert_eq!(fixture.send(Method::POST, &path, &[]).await.status, 405);
    }

    #[actix_web::test]
    async fn its_filters_are_fixed() {
        let fixture = Fixture::of(LOG);
        let path = link(&fixture, "overview", "state=camera");
        let plain = fixture.get(&path).await;
        let turned =
            fixture.get(&format!("{path}?state=consent&from=-90d&outcome=submitted")).await;
        assert_eq!((plain.status, &plain.body), (turned.status, &turned.body));
        assert!(plain.body.contains("screen <bdi>camera</bdi>"));
    }

    fn same(a: &Answer, b: &Answer) {
        assert_eq!((a.status, &a.body), (b.status, &b.body));
        for name in ["content-type", "cache-control", "content-security-policy", "x-robots-tag"] {
            assert_eq!(a.header(name), b.header(name), "{name}");
        }
    }

    #[actix_web::test]
    async fn wrong_revoked_and_ended_are_one_and_the_same_answer_at_once() {
        let (fixture, hand) = with_a_hand();
        let (one, other) = (link(&fixture, "overview", ""), link(&fixture, "screens", ""));
        let views = ["", "/embed", "/chart.svg", "/chart.png"];
        let wrong = fixture.get(&format!("/s/{}", "0".repeat(64))).await;
        assert_eq!(wrong.status, 404);
        for view in views {
            assert_eq!(fixture.get(&format!("{one}{view}")).await.status, 200, "{view}");
        }
        fixture.state().views().revoke_share(ShareId::new(1), now()).unwrap();
        for view in views {
            same(&fixture.get(&format!("{one}{view}")).await, &wrong);
            assert_eq!(fixture.get(&format!("{other}{view}")).await.status, 200, "{view}");
        }
        hand.move_by(7 * DAY_US);
        for view in views {
            same(&fixture.get(&format!("{other}{view}?width=x")).await, &wrong);
        }
        for odd in ["%FF%00", "..%2f..%2fetc", "'%20OR%201=1--", &"a".repeat(5_000)] {
            same(&fixture.get(&format!("/s/{odd}")).await, &wrong);
        }
    }

    #[actix_web::test]
    async fn a_relative_range_moves_with_the_clock() {
        let (fixture, hand) = with_a_hand();
        let (moving, still) = (
            link(&fixture, "overview", "from=-7d"),
            link(&fixture, "overview", "from=2026-03-24&to=2026-04-01"),
        );
        let counted = async |fixture: &Fixture, path: &str| fixture.get(path).await.body;
        assert!(counted(&fixture, &moving).await.contains("0 of 1 session"));
        hand.move_by(6 * DAY_US + DAY_US / 2);
        assert!(counted(&fixture, &moving).await.contains("No sessions began in this range"));
        assert!(counted(&fixture, &still).await.contains("0 of 1 session"));
    }

    #[actix_web::test]
    async fn a_chart_is_of_the_size_and_on_the_paper_that_were_asked_for() {
        let fixture = Fixture::of(LOG);
        let path = link(&fixture, "overview", "from=-30d");
        let got =
            fixture.get(&format!("{path}/chart.svg?width=400&theme=dark&chart=screens")).await;
        assert_eq!((got.status, got.header("content-type")), (200, "image/svg+xml"));
        assert_eq!(got.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(got.header("cache-control"), "private, max-age=60");
        assert!(got.header("content-security-policy").contains("sandbox"));
        assert!(got.body.starts_with("<svg width=\"400\" ") && got.body.contains("#14171B"));
        assert!(got.body.contains("Where they leave") && !got.body.contains("<script"));
        let got = fixture.get(&format!("{path}/chart.png?width=300")).await;
        assert_eq!((got.status, got.header("content-type")), (200, "image/png"));
        for (query, name) in [
            ("width=279", "width"),
            ("width=2401", "width"),
            ("width=1e3", "width"),
            ("theme=blue", "theme"),
            ("chart=pie", "chart"),
            ("from=-1d", "from"),
        ] {
            for file in ["svg", "png"] {
                let got = fixture.json(&format!("{path}/chart.{file}?{query}"), 400).await;
                assert_eq!(got["parameter"], name);
            }
        }
    }

    #[actix_web::test]
    async fn a_frame_may_stand_anywhere_and_do_nothing() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get(&format!("{}/embed", link(&fixture, "screens", ""))).await;
        assert_eq!(got.status, 200);
        let policy = got.header("content-security-policy");
        assert!(policy.contains("frame-ancestors *") && policy.contains("form-action 'none'"));
        assert!(!policy.contains("script-src"), "nothing is a script's source but nothing");
    }

    #[actix_web::test]
    async fn names_from_outside_do_no_harm() {
        let hostile = "<script>alert(1)</script>\" onload=\"x\u{202e}";
        let log =
            vec![delivery("30T09:00", "main", event("1", 7010, Some(hostile), Some(hostile)))];
        let fixture = Fixture::with(log, |_| ());
        for page in Page::ANALYSES.into_iter().filter(|page| page.can_be_shared()) {
            if ANALYSES.iter().all(|analysis| analysis.page != page) {
                continue;
            }
            let path = link(&fixture, page.name(), "");
            for path in [path.clone(), format!("{path}/chart.svg?chart=screens")] {
                let body = fixture.get(&path).await.body;
                assert!(
                    !body.contains("<script") && !body.contains("\" onload="),
                    "{}",
                    page.title()
                );
            }
        }
    }
}
