//! `GET /health`: the page, and `GET /api/v1/health`: the same values.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use weir_report::Zone;

use crate::health::{Health, gather};
use crate::page::HealthPage;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// How the process does: what comes in, what waits, what could not be read, what is on the disk.
#[utoipa::path(
    get,
    path = "/api/v1/health",
    tag = "process",
    responses(
        (status = 200, description = "What the Health page shows", body = Health),
        (status = 500, description = "The log cannot be read", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn health_api(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let health = blocking(move || gather(&state)).await?;
    Ok(answer::json(StatusCode::OK, &health))
}

/// The page.
pub(crate) async fn health(
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let markup = blocking(move || {
        // Asked first: what comes while the rest is asked is new to the page.
        let position = state.live.position().get();
        let health = gather(&state)?;
        let zone = Zone::named(&health.timezone).unwrap_or_else(Zone::utc);
        let demo = state.demo;
        Ok(HealthPage { reader: &reader, demo, zone: &zone, health: &health, position }.page())
    })
    .await?;
    Ok(answer::html(StatusCode::OK, markup))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use weir_domain::{Catalogue, Timestamp};

    use crate::fixture::{Fixture, LOG, NOW, deliveries, delivery, event};
    use crate::{AnswerCount, IngestHealth, RefusalCount, SecretUse};

    /// What an endpoint of two integrations has seen, one of which never sent.
    fn seen() -> IngestHealth {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let secret = |secret: &str, matched_at| SecretUse {
            integration: "main".to_owned(),
            secret: secret.to_owned(),
            active: true,
            matched_at,
        };
        IngestHealth {
            integrations: vec!["main".to_owned(), "quiet".to_owned()],
            answers: vec![
                AnswerCount { integration: Some("main".to_owned()), status: 200, count: 1_234 },
                AnswerCount { integration: None, status: 401, count: 7 },
            ],
            refusals: vec![RefusalCount { reason: "unknown_client", count: 7 }],
            secrets: vec![secret("new", Some(at("2026-03-31T11:59:50Z"))), secret("old", None)],
            ..IngestHealth::quiet(at("2026-03-31T10:00:00Z"))
        }
    }

    fn fixture(log: &str) -> Fixture {
        Fixture::with(deliveries(log), |state| state.ingest = Box::new(seen))
    }

    #[actix_web::test]
    async fn all_is_well_where_deliveries_come_and_nothing_waits() {
        let fixture = fixture("30T09:00 1 7001\n31T11:59 2 7001\n31T11:59 2 7002");
        let got = fixture.json("/api/v1/health", 200).await;
        assert_eq!(got["status"], "well");
        assert_eq!(got["sentence"], "All is well: last delivery 1\u{a0}min ago, nothing waits.");
        assert_eq!(got["as_of"], NOW);
        assert_eq!(got["rate"], json!({"last_minute": 2, "last_hour": 2, "last_24_hours": 2}));
        assert_eq!(got["process"]["uptime_seconds"], 7_200.0);
        assert_eq!((&got["log"]["deliveries"], &got["log"]["seals"]), (&json!(3), &json!(1)));
        let quiet = json!({
            "integration": "quiet", "configured": true, "secrets_stale": false, "last_delivery": null
        });
        assert_eq!(got["integrations"][1], quiet);
        let last = &got["integrations"][0]["last_delivery"];
        assert_eq!((&last["seq"], &last["silence_seconds"]), (&json!(3), &json!(60.0)));
        assert_eq!(last["session_id"], uuid::Uuid::from_u128(2).to_string());
    }

    #[actix_web::test]
    async fn secrets_that_could_not_be_read_again_are_told_on_top() {
        let stale = || IngestHealth { stale: vec!["quiet".to_owned()], ..seen() };
        let fixture = Fixture::with(deliveries(LOG), |state| state.ingest = Box::new(stale));
        let got = fixture.json("/api/v1/health", 200).await;
        assert_eq!(got["status"], "attention");
        let sentence = got["sentence"].as_str().unwrap();
        assert!(sentence.starts_with("The secrets of quiet could not be read again"), "{sentence}");
        assert_eq!(got["integrations"][1]["secrets_stale"], true);
    }

    #[actix_web::test]
    async fn the_page_shows_the_apis_values_each_leading_to_what_is_behind_it() {
        let fixture = fixture(&[LOG, "30T09:01 raw nonsense", "30T09:02 raw []"].join("\n"));
        let api = fixture.json("/api/v1/health", 200).await;
        let got = fixture.get("/health").await;
        assert_eq!(got.status, 200);
        let page = got.body;
        assert!(page.contains(api["sentence"].as_str().unwrap()), "{page}");
        for part in [
            "<td class=\"num\">1,234</td>",
            "an integration is not configured",
            "<a href=\"/health/quarantine\">2</a>",
            "the body is not JSON",
            "<a href=\"/health/deliveries\">12</a>",
            "<time datetime=\"2026-03-31T11:59:50Z\">2026-03-31 11:59:50</time>",
            "not since the start, nor among the 100,000 deliveries before",
            "data-live=\"12\"",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(page.contains(api["log"]["last_seal_hash"].as_str().unwrap()));
        let last = fixture.get(&format!("/api/v1/sessions/{}", uuid::Uuid::from_u128(5))).await;
        assert_eq!(last.status, 200);
    }

    #[actix_web::test]
    async fn before_the_first_delivery_it_says_what_is_missing() {
        let got = Fixture::of("").get("/health").await;
        assert!(got.body.contains("Nothing was received yet"), "{}", got.body);
        assert!(got.body.contains("No integration is configured"));
    }

    #[actix_web::test]
    async fn trouble_comes_first_and_says_what_to_do() {
        let fixture = Fixture::with(deliveries(LOG), |state| {
            state.log_open = Box::new(|| false);
        });
        let got = fixture.json("/api/v1/health", 200).await;
        assert_eq!(got["status"], "trouble");
        let sentence = got["sentence"].as_str().unwrap();
        assert!(sentence.starts_with("The log takes no deliveries; look at"), "{sentence}");
    }

    #[actix_web::test]
    async fn a_damaged_log_is_told_on_top_and_where() {
        let fixture = Fixture::with(deliveries(LOG), |state| {
            state.scrub = Box::new(|| Some(crate::fixture::damaged()));
        });
        let got = fixture.json("/api/v1/health", 200).await;
        assert_eq!(got["status"], "trouble");
        assert_eq!(
            (&got["log"]["scrub"]["damages"], &got["log"]["scrub"]["whole_at"]),
            (&json!(1), &json!(null))
        );
        let page = fixture.get("/health").await.body;
        let said = "he log is damaged: delivery 5 is missing, in the group up to 6; see";
        assert_eq!(page.matches(said).count(), 2, "on top and at the log: {page}");
        assert!(page.contains("not to its end yet"));
        assert!(Fixture::of(LOG).get("/health").await.body.contains("log.scrub_mib_per_s"));
    }

    #[actix_web::test]
    async fn an_unusual_silence_of_an_integration_that_may_send_is_told() {
        // Ten sessions a day at nine for two weeks, then nothing since yesterday's.
        let day =
            |day: u32| (0..10).map(move |n| format!("{day:02}T09:{n:02} {} 7001", day * 10 + n));
        let log: Vec<_> = (10..=30).flat_map(day).collect();
        let got = fixture(&log.join("\n")).json("/api/v1/health", 200).await;
        assert_eq!(got["status"], "attention");
        let sentence = got["sentence"].as_str().unwrap().replace('\u{a0}', " ");
        let want = "Nothing came from main for 1 d 2 h, which is very unusual.";
        assert!(sentence.starts_with(want), "{sentence}");
    }

    #[actix_web::test]
    async fn what_has_no_name_is_counted_and_can_be_pasted_whatever_it_is_called() {
        let hostile = "\"]\n[[screen]]<b>\u{202e}\\";
        let exit = |n: &str, state| {
            delivery(
                "30T10:00",
                "main",
                event(n, 7010, Some(state), Some("quit_session_confirmed")),
            )
        };
        let mut log =
            deliveries("30T09:00 1 7001\n30T09:00 2 7001\n30T09:00 3 7001\n30T11:00 3 7999");
        log.extend([exit("1", hostile), exit("2", hostile), exit("3", "otp_screen")]);
        let fixture = Fixture::with(log, |_| ());
        let got = fixture.json("/api/v1/health", 200).await;
        let unknown = &got["unknown"];
        assert_eq!(
            unknown["screens"],
            json!([{"value": hostile, "sessions": 2}, {"value": "otp_screen", "sessions": 1}])
        );
        assert_eq!(unknown["reasons"], json!([]));
        assert_eq!(
            (&unknown["codes"][0]["code"], &unknown["code_deliveries"]),
            (&json!(7999), &json!(1))
        );
        let toml = unknown["catalogue_toml"].as_str().unwrap();
        let catalogue = Catalogue::shipped().overlaid(toml).unwrap();
        assert!(catalogue.screen(hostile).is_some() && catalogue.screen("otp_screen").is_some());
        assert_eq!(catalogue.screens().count(), 29 + 2);
        let page = fixture.get("/health").await.body;
        assert!(!page.contains("<b>") && !page.contains('\u{202e}'));
        let sessions = "/api/v1/sessions?from=1970-01-01&state=otp_screen&outcome=cancelled&outcome=lost_in_handover";
        assert_eq!(fixture.json(sessions, 200).await["count"], 1);
        assert!(page.contains(&sessions.replace("/api/v1", "").replace('&', "&amp;")), "{page}");
    }

    #[actix_web::test]
    async fn a_secret_that_is_gone_from_the_configuration_is_still_told() {
        let mut one = delivery("30T09:00", "main", event("1", 7001, None, None));
        let origin = weir_domain::Origin {
            secret: Some("retired".to_owned()),
            ..weir_domain::Origin::imported("main")
        };
        one.origin = std::sync::Arc::new(origin);
        let fixture = Fixture::with(vec![one], |state| state.ingest = Box::new(seen));
        let got = fixture.json("/api/v1/health", 200).await;
        assert_eq!(
            got["secrets"],
            json!([
                {"integration": "main", "secret": "new", "configured": true,
                 "matched_at": "2026-03-31T11:59:50Z"},
                {"integration": "main", "secret": "old", "configured": true, "matched_at": null},
                {"integration": "main", "secret": "retired", "configured": false,
                 "matched_at": "2026-03-30T09:00:00Z"},
            ])
        );
    }
}
