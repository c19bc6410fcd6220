//! A mail server that fails where and how it is told to, and writes down what it was told.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// As much is written of what has no end.
pub(crate) const FLOOD_BYTES_MAX: usize = 64 << 20;

/// Where in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before anything was said.
    Banner,
    /// At the first EHLO.
    Hello,
    /// At STARTTLS, in the clear.
    Starttls,
    /// In place of the handshake.
    Handshake,
    /// At the EHLO that is encrypted.
    Again,
    /// At AUTH.
    Login,
    /// At the password.
    Password,
    /// At MAIL.
    Sender,
    /// At RCPT.
    Recipient,
    /// At DATA.
    Data,
    /// After the content's first kilobyte.
    Content,
    /// After the content's final dot.
    End,
}

/// What it does there in place of what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It answers so, to the byte, and goes on as if it had not.
    Says(&'static [u8]),
    /// It says nothing more.
    Stalls,
    /// It says this in the clear, if anything, and hangs up.
    Cuts(&'static [u8]),
    /// It says this over and over.
    Floods(&'static [u8]),
    /// It says this byte over and over, slowly.
    Trickles(u8),
}

/// A server that is about to be started.
#[derive(Default)]
pub(crate) struct Plan {
    faults: Vec<(Stage, Fault)>,
    refuses: Vec<(&'static str, &'static [u8])>,
    tls: Option<Arc<ServerConfig>>,
    at_once: bool,
    offers_nothing: bool,
    login: Option<&'static str>,
    once: bool,
}

/// The server, for as long as the test runs.
pub(crate) struct Server {
    port: u16,
    book: Arc<Mutex<Book>>,
}

/// What it was told.
#[derive(Debug, Default, Clone)]
pub(crate) struct Book {
    /// How often somebody connected.
    pub(crate) connections: usize,
    /// How many of them are over.
    pub(crate) over: usize,
    /// Every line that was not encrypted.
    pub(crate) clear: Vec<String>,
    /// Every line that was.
    pub(crate) sealed: Vec<String>,
    /// How many bytes were written of what has no end.
    pub(crate) flooded: usize,
    /// To whom each message went that was whole, and that it took.
    pub(crate) taken: Vec<String>,
}

impl Plan {
    /// A server that does everything right.
    pub(crate) fn new() -> Plan {
        Plan::default()
    }

    /// It fails there.
    pub(crate) fn at(mut self, stage: Stage, fault: Fault) -> Plan {
        self.faults.push((stage, fault));
        self
    }

    /// It answers so to a recipient whose address begins so.
    pub(crate) fn refuses(mut self, who: &'static str, answer: &'static [u8]) -> Plan {
        self.refuses.push((who, answer));
        self
    }

    /// It offers STARTTLS, or encrypts at once.
    pub(crate) fn encrypts(mut self, config: Arc<ServerConfig>, at_once: bool) -> Plan {
        self.tls = Some(config);
        self.at_once = at_once;
        self
    }

    /// It does not offer STARTTLS, though it could.
    pub(crate) fn offers_nothing(mut self) -> Plan {
        self.offers_nothing = true;
        self
    }

    /// It offers to log in by this.
    pub(crate) fn login(mut self, mechanism: &'static str) -> Plan {
        self.login = Some(mechanism);
        self
    }

    /// It fails only whoever connects first.
    pub(crate) fn once(mut self) -> Plan {
        self.once = true;
        self
    }

    pub(crate) fn start(self) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let book = Arc::new(Mutex::new(Book::default()));
        let (plan, shared) = (Arc::new(self), Arc::clone(&book));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (plan, book) = (Arc::clone(&plan), Arc::clone(&shared));
                thread::spawn(move || {
                    let before = lock(&book).connections;
                    lock(&book).connections += 1;
                    let fails = before == 0 || !plan.once;
                    // Whoever hangs up in the middle has said what it wanted.
                    let _ = Talk { plan: &plan, book: &book, fails }.begin(stream);
                    lock(&book).over += 1;
                });
            }
        });
        Server { port, book }
    }
}

impl Server {
    /// `[mail]` for it.
    pub(crate) fn config(&self, tls: &str, more: &str) -> String {
        format!(
            "[mail]\nhost = \"mail.example.net\"\nport = {}\ntls = \"{tls}\"\n\
             from = \"Weir <weir@example.com>\"\ndomains = [\"example.com\"]\n\
{more}\n",
            self.port
        )
    }

    pub(crate) fn book(&self) -> Book {
        lock(&self.book).clone()
    }

    /// Waits until nobody is connected any more.
    #[track_caller]
    pub(crate) fn left_alone(&self) -> Book {
        for _ in 0..3_000 {
            let book = self.book();
            if book.over == book.connections {
                return book;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("nobody hangs up: {:?}", self.book());
    }
}

fn lock(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection.
struct Talk<'a> {
    plan: &'a Plan,
    book: &'a Mutex<Book>,
    fails: bool,
}

/// Whether the conversation goes on.
type Goes = io::Result<bool>;

impl Talk<'_> {
    fn begin(&self, mut stream: TcpStream) -> io::Result<()> {
        if self.plan.at_once {
            return match self.tls(stream)? {
                None => Ok(()),
                Some(mut sealed) => self.greeted(&mut sealed),
            };
        }
        if !self.answer(&mut stream, Stage::Banner, b"220 faulty ready\r\n")? {
            return Ok(());
        }
        if self.talk(&mut stream, false)? {
            let Some(mut sealed) = self.tls(stream)? else { return Ok(()) };
            self.talk(&mut sealed, true)?;
        }
        Ok(())
    }

    fn greeted<S: Read + Write>(&self, stream: &mut S) -> io::Result<()> {
        if self.answer(stream, Stage::Banner, b"220 faulty ready\r\n")? {
            self.talk(stream, true)?;
        }
        Ok(())
    }

    fn tls(
        &self,
        mut stream: TcpStream,
    ) -> io::Result<Option<StreamOwned<ServerConnection, TcpStream>>> {
        if let Some(fault) = self.fault(Stage::Handshake) {
            self.fail(&mut stream, fault)?;
            return Ok(None);
        }
        let config = self.plan.tls.clone().expect("it can encrypt");
        let mut connection = ServerConnection::new(config).expect("the configuration is right");
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(Some(StreamOwned::new(connection, stream)))
    }

    /// Answers one line after the other, up to STARTTLS, which is true.
    fn talk<S: Read + Write>(&self, stream: &mut S, sealed: bool) -> io::Result<bool> {
        let hello = if sealed { Stage::Again } else { Stage::Hello };
        let mut to = Vec::new();
        while let Some(line) = self.line(stream, sealed)? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let goes = match verb.as_str() {
                "EHLO" => self.answer(stream, hello, self.hello(sealed).as_bytes())?,
                "STARTTLS" => {
                    if self.answer(stream, Stage::Starttls, b"220 go on\r\n")? {
                        return Ok(true);
                    }
                    false
                }
                "AUTH" if line.contains("LOGIN") => {
                    self.answer(stream, Stage::Login, b"334 VXNlcm5hbWU6\r\n")?
                        && self.line(stream, sealed)?.is_some()
                        && self.answer(stream, Stage::Login, b"334 UGFzc3dvcmQ6\r\n")?
                        && self.line(stream, sealed)?.is_some()
                        && self.answer(stream, Stage::Password, b"235 2.7.0 welcome\r\n")?
                }
                "AUTH" => self.answer(stream, Stage::Password, b"235 2.7.0 welcome\r\n")?,
                "MAIL" => self.answer(stream, Stage::Sender, b"250 2.1.0 fine\r\n")?,
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let refused =
                        self.plan.refuses.iter().find(|(who, _)| address.starts_with(who));
                    if let Some((_, answer)) = refused {
                        stream.write_all(answer)?;
                        stream.flush()?;
                        true
                    } else {
                        to.push(address);
                        self.answer(stream, Stage::Recipient, b"250 2.1.5 fine\r\n")?
                    }
                }
                "DATA" => {
                    self.answer(stream, Stage::Data, b"354 go on\r\n")?
                        && self.content(stream, sealed)?
                        && self.end(stream, &to)?
                }
                "QUIT" => {
                    stream.write_all(b"221 2.0.0 bye\r\n")?;
                    stream.flush()?;
                    return Ok(false);
                }
                _ => self.answer(stream, Stage::Sender, b"500 5.5.1 what\r\n")?,
            };
            if !goes {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn hello(&self, sealed: bool) -> String {
        let mut offers = vec!["faulty".to_owned(), "8BITMIME".to_owned()];
        if self.plan.tls.is_some() && !sealed && !self.plan.offers_nothing {
            offers.push("STARTTLS".to_owned());
        }
        offers.extend(self.plan.login.map(|mechanism| format!("AUTH {mechanism}")));
        let last = offers.pop().unwrap_or_default();
        let mut text: String = offers.iter().map(|offer| format!("250-{offer}\r\n")).collect();
        text.push_str(&format!("250 {last}\r\n"));
        text
    }

    /// Reads the content to its end, or to where it fails.
    fn content<S: Read + Write>(&self, stream: &mut S, sealed: bool) -> Goes {
        let mut bytes = 0;
        while let Some(line) = self.line(stream, sealed)? {
            bytes += line.len();
            if let Some(fault) = self.fault(Stage::Content).filter(|_| 1024 < bytes) {
                if self.fail(stream, fault)? {
                    // It takes nothing on of which it has said something else.
                    io::copy(stream, &mut io::sink())?;
                }
                return Ok(false);
            }
            if line == "." {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes a message that is whole, or does not.
    fn end<S: Read + Write>(&self, stream: &mut S, to: &[String]) -> Goes {
        let takes = match self.fault(Stage::End) {
            Some(Fault::Says(answer)) => answer.starts_with(b"2"),
            // It has it, whatever becomes of its answer.
            _ => true,
        };
        if takes {
            lock(self.book).taken.extend_from_slice(to);
        }
        self.answer(stream, Stage::End, b"250 2.0.0 queued\r\n")
    }

    /// Answers as it should, or fails here.
    fn answer<S: Read + Write>(&self, stream: &mut S, stage: Stage, good: &[u8]) -> Goes {
        if let Some(fault) = self.fault(stage) {
            return self.fail(stream, fault);
        }
        stream.write_all(good)?;
        stream.flush()?;
        Ok(true)
    }

    fn fault(&self, stage: Stage) -> Option<&Fault> {
        let fault = self.plan.faults.iter().find(|(at, _)| self.fails && *at == stage);
        fault.map(|(_, fault)| fault)
    }

    fn fail<S: Read + Write>(&self, stream: &mut S, fault: &Fault) -> Goes {
        match fault {
            Fault::Says(answer) => {
                stream.write_all(answer)?;
                stream.flush()?;
                return Ok(true);
            }
            Fault::Stalls => {
                // Until the other side has had enough.
                io::copy(stream, &mut io::sink())?;
            }
            Fault::Cuts(last) => {
                stream.write_all(last)?;
                stream.flush()?;
            }
            Fault::Floods(text) => {
                let block = text.repeat(64 * 1024 / text.len());
                let mut written = 0;
                while written < FLOOD_BYTES_MAX {
                    stream.write_all(&block)?;
                    written += block.len();
                    lock(self.book).flooded = written;
                }
                io::copy(stream, &mut io::sink())?;
            }
            Fault::Trickles(byte) => loop {
                stream.write_all(&[*byte])?;
                stream.flush()?;
                thread::sleep(Duration::from_millis(50));
            },
        }
        Ok(false)
    }

    /// The next line, without its end.
    fn line<S: Read>(&self, stream: &mut S, sealed: bool) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.last() != Some(&b'\n') {
            if stream.read(&mut byte)? == 0 {
                return Ok(None);
            }
            line.push(byte[0]);
        }
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        let mut book = lock(self.book);
        if sealed { &mut book.sealed } else { &mut book.clear }.push(text.clone());
        Ok(Some(text))
    }
}
