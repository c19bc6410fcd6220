//! A mail server that others wrote, aiosmtpd, which says what it took.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use weir_tests::python;

use crate::certificate::Authority;
use crate::world::World;

/// The name that it has, and its certificate is made out to.
pub(crate) const NAME: &str = "mail.example.net";

/// The password, which must be found nowhere.
pub(crate) const PASSWORD: &str = "hunter2 über alles";

/// The server, for as long as the test runs.
pub(crate) struct Office {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Receiver<Value>,
    port: u64,
}

/// How it is spoken to.
#[derive(Debug, Clone, Default)]
pub(crate) struct How {
    /// `starttls`, `tls` or `none`.
    pub(crate) tls: &'static str,
    /// Whether it wants to know who one is.
    pub(crate) login: bool,
    /// Mechanisms of logging in that it does not offer.
    pub(crate) without: Vec<&'static str>,
    /// Whether it takes addresses with any letters.
    pub(crate) utf8: bool,
    /// How many bytes a message may have; zero is as many as one likes.
    pub(crate) size: u64,
}

impl How {
    pub(crate) fn encrypted(tls: &'static str) -> How {
        How { tls, login: true, ..How::default() }
    }

    pub(crate) fn clear() -> How {
        How { tls: "none", ..How::default() }
    }
}

impl Office {
    /// Starts it, with what it needs in the folder of `world`: `ca.pem` and `password`.
    pub(crate) fn open(world: &World, how: &How) -> Office {
        let authority = Authority::new();
        let certificate = authority.certificate(NAME);
        world.write("ca.pem", authority.pem());
        world.write("password", format!("{PASSWORD}\n"));
        let mut options = json!({
            "tls": how.tls,
            "certificate": world.write("server.pem", &certificate.pem),
            "key": world.write("key.pem", &certificate.key_pem),
            "without": how.without,
            "utf8": how.utf8,
            "size": how.size,
        });
        if how.login {
            options["login"] = json!(["weir", PASSWORD]);
        }
        let mut child = python::command()
            .args(["-c", include_str!("office.py"), &options.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python can be started");
        let stdin = child.stdin.take();
        let output = child.stdout.take().expect("its output is read");
        let (say, said) = channel();
        // Read at once, or it would wait for somebody to read it.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = say.send(serde_json::from_str(&line).expect("it prints JSON"));
            }
        });
        let mut office = Office { child, stdin, said, port: 0 };
        let told: Value = office.said.recv().expect("it says its port");
        office.port = told["port"].as_u64().expect("a port is a number");
        office
    }

    /// `[mail]` for it.
    pub(crate) fn config(&self, how: &How) -> String {
        let login = "username = \"weir\"\npassword_file = \"password\"\n";
        format!(
            "[mail]\nhost = \"{NAME}\"\nport = {}\ntls = \"{}\"\nca_file = \"ca.pem\"\n{}\
             from = \"Weir <weir@example.com>\"\ndomains = [\"example.com\"]\n",
            self.port,
            how.tls,
            if how.login { login } else { "" },
        )
    }

    /// Everything that it took, once it is closed.
    pub(crate) fn took(mut self) -> Vec<Value> {
        drop(self.stdin.take());
        self.said.iter().collect()
    }

    /// The one message that it took.
    #[track_caller]
    pub(crate) fn took_one(self) -> Value {
        let mut took = self.took();
        assert_eq!(took.len(), 1, "{took:?}");
        took.remove(0)
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All values of a header.
pub(crate) fn header<'a>(message: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = message["headers"].as_array().expect("a message has headers");
    let named = headers
        .iter()
        .filter(|header| header[0].as_str().is_some_and(|found| found.eq_ignore_ascii_case(name)));
    named.filter_map(|header| header[1].as_str()).collect()
}

/// The bytes of a part.
pub(crate) fn bytes(part: &Value) -> Vec<u8> {
    let content = part["content"].as_str().expect("the part holds no others");
    BASE64_STANDARD.decode(content).expect("it is base64")
}

/// The text of a part.
pub(crate) fn text(part: &Value) -> String {
    String::from_utf8(bytes(part)).expect("it is UTF-8")
}
