//! Hardly more memory than a process at rest has.
//!
//! `RLIMIT_DATA` counts what is asked for, whether it is used or not, stacks of threads among it: two
//! MiB each that are hardly touched. At the least of it a process does not come to its work at all.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::server::{limited, post_over};
use weir_tests::{Home, Run, Server};

/// From hardly enough to start with to enough for everything, in KiB.
const LIMITS_KIB: [u32; 6] = [6_000, 16_000, 32_000, 64_000, 128_000, 400_000];

/// Deliveries with bodies of 20 kB: 40 MB in all.
const LINES: u64 = 2_000;

fn lines() -> String {
    let filler = "x".repeat(20_000);
    (0..LINES)
        .map(|n| {
            let body = format!("{{\"line\":\"{n} {filler}\",{}", &event(n % 700, 7001)[1..]);
            format!("{{\"received_at\":\"2026-01-05T00:00:00Z\",\"payload\":{body}}}\n")
        })
        .collect()
}

/// A command under a limit: whether it worked. If not, it said why.
fn works(home: &Home, limit_kib: u32, args: &[&str]) -> bool {
    let command = limited(&home.command(args), &format!("-d {limit_kib}"));
    ends_well(command, &format!("{args:?} within {limit_kib} KiB"))
}

fn ends_well(mut command: Command, what: &str) -> bool {
    let output = command.output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return true;
    }
    // Where there is no memory, or no thread for want of it, the runtime says so; else a sentence.
    let signal = output.status.signal();
    assert!(signal.is_none() || signal == Some(6), "{what}: {:?}: {said}", output.status);
    let says = ["memory allocation of", "failed to spawn thread", "weir: ", "error while loading"];
    assert!(says.iter().any(|words| said.contains(words)), "{what} says nothing: {said}");
    false
}

#[test]
fn long_work_within_little_memory_is_done_or_fails_with_a_word_and_loses_nothing() {
    let home = Home::new();
    home.import("{\"received_at\":\"2026-01-05T00:00:00Z\",\"payload\":{}}\n");
    home.write("many.ndjson", lines());
    let mut least_kib = None;
    for limit_kib in LIMITS_KIB {
        let before = home.verified();
        let done = works(&home, limit_kib, &["import", "many.ndjson"]);
        let after = home.verified();
        assert!(before <= after && (!done || after == before + LINES), "{before}, then {after}");
        let report = works(&home, limit_kib, &["report", "abandonment", "--format", "json"]);
        let rebuild = works(&home, limit_kib, &["rebuild"]);
        let export = works(&home, limit_kib, &["log", "export", "--out", "/dev/null"]);
        println!(
            "{limit_kib} KiB: import {done}, report {report}, rebuild {rebuild}, export {export}"
        );
        if done && report && rebuild && least_kib.is_none() {
            least_kib = Some(limit_kib);
        }
        home.prints(["rebuild"]);
    }
    let least_kib = least_kib.expect("with enough memory all of it is done");
    println!("all of it is done within {least_kib} KiB");
    // Not all the bodies at a time: they come to 40 MB, and a batch of the usual count to 160.
    assert!(least_kib <= 128_000, "{least_kib} KiB");
}

#[test]
fn a_server_with_little_memory_takes_large_deliveries_or_ends_and_keeps_every_200() {
    let body = |n: u64| format!("{{\"n\":\"{n} {}\",{}", "x".repeat(60_000), &event(n, 7001)[1..]);
    let mut served = 0;
    for limit_kib in LIMITS_KIB {
        let home = Home::new();
        let command = limited(&Server::command(&home), &format!("-d {limit_kib}"));
        let mut taken = Vec::new();
        match Server::run(command) {
            Err(said) => {
                let says = ["memory", "weir: ", "error while loading"];
                assert!(says.iter().any(|words| said.contains(words)), "{limit_kib}: {said}");
            }
            Ok(server) => {
                served += 1;
                std::thread::scope(|scope| {
                    let posting: Vec<_> = (0..8)
                        .map(|client| {
                            let server = &server;
                            scope.spawn(move || {
                                let mut taken = Vec::new();
                                let Some(mut line) = server.connect_now() else { return taken };
                                for n in 0..60 {
                                    let body = body(client * 1_000 + n);
                                    match post_over(&mut line, MAIN, &body) {
                                        Ok(200) => taken.push(body),
                                        Ok(_) => {}
                                        Err(_) => break,
                                    }
                                }
                                taken
                            })
                        })
                        .collect();
                    for client in posting {
                        taken.extend(client.join().expect("it posts"));
                    }
                });
                server.kill();
            }
        }
        println!("{limit_kib} KiB: {} large deliveries taken", taken.len());
        if Run::of(&mut home.command(["log", "verify"])).status == Some(0) {
            let logged = home.bodies();
            assert!(taken.iter().all(|body| logged.contains(body)), "{limit_kib}: one is gone");
        } else {
            assert!(taken.is_empty(), "{limit_kib}: nothing is there");
        }
    }
    assert!(0 < served, "it was never served");
}
