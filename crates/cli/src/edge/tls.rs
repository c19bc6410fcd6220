//! TLS by ourselves: a certificate and its key, read again when they change.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use weir_domain::{Clock, Timestamp};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::HEAD_TIMEOUT;
use super::socket::Socket;
use crate::clock::SystemClock;
use crate::config::secrets::private_file;
use crate::watch::Watched;

/// From then on it is said that a certificate ends.
const ENDS_SOON_DAYS: i64 = 14;
const DAY_US: i64 = 86_400_000_000;

/// Where a certificate and its key are.
#[derive(Debug, Clone)]
pub(crate) struct TlsFiles {
    /// The certificate, then those that lead to an authority.
    pub(crate) cert: PathBuf,
    /// Its private key.
    pub(crate) key: PathBuf,
}

/// A certificate with its key, and until when it is good.
#[derive(Debug)]
pub(crate) struct Pair {
    key: Arc<CertifiedKey>,
    /// The instant that it ends.
    pub(crate) ends_at: Timestamp,
    begins_at: Timestamp,
}

impl TlsFiles {
    /// Reads both, and holds them against each other.
    pub(crate) fn read(&self) -> Result<Pair, String> {
        let shown = self.cert.display();
        let wrong = |what: &str, why: &dyn std::fmt::Display| {
            format!("{shown}, which server.tls.cert_file names, {what}: {why}")
        };
        let chain = CertificateDer::pem_file_iter(&self.cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong("holds no certificates in PEM", &error))?;
        let first = chain.first().ok_or_else(|| wrong("holds no certificate", &"it is empty"))?;
        let (begins_at, ends_at) = validity(first).map_err(|error| wrong("is damaged", &error))?;
        let pem = private_file(&self.key, "server.tls.key_file")
            .map_err(|failure| failure.to_string())?;
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
            format!(
                "{}, which server.tls.key_file names, holds no private key in PEM: {error}",
                self.key.display()
            )
        })?;
        let signing = ring::sign::any_supported_type(&key)
            .map_err(|error| format!("the key {} cannot be used: {error}", self.key.display()))?;
        let key = CertifiedKey::new(chain, signing);
        match key.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(_) => {
                return Err(format!(
                    "the key {} is not that of the certificate {shown}; give both from one order",
                    self.key.display()
                ));
            }
        }
        Ok(Pair { key: Arc::new(key), ends_at, begins_at })
    }
}

fn validity(certificate: &CertificateDer<'_>) -> Result<(Timestamp, Timestamp), String> {
    let (_, read) = X509Certificate::from_der(certificate).map_err(|error| error.to_string())?;
    let at = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    let validity = read.validity();
    Ok((at(validity.not_before.timestamp()), at(validity.not_after.timestamp())))
}

impl Pair {
    /// Why a browser would refuse it now.
    pub(crate) fn refused_at(&self, now: Timestamp) -> Option<String> {
        if self.ends_at <= now {
            return Some(format!("it ended at {}", self.ends_at));
        }
        (now < self.begins_at).then(|| format!("it begins at {}", self.begins_at))
    }

    /// Whether it ends within two weeks.
    pub(crate) fn ends_soon(&self, now: Timestamp) -> bool {
        self.ends_at <= now.plus_us(ENDS_SOON_DAYS * DAY_US)
    }
}

/// The pair that is shown to whoever connects next.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Speaks TLS with whoever connects.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

/// Reads the pair again when it changes.
pub(crate) struct Renewal {
    files: TlsFiles,
    shown: Arc<Shown>,
    ends_at: Timestamp,
    refused: Option<String>,
    warned_at: Option<Timestamp>,
    stale: Gauge,
    ends: Gauge,
}

impl Tls {
    /// Speaks it with what these files hold, and with what they will.
    pub(crate) fn start(
        files: TlsFiles,
        registry: &mut Registry,
    ) -> Result<(Tls, Renewal), String> {
        let pair = files.read()?;
        let shown = Arc::new(Shown(RwLock::new(Arc::clone(&pair.key))));
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let (stale, ends) = (Gauge::default(), Gauge::default());
        registry.register(
            "weir_tls_certificate_end_timestamp_seconds",
            "When the certificate that is shown ends, in Unix time",
            ends.clone(),
        );
        registry.register(
            "weir_tls_stale",
            "1 where a changed certificate or key could not be read, so that the old ones stay",
            stale.clone(),
        );
        let ends_at = pair.ends_at;
        let mut renewal =
            Renewal { files, shown, ends_at, refused: None, warned_at: None, stale, ends };
        renewal.tell_end();
        Ok((Tls(TlsAcceptor::from(Arc::new(config))), renewal))
    }

    /// The handshake, within the time that a head has.
    pub(super) async fn accept(&self, socket: Socket) -> io::Result<TlsStream<Socket>> {
        let line = socket.line();
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let stream = timeout(HEAD_TIMEOUT, self.0.accept(socket)).await.map_err(late)??;
        line.answered(tokio::time::Instant::now());
        Ok(stream)
    }
}

impl Renewal {
    fn renew(&mut self) -> Result<bool, String> {
        let (pair, now) = (self.files.read()?, SystemClock.now());
        if let Some(why) = pair.refused_at(now)
            && now < self.ends_at
        {
            return Err(format!(
                "the certificate {} is not good: {why}",
                self.files.cert.display()
            ));
        }
        let mut shown = self.shown.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = shown.cert != pair.key.cert;
        *shown = pair.key;
        drop(shown);
        self.ends_at = pair.ends_at;
        Ok(changed)
    }

    /// Says once a day that the certificate ends, or has.
    fn tell_end(&mut self) {
        self.ends.set(self.ends_at.as_micros().div_euclid(1_000_000));
        let now = SystemClock.now();
        let soon = self.ends_at <= now.plus_us(ENDS_SOON_DAYS * DAY_US);
        let told = self.warned_at.is_some_and(|at| now.since_us(at) < DAY_US);
        if soon && !told {
            tracing::warn!(
                "the certificate {} ends at {}; put another in its place, which is read by itself",
                self.files.cert.display(),
                self.ends_at
            );
            self.warned_at = Some(now);
        }
    }
}

impl Watched for Renewal {
    fn files(&self) -> Vec<PathBuf> {
        vec![self.files.cert.clone(), self.files.key.clone()]
    }

    fn read_again(&mut self) {
        match self.renew() {
            Ok(changed) => {
                if changed || self.refused.take().is_some() {
                    tracing::info!("the certificate was read again, and ends at {}", self.ends_at);
                    self.warned_at = None;
                }
                self.refused = None;
                self.stale.set(0);
            }
            Err(why) => {
                self.stale.set(1);
                if self.refused.as_ref() != Some(&why) {
                    tracing::error!(
                        "the certificate could not be read again, and the old one stays: {why}"
                    );
                    self.refused = Some(why);
                }
            }
        }
    }

    fn look(&mut self) {
        self.tell_end();
    }
}
