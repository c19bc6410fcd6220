//! Why a value is not shown: on the page of its session, and by the API.

use std::fs;

use rusqlite::Connection;
use serde_json::json;
use weir_tests::event::session_id;
use weir_tests::page::text_of;
use weir_tests::{Home, Server};

use crate::kept::today;

const SEALED: &str = "[privacy]\nseal = true\n";

fn line(received_at: &str, session: u64, end_user: &str) -> String {
    let id = session_id(session);
    format!(
        "{{\"received_at\":\"{received_at}\",\"payload\":{{\"id\":\"{id}\",\"attemptId\":\"{id}\",\
         \"code\":7001,\"action\":\"started\",\"vendorData\":\"order {session}\",\
         \"endUserId\":\"{end_user}\"}}}}\n"
    )
}

/// A session's page says of `fields` that they are withheld, and why; the API does, too.
#[track_caller]
fn check(server: &Server, session: u64, fields: &[&str], why: &str) {
    let id = session_id(session);
    let page = server.get(&format!("/sessions/{id}"));
    assert_eq!(page.status, 200, "{}", page.text());
    let page = text_of(page.text());
    assert_eq!(page.contains("Withheld"), !fields.is_empty(), "{page}");
    let told = server.json(&format!("/api/v1/sessions/{id}"));
    let shown = |field: &str| match field {
        "endUserId" => told["end_user_id"].clone(),
        _ => told["vendor_data"].clone(),
    };
    let want: Vec<_> = fields
        .iter()
        .map(|field| json!({"field": field, "pseudonym": shown(field), "why": why}))
        .collect();
    assert_eq!(told["withheld"], json!(want), "{told}");
    for field in fields {
        let pseudonym = shown(field);
        let pseudonym = pseudonym.as_str().expect("a pseudonym");
        assert!(pseudonym.starts_with('~'), "{told}");
        assert!(page.contains(&format!("{field} {pseudonym} , {why}")), "{page}");
    }
}

#[test]
fn what_is_erased_not_retained_or_damaged_says_so_and_nothing_else_does() {
    let home = Home::with(SEALED);
    home.import(
        &(line("2024-01-05T09:00:00Z", 1, "ann-of-long-ago")
            + &line(&today(), 2, "bob-who-is-erased")
            + &line(&today(), 3, "cyd-whose-order-is-damaged")
            + &line(&today(), 4, "dan-who-is-shown")),
    );
    home.weir(["erase", "--yes", "--end-user", "bob-who-is-erased"]).ok();
    home.weir(["erase", "--yes", "--older-than", "12mo"]).ok();
    // The fifth subject is Cyd's order.
    let vault = Connection::open(home.data().join("keys.db")).expect("the vault");
    let changed = vault.execute("UPDATE key SET key = randomblob(32) WHERE subject = 5", []);
    assert_eq!(changed.expect("it is SQL"), 1);
    drop(vault);
    let server = Server::start(&home);
    server.counts(4);
    check(&server, 1, &["vendorData", "endUserId"], "beyond retention");
    check(&server, 2, &["endUserId"], "erased");
    check(&server, 3, &["vendorData"], "damaged");
    check(&server, 4, &[], "");
    server.stop();
    // Of a log whose vault is another's, no key is there.
    fs::remove_file(home.data().join("keys.db")).expect("the vault");
    fs::write(home.data().join("keys.db"), "").expect("an empty one");
    let server = Server::start(&home);
    server.counts(4);
    for session in 1..=4 {
        check(&server, session, &["vendorData", "endUserId"], "no key");
    }
    server.stop();
}
