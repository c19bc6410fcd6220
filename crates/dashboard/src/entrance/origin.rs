//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};

use super::Entrance;

/// What a proxy adds. Whoever comes through one may sit anywhere.
const FORWARDED: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Whether whoever asks sits at this very machine, as far as can be known: nobody else can reach the
/// listener, no proxy stands between, and the name in the address is this machine's own, so that no
/// page of elsewhere had it pointed here.
pub(super) fn is_this_machine(entrance: &Entrance, request: &ServiceRequest) -> bool {
    let headers = request.headers();
    entrance.listener_is_loopback
        && entrance.public_url.is_none()
        && request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && host(headers).is_some_and(names_this_machine)
        && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// Whether the browser says that a page of another site sent this. A program says nothing.
pub(super) fn is_other_site(entrance: &Entrance, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    // Browsers leave the above out where a page is neither of HTTPS nor of this machine.
    let Some(origin) = text(ORIGIN.as_str()) else { return false };
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    let public = entrance.public_url.as_deref().and_then(authority_of);
    Some(authority) != host(headers) && Some(authority) != public
}

/// Whether the browser reaches us over HTTPS, which a proxy ends.
pub(crate) fn is_secure(entrance: &Entrance, headers: &HeaderMap) -> bool {
    let public = entrance.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let forwarded = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    public || forwarded
}

/// Whose failures are counted together. A proxy on this machine says who asked it; what others say
/// of themselves is not believed.
pub(crate) fn client_address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if !peer.to_canonical().is_loopback() {
        return peer;
    }
    // The last one is the nearest proxy's own word.
    let forwarded = request.headers().get_all("x-forwarded-for").last();
    let last =
        forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.unwrap_or(peer)
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(HOST).and_then(|host| host.to_str().ok())
}

/// `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port.
fn names_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => return rest.split(']').next() == Some("::1"),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// `host:port` of an address.
fn authority_of(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#']).next()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{client_address, names_this_machine};

    #[test]
    fn only_this_machines_own_names_are_its_own() {
        for host in
            ["localhost", "LocalHost:8080", "127.0.0.1:80", "127.8.9.1", "[::1]", "[::1]:8080"]
        {
            assert!(names_this_machine(host), "{host}");
        }
        for host in [
            "",
            "weir.test",
            "localhost.evil.test",
            "127.0.0.1.evil.test",
            "10.0.0.1",
            "[::2]",
            "0.0.0.0",
            "128.0.0.1:80",
        ] {
            assert!(!names_this_machine(host), "{host}");
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let check = |peer: &str, forwarded: &str, want: &str| {
            let request = TestRequest::get()
                .peer_addr(peer.parse().unwrap())
                .insert_header(("x-forwarded-for", forwarded));
            assert_eq!(client_address(&request.to_http_request()).to_string(), want);
        };
        check("127.0.0.1:9", "6.6.6.6, 192.0.2.7", "192.0.2.7");
        check("127.0.0.1:9", "nonsense", "127.0.0.1");
        check("192.0.2.1:9", "6.6.6.6", "192.0.2.1");
    }
}
