//! Clients that post as fast as they are answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a load did.
pub(crate) struct Load {
    /// Requests that were answered with 200.
    pub(crate) answered: u64,
    /// How long each took, in milliseconds.
    pub(crate) latencies_ms: Vec<f64>,
}

/// Posts `requests`, over and over, on `connections` connections for `time`.
pub(crate) fn post(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
) -> anyhow::Result<Load> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let until = Instant::now() + time;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let running: Vec<_> = (0..connections)
            .map(|number| {
                // Each begins elsewhere, so that they do not all post the same.
                let mine: Vec<_> =
                    requests.iter().skip(number).step_by(connections).cloned().collect();
                tokio::task::spawn_local(client(address, mine, until))
            })
            .collect();
        let mut load = Load { answered: 0, latencies_ms: Vec::new() };
        for client in running {
            let latencies_ms = client.await??;
            load.answered += latencies_ms.len() as u64;
            load.latencies_ms.extend(latencies_ms);
        }
        Ok(load)
    })
}

async fn client(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    until: Instant,
) -> anyhow::Result<Vec<f64>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut latencies_ms = Vec::new();
    let mut answer = vec![0; 4_096];
    for request in requests.iter().cycle() {
        let began = Instant::now();
        if until <= began {
            break;
        }
        stream.write_all(request).await?;
        read_answer(&mut stream, &mut answer).await?;
        latencies_ms.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(latencies_ms)
}

/// Both servers answer 200 with the body `ok\n` and a length, in one small piece.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<()> {
    let mut length = 0;
    loop {
        let count = stream.read(&mut buffer[length..]).await?;
        ensure!(0 < count, "the server hung up");
        length += count;
        let answer = std::str::from_utf8(&buffer[..length]).context("an answer is text")?;
        if answer.ends_with("\r\n\r\nok\n") {
            ensure!(answer.starts_with("HTTP/1.1 200"), "the answer was {answer:?}");
            return Ok(());
        }
        ensure!(
            length < buffer.len() && answer.starts_with("HTTP/1.1 200"),
            "the answer was {answer:?}"
        );
    }
}
