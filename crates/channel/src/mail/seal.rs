//! How a connection is encrypted, and whose certificates are believed.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use url::Host;

use crate::SettingsError;
use crate::http::{ca_file, no_certificate};

/// Encrypts connections to one host, which must show a certificate for its name or address.
#[derive(Clone)]
pub(super) struct Seal {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Seal {
    /// Believes the certificates in `file`, or the public ones where there is none.
    pub(super) fn new(
        host: &Host<String>,
        file: Option<&Path>,
        base: &Path,
    ) -> Result<Seal, SettingsError> {
        let wrong = |error: rustls::Error| {
            SettingsError::new(format!("`channels.mail` cannot be encrypted: {error}"))
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(wrong)?
            .with_root_certificates(roots(file, base)?)
            .with_no_client_auth();
        Ok(Seal { config: Arc::new(config), name: name(host)? })
    }

    /// The client's side of a conversation.
    pub(super) fn client(&self) -> Result<ClientConnection, rustls::Error> {
        ClientConnection::new(Arc::clone(&self.config), self.name.clone())
    }
}

fn name(host: &Host<String>) -> Result<ServerName<'static>, SettingsError> {
    match host {
        Host::Ipv4(ip) => Ok(ServerName::from(IpAddr::from(*ip))),
        Host::Ipv6(ip) => Ok(ServerName::from(IpAddr::from(*ip))),
        // A dot at its end says that it is whole, and stands in no certificate.
        Host::Domain(name) => {
            ServerName::try_from(name.trim_end_matches('.').to_owned()).map_err(|_| {
                SettingsError::new(format!(
                    "`channels.mail.host` is `{name}`, which no certificate can be for; write the \
                     name that stands in the server's"
                ))
            })
        }
    }
}

fn roots(file: Option<&Path>, base: &Path) -> Result<RootCertStore, SettingsError> {
    let Some(file) = file else {
        return Ok(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect());
    };
    let none = || no_certificate(file, base);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&ca_file(file, base)?) {
        roots.add(certificate.map_err(|_| none())?).map_err(|_| none())?;
    }
    if roots.is_empty() { Err(none()) } else { Ok(roots) }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({:?})", self.name)
    }
}
