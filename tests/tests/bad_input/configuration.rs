//! What an operator wrote.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::witness::Witness;

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// Serving with this configuration fails as a wrong call, with a sentence with all of these parts.
#[track_caller]
fn check(text: &str, fragments: &[&str]) {
    check_with(|_| text.to_owned(), fragments);
}

#[track_caller]
fn check_with(prepare: impl Fn(&Witness) -> String, fragments: &[&str]) {
    let witness = Witness::new();
    let text = prepare(&witness);
    witness.home.write("weir.toml", text);
    witness.check(SERVE, 2, fragments);
}

/// An integration with this in the place of its secret.
fn integration(secret: &str) -> String {
    format!("[[integration]]\nname = \"main\"\napi_key = \"k\"\n{secret}\n")
}

#[test]
fn a_key_that_there_is_not_is_named_with_those_that_there_are() {
    check(
        "[server]\nlisen = \"127.0.0.1:0\"\n",
        &["weir.toml, line 2, at `server.lisen`", "unknown field `lisen`", "`listen`"],
    );
    check("[sever]\nlisten = \"127.0.0.1:0\"\n", &["weir.toml", "unknown field `sever`"]);
    check("datadir = \"x\"\n", &["unknown field `datadir`", "`data_dir`"]);
    check(&integration("secret = \"s\""), &["unknown field `secret`", "`secrets`"]);
    check("[ingest]\nbody_bytes = 5\n", &["at `ingest.body_bytes`", "`body_bytes_max`"]);
}

#[test]
fn a_value_of_another_kind_is_named() {
    check("[server]\nlisten = 8080\n", &["at `server.listen`", "integer `8080`", "a string"]);
    check("[ingest]\nbody_timeout_ms = \"3s\"\n", &["at `ingest.body_timeout_ms`", "\"3s\""]);
    check(
        "[ingest]\nqueue_deliveries_max = 0\n",
        &["queue_deliveries_max is 0: it must lie between 1 and"],
    );
    check(
        "[ingest]\nbody_bytes_max = 99999999\n",
        &["body_bytes_max is 99999999: it must lie between 1 and"],
    );
    check("[report]\ntimezone = \"Mars\"\n", &["report.timezone is `Mars`", "Europe/Tallinn"]);
    check("[server]\nlisten = \n", &["weir.toml, line 2"]);
    check(
        "[server]\npublic_url = \"weir.example.com\"\n",
        &["weir.toml, line 2: server.public_url is `weir.example.com`", "https://weir.example.com"],
    );
}

#[test]
fn the_environment_is_read_as_strictly() {
    let witness = Witness::new();
    for (name, value, fragments) in [
        ("WEIR_SERVER__LISEN", "x", ["at `server.lisen`", "unknown field `lisen`"]),
        ("WEIR_INGEST__BODY_TIMEOUT_MS", "long", ["at `ingest.body_timeout_ms`", "\"long\""]),
    ] {
        let mut command = witness.home.command(SERVE);
        witness.check_command(command.env(name, value), 2, &fragments);
    }
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let witness = Witness::new();
    let args = ["--config", "nowhere.toml", "serve"];
    witness.check(args, 2, &["nowhere.toml cannot be read", "name another with --config"]);
}

#[test]
fn a_secret_that_is_missing_is_named_with_its_integration() {
    check(&integration(""), &["integration `main` has no secret", "secret_files"]);
    check(&integration("secrets = []"), &["integration `main` has no secret"]);
    check(&integration("secrets = [\"\"]"), &["`main` is empty", "put the provider's"]);
    check(&integration("secret_files = [\"gone\"]"), &["/gone cannot be read", "`secret_files`"]);
    check(&integration("secrets_env = [\"NO_SUCH\"]"), &["NO_SUCH", "`main`", "is not set"]);
    // It would be read without an end.
    let fragments = ["/dev/zero, which `secret_files` names, is no file"];
    check(&integration("secret_files = [\"/dev/zero\"]"), &fragments);
    check_with(
        |witness| {
            witness.home.write("empty", "\n");
            fs::set_permissions(witness.home.path("empty"), PermissionsExt::from_mode(0o600))
                .expect("it is ours");
            integration("secret_files = [\"empty\"]")
        },
        &["the secret `empty` of integration `main` is empty"],
    );
}

#[test]
fn a_secret_that_everyone_can_read_is_refused() {
    for mode in [0o644, 0o604, 0o666] {
        check_with(
            |witness| {
                witness.home.write("open", "a secret");
                fs::set_permissions(witness.home.path("open"), PermissionsExt::from_mode(mode))
                    .expect("it is ours");
                integration("secret_files = [\"open\"]")
            },
            &["/open can be read by everyone", &format!("mode {mode:o}"), "chmod 600"],
        );
    }
}

#[test]
fn integrations_that_cannot_be_told_apart_are_named() {
    let two = |name: &str, key: &str| {
        let second = format!("[[integration]]\nname = \"{name}\"\napi_key = \"{key}\"\n");
        integration("secrets = [\"s\"]") + &second + "secrets = [\"t\"]\n"
    };
    check(&two("main", "l"), &["two integrations are called `main`"]);
    check(&two("other", "k"), &["`main` and `other` have one and the same api_key"]);
    check(&two("", "l"), &["integration name `` is empty"]);
    check(&two("other", "a b"), &["api_key of integration `other`"]);
}

#[test]
fn a_catalogue_that_cannot_be_read_stops_the_server_and_the_report() {
    for (catalogue, fragments) in [
        (None, ["/screens.toml cannot be read", "mend `catalog`"]),
        (Some(&b"[[screen]]\nstate = \"x\"\nordr = 3\n"[..]), ["line 3", "unknown field `ordr`"]),
        (Some(b"[[screen]]\nlabel = \"x\"\n"), ["screens.toml, line 1", "missing field `state`"]),
        (Some(b"[[screen]\n"), ["screens.toml, line 1", "mend the file"]),
        (Some(b"\xff\xfe"), ["/screens.toml cannot be read", "UTF-8"]),
    ] {
        let witness = Witness::new();
        if let Some(catalogue) = catalogue {
            witness.home.write("screens.toml", catalogue);
        }
        witness.home.write("weir.toml", "catalog = \"screens.toml\"\n");
        witness.check(SERVE, 2, &fragments);
        witness.check(["report"], 2, &fragments);
    }
}

#[test]
fn an_address_that_cannot_be_listened_at_is_named() {
    let witness = Witness::new();
    for address in ["256.0.0.1:80", "127.0.0.1", "nonsense"] {
        let fragments = [address, "cannot be listened at", "--listen"];
        witness.check(["serve", "--listen", address], 1, &fragments);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    witness.check(["serve", "--listen", &address], 1, &[&address, "in use", "--listen"]);
}

#[test]
fn a_catalogue_of_operators_that_cannot_be_read_stops_the_server_and_the_report() {
    let witness = Witness::new();
    witness.home.write("data/catalogue.toml", "[[screen]]\nstate = \"x\"\nordr = 3\n");
    let fragments = ["data/catalogue.toml, line 3", "unknown field `ordr`", "mend the file"];
    witness.check(SERVE, 2, &fragments);
    witness.check(["report"], 2, &fragments);
}
