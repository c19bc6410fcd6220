//! A receiver of signed webhooks that takes everything down.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// What it signs with.
pub const SECRET: &str = "a secret of the receiver";

/// A request that it took.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The receiver, for as long as the test runs.
pub struct Receiver {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<Webhook>>>,
}

impl Receiver {
    /// Starts it at a free port of this machine.
    pub fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&taken);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let taken = Arc::clone(&shared);
                thread::spawn(move || {
                    if let Some(webhook) = read(&stream) {
                        taken.lock().unwrap_or_else(PoisonError::into_inner).push(webhook);
                        let mut out = &stream;
                        let answer =
                            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
                        // Whoever hung up is told nothing.
                        let _ = out.write_all(answer.as_bytes());
                    }
                });
            }
        });
        Receiver { address, taken }
    }

    /// `[[channels.webhook]]` for it, called `ops`; the secret lies in the file `receiver-secret`.
    pub fn config(&self) -> String {
        format!(
            "[[channels.webhook]]\nname = \"ops\"\nurl = \"http://{}/weir\"\n\
             secret_file = \"receiver-secret\"\ntimeout_s = 2\n\n",
            self.address
        )
    }

    /// What it took.
    pub fn taken(&self) -> Vec<Webhook> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Webhook {
    /// A header's value.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("there is no {name}"), |(_, value)| value)
    }

    /// The body as JSON, signed as it says.
    #[track_caller]
    pub fn json(&self) -> Value {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length");
        let id = self.header("webhook-id");
        mac.update(format!("{id}.{}.", self.header("webhook-timestamp")).as_bytes());
        mac.update(&self.body);
        let want = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(self.header("webhook-signature"), want, "it is signed");
        serde_json::from_slice(&self.body).expect("it is JSON")
    }
}

fn read(stream: &TcpStream) -> Option<Webhook> {
    let mut lines = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok().filter(|&bytes| 0 < bytes)?;
        if line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.trim_end().split_once(':') {
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }
    let find = |name: &str| headers.iter().find(|(known, _)| known == name);
    let length = find("content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Webhook { headers, body })
}
