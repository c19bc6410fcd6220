//! Which provider, and whom of those that it knows we let in.

use openidconnect::url::{Host, Url};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};
use weir_access::Role;

/// Where the provider sends people back to.
const CALLBACK: &str = "/sign-in/oidc/callback";

/// As configured.
pub struct OidcSettings {
    /// The provider's address, letter for letter as it says it.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What only it and we know.
    pub client_secret: String,
    /// What people call it.
    pub name: String,
    /// Whose mail addresses may come in.
    pub email_domains: Vec<String>,
    /// What they may do who come for the first time.
    pub role: Role,
    /// The address that browsers reach us at.
    pub public_url: String,
}

/// The same, found to be fine.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    pub(super) client_secret: ClientSecret,
    pub(super) redirect: RedirectUrl,
    pub(super) name: String,
    pub(super) domains: Vec<String>,
    pub(super) role: Role,
}

/// What is wrong with it, by the key in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcSettingsError {
    /// No address.
    #[error(
        "dashboard.oidc.issuer is `{0}`, which is no address; write the provider's, such as https://login.example.com"
    )]
    Issuer(String),
    /// Everybody on the way could say who somebody is.
    #[error(
        "dashboard.oidc.issuer is `{0}`: it must be an https:// address, unless the provider is on this machine"
    )]
    IssuerPlain(String),
    /// Nobody to send back to.
    #[error(
        "dashboard.oidc needs server.public_url, an http:// or https:// address, for the provider to send people back to"
    )]
    PublicUrl,
    /// Everybody whom the provider knows, which may be everybody.
    #[error(
        "dashboard.oidc.email_domains must name whose mail addresses are let in, such as [\"example.com\"]"
    )]
    Domains,
    /// Nothing.
    #[error("dashboard.oidc.{0} must not be empty")]
    Empty(&'static str),
}

impl OidcSettings {
    pub(super) fn checked(self) -> Result<Checked, OidcSettingsError> {
        let issuer = IssuerUrl::new(self.issuer.clone())
            .map_err(|_| OidcSettingsError::Issuer(self.issuer.clone()))?;
        if !(issuer.url().scheme() == "https" || is_plain_and_near(issuer.url())) {
            return Err(OidcSettingsError::IssuerPlain(self.issuer));
        }
        let redirect = format!("{}{CALLBACK}", self.public_url.trim_end_matches('/'));
        let redirect = RedirectUrl::new(redirect).map_err(|_| OidcSettingsError::PublicUrl)?;
        if !matches!(redirect.url().scheme(), "http" | "https") {
            return Err(OidcSettingsError::PublicUrl);
        }
        let named = |domain: &String| domain.contains('.') && !domain.contains('@');
        if self.email_domains.is_empty() || !self.email_domains.iter().all(named) {
            return Err(OidcSettingsError::Domains);
        }
        let must = [
            ("client_id", &self.client_id),
            ("client_secret_file", &self.client_secret),
            ("name", &self.name),
        ];
        if let Some((key, _)) = must.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(OidcSettingsError::Empty(key));
        }
        Ok(Checked {
            issuer,
            client_id: ClientId::new(self.client_id),
            client_secret: ClientSecret::new(self.client_secret),
            redirect,
            name: self.name,
            domains: self.email_domains,
            role: self.role,
        })
    }
}

/// Whether nobody else can listen to what is said to the provider.
fn is_plain_and_near(url: &Url) -> bool {
    let near = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && near
}

#[cfg(test)]
mod tests {
    use weir_access::Role;

    use super::OidcSettings;

    #[track_caller]
    fn check(change: impl FnOnce(&mut OidcSettings), want: &str) {
        let mut settings = OidcSettings {
            issuer: "https://login.example.com".to_owned(),
            client_id: "weir".to_owned(),
            client_secret: "s".to_owned(),
            name: "Example".to_owned(),
            email_domains: vec!["example.com".to_owned()],
            role: Role::Viewer,
            public_url: "https://weir.example.com/".to_owned(),
        };
        change(&mut settings);
        let got = match settings.checked() {
            Ok(checked) => checked.redirect.to_string(),
            Err(error) => error.to_string(),
        };
        assert!(got.contains(want), "{got}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let fine = "https://weir.example.com/sign-in/oidc/callback";
        check(|_| (), fine);
        for near in ["http://localhost:9", "http://127.0.0.1:9/realm", "http://[::1]"] {
            check(|settings| settings.issuer = near.to_owned(), fine);
        }
        for far in ["http://login.example.com", "http://localhost.evil.test", "ftp://localhost"] {
            check(|settings| settings.issuer = far.to_owned(), "must be an https:// address");
        }
        check(|settings| settings.issuer = "login".to_owned(), "which is no address");
        check(|settings| settings.public_url = "weir.example.com".to_owned(), "server.public_url");
        check(|settings| settings.public_url = "ftp://weir.test".to_owned(), "server.public_url");
        check(|settings| settings.email_domains.clear(), "email_domains must name");
        for odd in ["", "com", "@example.com"] {
            check(|settings| settings.email_domains.push(odd.to_owned()), "email_domains must");
        }
        check(|settings| settings.client_secret.clear(), "client_secret_file must not be empty");
    }
}
