//! The folder, as operators and crashes leave it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use weir_channel::Target;
use weir_report::Output;

use super::{DEFINITION_BYTES_MAX, Definitions, SaveError, is_name, read, targets};

const DAILY: &str = "title = \"Daily\"\n";

fn folder() -> (tempfile::TempDir, Definitions) {
    let folder = tempfile::tempdir().unwrap();
    let definitions = Definitions::at(&folder.path().join("reports"));
    (folder, definitions)
}

/// `name: title`, or `name: what is wrong`.
fn listed(definitions: &Definitions) -> Vec<String> {
    let shown = |listed: &super::Listed| match &listed.definition {
        Ok(definition) => format!("{}: {}", listed.name, definition.title),
        Err(trouble) => format!("{}: {trouble}", listed.name),
    };
    definitions.list().iter().filter(|listed| !listed.shipped).map(|listed| shown(listed)).collect()
}

#[test]
fn what_ships_is_listed_and_ones_own_goes_before_it() {
    let (_folder, definitions) = folder();
    let shipped = definitions.list();
    assert!(shipped.iter().any(|listed| listed.name == "abandonment" && listed.shipped));
    assert!(shipped.iter().all(|listed| listed.definition.is_ok()));
    definitions.save("abandonment", DAILY).unwrap();
    assert_eq!(definitions.list().len(), shipped.len());
    let own = definitions.get("abandonment").unwrap();
    assert_eq!((own.shipped, own.text.as_str()), (false, DAILY));
    assert!(definitions.remove("abandonment").unwrap());
    assert!(!definitions.remove("abandonment").unwrap());
    assert!(definitions.get("abandonment").unwrap().shipped);
    assert_eq!(definitions.list(), shipped);
}

#[test]
fn a_change_is_seen_and_what_is_as_it_was_is_not_read_again() {
    let (_folder, definitions) = folder();
    definitions.save("a", DAILY).unwrap();
    definitions.save("b", DAILY).unwrap();
    let own = |name| definitions.list().into_iter().find(|listed| listed.name == name).unwrap();
    let (a, b) = (own("a"), own("b"));
    assert!(std::sync::Arc::ptr_eq(&a, &own("a")));
    fs::write(definitions.dir().join("a.toml"), "title = \"Weekly\"\n").unwrap();
    assert_eq!(own("a").definition.as_ref().unwrap().title, "Weekly");
    assert!(std::sync::Arc::ptr_eq(&b, &own("b")));
    fs::remove_file(definitions.dir().join("a.toml")).unwrap();
    assert_eq!(listed(&definitions), ["b: Daily"]);
}

#[test]
fn what_is_wrong_is_told_and_the_others_stay() {
    let (_folder, definitions) = folder();
    definitions.save("good", DAILY).unwrap();
    let write = |file: &str, bytes: &[u8]| fs::write(definitions.dir().join(file), bytes).unwrap();
    write("bad.toml", b"title = \"Bad\"\ncolour = \"red\"\n");
    write("bytes.toml", b"title = \"\xff\"");
    let long = usize::try_from(DEFINITION_BYTES_MAX).unwrap() + 1;
    write("long.toml", &vec![b'#'; long]);
    write("Upper.toml", DAILY.as_bytes());
    write("notes.txt", b"");
    write(".swap.toml", b"");
    fs::create_dir(definitions.dir().join("folder.toml")).unwrap();
    let got = listed(&definitions);
    let starts = [
        "Upper.toml: it is left alone: a definition is a file called NAME.toml",
        "bad: line 2: ",
        "bytes: the file cannot be read: it is not in UTF-8",
        "folder: the file cannot be read: it is no file",
        "good: Daily",
        "long: the file cannot be read: it is longer than 65536 bytes",
        "notes.txt: it is left alone",
    ];
    assert_eq!(got.len(), starts.len(), "{got:#?}");
    for (got, start) in got.iter().zip(starts) {
        assert!(got.starts_with(start), "{got} does not start with {start}");
    }
    assert!(got[1].contains("colour"), "{}", got[1]);
}

#[test]
fn a_folder_that_cannot_be_read_takes_nothing_away() {
    let (folder, definitions) = folder();
    definitions.save("a", DAILY).unwrap();
    assert_eq!(listed(&definitions), ["a: Daily"]);
    // Root reads whatever the mode says; a file in the folder's place nobody can list.
    let moved = folder.path().join("elsewhere");
    fs::rename(definitions.dir(), &moved).unwrap();
    fs::write(definitions.dir(), "").unwrap();
    let got = listed(&definitions);
    assert!(got[0].contains("the folder cannot be read"), "{got:?}");
    assert_eq!(got[1], "a: Daily");
    fs::remove_file(definitions.dir()).unwrap();
    assert!(listed(&definitions).is_empty());
}

#[test]
fn a_name_leads_to_no_other_place() {
    let (folder, definitions) = folder();
    fs::write(folder.path().join("secret.toml"), DAILY).unwrap();
    for name in ["", "../secret", "a/b", "a.b", "A", "-a", "a\0b", "ä", &"a".repeat(65)] {
        assert!(!is_name(name), "{name}");
        assert!(definitions.get(name).is_none(), "{name}");
        assert!(matches!(definitions.save(name, DAILY), Err(SaveError::Name(_))), "{name}");
        assert!(matches!(definitions.remove(name), Err(SaveError::Name(_))), "{name}");
    }
    assert!(is_name(&"a".repeat(64)) && is_name("2-weeks"));
    assert!(folder.path().join("secret.toml").exists());
}

#[test]
fn what_is_saved_is_whole_and_for_its_owner_only() {
    let (_folder, definitions) = folder();
    definitions.save("a", DAILY).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&definitions.dir().join("a.toml")), 0o600);
    assert_eq!(mode(definitions.dir()), 0o700);
    let error = definitions.save("a", "title = 3").unwrap_err();
    assert!(matches!(&error, SaveError::Text(trouble) if trouble.line == Some(1)), "{error}");
    assert_eq!(definitions.get("a").unwrap().text, DAILY);
    assert_eq!(fs::read_dir(definitions.dir()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn every_recipient_is_told_once_with_all_its_files() {
    let definition = read(
        r#"
        title = "To many"
        formats = ["pdf"]
        [[recipient]]
        mail = ["ann@example.com", "ben@example.com", "ANN@example.com"]
        [[recipient]]
        mail = ["ann@example.com"]
        formats = ["xlsx", "csv"]
        [[recipient]]
        file = "{name}.{format}"
        keep = 3
        formats = ["json"]
        [[recipient]]
        slack = "team"
        webhook = "hook"
        [[recipient]]
        s3 = "archive"
        [[recipient]]
        formats = ["png"]
        "#,
    )
    .unwrap();
    let got = targets(&definition);
    let shown: Vec<(String, &[Output])> =
        got.iter().map(|(target, outputs)| (target.to_string(), &outputs[..])).collect();
    use Output::{Csv, Json, Pdf, Xlsx};
    let want: [(&str, &[Output]); 4] = [
        ("mail:ann@example.com", &[Pdf, Csv, Xlsx]),
        ("mail:ben@example.com", &[Pdf]),
        ("file:{name}.{format}", &[Json]),
        ("s3:archive/{name}/{name}-{date}-{run}.{format}", &[Pdf]),
    ];
    assert_eq!(shown, want.map(|(target, outputs)| (target.to_owned(), outputs)));
    assert!(matches!(&got[2].0, Target::File { keep: Some(3), .. }));
}
