//! The page before the first delivery: how to make one arrive.

use maud::{Markup, html};

const EVENT: &str = r#"{"id": "f04bdb47-d3be-4b28-b028-a652feb060b5",
 "attemptId": "e30122d1-740b-4764-853f-470374a7abf4",
 "feature": "selfid", "code": 7001, "action": "started"}"#;

/// What to tell Veriff's portal, and how to try the endpoint without it.
pub(super) fn start(endpoint_url: &str) -> Markup {
    html! {
        section.start {
            h1 { "No deliveries yet" }
            p { "Weir waits for event webhooks at" }
            p { code.address { (endpoint_url) } }
            p { "This page fills by itself when the first one arrives." }
        }
        section.start {
            h2 { "Point Veriff at it" }
            ol {
                li {
                    "In the Veriff Customer Portal open " b { "Integrations" }
                    ", your integration, " b { "Settings" } ", and paste the address into " b { "Webhook events URL" } ". "
                    "It must be reachable from outside over HTTPS."
                }
                li {
                    "Put the integration's API key and a file with its shared secret into "
                    code { "weir.toml" } " and start Weir again:"
                    pre tabindex="0" { (config()) }
                }
                li {
                    "7001 and 7002 arrive at once. The events that name a screen (7007 to 7011) "
                    "come from the web flow only: ask your Veriff solutions engineer to switch "
                    "them on."
                }
            }
        }
        section.start {
            h2 { "Or try it from a shell" }
            p { "A signed test event, answered with 200 when it is on disk:" }
            pre tabindex="0" { (shell(endpoint_url)) }
        }
    }
}

fn config() -> &'static str {
    "[[integration]]\nname = \"main\"\napi_key = \"YOUR-API-KEY\"\n\
     secret_files = [\"/run/secrets/veriff-main\"]"
}

fn shell(endpoint_url: &str) -> String {
    format!(
        "printf '%s' '{EVENT}' > event.json\n\
         curl -i '{endpoint_url}' \\\n\
         \x20 -H 'content-type: application/json' \\\n\
         \x20 -H 'x-auth-client: YOUR-API-KEY' \\\n\
         \x20 -H \"x-hmac-signature: $(weir sign --secret-file /run/secrets/veriff-main event.json)\" \\\n\
         \x20 --data-binary @event.json"
    )
}
