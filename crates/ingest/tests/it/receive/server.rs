//! The endpoint on a port of its own, and a client that writes what it is told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use prometheus_client::registry::Registry;
use weir_domain::FixedClock;
use weir_ingest::{AppendQueue, Appender, Ingest, Limits, Metrics, QueueLimits, routes};
use weir_log::Log;

use crate::support::{API_KEY, Fixture, SECRET, at, delivery, integrations, sign};

pub(crate) const NOW: &str = "2026-01-05T12:00:00Z";
pub(crate) const QUEUE_DELIVERIES_MAX: usize = 8;

pub(crate) struct Server {
    pub(crate) fixture: Fixture,
    pub(crate) queue: AppendQueue,
    registry: Registry,
    addr: SocketAddr,
    handle: ServerHandle,
    /// Whoever holds it holds the writer up after its next group.
    gate: Arc<Mutex<()>>,
    serving: JoinHandle<()>,
    _appending: JoinHandle<Log>,
}

impl Server {
    pub(crate) fn start(limits: Limits) -> Server {
        let fixture = Fixture::new();
        let integrations = integrations();
        let mut registry = Registry::default();
        let metrics = Arc::new(Metrics::new(&mut registry, &integrations));
        let gate = Arc::new(Mutex::new(()));
        let on_commit = {
            let (metrics, gate) = (Arc::clone(&metrics), Arc::clone(&gate));
            move |group| {
                metrics.committed(group);
                drop(gate.lock().unwrap());
            }
        };
        let queue_limits =
            QueueLimits { queue_deliveries_max: QUEUE_DELIVERIES_MAX, ..QueueLimits::default() };
        let no_fatal = |error| panic!("{error}");
        let (queue, appending) =
            Appender::start(fixture.log(), queue_limits, on_commit, no_fatal).unwrap();
        let clock = Arc::new(FixedClock(at(NOW)));
        let ingest = Ingest::new(integrations, queue.clone(), clock, limits, metrics);
        let (started, start) = mpsc::channel();
        let serving = std::thread::spawn(move || serve(web::Data::new(ingest), &started));
        let (addr, handle) = start.recv().unwrap();
        Server { fixture, queue, registry, addr, handle, gate, serving, _appending: appending }
    }

    pub(crate) fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.addr).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, read: Vec::new() }
    }

    pub(crate) fn ask(&self, request: &[u8]) -> Answer {
        let mut client = self.connect();
        client.write(request);
        client.answer()
    }

    /// Holds the writer up until what is returned is dropped.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        let held = self.gate.lock().unwrap();
        let append = self.queue.append(delivery("held"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(append).unwrap();
        held
    }

    pub(crate) fn wait_until_full(&self) {
        while self.queue.waiting() < QUEUE_DELIVERIES_MAX {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn metrics(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        while !self.serving.is_finished() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn serve(ingest: web::Data<Ingest>, started: &mpsc::Sender<(SocketAddr, ServerHandle)>) {
    actix_web::rt::System::new().block_on(async {
        let app = move || App::new().app_data(ingest.clone()).configure(routes);
        let server = HttpServer::new(app)
            .workers(2)
            .disable_signals()
            .client_disconnect_timeout(Duration::from_millis(500))
            .bind("127.0.0.1:0")
            .unwrap();
        let addr = server.addrs()[0];
        let server = server.run();
        started.send((addr, server.handle())).unwrap();
        server.await.unwrap();
    });
}

/// One connection.
pub(crate) struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

/// What came back, without its date.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }
}

impl Client {
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Whether the other side still listens.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    pub(crate) fn answer(&mut self) -> Answer {
        let head_end = self.read_until(|read| read.windows(4).position(|at| at == b"\r\n\r\n"));
        let head = String::from_utf8(self.read[..head_end].to_vec()).unwrap();
        let (status, headers) = head.split_once("\r\n").unwrap();
        let status = status.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers: Vec<_> = headers
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .filter(|(name, _)| name != "date")
            .collect();
        headers.sort();
        let answer = Answer { status, headers, body: String::new() };
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        let end = head_end + 4 + length;
        self.read_until(|read| (end <= read.len()).then_some(end));
        let rest = self.read.split_off(end);
        let body = String::from_utf8(self.read.split_off(head_end + 4)).unwrap();
        self.read = rest;
        Answer { body, ..answer }
    }

    fn read_until(&mut self, found: impl Fn(&[u8]) -> Option<usize>) -> usize {
        loop {
            if let Some(found) = found(&self.read) {
                return found;
            }
            let mut buffer = [0; 4_096];
            let bytes = self.stream.read(&mut buffer).unwrap();
            assert_ne!(bytes, 0, "closed after {:?}", String::from_utf8_lossy(&self.read));
            self.read.extend_from_slice(&buffer[..bytes]);
        }
    }
}

/// A POST with more lines in its head.
pub(crate) fn post(head: &str, client: &str, signature: &str, body: &str) -> Vec<u8> {
    let bytes = body.len();
    format!(
        "POST /webhooks/veriff HTTP/1.1\r\nHost: x\r\nx-auth-client: {client}\r\n\
         x-hmac-signature: {signature}\r\nContent-Length: {bytes}\r\n{head}\r\n{body}"
    )
    .into_bytes()
}

pub(crate) fn signed(body: &str) -> Vec<u8> {
    post("", API_KEY, &sign(SECRET, body.as_bytes()), body)
}

/// A signed POST whose body comes in these chunks.
pub(crate) fn chunked(head: &str, chunks: &[&[u8]]) -> Vec<u8> {
    let signature = sign(SECRET, &chunks.concat());
    let mut request = format!(
        "POST /webhooks/veriff HTTP/1.1\r\nHost: x\r\nx-auth-client: {API_KEY}\r\n\
         x-hmac-signature: {signature}\r\nTransfer-Encoding: chunked\r\n{head}\r\n"
    )
    .into_bytes();
    for chunk in chunks {
        request.extend(format!("{:x}\r\n", chunk.len()).bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}
