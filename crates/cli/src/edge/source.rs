//! Where a request comes from: found out once, for everybody behind.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{FORWARDED, HeaderValue, X_FORWARDED_FOR};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use weir_domain::{Networks, Source};

/// Notes where a request comes from, as far as `proxies` are believed.
pub(crate) async fn sourced(
    proxies: Arc<Networks>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(peer) = request.peer_addr() {
        let headers = request.headers();
        let lines = headers.get_all(X_FORWARDED_FOR).map(HeaderValue::as_bytes);
        let otherwise = headers.contains_key(FORWARDED);
        let source = Source::behind(peer.ip(), &proxies, lines, otherwise);
        request.extensions_mut().insert(source);
    }
    next.call(request).await
}
