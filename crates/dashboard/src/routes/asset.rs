//! `GET /assets/{file}`: the files that a page asks for.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, ETAG, EntityTag, HeaderMap, HeaderValue, IfNoneMatch,
};
use actix_web::web::{Header, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::missing::missing;
use crate::{answer, assets};

/// An address that changes with the content: its content never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Any other address: ask whether it is still the same.
const ASK_FIRST: &str = "no-cache";

/// The file, or that the browser has it already.
pub(crate) async fn asset(
    request: HttpRequest,
    file: Path<String>,
    known: Option<Header<IfNoneMatch>>,
) -> HttpResponse {
    let Some((kind, bytes)) = assets::get(&file) else { return missing(request).await };
    let href = assets::href(&file);
    let (_, mark) = href.rsplit_once('=').unwrap_or_default();
    let tag = EntityTag::new_strong(mark.to_owned());
    let has_it = known.is_some_and(|Header(known)| match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(&tag)),
    });
    let mut response = if has_it {
        answer::bytes(StatusCode::NOT_MODIFIED, kind, "")
    } else {
        answer::bytes(StatusCode::OK, kind, bytes)
    };
    let marked = request.query_string().strip_prefix("v=") == Some(mark);
    cached(response.headers_mut(), if marked { FOR_EVER } else { ASK_FIRST }, &tag);
    response
}

fn cached(headers: &mut HeaderMap, how_long: &'static str, tag: &EntityTag) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(how_long));
    if let Ok(tag) = HeaderValue::from_str(&tag.to_string()) {
        headers.insert(ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::{ASK_FIRST, FOR_EVER};
    use crate::assets;
    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn a_file_is_kept_for_ever_at_the_address_that_pages_use() {
        let fixture = Fixture::of("");
        for file in ["weir.css", "weir.js", "weir.svg"] {
            let got = fixture.get(&assets::href(file)).await;
            assert_eq!((got.status, got.header("cache-control")), (200, FOR_EVER));
            assert_eq!(got.header("x-content-type-options"), "nosniff");
            assert_eq!(got.body.as_bytes(), assets::get(file).unwrap().1);
            let got = fixture.get(&format!("/assets/{file}?v=older")).await;
            assert_eq!((got.status, got.header("cache-control")), (200, ASK_FIRST));
        }
    }

    #[actix_web::test]
    async fn a_browser_that_has_it_is_not_sent_it_again() {
        let fixture = Fixture::of("");
        let tag = fixture.get("/assets/weir.js").await.header("etag").to_owned();
        let again = [("if-none-match", tag.as_str())];
        let got = fixture.send(Method::GET, "/assets/weir.js", &again).await;
        assert_eq!((got.status, got.body.as_str()), (304, ""));
        let other = [("if-none-match", "\"x\"")];
        assert_eq!(fixture.send(Method::GET, "/assets/weir.js", &other).await.status, 200);
    }

    #[actix_web::test]
    async fn no_other_file_is_there() {
        let fixture = Fixture::of("");
        for path in ["/assets/other.js", "/assets/..%2FCargo.toml", "/assets/"] {
            assert_eq!(fixture.get(path).await.status, 404, "{path}");
        }
    }
}
