//! A real answer fits what is said about it: every name in it is described, and every name that
//! is described as required is in it.

use serde_json::{Value, json};

use super::description;
use crate::fixture::{Fixture, LOG};

/// Holds `value` against `schema`; what does not fit is named with its place.
fn fit(all: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let path = name.trim_start_matches('#');
        let found = all.pointer(path).ok_or_else(|| format!("{name} is not described"))?;
        return fit(all, found, value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().any(|choice| fit(all, choice, value, place).is_ok());
        return if fits { Ok(()) } else { Err(format!("{place}: {value} fits no choice")) };
    }
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let whole = kind == "integer" && kinds.contains(&"number");
    if !(kinds.is_empty() || kinds.contains(&kind) || whole) {
        return Err(format!("{place}: {value} is no {kinds:?}"));
    }
    // `inline` beside a comment makes such a schema: an object, whatever the value is.
    if !value.is_object() {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            fit(all, part, value, place)?;
        }
    }
    if let Some(choices) = schema["enum"].as_array().filter(|choices| !choices.contains(value)) {
        return Err(format!("{place}: {value} is none of {choices:?}"));
    }
    match value {
        Value::Array(values) => {
            values.iter().try_for_each(|value| fit(all, &schema["items"], value, place))
        }
        Value::Object(fields) => {
            let parts = parts(all, schema);
            // What was recorded once is any object.
            if parts.iter().all(|part| part["properties"].is_null()) {
                return Ok(());
            }
            let described = |name: &str| {
                parts.iter().map(|part| &part["properties"][name]).find(|found| !found.is_null())
            };
            for (name, value) in fields {
                let place = format!("{place}.{name}");
                fit(
                    all,
                    described(name).ok_or_else(|| format!("{place} is not described"))?,
                    value,
                    &place,
                )?;
            }
            let required = parts.iter().filter_map(|part| part["required"].as_array()).flatten();
            for name in required.filter_map(Value::as_str) {
                fields.get(name).ok_or_else(|| format!("{place}.{name} is missing"))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The schema and those that it is put together from.
fn parts<'a>(all: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let mut found = vec![schema];
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let part = match part["$ref"].as_str() {
            Some(name) => all.pointer(name.trim_start_matches('#')).unwrap(),
            None => part,
        };
        found.extend(parts(all, part));
    }
    found
}

async fn check(fixture: &Fixture, path: &str, described: &str, status: u16) {
    let value = fixture.json(path, status).await;
    hold(path, described, "get", status, &value);
}

/// The same of what is sent: its answer.
async fn check_post(
    fixture: &Fixture,
    path: &str,
    body: &str,
    described: &str,
    status: u16,
) -> Value {
    let got = fixture.post_json(path, body).await;
    assert_eq!(got.status, status, "{path}: {}", got.body);
    let value = serde_json::from_str(&got.body).unwrap();
    hold(path, described, "post", status, &value);
    value
}

fn hold(path: &str, described: &str, method: &str, status: u16, value: &Value) {
    let all = serde_json::to_value(description()).unwrap();
    let kind = if status < 400 { "application/json" } else { "application/problem+json" };
    let answers = &all["paths"][described][method]["responses"];
    let schema = &answers[status.to_string()]["content"][kind]["schema"];
    assert!(!schema.is_null(), "{method} {described} has no {status} as {kind}");
    fit(&all, schema, value, "").unwrap_or_else(|why| panic!("{path}: {why}"));
}

#[actix_web::test]
async fn every_answer_is_as_described() {
    let fixture = Fixture::of(&[LOG, "30T09:01 raw nonsense"].join("\n"));
    let report = "/api/v1/reports/abandonment";
    for query in [
        "",
        "by=feature",
        "by=hour&unit=attempt&bucket=week",
        "by=outcome&from=2026-01-01&to=2026-01-02",
        "feature=&state=camera&reason=quit&outcome=cancelled&integration=main",
    ] {
        check(&fixture, &format!("{report}?{query}"), report, 200).await;
    }
    check(&fixture, &format!("{report}?unit=x"), report, 400).await;
    let profile = "/api/v1/reports/profile";
    check(&fixture, profile, profile, 200).await;
    check(&fixture, &format!("{profile}?from=2026-01-01&to=2026-01-02"), profile, 200).await;
    check(&fixture, &format!("{profile}?unit=x"), profile, 400).await;
    let comparison = "/api/v1/reports/comparison";
    for query in ["", "a_feature=&a_state=camera", "from=2026-01-01&to=2026-01-02"] {
        check(&fixture, &format!("{comparison}?{query}"), comparison, 200).await;
    }
    check(&fixture, &format!("{comparison}?a_to=x"), comparison, 400).await;
    let sessions = "/api/v1/sessions";
    check(&fixture, sessions, sessions, 200).await;
    check(&fixture, &format!("{sessions}?limit=1"), sessions, 200).await;
    check(&fixture, &format!("{sessions}?limit=x"), sessions, 400).await;
    let session = "/api/v1/sessions/{id}";
    let of = |number: u128| format!("{sessions}/{}", uuid::Uuid::from_u128(number));
    check(&fixture, &of(1), session, 200).await;
    check(&fixture, &of(3), session, 200).await;
    check(&fixture, &of(99), session, 404).await;
    let neighbours = "/api/v1/sessions/{id}/neighbours";
    check(&fixture, &format!("{}/neighbours", of(1)), neighbours, 200).await;
    check(&fixture, &format!("{}/neighbours", of(99)), neighbours, 404).await;
    let delivery = "/api/v1/deliveries/{seq}";
    check(&fixture, "/api/v1/deliveries/1", delivery, 200).await;
    check(&fixture, "/api/v1/deliveries/11", delivery, 200).await;
    check(&fixture, "/api/v1/deliveries/99", delivery, 404).await;
    check(&fixture, &format!("{sessions}?unit=attempt&sort=state"), sessions, 200).await;
    check(&fixture, "/api/v1/quarantine", "/api/v1/quarantine", 200).await;
    check(&fixture, "/api/v1/deliveries", "/api/v1/deliveries", 200).await;
    check(&fixture, "/api/v1/health", "/api/v1/health", 200).await;
    fixture.post("/catalogue/screen?state=camera", "label=Camera&order=75").await;
    fixture.post("/views", "name=Weekly&page=screens&query=from%3D-7d").await;
    fixture.post("/shares", "view=1&title=Weekly&days=7").await;
    for path in ["/api/v1/catalogue", "/api/v1/views", "/api/v1/shares"] {
        check(&fixture, path, path, 200).await;
        check(&fixture, &format!("{path}?x=1"), path, 400).await;
    }
    check(&fixture, "/readyz", "/readyz", 200).await;
}

#[actix_web::test]
async fn every_answer_of_reports_is_as_described() {
    let fixture = Fixture::of(LOG);
    let (schedules, named, run) =
        ("/api/v1/schedules", "/api/v1/schedules/{name}", "/api/v1/schedules/{name}/run");
    let text = "title = \"Weekly\"\nrange = \"previous week\"\nformats = [\"csv\"]\n\n[schedule]\n\
                when = \"weekly monday 08:00 UTC\"\n\n[[recipient]]\n\
                mail = [\"ann@example.com\", \"refuses@example.com\", \"silent@example.com\", \
                \"later@example.com\"]\n";
    let new =
        |text: &str, dry_run: bool| json!({"definition": text, "dry_run": dry_run}).to_string();
    let weekly = "/api/v1/schedules/weekly";
    check_post(&fixture, weekly, &new(text, true), named, 200).await;
    check(&fixture, weekly, named, 404).await;
    check_post(&fixture, weekly, &new(text, false), named, 200).await;
    let refused = check_post(&fixture, weekly, &new("title = ", false), named, 400).await;
    assert_eq!(refused["troubles"][0]["line"], 1);
    let slack = "title = \"x\"\n[[recipient]]\nslack = \"nowhere\"\n";
    check_post(&fixture, weekly, &new(slack, false), named, 400).await;
    for name in ["new", "runs", "Weekly", "a.b"] {
        check_post(&fixture, &format!("{schedules}/{name}"), &new(text, false), named, 400).await;
    }
    let by_type = fixture.post(weekly, "definition=x").await;
    hold(weekly, named, "post", 415, &serde_json::from_str(&by_type.body).unwrap());
    fixture.define("alert", "title = \"A\"\n[schedule]\nwhen = \"hourly UTC\"\n[ask]\nfrom = \"-30d\"\nto = \"-48h\"\n[alert]\non = \"drop_off_rate\"\nstate = \"camera\"\nabove = 0.001\nminimum = 1\n");
    fixture.define("torn", "title = ");
    fixture.define("by-hand", "title = \"By hand\"\n");

    let asked = check_post(&fixture, &format!("{weekly}/run"), "{}", run, 202).await;
    let then = json!({"as_of": "2026-03-23T08:00:00Z"}).to_string();
    check_post(&fixture, &format!("{weekly}/run"), &then, run, 202).await;
    let never = json!({"as_of": "yesterday"}).to_string();
    check_post(&fixture, &format!("{weekly}/run"), &never, run, 400).await;
    check_post(&fixture, "/api/v1/schedules/nope/run", "{}", run, 404).await;
    check_post(&fixture, "/api/v1/schedules/torn/run", "{}", run, 409).await;
    let (runs, one, again) = ("/api/v1/runs", "/api/v1/runs/{id}", "/api/v1/runs/{id}/again");
    let first = format!("{runs}/{}", asked["id"]);
    check(&fixture, &first, one, 200).await;
    check_post(&fixture, &format!("{first}/again"), "{}", again, 409).await;
    fixture.tick(crate::fixture::NOW);
    fixture.tick("2026-03-31T13:00:01Z");
    // One of each state that a recipient can be left in.
    let told = fixture.json(&first, 200).await;
    let states: Vec<_> =
        told["sendings"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["delivered", "failed", "unknown", "waiting"]);
    for path in [runs, &format!("{runs}?limit=1"), &format!("{runs}?name=weekly&before=2")] {
        check(&fixture, path, runs, 200).await;
    }
    for query in ["before=x", "limit=0", "limit=1001", "unknown=1"] {
        check(&fixture, &format!("{runs}?{query}"), runs, 400).await;
    }
    check(&fixture, &first, one, 200).await;
    check(&fixture, &format!("{runs}/x"), one, 400).await;
    check(&fixture, &format!("{runs}/99"), one, 404).await;
    let by_hand = check_post(&fixture, "/api/v1/schedules/by-hand/run", "{}", run, 202).await;
    fixture.tick(crate::fixture::NOW);
    let over = format!("{runs}/{}/again", by_hand["id"]);
    check_post(&fixture, &over, "{}", again, 202).await;
    let nobody = json!({"targets": ["mail:nobody@example.com"]}).to_string();
    check_post(&fixture, &over, &nobody, again, 400).await;
    check_post(&fixture, &format!("{runs}/99/again"), "{}", again, 404).await;
    check(&fixture, schedules, schedules, 200).await;
    check(&fixture, &format!("{schedules}?x=1"), schedules, 400).await;
    for name in ["weekly", "alert", "torn", "daily-pulse"] {
        check(&fixture, &format!("{schedules}/{name}"), named, 200).await;
    }

    let (alerts, known) = ("/api/v1/alerts", "/api/v1/alerts/{name}/acknowledge");
    check(&fixture, alerts, alerts, 200).await;
    check(&fixture, &format!("{alerts}?x=1"), alerts, 400).await;
    let told = check_post(&fixture, "/api/v1/alerts/alert/acknowledge", "", known, 200).await;
    assert_eq!(
        (told["state"].as_str(), told["acknowledged_by"].as_str()),
        (Some("firing"), Some("this machine"))
    );
    check_post(&fixture, "/api/v1/alerts/weekly/acknowledge", "", known, 409).await;
    check_post(&fixture, "/api/v1/alerts/nope/acknowledge", "", known, 404).await;
    check(&fixture, alerts, alerts, 200).await;
    check(&fixture, "/api/v1/health", "/api/v1/health", 200).await;

    for (name, status) in [("weekly", 204), ("weekly", 404), ("daily-pulse", 409)] {
        let path = format!("{schedules}/{name}");
        let got = fixture.send(actix_web::http::Method::DELETE, &path, &[]).await;
        assert_eq!(got.status, status, "{name}: {}", got.body);
        if status != 204 {
            hold(&path, named, "delete", status, &serde_json::from_str(&got.body).unwrap());
        }
    }
}

/// The test above would notice.
#[actix_web::test]
async fn an_answer_that_is_not_as_described_does_not_fit() {
    let all = serde_json::to_value(description()).unwrap();
    let schema = json!({"$ref": "#/components/schemas/Report"});
    let report = Fixture::of(LOG).json("/api/v1/reports/abandonment?by=hour", 200).await;
    assert_eq!(fit(&all, &schema, &report, ""), Ok(()));
    let check = |place: &str, value: Option<Value>, want: &str| {
        let mut report = report.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let parent = report.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => parent.insert(name.to_owned(), value),
            None => parent.remove(name),
        };
        assert_eq!(fit(&all, &schema, &report, "").unwrap_err(), want);
    };
    check("/totals/gone", Some(json!(1)), ".totals.gone is not described");
    check("/totals/open", None, ".totals.open is missing");
    check("/trend/0/recovered", None, ".trend.recovered is missing");
    check("/trend/0/bucket", Some(json!(1)), ".trend.bucket: 1 is no [\"string\"]");
    check(
        "/input/unit",
        Some(json!("x")),
        r#".input.unit: "x" is none of [String("session"), String("attempt"), String("end_user")]"#,
    );
    check(
        "/by_state/0/share",
        Some(json!({"value": 1})),
        r#".by_state.share: {"value":1} fits no choice"#,
    );
    check(
        "/by_state/0/order",
        Some(json!("x")),
        r#".by_state.order: "x" is no ["integer", "null"]"#,
    );
}

/// `inline` beside a comment makes a part that is an object, whatever the field is.
#[test]
fn no_part_of_a_schema_is_a_comment_alone() {
    fn check(value: &Value, place: &str) {
        for part in value["allOf"].as_array().into_iter().flatten() {
            let says = part["type"] == "object" && part.get("properties").is_none();
            assert!(!says, "{place}: take `inline` or the comment off: {part}");
        }
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| check(value, &format!("{place}/{name}")));
            }
            Value::Array(values) => values.iter().for_each(|value| check(value, place)),
            _ => {}
        }
    }
    check(&serde_json::to_value(description()).unwrap(), "");
}

#[test]
fn the_parameters_name_their_choices() {
    let all = serde_json::to_value(description()).unwrap();
    assert_eq!(all["openapi"], "3.1.0");
    let parameters = all["paths"]["/api/v1/reports/abandonment"]["get"]["parameters"].clone();
    let text = parameters.to_string();
    for choice in [
        r#"["session","attempt","end_user"]"#,
        r#"["hour","day","week","month"]"#,
        r#"["integration","feature","outcome","attempts","weekday","hour"]"#,
        r#"["submitted","cancelled","lost_in_handover","stalled","handed_over","in_progress"]"#,
        r#"["json","csv","html","svg","png"]"#,
    ] {
        assert!(text.contains(choice), "{choice} in {text}");
    }
    let names: Vec<_> =
        parameters.as_array().unwrap().iter().map(|parameter| parameter["name"].clone()).collect();
    assert_eq!(
        names,
        [
            "from",
            "to",
            "tz",
            "as_of",
            "unit",
            "window",
            "bucket",
            "by",
            "integration",
            "feature",
            "state",
            "reason",
            "outcome",
            "format"
        ]
    );
}
