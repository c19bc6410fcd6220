//! Slack's incoming webhooks: what they answer, and what the message may hold.

use std::time::Duration;

use serde_json::{Value, json};
use weir_channel::{Channels, Refusal, Target};
use weir_tests::event::{cancelled_at, event};
use weir_tests::receiver::{Mood, Receiver};
use weir_tests::{Home, Run};

use crate::world::{Sent, World, send};

/// The path of an incoming webhook, which is its secret.
const PATH: &str = "/services/T0AAAAAAA/B0BBBBBBB/hunter2hunter2hunter2";

struct Pair {
    world: World,
    slack: Receiver,
    channels: Channels,
}

impl Pair {
    fn new() -> Pair {
        let world = World::new();
        let slack = Receiver::start();
        world.write("slack-url", format!("http://{}{PATH}\n", slack.address()));
        let config = "[[slack]]\nname = \"ops\"\nurl_file = \"slack-url\"\ntimeout_s = 1\n";
        let channels = world.channels(config);
        Pair { world, slack, channels }
    }

    fn sent(&self, mood: Mood) -> Sent {
        self.slack.is(mood);
        send(&self.channels, &Target::Slack("ops".to_owned()), &self.world.parcel())
    }

    #[track_caller]
    fn is(&self, mood: Mood, kind: &str, words: &[&str]) {
        let sent = self.sent(mood);
        assert!(!sent.in_words().1.contains("hunter2"), "{sent:?}");
        sent.is(kind, words);
    }
}

#[test]
fn what_slack_answers_decides() {
    let pair = Pair::new();
    pair.is(Mood::answers(200, "ok"), "taken", &["200 ok"]);
    // What Slack's documentation lists.
    for (status, word) in [
        (400, "invalid_payload"),
        (400, "user_not_found"),
        (403, "action_prohibited"),
        (403, "invalid_token"),
        (404, "channel_not_found"),
        (404, "no_service"),
        (410, "channel_is_archived"),
    ] {
        let words =
            [&*format!("{status} {word}"), "whether the webhook and its channel still exist"];
        pair.is(Mood::answers(status, word), "permanent", &words);
    }
    for status in [408, 425, 429, 500, 502, 503] {
        let words = [&*format!("Slack answered {status} rollup_error")];
        pair.is(Mood::answers(status, "rollup_error"), "transient", &words);
    }
    let sent = pair.sent(Mood::with(429, &[("retry-after", "30")], ""));
    let Err(Refusal::Transient { retry_after, .. }) = sent.result else { panic!("{sent:?}") };
    assert_eq!(retry_after, Some(Duration::from_secs(30)));
    pair.is(Mood::answers(504, ""), "unknown", &["504", "look into the channel"]);
    for mood in [
        Mood::Stalls(String::new()),
        Mood::Says("HTTP/1.1 200 O".to_owned()),
        Mood::Says(String::new()),
        Mood::Deaf,
    ] {
        pair.is(mood, "unknown", &["look into the channel, and send it again by hand"]);
    }
    let elsewhere = Receiver::start();
    let within = format!("http://{}{PATH}", elsewhere.address());
    for status in [301, 302, 307, 308] {
        pair.is(Mood::with(status, &[("location", &within)], ""), "permanent", &["not followed"]);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn the_message_goes_as_it_is() {
    let pair = Pair::new();
    let mut parcel = pair.world.parcel();
    parcel.slack = json!({"text": "Ü &lt;", "blocks": [{"type": "divider"}]});
    send(&pair.channels, &Target::Slack("ops".to_owned()), &parcel).taken();
    let [request] = &pair.slack.taken()[..] else { panic!("it was sent once") };
    assert_eq!(request.line, format!("POST {PATH} HTTP/1.1"));
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(serde_json::from_slice::<Value>(&request.body).expect("it is JSON"), parcel.slack);
}

#[test]
fn the_address_is_never_shown() {
    let pair = Pair::new();
    for body in [
        format!("no such webhook: {PATH}"),
        format!("http://{}{PATH}", pair.slack.address()),
        "T0AAAAAAA/B0BBBBBBB/hunter2hunter2hunter2 is gone".to_owned(),
        "the token hunter2hunter2hunter2 was revoked".to_owned(),
    ] {
        for status in [200, 302, 404, 503, 504] {
            let sent = pair.sent(Mood::answers(status, &body));
            assert!(!format!("{:?}", sent.result).contains("hunter2"), "{sent:?}");
        }
    }
    pair.slack.is(Mood::Down);
    let sent = pair.sent(Mood::Down);
    assert!(!format!("{:?} {:?}", sent.result, pair.channels).contains("hunter2"), "{sent:?}");
    // Nor where the address itself is wrong.
    for wrong in ["ftp://a.example/hunter2", "hunter2 hunter2", "https://x:hunter2@a.example/"] {
        pair.world.write("slack-url", wrong);
        let config = "[[slack]]\nname = \"ops\"\nurl_file = \"slack-url\"\n";
        let error = pair.world.try_channels(config).expect_err("it is wrong").to_string();
        assert!(
            error.contains("[[channels.slack]] `ops`") && !error.contains("hunter2"),
            "{error}"
        );
    }
}

/// The limits that Slack's documentation of blocks gives; it refuses a message beyond any of them.
fn within_limits(message: &Value) {
    let chars = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    assert!((1..=40_000).contains(&chars(&message["text"])), "{message}");
    let blocks = message["blocks"].as_array().expect("there are blocks");
    assert!((1..=50).contains(&blocks.len()));
    for block in blocks {
        match block["type"].as_str().expect("it is of a type") {
            "header" => {
                assert_eq!(block["text"]["type"], "plain_text");
                assert!((1..=150).contains(&chars(&block["text"]["text"])), "{block}");
            }
            "section" if block["fields"].is_array() => {
                let fields = block["fields"].as_array().expect("there are fields");
                assert!((1..=10).contains(&fields.len()));
                for field in fields {
                    assert!((1..=2_000).contains(&chars(&field["text"])), "{field}");
                }
            }
            "section" => assert!((1..=3_000).contains(&chars(&block["text"]["text"])), "{block}"),
            "context" => {
                let elements = block["elements"].as_array().expect("there are elements");
                assert!((1..=10).contains(&elements.len()));
            }
            "divider" => {}
            other => panic!("a block of the type {other}"),
        }
    }
}

/// Every text of a message, wherever it stands.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(text) = map.get("text").and_then(Value::as_str) {
                found.push(text.to_owned());
            }
            map.values().for_each(|value| texts(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[test]
fn a_report_reaches_slack_with_its_numbers_and_nothing_that_slack_would_obey() {
    let home = Home::new();
    let slack = Receiver::start();
    let config = std::fs::read_to_string(home.path("weir.toml")).expect("it was written");
    let channels = "[channels]\nprivate_addresses = [\"127.0.0.0/8\"]\n\n\
                    [[channels.slack]]\nname = \"ops\"\nurl_env = \"SLACK_OF_THE_TEST\"\n\n";
    home.write("weir.toml", config + channels);
    let hostile = [
        "<!channel>",
        "<@U012AB3CD>",
        "<https://evil.example|Open the report>",
        "*bold* _it_ ~struck~ `code`",
        "a & b > c",
        "@here https://evil.example/",
        &"long_".repeat(2_000),
    ];
    let mut lines = String::new();
    let mut number = 0;
    for (place, state) in hostile.iter().enumerate() {
        for _ in 0..=place {
            number += 1;
            for body in [event(number, 7001), cancelled_at(number, state)] {
                lines.push_str(&line(&body));
            }
        }
    }
    for session in 1_000..1_060 {
        lines.push_str(&line(&event(session, 7001)));
        lines.push_str(&line(&event(session, 7002)));
    }
    home.import(&lines);
    home.define(
        "pulse",
        "title = \"<!channel> | <https://evil.example|Click> *now*\"\nrange = \"yesterday\"\n\
         [schedule]\nwhen = \"daily 08:00 UTC\"\n[[recipient]]\nslack = \"ops\"\n",
    );
    let at = ["schedule", "run", "pulse", "--as-of", "2026-03-31T08:00:00Z"];
    let mut command = home.command(at);
    command.env("SLACK_OF_THE_TEST", format!("http://{}{PATH}", slack.address()));
    let run = Run::of(&mut command).ok();
    assert!(!format!("{run}").contains("hunter2"), "{run}");
    let [request] = &slack.taken()[..] else { panic!("it was sent once") };
    let message: Value = serde_json::from_slice(&request.body).expect("it is JSON");
    within_limits(&message);

    let mut found = Vec::new();
    texts(&message, &mut found);
    let all = found.join("\n");
    // Only what Weir itself makes a link of stands between unescaped brackets, and here is no
    // address that it would link to.
    assert!(!all.contains('<') && !all.contains('>'), "{all}");
    for text in ["*bold*", "*now*", "_it_", "~struck~", "`code`", "@here", "@U012"] {
        assert!(!all.contains(text), "{text} in {all}");
    }
    assert!(all.contains("&lt;!channel&gt;"), "{all}");

    // The numbers are those of the report.
    let report = home.report(["--from", "2026-03-30", "--to", "2026-03-31", "--tz", "UTC"]);
    let started = report["totals"]["started"].as_u64().expect("a number");
    assert_eq!(started, number + 60, "{report}");
    for want in [format!("{started} sessions"), number.to_string()] {
        assert!(all.contains(&want), "{want} in {all}");
    }
}

/// A line of `weir import`: received at noon of the 30th.
fn line(body: &str) -> String {
    let payload: Value = serde_json::from_str(body).expect("it is JSON");
    let line = json!({
        "received_at": "2026-03-30T12:00:00Z", "integration": "main", "payload": payload,
    });
    format!("{line}\n")
}
