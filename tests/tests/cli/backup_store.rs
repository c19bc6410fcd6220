//! A backup in an object store, and the way back.

use std::sync::Arc;

use serde_json::Value;
use weir_tests::event::event;
use weir_tests::store::{KEY_ID, SECRET_KEY, Store};
use weir_tests::{Home, Run};

/// `count` lines, the first of second `from` of the day.
fn lines(from: u64, count: u64) -> String {
    (from..from + count)
        .map(|number| {
            let (minute, second) = (number / 60, number % 60);
            let body = event(number / 2, 7001 + (number % 2) as u32);
            format!(
                "{{\"received_at\":\"2026-01-05T09:{minute:02}:{second:02}Z\",\"payload\":{body}}}\n"
            )
        })
        .collect()
}

/// A data directory with something of everything, and a bucket of its own.
struct World {
    store: Arc<Store>,
    home: Home,
    bucket: String,
}

impl World {
    fn new(bucket: &str) -> World {
        let store = Store::shared();
        store.make_bucket(bucket);
        let home = Home::with(&section(&store, bucket));
        home.write_secret("secret-key", SECRET_KEY);
        home.import(&lines(0, 300));
        home.prints(["people", "add", "ann", "--role", "owner"]);
        home.define("monday", "title = \"Monday\"\n");
        World { store, home, bucket: bucket.to_owned() }
    }

    #[track_caller]
    fn take(&self, flags: &[&str]) -> Value {
        let mut command = self.home.command(["backup", "--json", "s3:archive/weir/main"]);
        let run = Run::of(command.args(flags)).ok();
        serde_json::from_slice(&run.stdout).expect("it is JSON")
    }

    fn restore(&self, name: &str, flags: &[&str]) -> Run {
        let mut command =
            self.home.command(["restore", "s3:archive/weir/main", "--data-dir", name]);
        Run::of(command.args(flags))
    }

    #[track_caller]
    fn prints_of(&self, name: &str, args: &[&str]) -> String {
        let mut command = self.home.command(args);
        Run::of(command.args(["--data-dir", name])).ok().text()
    }

    /// The key of the `nth` part of the log.
    fn segment(&self, manifest: &Value, nth: usize) -> String {
        let segment = &manifest["segments"][nth];
        let number = |key: &str| segment[key].as_u64().expect("a number");
        let seal: String = segment["seal"].as_str().expect("text").chars().take(16).collect();
        format!("weir/main/log/{:020}-{:020}-{seal}.db.zst", number("first"), number("last"))
    }
}

fn section(store: &Store, bucket: &str) -> String {
    format!(
        "[channels]\nprivate_addresses = [\"127.0.0.0/8\"]\n\
         [[channels.s3]]\nname = \"archive\"\nendpoint = \"{}\"\nbucket = \"{bucket}\"\n\
         access_key_id = \"{KEY_ID}\"\nsecret_access_key_file = \"secret-key\"\n",
        store.endpoint()
    )
}

#[test]
fn a_backup_in_a_store_brings_everything_back_and_grows_by_what_is_new() {
    let world = World::new("backup-grows");
    let taken = world.take(&[]);
    assert_eq!((&taken["deliveries"], &taken["is_finished"]), (&300.into(), &true.into()));
    assert!(taken["report_sha256"].is_string(), "{taken}");
    assert_eq!(taken["segments"].as_array().map(Vec::len), Some(1));
    let run = world.restore("back", &[]).ok();
    assert!(run.text().contains("gives the report that was backed up"), "{run}");
    for args in [&["log", "export"][..], &["log", "verify"], &["people", "list"]] {
        assert_eq!(world.prints_of("back", args), world.prints_of("data", args), "{args:?}");
    }
    assert!(world.home.path("back/reports/monday.toml").exists());
    world.home.import(&lines(300, 50));
    let again = world.take(&["--quick"]);
    assert_eq!((&again["deliveries"], &again["report_sha256"]), (&350.into(), &Value::Null));
    assert_eq!(again["segments"].as_array().map(Vec::len), Some(2));
    assert_eq!(again["segments"][0], taken["segments"][0], "what is there is not put again");
    world.restore("again", &[]).ok();
    assert_eq!(
        world.prints_of("again", &["log", "verify"]),
        world.prints_of("data", &["log", "verify"])
    );
    world.restore("part", &["--to", "310"]).ok();
    assert!(world.prints_of("part", &["log", "verify"]).starts_with("310 "));
    let run = world.home.weir(["backup", "s3:archive/weir/main"]).ok();
    assert!(
        run.text().starts_with("s3:archive/weir/main holds 350 deliveries, 0 of them new"),
        "{run}"
    );
    // The restored log goes on from there, and so does its backup.
    world.home.write("more.ndjson", lines(350, 5));
    world.prints_of("again", &["import", "more.ndjson"]);
    world.prints_of("again", &["backup", "s3:archive/weir/main"]);
    world.restore("more", &[]).ok();
    assert!(world.prints_of("more", &["log", "verify"]).starts_with("355 "));
}

/// The vault that a backup has, as its manifest says.
fn vault(manifest: &Value) -> Option<String> {
    let files = manifest["files"].as_array().expect("a list");
    let vault = files.iter().find(|part| part["name"] == "keys.db")?;
    Some(format!("weir/main/keys/{}", vault["sha256"].as_str().expect("text")))
}

#[test]
fn keys_lie_apart_and_an_erasure_says_where_they_stay() {
    let world = World::new("backup-keys");
    let config = std::fs::read_to_string(world.home.path("weir.toml")).expect("it was written");
    world.home.write("weir.toml", format!("{config}\n[privacy]\nseal = true\n"));
    let line = |name: &str| {
        let named = format!("\"endUserId\":\"{name}\"");
        let body = event(900, 7001).replace("\"endUserId\":null", &named);
        format!("{{\"received_at\":\"2026-01-05T10:00:00Z\",\"payload\":{body}}}\n")
    };
    world.home.import(&(line("ann-who-is-erased") + &line("bob-who-stays")));
    let before = vault(&world.take(&[])).expect("it has the keys");
    assert!(world.store.object(&world.bucket, &before).is_some(), "{before}");
    world.restore("back", &[]).ok();
    let exported = world.prints_of("back", &["log", "export"]);
    assert!(exported.contains("ann-who-is-erased") && exported.contains("bob-who-stays"));

    let folder = world.home.path("folder").display().to_string();
    world.home.prints(["backup", &folder]);
    let run = world.home.weir(["erase", "--yes", "--end-user", "ann-who-is-erased"]).ok();
    run.says("copied          s3:archive/weir/main, at 20");
    run.says("weir backup s3:archive/weir/main, then remove every object below keys/ but the one");
    run.says(&format!("with keys that are gone here: weir backup {folder}\n"));
    // As it says: then nothing that is restored gives her, and the old vault is still there.
    let after = vault(&world.take(&[])).expect("it has the keys");
    assert_ne!(after, before);
    world.restore("again", &[]).ok();
    let exported = world.prints_of("again", &["log", "export"]);
    assert!(!exported.contains("ann-who-is-erased") && exported.contains("bob-who-stays"));
    assert!(world.store.object(&world.bucket, &before).is_some(), "nothing is removed there");
    // A folder has the last vault only, and none where it was asked to have none; a store keeps all.
    world.home.prints(["backup", "--without-keys", &folder]);
    assert_eq!(vault(&world.take(&["--without-keys"])), None);
    let told = world.home.prints(["erase", "--yes", "--json", "--end-user", "bob-who-stays"]);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let copies = told["backups_with_keys"].as_array().expect("a list");
    assert_eq!(copies.len(), 1, "{told}");
    assert_eq!(copies[0]["place"], "s3:archive/weir/main");
    assert_eq!(copies[0]["is_in_store"], true);
    let run = world.restore("bare", &[]).ok();
    run.says("the backup has no keys of its sealed values");
    assert!(world.prints_of("bare", &["log", "export"]).contains("\"redacted\":true"));
}

#[test]
fn what_was_changed_in_the_store_is_found_and_nothing_is_made_of_it() {
    let world = World::new("backup-changed");
    let taken = world.take(&[]);
    let key = world.segment(&taken, 0);
    let was = world.store.object(&world.bucket, &key).expect("it was put").body;
    let mut changed = was.clone();
    changed[was.len() / 2] ^= 1;
    for (body, said) in [(&changed[..], "SHA-256"), (b"short", "has 5 bytes")] {
        world.store.put(&world.bucket, &key, body);
        let run = world.restore("back", &[]);
        run.failed(1, &[&key["weir/main/".len()..], said, "is not what was put"]);
        assert!(!world.home.path("back/log.db").exists());
    }
    // Proving it again finds it, too.
    world.home.weir(["backup", "s3:archive/weir/main"]).failed(1, &["is not what was put"]);
    world.store.put(&world.bucket, &key, &was);
    world.take(&[]);
    world.restore("back", &[]).ok();
    // A manifest that would have a file written elsewhere.
    let manifest = "weir/main/backup.json";
    let text = world.store.object(&world.bucket, manifest).expect("it was put").body;
    let text = String::from_utf8(text).expect("it is text").replace("access.db", "../access.db");
    world.store.put(&world.bucket, manifest, text.as_bytes());
    world.restore("other", &[]).failed(1, &["../access.db", "would lie elsewhere"]);
    assert!(!world.home.path("access.db").exists());
}

#[test]
fn a_backup_that_was_cut_off_goes_on() {
    let world = World::new("backup-cut");
    let manifest = "weir/main/backup.json";
    let first = world.take(&[]);
    world.home.import(&lines(300, 20));
    let before = world.store.object(&world.bucket, manifest).expect("it was put").body;
    let second = world.take(&[]);
    // As if it had ended after the part was put, and before that was noted.
    world.store.put(&world.bucket, manifest, &before);
    assert_eq!(world.take(&[])["segments"], second["segments"]);
    // And as if it had ended in the middle.
    let unfinished = first.to_string().replace("\"is_finished\":true", "\"is_finished\":false");
    world.store.put(&world.bucket, manifest, unfinished.as_bytes());
    world.restore("back", &[]).failed(1, &["did not come to its end", "--unfinished"]);
    world.restore("back", &["--unfinished"]).ok();
    assert!(world.prints_of("back", &["log", "verify"]).starts_with("300 "));
    assert_eq!(world.take(&["--quick"])["deliveries"], 320);
}

#[test]
fn a_place_that_cannot_be_is_told() {
    let world = World::new("backup-places");
    let backup = |place: &str| world.home.weir(["backup", place]);
    backup("s3:archive").failed(2, &["s3:archive/weir"]);
    backup("s3:other/weir").failed(2, &["no [[channels.s3]]", "`other`"]);
    backup("s3:archive/../weir").failed(2, &["is no place in a store"]);
    world.restore("back", &[]).failed(1, &["no backup in the store", "backup.json"]);
    world.take(&[]);
    // Of another log.
    let other = Home::with(&section(&world.store, &world.bucket));
    other.write_secret("secret-key", SECRET_KEY);
    other.import(&lines(7, 400));
    other.weir(["backup", "s3:archive/weir/main"]).failed(1, &["another log", "delivery 300"]);
    let shorter = Home::with(&section(&world.store, &world.bucket));
    shorter.write_secret("secret-key", SECRET_KEY);
    shorter.import(&lines(0, 10));
    shorter
        .weir(["backup", "s3:archive/weir/main"])
        .failed(1, &["up to delivery 300", "ends at 10"]);
    // Nobody is left without the one that is there.
    world.restore("back", &[]).ok();
    // No bucket, and no room to work.
    let nowhere = Home::with(&section(&world.store, "backup-nowhere"));
    nowhere.write_secret("secret-key", SECRET_KEY);
    nowhere.import(&lines(0, 1));
    nowhere.weir(["backup", "s3:archive/weir"]).failed(1, &["404 NoSuchBucket"]);
    backup("--scratch=nowhere").failed(2, &[]);
    let run = world.home.weir(["backup", "s3:archive/weir/main", "--scratch", "nowhere"]);
    run.failed(1, &["no folder can be made in nowhere", "--scratch"]);
}
