//! A server starts in an empty folder; operators name screens and make definitions.

use std::fs;

use serde_json::{Value, json};
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::request;
use weir_tests::{Home, Server};

use crate::campaign::{Image, power_cuts};
use crate::lived_in::lived_in;
use crate::trace::Recorder;

fn start(home: &Home, recorder: &Recorder) -> Server {
    let command = recorder.over(Server::command(home));
    Server::run(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
}

#[test]
fn a_first_start() {
    let home = Home::new();
    let body = event(1, 7001);
    power_cuts(
        "a first start",
        &home,
        |recorder| {
            let server = start(&home, recorder);
            server.takes(MAIN, &[&body]);
            recorder.promised();
            server.stop();
        },
        |Image { home: image, promises }| {
            drop(Server::start(image));
            image.verified();
            if 0 < *promises {
                assert_eq!(image.bodies(), [body.as_str()]);
                let key = |home: &Home| fs::read(home.data().join("pseudonym.key")).ok();
                assert_eq!(key(image), key(&home), "who was shown as one is shown as another");
            }
        },
    );
}

/// Sends JSON, which is taken.
fn send(server: &Server, path: &str, body: &Value) {
    let headers = ["content-type: application/json".to_owned()];
    let asked = request("POST", path, &headers, body.to_string().as_bytes());
    let answer = server.connect().ask(&asked).expect("it answers");
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn what_operators_write() {
    const DEFINITION: &str = "title = \"Daily\"\n\n[ask]\nfrom = \"-1d\"\nto = \"now\"\n";
    let home = lived_in();
    fs::remove_dir_all(home.data().join("reports")).expect("it is there");
    power_cuts(
        "what operators write",
        &home,
        |recorder| {
            let server = start(&home, recorder);
            for n in 1..=2 {
                let screen = json!({"state": format!("{n}_shown"), "label": format!("Screen {n}"), "order": n});
                send(&server, "/api/v1/catalogue/screens", &screen);
                recorder.promised();
                let path = format!("/api/v1/schedules/daily-{n}");
                send(&server, &path, &json!({"definition": DEFINITION}));
                recorder.promised();
            }
            server.stop();
        },
        |Image { home, promises }| {
            let catalogue = home.data().join("catalogue.toml");
            let catalogue = fs::read_to_string(catalogue).expect("there was one before");
            catalogue.parse::<toml::Table>().expect("the catalogue is whole");
            for n in 1..=promises.div_ceil(2) {
                assert!(catalogue.contains(&format!("Screen {n}")), "{n} is not in: {catalogue}");
            }
            for n in 1..=promises / 2 {
                let path = home.data().join(format!("reports/daily-{n}.toml"));
                assert_eq!(fs::read_to_string(path).expect("it was kept"), DEFINITION);
            }
            drop(Server::start(home));
        },
    );
}
