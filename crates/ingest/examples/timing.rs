//! Whether the time that a refusal takes tells why: `cargo xtask timing`.
//!
//! As dudect does it: signatures of two classes in random order, the time of each check, and Welch's t
//! between the classes, over all of them and without the slowest. A t beyond 4.5 says that the classes
//! differ, and what is printed beside it by how much: below a nanosecond nobody sees it over a network.
//! A comparison that stops at the first difference is measured beside, to show that the instrument
//! sees one.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::Sha256;
use weir_ingest::{Integration, Integrations, NamedSecret, verify};

/// Checks of each pair of classes.
const SAMPLES: usize = 1_000_000;
/// Requests that are made before they are measured: what was just written is slow to be read, and
/// where it was written would tell the class.
const BATCH: usize = 250;
/// An event.
const BODY_BYTES: usize = 400;
const SECRETS: [&str; 3] = ["one of three", "the second", "the automatic one"];
/// Above it two classes differ.
const T_MAX: f64 = 4.5;
/// Below it a difference is none that could be seen from outside: a few cycles.
const NS_MAX: f64 = 1.0;
/// What is left when the slowest are taken away, in hundredths.
const KEPT: [usize; 4] = [100, 99, 90, 50];

/// How the requests of a class are wrong.
#[derive(Clone, Copy)]
struct Class {
    client: &'static str,
    /// The secret whose signature it nearly is.
    secret: usize,
    /// The byte in which it differs.
    wrong: usize,
}

/// A request, and what it is compared with.
struct Sample {
    headers: HeaderMap,
    body: Vec<u8>,
    signature: [u8; 32],
    right: [u8; 32],
}

fn main() -> ExitCode {
    let seed = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| rand::rng().random());
    println!("seed {seed}, {SAMPLES} checks of each pair, {} secrets", SECRETS.len());
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let integrations = integrations();
    cost(&integrations, &mut rng);
    let check = |sample: &Sample| {
        black_box(
            verify(&integrations, black_box(&sample.headers), black_box(&sample.body)).is_ok(),
        );
    };
    let leak = |sample: &Sample| {
        black_box(stops_early(black_box(&sample.signature), black_box(&sample.right)));
    };
    let first = Class { client: "key", secret: 0, wrong: 0 };
    let last = Class { wrong: 31, ..first };
    let third = Class { secret: 2, ..last };
    let unknown = Class { client: "kez", ..first };
    let mut alike = true;
    let mut pair = |what: &str, classes: [Class; 2]| {
        alike &= judge(what, &measure(classes, check, &mut rng));
    };
    pair("wrong in the first byte, in the last", [first, last]);
    pair("nearly the first secret's, nearly the third's", [last, third]);
    pair("wrong signature, unknown client", [first, unknown]);
    let early = measure([first, last], leak, &mut rng);
    let seen = !judge("(an early stop, to be seen)", &early);
    match (alike, seen) {
        (true, true) => println!("alike, by an instrument that sees an early stop"),
        (_, false) => println!("the instrument saw nothing: the machine is too busy; try again"),
        (false, _) => println!("not alike; on a busy machine try again before you believe it"),
    }
    ExitCode::from(u8::from(!(alike && seen)))
}

fn integrations() -> Integrations {
    let secrets = SECRETS.map(|secret| NamedSecret::new(secret, secret.as_bytes().to_vec()));
    let one = Integration { name: "main".into(), api_key: "key".into(), secrets: secrets.into() };
    #[allow(clippy::expect_used)]
    Integrations::new(vec![one]).expect("it can be served")
}

/// A request of a class, made anew each time: neither where it lies in memory nor what the processor
/// remembers of it tells its class.
#[allow(clippy::expect_used)]
fn sample(class: Class, bytes: usize, rng: &mut ChaCha8Rng) -> Sample {
    let mut body = vec![0; bytes];
    rng.fill_bytes(&mut body);
    let secret = SECRETS[class.secret].as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
    mac.update(&body);
    let right: [u8; 32] = mac.finalize().into_bytes().into();
    let mut signature = right;
    signature[class.wrong] ^= rng.random_range(1..=255_u8);
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).expect("plain");
        headers.insert(HeaderName::from_static(name), value);
    };
    put("x-auth-client", class.client);
    put("x-hmac-signature", &hex::encode(signature));
    put("content-type", "application/json");
    Sample { headers, body, signature, right }
}

/// What nobody should do.
#[inline(never)]
fn stops_early(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).all(|(a, b)| black_box(a) == black_box(b))
}

/// The times of both classes, in nanoseconds, in random order.
fn measure(classes: [Class; 2], check: impl Fn(&Sample), rng: &mut ChaCha8Rng) -> [Vec<u32>; 2] {
    let mut times = [Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES)];
    for _ in 0..SAMPLES / BATCH {
        let made: Vec<_> = (0..BATCH)
            .map(|_| {
                let class = rng.random_range(0..2);
                (class, sample(classes[class], BODY_BYTES, rng))
            })
            .collect();
        for (class, sample) in made {
            let began = Instant::now();
            check(&sample);
            let took = u32::try_from(began.elapsed().as_nanos()).unwrap_or(u32::MAX);
            times[class].push(took);
        }
    }
    times
}

/// Prints what t is, and whether the classes are alike.
#[allow(clippy::cast_precision_loss)] // counts are far below 2^53
fn judge(what: &str, times: &[Vec<u32>; 2]) -> bool {
    let mut all: Vec<u32> = times.concat();
    all.sort_unstable();
    let mut worst = 0.0_f64;
    let mut said = String::new();
    for kept in KEPT {
        let most = all[(all.len() * kept / 100).min(all.len()) - 1];
        let [a, b] = [&times[0], &times[1]].map(|times| Moments::of(times, most));
        let t = (a.mean - b.mean) / (a.variance / a.count + b.variance / b.count).sqrt();
        // With the very slowest, which the machine makes, t says little.
        if kept < 100 && NS_MAX <= (a.mean - b.mean).abs() {
            worst = worst.max(t.abs());
        }
        said.push_str(&format!(
            "  {kept} %: t {t:+.2} ({:+.2} ns of {:.0})",
            a.mean - b.mean,
            a.mean
        ));
    }
    println!("{what}:{said}");
    worst <= T_MAX
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    #[allow(clippy::cast_precision_loss)]
    fn of(times: &[u32], most: u32) -> Moments {
        let kept = || times.iter().filter(|time| **time <= most).map(|time| f64::from(*time));
        let count = kept().count() as f64;
        let mean = kept().sum::<f64>() / count;
        let variance = kept().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Moments { count, mean, variance }
    }
}

/// What a refusal costs: all secrets are tried.
fn cost(integrations: &Integrations, rng: &mut ChaCha8Rng) {
    for bytes in [400, 1_000, 16 * 1024, 64 * 1024] {
        let sample = sample(Class { client: "key", secret: 0, wrong: 0 }, bytes, rng);
        let times = (0..2_000_000 / (bytes + 1_000)).map(|_| {
            let began = Instant::now();
            black_box(
                verify(integrations, black_box(&sample.headers), black_box(&sample.body)).is_ok(),
            );
            began.elapsed().as_nanos()
        });
        let mut times: Vec<u128> = times.collect();
        times.sort_unstable();
        println!("a refused body of {bytes} bytes: {} ns", times[times.len() / 2]);
    }
}
