//! The owner of a dashboard that is open to nobody: made with the console's token, as a person
//! would, and given an API token.

use std::thread;
use std::time::{Duration, Instant};

use crate::Server;
use crate::http::{Response, request};

/// Longer than the console takes to say anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// Of this owner, who lives as long as a test.
const PASSWORD: &str = "a+sentence+that+only+a+test+would+say";

/// What the console says that makes its reader the owner.
pub fn setup_token(server: &Server) -> String {
    let begun = Instant::now();
    loop {
        let said = server.said();
        if let Some((_, token)) = said.split_once("with the token ") {
            return token.lines().next().unwrap_or_default().trim().to_owned();
        }
        assert!(begun.elapsed() < PATIENCE, "the console names a token: {said}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Makes the owner, and an API token of theirs that may do everything.
pub fn api_token(server: &Server) -> String {
    let token = setup_token(server);
    let form = format!("token={token}&name=Ona&password={PASSWORD}&again={PASSWORD}");
    let made = send(server, "POST", "/setup", None, &form);
    let cookie = made.header("set-cookie").unwrap_or_else(|| panic!("{}", made.text()));
    let cookie = cookie.split(';').next().unwrap_or_default();
    let page = send(server, "GET", "/people", Some(cookie), "");
    let csrf = between(page.text(), "name=\"csrf\" value=\"", "\"");
    let form = format!("csrf={csrf}&token=a+test&role=owner&days=7");
    let kept = send(server, "POST", "/people/tokens", Some(cookie), &form);
    let shown = kept.header("location").unwrap_or_else(|| panic!("{}", kept.text())).to_owned();
    let page = send(server, "GET", &shown, Some(cookie), "");
    between(page.text(), "<code class=\"secret\">", "<").to_owned()
}

fn send(server: &Server, method: &str, path: &str, cookie: Option<&str>, form: &str) -> Response {
    let mut headers = vec!["content-type: application/x-www-form-urlencoded".to_owned()];
    headers.extend(cookie.map(|cookie| format!("cookie: {cookie}")));
    let answer = server.connect().ask(&request(method, path, &headers, form.as_bytes()));
    answer.unwrap_or_else(|error| panic!("{method} {path}: {error}\n{}", server.said()))
}

#[track_caller]
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let found = text.split_once(begin).and_then(|(_, rest)| rest.split_once(end));
    found.unwrap_or_else(|| panic!("`{begin}` is not in: {text}")).0
}
