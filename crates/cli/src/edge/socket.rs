//! A connection's bytes, within the time.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::crowd::Crowd;
use super::line::Line;
use super::{ANSWER_TIMEOUT, HEAD_TIMEOUT, REQUEST_TIMEOUT};

/// The first byte of a handshake.
const HANDSHAKE: u8 = 0x16;

/// What whoever speaks plain HTTP is told where TLS is spoken.
const PLAIN: &str = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain\r\n\
                     content-length: 36\r\n\r\nThis port speaks TLS; use https://.\n";

/// A connection.
pub(crate) struct Socket {
    stream: TcpStream,
    line: Rc<Line>,
    crowd: Arc<Crowd>,
    reading: Alarm,
    writing: Alarm,
    /// Since when nothing of what is written has been taken.
    stuck_since: Option<Instant>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, crowd: &Arc<Crowd>) -> Socket {
        crowd.enter();
        Socket {
            stream,
            line: Rc::new(Line::new(Instant::now())),
            crowd: Arc::clone(crowd),
            reading: Alarm::default(),
            writing: Alarm::default(),
            stuck_since: None,
        }
    }

    /// Whether whoever connected begins a handshake. Who speaks plain HTTP is told what to speak.
    pub(super) async fn speaks_tls(&self) -> io::Result<bool> {
        let mut first = [0];
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let read = timeout(HEAD_TIMEOUT, self.stream.peek(&mut first)).await.map_err(late)??;
        if read == 0 || first == [HANDSHAKE] {
            return Ok(true);
        }
        // What was not read when a connection ends would take the answer with it.
        let _ = self.stream.try_read(&mut [0; 4_096]);
        self.stream.writable().await?;
        let _ = self.stream.try_write(PLAIN.as_bytes());
        Ok(false)
    }

    pub(super) fn line(&self) -> Rc<Line> {
        Rc::clone(&self.line)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.crowd.leave();
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if before < buffer.filled().len() {
            this.line.heard(Instant::now());
        }
        // Also where bytes come: a little all the time keeps nothing open.
        match this.line.deadline(&this.crowd) {
            Some(deadline) if read.is_pending() && this.reading.rings(context, deadline) => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Some(deadline) if read.is_ready() && deadline <= Instant::now() => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            _ => read,
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.line.is_muted() {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        if written.is_ready() {
            this.stuck_since = None;
            return written;
        }
        let since = *this.stuck_since.get_or_insert_with(Instant::now);
        match this.writing.rings(context, since + ANSWER_TIMEOUT) {
            true => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            false => Poll::Pending,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        if flushed.is_ready() {
            this.line.flushed();
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// Wakes a connection when its time is over. It is set anew when it rings or would ring too late,
/// and so not with each of many requests.
#[derive(Default)]
struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Whether the time is over; else the connection is woken when it is.
    fn rings(&mut self, context: &mut Context<'_>, deadline: Instant) -> bool {
        let first = || Box::pin(sleep_until(deadline.min(Instant::now() + REQUEST_TIMEOUT)));
        let sleep = self.0.get_or_insert_with(first);
        if deadline < sleep.deadline() {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(context).is_ready() {
            if deadline <= Instant::now() {
                return true;
            }
            // It may be another deadline soon, where a crowd comes.
            sleep.as_mut().reset(deadline.min(Instant::now() + REQUEST_TIMEOUT));
        }
        false
    }
}
