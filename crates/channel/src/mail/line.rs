//! A connection on which lines are exchanged: bounded in what it reads of an answer, and in time.
//!
//! Nothing that was read stays believed when the connection becomes encrypted, and an answer counts
//! only for what was asked before it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, after};
use rustls::{ClientConnection, StreamOwned};

use super::reply::Reply;
use super::seal::Seal;

/// More in a line than any server has to say (RFC 5321 allows 512 bytes).
const LINE_BYTES_MAX: usize = 4 * 1024;

/// More lines than any answer has.
const LINES_MAX: usize = 256;

/// How much is read at once.
const READ_BYTES: usize = 4 * 1024;

/// A farewell, and the last words of a server that hung up: nobody waits longer for them.
const FAREWELL: Duration = Duration::from_secs(2);

const ENDLESS: &str = "its answer has no end";

/// Something went well.
pub(super) const DONE: RangeInclusive<u16> = 200..=299;

/// A connection to a mail server.
pub(super) struct Line {
    stream: Stream,
    /// What was read and not yet taken as an answer.
    ahead: Vec<u8>,
    /// Whether there is somebody to say farewell to.
    open: bool,
}

/// Why there is no answer as it was wanted.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server said no.
    No(Reply),
    /// It did not say anything that could be an answer to the question.
    Nonsense(String),
    /// It could not be heard to the end.
    Broken(io::Error),
}

enum Stream {
    Clear(Timed),
    Sealed(Box<StreamOwned<ClientConnection, Timed>>),
    /// It did not become encrypted.
    Gone,
}

/// A connection that breaks when the time for all of it is over, however much goes on on it.
struct Timed {
    tcp: TcpStream,
    over: Receiver<Instant>,
    late: bool,
}

impl Line {
    /// Connects to the first of `addresses` that can be connected to, each within `step`; the whole
    /// of what follows must be over within `limit`.
    pub(super) fn connect(
        addresses: &[SocketAddr],
        step: Duration,
        limit: Duration,
    ) -> Result<Line, Failure> {
        let over = after(limit);
        let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            if !over.is_empty() {
                failed = io::ErrorKind::TimedOut.into();
                break;
            }
            match TcpStream::connect_timeout(address, step) {
                Ok(tcp) => return Line::on(tcp, step, over).map_err(Failure::Broken),
                Err(error) => failed = error,
            }
        }
        Err(Failure::Broken(failed))
    }

    fn on(tcp: TcpStream, step: Duration, over: Receiver<Instant>) -> io::Result<Line> {
        tcp.set_nodelay(true)?;
        let stream = Stream::Clear(Timed { tcp, over, late: false });
        let line = Line { stream, ahead: Vec::new(), open: true };
        line.patience(step)?;
        Ok(line)
    }

    /// From now on a single read or write waits for so long.
    pub(super) fn patience(&self, step: Duration) -> io::Result<()> {
        let Some(tcp) = self.stream.tcp() else { return Ok(()) };
        tcp.set_read_timeout(Some(step))?;
        tcp.set_write_timeout(Some(step))
    }

    /// Encrypts it from here on.
    pub(super) fn seal(&mut self, seal: &Seal) -> Result<(), Failure> {
        let Stream::Clear(mut timed) = std::mem::replace(&mut self.stream, Stream::Gone) else {
            return Err(Failure::Nonsense("it is encrypted already".to_owned()));
        };
        let mut client = seal.client().map_err(|error| Failure::Broken(io::Error::other(error)))?;
        while client.is_handshaking() {
            let (read, written) = client.complete_io(&mut timed).map_err(Failure::Broken)?;
            if read == 0 && written == 0 {
                return Err(Failure::Broken(io::ErrorKind::UnexpectedEof.into()));
            }
        }
        self.stream = Stream::Sealed(Box::new(StreamOwned::new(client, timed)));
        // Whoever sits on the line could have said this.
        self.ahead.clear();
        Ok(())
    }

    /// Says a line, and hears the answer.
    pub(super) fn ask(
        &mut self,
        command: &str,
        want: RangeInclusive<u16>,
    ) -> Result<Reply, Failure> {
        if !self.ahead.is_empty() {
            return Err(self.unasked());
        }
        if command.contains(['\r', '\n']) {
            return Err(Failure::Nonsense("a command would have been two".to_owned()));
        }
        self.write(command.as_bytes())?;
        self.write(b"\r\n")?;
        self.hear(want)
    }

    /// Says the message, which ends each line and hides each lone dot as it must, then that this was
    /// all, and hears the answer.
    pub(super) fn hand_over(&mut self, message: &[u8]) -> Result<Reply, Failure> {
        if let Err(failure) = self.write(message) {
            return Err(self.last_words(failure));
        }
        self.glance();
        if !self.ahead.is_empty() {
            // It may still wait for the end, and would take a farewell for a part of the message.
            self.hang_up();
            return Err(self.unasked());
        }
        if let Err(failure) = self.write(b".\r\n") {
            return Err(self.last_words(failure));
        }
        self.hear(DONE)
    }

    /// Hears an answer.
    pub(super) fn hear(&mut self, want: RangeInclusive<u16>) -> Result<Reply, Failure> {
        let reply = self.reply()?;
        match reply.code {
            code if want.contains(&code) => Ok(reply),
            400..=599 => Err(Failure::No(reply)),
            _ => Err(self.nonsense(reply.words())),
        }
    }

    /// Leaves, politely where there is somebody to be polite to.
    pub(super) fn farewell(&mut self) {
        if self.open && self.patience(FAREWELL).is_ok() && self.write(b"QUIT\r\n").is_ok() {
            let _ = self.reply();
        }
    }

    /// Leaves in the middle.
    pub(super) fn hang_up(&mut self) {
        self.open = false;
    }

    /// An answer that came before its question: only a refusal means something.
    fn unasked(&mut self) -> Failure {
        match self.hear(DONE) {
            Ok(reply) => {
                self.nonsense(format!("it answered before it was asked: {}", reply.words()))
            }
            Err(failure) => failure,
        }
    }

    /// What a server said before it hung up, or else that it did.
    fn last_words(&mut self, broken: Failure) -> Failure {
        if self.patience(FAREWELL).is_ok()
            && let Err(Failure::No(reply)) = self.hear(DONE)
        {
            return Failure::No(reply);
        }
        broken
    }

    fn reply(&mut self) -> Result<Reply, Failure> {
        let mut reply: Option<Reply> = None;
        for _ in 0..LINES_MAX {
            let line = self.line()?;
            let Some((code, last, text)) = Reply::line(&line) else {
                return Err(self.nonsense(String::from_utf8_lossy(&line)));
            };
            let reply = reply.get_or_insert_with(|| Reply { code, lines: Vec::new() });
            if reply.code != code {
                return Err(self.nonsense(String::from_utf8_lossy(&line)));
            }
            reply.lines.push(text);
            if last {
                return Ok(std::mem::replace(reply, Reply { code, lines: Vec::new() }));
            }
        }
        Err(self.nonsense(ENDLESS))
    }

    fn line(&mut self) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.ahead.drain(..=end).collect();
                return Ok(line.trim_ascii_end().to_vec());
            }
            if LINE_BYTES_MAX < self.ahead.len() {
                return Err(self.nonsense(ENDLESS));
            }
            if self.more().map_err(|error| self.broken(error))? == 0 {
                return Err(self.broken(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    fn more(&mut self) -> io::Result<usize> {
        let mut block = [0; READ_BYTES];
        let count = self.stream.read(&mut block)?;
        self.ahead.extend_from_slice(&block[..count]);
        Ok(count)
    }

    /// Reads what is there, without waiting for it.
    fn glance(&mut self) {
        let waits = |waits: bool, stream: &Stream| {
            stream.tcp().is_some_and(|tcp| tcp.set_nonblocking(!waits).is_ok())
        };
        if waits(false, &self.stream) {
            // What is wrong with the connection shows when it is written to.
            let _ = self.more();
        }
        if !waits(true, &self.stream) {
            self.open = false;
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.stream.write_all(bytes).and_then(|()| self.stream.flush());
        written.map_err(|error| self.broken(error))
    }

    /// Whoever makes no sense is not spoken to any further.
    fn nonsense(&mut self, words: impl Into<String>) -> Failure {
        self.open = false;
        Failure::Nonsense(words.into())
    }

    fn broken(&mut self, error: io::Error) -> Failure {
        self.open = false;
        Failure::Broken(error)
    }
}

impl Stream {
    fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Stream::Clear(timed) => Some(&timed.tcp),
            Stream::Sealed(stream) => Some(&stream.sock.tcp),
            Stream::Gone => None,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Clear(timed) => timed.read(block),
            Stream::Sealed(stream) => stream.read(block),
            Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Clear(timed) => timed.write(bytes),
            Stream::Sealed(stream) => stream.write(bytes),
            Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Clear(timed) => timed.flush(),
            Stream::Sealed(stream) => stream.flush(),
            Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Timed {
    fn in_time(&mut self) -> io::Result<()> {
        self.late |= self.over.try_recv().is_ok();
        if self.late { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}

impl Read for Timed {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        self.in_time()?;
        self.tcp.read(block)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.in_time()?;
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

impl Failure {
    /// How it failed, in a line, without `hidden`.
    pub(super) fn how(&self, hidden: &[&str]) -> String {
        let text = match self {
            Failure::No(reply) => reply.words(),
            Failure::Nonsense(words) => format!("it makes no sense: {words}"),
            Failure::Broken(error) => match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                    "it took too long".to_owned()
                }
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe => "it hung up".to_owned(),
                _ => error.to_string(),
            },
        };
        crate::words::said(&text, hidden)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::TcpListener;
    use std::time::Duration;

    use super::{Failure, Line};

    #[test]
    fn nobody_is_connected_to_when_the_time_is_over() {
        let servers = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let addresses = servers.each_ref().map(|server| server.local_addr().unwrap());
        let line = Line::connect(&addresses, Duration::from_secs(5), Duration::ZERO);
        let Err(Failure::Broken(error)) = line else { panic!("it was connected") };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        for server in servers {
            server.set_nonblocking(true).unwrap();
            assert_eq!(server.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        }
    }
}
