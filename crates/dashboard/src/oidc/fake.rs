//! A provider on this machine, which says what a test wants it to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};

/// What it calls us.
pub(crate) const CLIENT_ID: &str = "weir";
/// What only it and we know.
pub(crate) const CLIENT_SECRET: &str = "the client's secret";

/// What it says.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// The head of the ID token.
    pub(crate) head: Value,
    /// Its claims.
    pub(crate) claims: Value,
    /// Whether the key is the one that it shows to the world.
    pub(crate) own_key: bool,
    /// What it says where it is asked who somebody is.
    pub(crate) told: Value,
    /// The status and the body of its answer to a code, in place of a token.
    pub(crate) instead: Option<(u16, String)>,
}

/// The provider. It ends when it is dropped.
pub(crate) struct Fake {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    script: Mutex<Script>,
    /// Paths, with heads and bodies, of what was asked.
    asked: Mutex<Vec<String>>,
}

impl Fake {
    pub(crate) fn start() -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let script = Script {
            head: json!({ "alg": "EdDSA", "kid": "k" }),
            claims: json!({}),
            own_key: true,
            told: json!({}),
            instead: None,
        };
        let shared = Arc::new(Shared { script: Mutex::new(script), asked: Mutex::default() });
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming() {
                    if !answer(&stream.unwrap(), &shared, &issuer(address)) {
                        return;
                    }
                }
            }
        });
        Fake { address, shared, thread: Some(thread) }
    }

    pub(crate) fn issuer(&self) -> String {
        issuer(self.address)
    }

    /// Changes what it says.
    pub(crate) fn script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.shared.script.lock().unwrap());
    }

    /// What it was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.asked.lock().unwrap())
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(self.address) {
            let _ = stream.write_all(b"GET /end HTTP/1.1\r\n\r\n");
        }
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn issuer(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// Answers one request; false to the one that ends it.
fn answer(mut stream: &TcpStream, shared: &Shared, issuer: &str) -> bool {
    let mut reader = BufReader::new(stream);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        head.push_str(&line);
        line.clear();
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
    shared.asked.lock().unwrap().push(format!("{head}\n{}", String::from_utf8(body).unwrap()));
    if path == "/end" {
        return false;
    }
    let (status, body) = said(&path, &shared.script.lock().unwrap(), issuer);
    let length = body.len();
    // Whoever asked may have hung up.
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\nlocation: {issuer}/elsewhere\r\n\r\n{body}"
    );
    true
}

fn said(path: &str, script: &Script, issuer: &str) -> (u16, String) {
    let fine = |value: Value| (200, value.to_string());
    match path {
        "/.well-known/openid-configuration" => fine(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // Whatever it says of itself, we take no token that anybody could make.
            "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
        })),
        "/keys" => fine(json!({ "keys": [key(1).as_verification_key()] })),
        "/userinfo" => fine(script.told.clone()),
        "/token" => script.instead.clone().unwrap_or_else(|| {
            fine(json!({
                "access_token": "access", "token_type": "Bearer", "id_token": id_token(script),
            }))
        }),
        _ => (404, String::new()),
    }
}

fn id_token(script: &Script) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&script.head), part(&script.claims));
    let signature = match script.head["alg"].as_str() {
        Some("none") => Vec::new(),
        Some("HS256") => CoreHmacKey::new(CLIENT_SECRET)
            .sign(&CoreJwsSigningAlgorithm::HmacSha256, text.as_bytes())
            .unwrap(),
        _ => {
            let key = key(if script.own_key { 1 } else { 2 });
            key.sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).unwrap()
        }
    };
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// A key made of a number: RFC 8410's frame around 32 bytes.
fn key(seed: u8) -> CoreEdDsaPrivateSigningKey {
    let frame = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let der = [&frame[..], &[seed; 32]].concat();
    let kind = "PRIVATE KEY";
    let pem =
        format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", BASE64_STANDARD.encode(der));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new("k".to_owned())))
        .unwrap()
}
