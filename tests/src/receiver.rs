//! A receiver of webhooks that takes everything down, and can be told to misbehave. Whatever speaks
//! HTTP can be sent to it.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// What it signs with.
pub const SECRET: &str = "a secret of the receiver";

/// How it behaves towards whoever connects next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    /// It reads a request, says these bytes and hangs up.
    Says(String),
    /// It reads a request, says these bytes, and then nothing for as long as anybody waits.
    Stalls(String),
    /// It reads a request, says the first bytes, and then the others again and again, each time after
    /// so long, for as long as anybody listens.
    Endless(String, String, Duration),
    /// It reads the head of a request alone, says these bytes and hangs up.
    Early(String),
    /// It neither reads nor says anything.
    Deaf,
    /// It hangs up on everybody.
    Down,
}

/// A request that it took.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its first line: `POST /weir HTTP/1.1`.
    pub line: String,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The receiver, for as long as the test runs.
pub struct Receiver {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// Both ways of a connection.
pub trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

/// Makes a line of a connection: encrypts it, or leaves it as it is.
pub type Wrap = dyn Fn(TcpStream) -> Box<dyn Line> + Send + Sync;

struct State {
    mood: Mood,
    first: VecDeque<Mood>,
    connections: usize,
    taken: Vec<Webhook>,
}

impl Mood {
    /// It answers with this status, and with this body.
    pub fn answers(status: u16, body: &str) -> Mood {
        Mood::with(status, &[], body)
    }

    /// The same with these headers.
    pub fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Mood {
        Mood::Says(answer(status, headers, body))
    }
}

/// An answer as it is written.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("HTTP/1.1 {status} So\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    // A 204 has no body and does not say how long it is.
    if status != 204 {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text + "\r\n" + body
}

impl Receiver {
    /// Starts it at a free port of this machine; it takes everything with `200 ok`.
    pub fn start() -> Receiver {
        Receiver::behind("127.0.0.1:0", Arc::new(|stream| Box::new(stream)))
    }

    /// The same at an address, with another way to speak over a connection.
    pub fn behind(address: &str, wrap: Arc<Wrap>) -> Receiver {
        let listener = TcpListener::bind(address).expect("the address is free");
        let address = listener.local_addr().expect("it is bound");
        let mood = Mood::answers(200, "ok");
        let state = Arc::new(Mutex::new(State {
            mood,
            first: VecDeque::new(),
            connections: 0,
            taken: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                lock(&shared).connections += 1;
                let (state, wrap) = (Arc::clone(&shared), Arc::clone(&wrap));
                thread::spawn(move || {
                    // Whoever hung up is told nothing.
                    let _ = serve(stream, &*wrap, &state);
                });
            }
        });
        Receiver { address, state }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it behaves so.
    pub fn is(&self, mood: Mood) {
        lock(&self.state).mood = mood;
    }

    /// It behaves so towards whoever connects next, one after the other, and then as it did.
    pub fn is_first(&self, moods: impl IntoIterator<Item = Mood>) {
        lock(&self.state).first.extend(moods);
    }

    /// `[[channels.webhook]]` for it, called `ops`; the secret lies in the file `receiver-secret`.
    pub fn config(&self) -> String {
        format!(
            "[[channels.webhook]]\nname = \"ops\"\nurl = \"http://{}/weir\"\n\
             secret_file = \"receiver-secret\"\ntimeout_s = 2\n\n",
            self.address
        )
    }

    /// What it took: every request that it read to its end, whatever it answered.
    pub fn taken(&self) -> Vec<Webhook> {
        lock(&self.state).taken.clone()
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
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

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, wrap: &Wrap, state: &Mutex<State>) -> io::Result<()> {
    let mood = {
        let mut state = lock(state);
        state.first.pop_front().unwrap_or_else(|| state.mood.clone())
    };
    match mood {
        Mood::Down => return Ok(()),
        Mood::Deaf => {
            // Longer than anybody waits in a test.
            thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        _ => {}
    }
    let mut line = BufReader::new(wrap(stream));
    let (first, headers) = head(&mut line)?;
    if let Mood::Early(text) = mood {
        return say(&mut line, &text);
    }
    let find = |name: &str| headers.iter().find(|(known, _)| known == name);
    if find("expect").is_some() {
        say(&mut line, "HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let length = find("content-length").map_or(Ok(0), |(_, value)| value.parse());
    let mut body = vec![0; length.map_err(io::Error::other)?];
    line.read_exact(&mut body)?;
    lock(state).taken.push(Webhook { line: first, headers, body });
    match mood {
        Mood::Says(text) => say(&mut line, &text),
        Mood::Endless(start, again, pause) => {
            say(&mut line, &start)?;
            loop {
                say(&mut line, &again)?;
                thread::sleep(pause);
            }
        }
        Mood::Stalls(text) => {
            say(&mut line, &text)?;
            line.read_to_end(&mut Vec::new()).map(drop)
        }
        Mood::Early(_) | Mood::Deaf | Mood::Down => Ok(()),
    }
}

fn say(line: &mut BufReader<Box<dyn Line>>, text: &str) -> io::Result<()> {
    line.get_mut().write_all(text.as_bytes())?;
    line.get_mut().flush()
}

fn head(line: &mut impl BufRead) -> io::Result<(String, Vec<(String, String)>)> {
    let mut first = String::new();
    let mut headers = Vec::new();
    loop {
        let mut text = String::new();
        if line.read_line(&mut text)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match text.trim_end() {
            "" => return Ok((first, headers)),
            text if first.is_empty() => text.clone_into(&mut first),
            text => {
                if let Some((name, value)) = text.split_once(':') {
                    headers.push((name.to_lowercase(), value.trim().to_owned()));
                }
            }
        }
    }
}
