//! Certificates that are made for a test, by an authority of its own.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Who signs.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A server's certificate, with its key.
pub(crate) struct Certificate {
    pub(crate) pem: String,
    pub(crate) key_pem: String,
    der: CertificateDer<'static>,
    key_der: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let key = KeyPair::generate().expect("a key can be made");
        let mut params = CertificateParams::new([]).expect("no names are names");
        // Each has a name of its own, or one would be taken for another that signs wrongly.
        let name = hex::encode(&key.public_key_raw()[1..9]);
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = params.self_signed(&key).expect("it signs itself");
        Authority { pem: own.pem(), issuer: Issuer::new(params, key) }
    }

    /// Its own certificate: what `ca_file` holds.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for this name or address.
    pub(crate) fn certificate(&self, name: &str) -> Certificate {
        self.signed(name, 2099)
    }

    /// One that was good only up to some years ago.
    pub(crate) fn expired(&self, name: &str) -> Certificate {
        self.signed(name, 2020)
    }

    fn signed(&self, name: &str, last_year: i32) -> Certificate {
        let key = KeyPair::generate().expect("a key can be made");
        let mut params =
            CertificateParams::new([name.to_owned()]).expect("it is a name or an address");
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs");
        Certificate::new(&certificate, &key)
    }
}

impl Certificate {
    /// One that a server signed itself.
    pub(crate) fn of_itself(name: &str) -> Certificate {
        Certificate::signed_by_itself(name, IsCa::NoCa)
    }

    /// The same, that says it may sign others, too: what `openssl req -x509` makes.
    pub(crate) fn of_an_authority(name: &str) -> Certificate {
        Certificate::signed_by_itself(name, IsCa::Ca(BasicConstraints::Unconstrained))
    }

    fn signed_by_itself(name: &str, is_ca: IsCa) -> Certificate {
        let key = KeyPair::generate().expect("a key can be made");
        let mut params = CertificateParams::new([name.to_owned()]).expect("it is a name");
        params.is_ca = is_ca;
        let certificate = params.self_signed(&key).expect("it signs itself");
        Certificate::new(&certificate, &key)
    }

    fn new(certificate: &rcgen::Certificate, key: &KeyPair) -> Certificate {
        Certificate {
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            der: certificate.der().clone(),
            key_der: key.serialize_der(),
        }
    }

    /// How a server shows it.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key_der.clone()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks the usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], key)
            .expect("the key is that of the certificate");
        Arc::new(config)
    }
}
