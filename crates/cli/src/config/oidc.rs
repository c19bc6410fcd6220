//! `[dashboard.oidc]`: the identity provider by which people sign in.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use weir_access::Role;
use weir_dashboard::{Oidc, OidcSettings};

use super::{Config, secrets};
use crate::failure::{Failure, Outcome};

/// The identity provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OidcConfig {
    /// Its address.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// The file with what only it and we know.
    pub client_secret_file: PathBuf,
    /// What people call it.
    #[serde(default = "name")]
    pub name: String,
    /// Whose mail addresses may come in.
    pub email_domains: Vec<String>,
    /// What they may do who come for the first time.
    #[serde(default = "role")]
    pub role: String,
}

fn name() -> String {
    "OpenID Connect".to_owned()
}

fn role() -> String {
    Role::Viewer.to_string()
}

impl Config {
    /// The identity provider, if there is one.
    pub(crate) fn oidc(&self) -> Outcome<Option<Oidc>> {
        let Some(config) = &self.dashboard.oidc else { return Ok(None) };
        let settings = config.settings(self.server.public_url.as_deref(), &self.base)?;
        let wrong = |error| Failure::call(format!("the configuration is wrong: {error}"));
        Oidc::new(settings).map(Some).map_err(wrong)
    }
}

impl OidcConfig {
    fn settings(&self, public_url: Option<&str>, base: &Path) -> Outcome<OidcSettings> {
        let role = self.role.parse().map_err(|()| {
            let roles = Role::ALL.map(Role::name).join(", ");
            Failure::call(format!(
                "the configuration is wrong: dashboard.oidc.role is `{}`; it must be one of {roles}",
                self.role
            ))
        })?;
        let path = base.join(&self.client_secret_file);
        let secret = secrets::private_file(&path, "dashboard.oidc.client_secret_file")?;
        let client_secret = String::from_utf8(secret.to_vec()).map_err(|_| {
            Failure::call(format!("the secret file {} is no UTF-8 text", path.display()))
        })?;
        Ok(OidcSettings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret,
            name: self.name.clone(),
            email_domains: self.email_domains.clone(),
            role,
            public_url: public_url.unwrap_or_default().to_owned(),
        })
    }
}
