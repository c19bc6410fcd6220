//! Posts signed deliveries, as the provider does.

use std::time::Duration;

use ureq::Agent;

use crate::commands::sign::signature;
use crate::failure::Outcome;

/// The provider gives up after about this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// One of the provider's integrations, from the provider's side.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// Where it posts.
    pub url: String,
    /// What `x-auth-client` says.
    pub api_key: String,
    /// The shared secret.
    pub secret: Vec<u8>,
}

/// A connection that stays open between posts.
pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into()
}

impl Sender {
    /// Posts a body with its signature, or with a wrong one, and gives the answer's status; none
    /// where there was no answer.
    pub(crate) fn post(
        &self,
        agent: &Agent,
        body: &[u8],
        well_signed: bool,
    ) -> Outcome<Option<u16>> {
        let signed = signature(&self.secret, if well_signed { body } else { b"something else" })?;
        let answer = agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("user-agent", concat!("weir-simulate/", env!("CARGO_PKG_VERSION")))
            .header("x-auth-client", &self.api_key)
            .header("x-hmac-signature", &signed)
            .send(body);
        Ok(answer.ok().map(|mut answer| {
            let status = answer.status().as_u16();
            // Reading the answer to its end lets the connection be used again.
            let _ = answer.body_mut().read_to_vec();
            status
        }))
    }
}
