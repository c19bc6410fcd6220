//! The same bytes, whatever came since.

use std::path::Path;

use weir_tests::Server;
use weir_tests::event::{cancelled_at, event};
use weir_tests::home::MAIN;

use crate::world::{World, recipients, three_sessions};

/// In every format, with all sections.
const FULL: &str = r#"
title = "All there is"
formats = ["html", "pdf", "png", "svg", "csv", "xlsx", "parquet", "json"]

[ask]
from = "-7d"
to = "now"

[[recipient]]
mail = ["ann@example.com", "ben@example.com"]
"#;

#[allow(clippy::disallowed_methods)] // the product's own clock cannot be set
fn old_line(session: u64, days: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    format!("{{\"received_at\":\"{at}\",\"payload\":{}}}\n", event(session, 7001))
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .expect("it can be read")
        .map(|entry| entry.expect("it can be read").path())
        .map(|path| {
            (
                path.file_name().expect("it has a name").to_string_lossy().into_owned(),
                std::fs::read(path).expect("it can be read"),
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_run_comes_out_as_the_same_bytes_whatever_came_since() {
    let world = World::new();
    let home = &world.home;
    home.define("full", FULL);
    let server = Server::start(home);
    three_sessions(&server);
    home.weir(["schedule", "run", "full"]).ok();
    let first = files(&home.data().join("outputs/1"));
    assert!(first.iter().any(|(name, _)| name.ends_with(".parquet")), "all formats are there");

    // More comes, also for the same sessions; a backlog that is older; other names and another
    // definition, and another zone by default.
    server.takes(MAIN, &[event(1, 7002), cancelled_at(4, "intro_screen_shown")]);
    server.stop();
    home.import(&(10..20).map(|n| old_line(n, 3)).collect::<String>());
    home.define("full", &FULL.replace("All there is", "Something else").replace("-7d", "-1d"));
    std::fs::write(
        home.data().join("catalogue.toml"),
        "[[screen]]\nstate = \"camera_access_blocked_screen_shown\"\nlabel = \"No camera\"\n",
    )
    .unwrap();
    let config = std::fs::read_to_string(home.path("weir.toml")).unwrap();
    home.write("weir.toml", format!("{config}\n[report]\ntimezone = \"Asia/Tokyo\"\n"));
    assert_eq!(home.report(["--from", "-7d"])["totals"]["started"], 14);

    // Without a server, and beside one.
    let said = home.prints(["schedule", "again", "1", "--out", "proof"]);
    assert!(said.contains("every file is the same, byte for byte"), "{said}");
    assert_eq!(files(&home.path("proof")), first);
    let server = Server::start(home);
    let said = home.prints(["schedule", "again", "1"]);
    assert!(said.contains("every file is the same, byte for byte"), "{said}");
    assert_eq!(files(&home.data().join("outputs/1-again")), first);

    // Also where what was kept is gone: what is sent again is what was sent.
    std::fs::remove_dir_all(home.data().join("outputs/1")).unwrap();
    let said = home.prints(["schedule", "again", "1", "--send", "mail:ann@example.com"]);
    assert!(said.contains("run 2: delivered, run 1 again"), "{said}");
    let (ann, ben) = (
        world.mailbox.messages_to("ann@example.com"),
        world.mailbox.messages_to("ben@example.com"),
    );
    assert_eq!((ann.len(), ben.len()), (2, 1), "only who was named");
    assert_eq!(ann[0].part("application/pdf"), ann[1].part("application/pdf"));
    assert_eq!(ann[0].plain(), ann[1].plain());
    assert_ne!(ann[0].header("message-id"), ann[1].header("message-id"));
    let run = &world.runs("full")[0];
    assert_eq!(recipients(run), [("mail:ann@example.com".to_owned(), "delivered".to_owned())]);
    assert_eq!(run["again_of"], 1);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn what_cannot_be_made_again_is_said() {
    let world = World::new();
    let home = &world.home;
    home.import(&old_line(1, 1));
    home.weir(["schedule", "again", "1"]).failed(2, &["nothing has run yet"]);
    home.define("full", FULL);
    home.weir(["schedule", "run", "full"]).ok();
    home.weir(["schedule", "again", "7"]).failed(2, &["there is no run 7", "schedule list"]);
    let nobody = home.weir(["schedule", "again", "1", "--send", "mail:eve@example.com"]);
    nobody.failed(2, &["no recipient `mail:eve@example.com`", "mail:ann@example.com"]);
    home.weir(["schedule", "again", "one"]).failed(2, &["'one'"]);
}
