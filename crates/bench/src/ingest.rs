//! Signed webhooks over HTTP: requests in a second of the server's processor time.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::figures::{Target, median, say};
use crate::process::{cpu_s, resident_mib, weir};
use crate::sealing::SEAL;
use crate::{Args, backlog, load};

const SECRET: &[u8] = b"a secret of the benchmark";
const API_KEY: &str = "benchmark";
const REQUESTS: u64 = 20_000;
const CONNECTIONS: [usize; 2] = [64, 256];
const WARM_UP: Duration = Duration::from_secs(1);
const TIME: Duration = Duration::from_secs(5);

/// A server that asks nobody on this machine who they are.
const OPEN: &str = "[dashboard]\nopen = \"loopback\"\n";

/// A server that is killed with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// One load on one server.
struct Measured {
    /// Requests in a second of the server's processor time.
    per_cpu_s: f64,
    per_s: f64,
    p99_ms: f64,
    resident_mib: f64,
}

/// Measures the endpoint beside the same server without any work.
pub(crate) fn measure(args: &Args, work: &Path) -> anyhow::Result<()> {
    let requests = requests(args.seed)?;
    for connections in CONNECTIONS {
        println!(
            "ingest: {REQUESTS} signed bodies over and over, {connections} connections, {} s",
            TIME.as_secs()
        );
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        // In turn, so that a drift of the machine meets both.
        for run in 0..args.runs {
            theirs.push(Server::baseline()?.load(&requests, connections)?);
            let dir = work.join(format!("ingest-{connections}-{run}"));
            ours.push(Server::weir(args, &dir, OPEN)?.load(&requests, connections)?);
            std::fs::remove_dir_all(&dir)?;
        }
        let of = |all: &[Measured], figure: fn(&Measured) -> f64| {
            median(&all.iter().map(figure).collect::<Vec<_>>())
        };
        let ratios: Vec<_> = ours
            .iter()
            .zip(&theirs)
            .map(|(ours, theirs)| ours.per_cpu_s / theirs.per_cpu_s)
            .collect();
        say(
            "weir, requests per second of server CPU",
            of(&ours, |m| m.per_cpu_s),
            "",
            Target::None,
        );
        say(
            "baseline, requests per second of server CPU",
            of(&theirs, |m| m.per_cpu_s),
            "",
            Target::None,
        );
        say("ratio to the baseline, pair by pair", median(&ratios), "", Target::AtLeast(0.4));
        say("weir, requests a second", of(&ours, |m| m.per_s), "", Target::None);
        say("baseline, requests a second", of(&theirs, |m| m.per_s), "", Target::None);
        say("weir, 99 % are answered within", of(&ours, |m| m.p99_ms), "ms", Target::None);
        say("weir, memory at the end", of(&ours, |m| m.resident_mib), "MiB", Target::None);
    }
    Ok(())
}

/// Measures the endpoint that seals personal values beside the same one that does not.
pub(crate) fn measure_sealing(args: &Args, work: &Path) -> anyhow::Result<()> {
    let requests = requests(args.seed)?;
    for connections in CONNECTIONS {
        println!(
            "sealing: the same bodies as ingest, {connections} connections, {} s",
            TIME.as_secs()
        );
        let (mut sealed, mut plain) = (Vec::new(), Vec::new());
        for run in 0..args.runs {
            let dir = work.join(format!("sealing-{connections}-{run}"));
            for (measured, settings) in
                [(&mut plain, OPEN.to_owned()), (&mut sealed, OPEN.to_owned() + SEAL)]
            {
                measured.push(Server::weir(args, &dir, &settings)?.load(&requests, connections)?);
                std::fs::remove_dir_all(&dir)?;
            }
        }
        let pairs = sealed.iter().zip(&plain);
        let ratios: Vec<_> =
            pairs.map(|(sealed, plain)| sealed.per_cpu_s / plain.per_cpu_s).collect();
        let of =
            |figure: fn(&Measured) -> f64| median(&sealed.iter().map(figure).collect::<Vec<_>>());
        say("sealing, requests a second", of(|m| m.per_s), "", Target::None);
        say("sealing, 99 % are answered within", of(|m| m.p99_ms), "ms", Target::None);
        say("sealing, memory at the end", of(|m| m.resident_mib), "MiB", Target::None);
        say("requests per second of CPU, ratio to plain ones", median(&ratios), "", Target::None);
    }
    Ok(())
}

impl Server {
    fn baseline() -> anyhow::Result<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("baseline-server");
        Server::start(command)
    }

    fn weir(args: &Args, dir: &Path, settings: &str) -> anyhow::Result<Server> {
        std::fs::create_dir_all(dir)?;
        Server::start_over(args, dir, &dir.join("data"), settings)
    }

    /// `weir serve` over a data directory, open to this machine, with its configuration in `dir`.
    pub(crate) fn over(args: &Args, dir: &Path, data: &Path) -> anyhow::Result<Server> {
        Server::start_over(args, dir, data, OPEN)
    }

    fn start_over(args: &Args, dir: &Path, data: &Path, settings: &str) -> anyhow::Result<Server> {
        let config = dir.join("weir.toml");
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&config)?;
        let secret = std::str::from_utf8(SECRET)?;
        write!(
            file,
            "[[integration]]\nname = \"main\"\napi_key = \"{API_KEY}\"\nsecrets = [\"{secret}\"]\n\n\
             {settings}"
        )?;
        let mut command = weir(&args.weir, data);
        command.arg("--config").arg(config).args(["serve", "--listen", "127.0.0.1:0"]);
        Server::start(command)
    }

    /// Starts the command and reads its address off the line that says it.
    fn start(mut command: Command) -> anyhow::Result<Server> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().context("a stderr")?).lines();
        for line in lines.by_ref() {
            if let Some((_, rest)) = line?.split_once("at http://") {
                let address = rest.trim_end_matches('/').parse()?;
                // Whatever else it says must be read, or it would wait for us.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Server { child, address });
            }
        }
        anyhow::bail!("{command:?} ended before it listened")
    }

    fn load(self, requests: &[Vec<u8>], connections: usize) -> anyhow::Result<Measured> {
        load::post(self.address, requests, connections, WARM_UP)?;
        let before_s = cpu_s(self.child.id())?;
        let mut load = load::post(self.address, requests, connections, TIME)?;
        let cpu_s = cpu_s(self.child.id())? - before_s;
        load.latencies_ms.sort_by(f64::total_cmp);
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let answered = load.answered as f64;
        Ok(Measured {
            per_cpu_s: answered / cpu_s,
            per_s: answered / TIME.as_secs_f64(),
            p99_ms: load.latencies_ms[load.latencies_ms.len() * 99 / 100],
            resident_mib: resident_mib(self.child.id())?,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn requests(seed: u64) -> anyhow::Result<Vec<Vec<u8>>> {
    backlog::deliveries(seed, REQUESTS)
        .map(|sent| {
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET)?;
            mac.update(&sent.body);
            let signature = hex::encode(mac.finalize().into_bytes());
            let mut request = format!(
                "POST /webhooks/veriff HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                 user-agent: weir-bench\r\nx-auth-client: {API_KEY}\r\nx-hmac-signature: {signature}\r\n\
                 content-length: {}\r\n\r\n",
                sent.body.len()
            )
            .into_bytes();
            request.extend_from_slice(&sent.body);
            Ok(request)
        })
        .collect()
}
