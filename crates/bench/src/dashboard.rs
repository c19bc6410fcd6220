//! Pages of a server over the log: how soon their first byte is there, and how large they are.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, ensure};

use crate::Args;
use crate::figures::{Target, median, say};
use crate::ingest::Server;
use crate::process::{wall_s, weir};

/// More runs than of the rest: each takes milliseconds.
const RUNS: usize = 41;

/// All of the simulated history, as of a fixed instant: nothing is left out for being young.
const RANGE: &str = "from=2026-01-01&to=2026-07-01&as_of=2026-07-15";

/// How a page came.
struct Answer {
    first_byte_ms: f64,
    body: Vec<u8>,
}

/// Measures the pages that a reader opens first, over HTTP, from the request to the first byte of
/// the answer, beside an answer that computes nothing.
pub(crate) fn measure(args: &Args, work: &Path, dir: &Path) -> anyhow::Result<()> {
    if !weir_log::DataDir::at(dir).read_file().exists() {
        wall_s(weir(&args.weir, dir).arg("rebuild"))?;
    }
    let server = Server::over(args, work, dir)?;
    println!("dashboard: {} deliveries, all of them in each page's range", args.deliveries);
    let baseline = pages(server.address, "/healthz")?;
    for (name, path, ms, bytes) in [
        ("overview", format!("/?{RANGE}"), Target::Under(50.0), Target::Under(200_000.0)),
        (
            "overview of 30 days",
            "/?from=2026-03-01&to=2026-03-31&as_of=2026-04-15".to_owned(),
            Target::None,
            Target::None,
        ),
        ("funnel", format!("/funnel?{RANGE}"), Target::None, Target::None),
        ("screens", format!("/screens?{RANGE}"), Target::None, Target::None),
        (
            "list of sessions",
            format!("/sessions?{RANGE}&outcome=cancelled"),
            Target::None,
            Target::None,
        ),
        ("a session", session(server.address)?, Target::None, Target::None),
    ] {
        let answers = pages(server.address, &path).with_context(|| path.clone())?;
        say(&format!("{name}, first byte"), first_byte_ms(&answers), "ms", ms);
        say("  uncompressed", length(&answers[0]), "bytes", bytes);
        say("  as gzip", length(&ask(server.address, &path, true)?), "bytes", Target::None);
    }
    say("baseline: healthz, first byte", first_byte_ms(&baseline), "ms", Target::None);
    Ok(())
}

/// The same page over and over; the first time, which warms it, does not count.
fn pages(address: SocketAddr, path: &str) -> anyhow::Result<Vec<Answer>> {
    ask(address, path, false)?;
    (0..RUNS).map(|_| ask(address, path, false)).collect()
}

fn first_byte_ms(answers: &[Answer]) -> f64 {
    median(&answers.iter().map(|answer| answer.first_byte_ms).collect::<Vec<_>>())
}

#[allow(clippy::cast_precision_loss)] // far below 2^53
fn length(answer: &Answer) -> f64 {
    answer.body.len() as f64
}

/// The page of some session.
fn session(address: SocketAddr) -> anyhow::Result<String> {
    let list = ask(address, &format!("/api/v1/sessions?{RANGE}&limit=1"), false)?;
    let list = String::from_utf8(list.body)?;
    let (_, id) = list.split_once("\"id\":\"").context("the list has a session")?;
    Ok(format!("/sessions/{}", id.split('"').next().unwrap_or_default()))
}

/// Asks over a connection of its own, which is open before the clock starts.
fn ask(address: SocketAddr, path: &str, gzip: bool) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let accept = if gzip { "accept-encoding: gzip\r\n" } else { "" };
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{accept}connection: close\r\n\r\n");
    let began = Instant::now();
    stream.write_all(request.as_bytes())?;
    let mut answer = vec![0; 1];
    stream.read_exact(&mut answer)?;
    let first_byte_ms = began.elapsed().as_secs_f64() * 1e3;
    stream.read_to_end(&mut answer)?;
    let head =
        answer.windows(4).position(|end| end == b"\r\n\r\n").context("an answer has a head")?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..head]));
    Ok(Answer { first_byte_ms, body: answer.split_off(head + 4) })
}
