//! `POST /webhooks/veriff`, which `ingest` mounts: described here, with the rest of the API.

/// Where the provider posts its events.
///
/// The body's raw bytes are signed; what they say is judged after the answer. Anything but 200
/// makes the provider send again.
#[utoipa::path(
    post,
    path = "/webhooks/veriff",
    tag = "deliveries",
    params(
        ("x-auth-client" = String, Header, description = "The integration's API key"),
        ("x-hmac-signature" = String, Header,
            description = "HMAC-SHA256 of the body with one of the integration's secrets, in hex"),
    ),
    request_body(content = Object, content_type = "application/json",
        description = "An event, up to 64 KiB by default, without Content-Encoding"),
    responses(
        (status = 200, description = "It is on the disk", body = String, content_type = "text/plain"),
        (status = 400, description = "The body broke off"),
        (status = 401, description = "Not signed by a known client, for whatever reason"),
        (status = 405, description = "Not a POST"),
        (status = 408, description = "The body did not arrive in time"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body has a Content-Encoding"),
        (status = 503, description = "The log cannot take it in time",
            headers(("retry-after" = u32, description = "Seconds"))),
    )
)]
#[expect(dead_code)] // described here, made there
pub(super) fn webhook() {}
