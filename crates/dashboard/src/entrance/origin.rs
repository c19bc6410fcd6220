//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::{HttpMessage, HttpRequest};
use weir_domain::Source;

use super::Entrance;

/// What a proxy adds. Whoever comes through one may sit anywhere.
const FORWARDED: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Whether whoever asks sits at this very machine, as far as can be known: nobody else can reach the
/// listener, no proxy stands between, and the name in the address is this machine's own, so that no
/// page of elsewhere had it pointed here.
pub(super) fn is_this_machine(entrance: &Entrance, request: &ServiceRequest) -> bool {
    let headers = request.headers();
    let source = source_of(request, request.peer_addr());
    entrance.listener_is_loopback
        && entrance.public_url.is_none()
        && source.address.is_loopback()
        && !source.by_proxy
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

/// Whether the browser reaches us over HTTPS, which we or a proxy end.
pub(crate) fn is_secure(entrance: &Entrance, headers: &HeaderMap) -> bool {
    let public = entrance.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let forwarded = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    entrance.tls || public || forwarded
}

/// Where a request comes from: as was found out before it came to us, else whoever connected.
pub(crate) fn source_of(request: &impl HttpMessage, peer: Option<SocketAddr>) -> Source {
    let found = request.extensions().get::<Source>().copied();
    let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    found.unwrap_or_else(|| Source::peer(peer.map_or(nobody, |peer| peer.ip())))
}

/// Whose failures are counted together.
pub(crate) fn client_address(request: &HttpRequest) -> IpAddr {
    source_of(request, request.peer_addr()).address
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
    use super::names_this_machine;

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
}
