//! A mail server that takes everything down, and can be told to misbehave.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Longer than anybody takes to come here.
const PATIENCE: Duration = Duration::from_secs(30);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How it behaves towards whoever connects next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    /// It takes every message, so long after it is whole.
    Takes(Duration),
    /// It hangs up on everybody.
    Down,
    /// It says this to a recipient whose address begins so: `550 5.1.1 no such user`.
    Refuses(&'static str, &'static str),
    /// It comes so far and says nothing more, until it is let go or the other side hangs up.
    Holds(Place),
}

/// How far a conversation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A recipient was named.
    Recipient,
    /// The message was announced, and nothing of it was sent.
    Data,
    /// The message was sent to its end, which the server has.
    Message,
}

/// A message that it took: read to its end, whatever was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// To whom the envelope is addressed.
    pub to: String,
    /// All of it, with its headers.
    pub text: String,
}

/// The server, for as long as the test runs.
pub struct Mailbox {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    mood: Mood,
    messages: Vec<Message>,
    held: usize,
    released: usize,
}

impl Mailbox {
    /// Starts it at a free port of this machine.
    pub fn start() -> Mailbox {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let state =
            State { mood: Mood::Takes(Duration::ZERO), messages: Vec::new(), held: 0, released: 0 };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                thread::spawn(move || {
                    // Whoever hangs up in the middle has said what it wanted.
                    let _ = serve(&stream, &state);
                });
            }
        });
        Mailbox { address, state }
    }

    /// `[channels.mail]` for it, which may go to example.com.
    pub fn config(&self) -> String {
        format!(
            "[channels]\nprivate_addresses = [\"127.0.0.0/8\"]\n\n\
             [channels.mail]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
             from = \"Weir <weir@example.com>\"\ndomains = [\"example.com\"]\ntimeout_s = 2\n\n",
            self.address.port()
        )
    }

    /// From now on it behaves so.
    pub fn is(&self, mood: Mood) {
        lock(&self.state).mood = mood;
    }

    /// Waits until it has kept so many waiting.
    #[track_caller]
    pub fn holds(&self, count: usize) {
        let began = Instant::now();
        while lock(&self.state).held < count {
            assert!(began.elapsed() < PATIENCE, "nobody came");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Answers everybody whom it keeps waiting, as it would answer now.
    pub fn lets_go(&self) {
        lock(&self.state).released += 1;
    }

    /// What it took, in the order in which it was whole.
    pub fn messages(&self) -> Vec<Message> {
        lock(&self.state).messages.clone()
    }

    /// What this address got.
    pub fn messages_to(&self, address: &str) -> Vec<Message> {
        self.messages().into_iter().filter(|message| message.to == address).collect()
    }
}

impl Message {
    /// The value of a header that stands on one line.
    pub fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{}:", name.to_lowercase());
        let line = self.text.lines().take_while(|line| !line.is_empty());
        line.into_iter()
            .find(|line| line.to_lowercase().starts_with(&prefix))
            .map(|line| line[prefix.len()..].trim())
    }

    /// The first part of this type, decoded.
    pub fn part(&self, media_type: &str) -> Option<Vec<u8>> {
        let found = format!("content-type: {media_type}");
        let lower = self.text.to_ascii_lowercase();
        let at = lower.find(&found)?;
        // A part's headers may begin with another one than its type.
        let begin =
            self.bounds().filter_map(|bound| self.text[..at].rfind(&bound)).max().unwrap_or(0);
        let (headers, rest) = self.text[begin..].split_once("\r\n\r\n")?;
        let end = self.bounds().filter_map(|bound| rest.find(&bound)).min().unwrap_or(rest.len());
        let body = &rest[..end];
        let headers = headers.to_ascii_lowercase();
        Some(if headers.contains("encoding: base64") {
            BASE64_STANDARD.decode(body.replace(['\r', '\n'], "")).expect("it is base64")
        } else if headers.contains("encoding: quoted-printable") {
            quoted_printable(body)
        } else {
            body.as_bytes().to_vec()
        })
    }

    /// What stands between its parts. A text may have lines of hyphens too.
    fn bounds(&self) -> impl Iterator<Item = String> {
        let after = self.text.split("boundary=\"").skip(1);
        after.filter_map(|rest| rest.split_once('"')).map(|(bound, _)| format!("\r\n--{bound}"))
    }

    /// The text that a client shows which knows no HTML.
    pub fn plain(&self) -> String {
        let part = self.part("text/plain").expect("it has a part of plain text");
        String::from_utf8(part).expect("it is UTF-8").replace('\u{a0}', " ")
    }
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first == b'=' && 2 <= after.len() {
            let hex = std::str::from_utf8(&after[..2]).expect("it is ASCII");
            bytes.push(u8::from_str_radix(hex, 16).expect("two digits"));
            rest = &after[2..];
        } else {
            bytes.push(first);
        }
    }
    bytes
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection, from the greeting to its end.
fn serve(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mood = lock(state).mood.clone();
    if mood == Mood::Down {
        return Ok(());
    }
    let mut out = stream;
    let mut say = |line: &str| out.write_all(format!("{line}\r\n").as_bytes());
    let mut lines = BufReader::new(stream).lines();
    let mut to = Vec::new();
    say("220 mailbox ready")?;
    while let Some(line) = lines.next().transpose()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "EHLO" => say("250-mailbox\r\n250 8BITMIME")?,
            "MAIL" => {
                to.clear();
                say("250 2.1.0 fine")?;
            }
            "RCPT" => {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                if mood == Mood::Holds(Place::Recipient) && !hold(stream, state)? {
                    return Ok(());
                }
                match &mood {
                    Mood::Refuses(who, what) if address.starts_with(who) => say(what)?,
                    _ => {
                        to.push(address);
                        say("250 2.1.5 fine")?;
                    }
                }
            }
            "DATA" if to.is_empty() => say("554 5.5.1 nobody to give it to")?,
            "DATA" => {
                if mood == Mood::Holds(Place::Data) && !hold(stream, state)? {
                    return Ok(());
                }
                say("354 go on")?;
                let mut text = String::new();
                loop {
                    let Some(line) = lines.next().transpose()? else { return Ok(()) };
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                }
                for to in &to {
                    let message = Message { to: to.clone(), text: text.clone() };
                    lock(state).messages.push(message);
                }
                match mood {
                    Mood::Holds(Place::Message) if !hold(stream, state)? => return Ok(()),
                    Mood::Takes(after) => thread::sleep(after),
                    _ => {}
                }
                say("250 2.0.0 queued")?;
            }
            "QUIT" => {
                say("221 2.0.0 bye")?;
                return Ok(());
            }
            _ => say("250 2.0.0 fine")?,
        }
    }
    Ok(())
}

/// Says nothing until it may go on, or the other side hangs up: then false.
fn hold(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<bool> {
    let released = {
        let mut state = lock(state);
        state.held += 1;
        state.released
    };
    stream.set_read_timeout(Some(LOOK_EVERY))?;
    loop {
        match stream.peek(&mut [0]) {
            Ok(0) => return Ok(false),
            Ok(_) => thread::sleep(LOOK_EVERY),
            Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {}
            Err(error) => return Err(error),
        }
        if lock(state).released != released {
            stream.set_read_timeout(None)?;
            return Ok(true);
        }
    }
}
