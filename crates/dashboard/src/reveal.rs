//! What a reader sees of `vendorData` and `endUserId`: the values, or pseudonyms in their place. It is
//! decided here and nowhere else.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use weir_access::Role;
use weir_privacy::{Kind, Pseudonym, mask_body};
use zeroize::Zeroizing;

use crate::entrance::{By, Holder};
use crate::history::Session;

/// What viewers see of personal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ViewersSee {
    /// A pseudonym for each: the same for the same value, here and nowhere else.
    #[default]
    Pseudonyms,
    /// The values.
    Values,
}

/// Decides what a reader sees of personal values, and makes pseudonyms for those that are not sealed.
#[derive(Debug)]
pub struct Reveal {
    key: Zeroizing<[u8; 32]>,
    viewers_see: ViewersSee,
}

/// What one reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Values, as far as the log gives them.
    Values,
    /// Pseudonyms.
    Pseudonyms,
}

impl Reveal {
    /// With the key of this installation, so that a pseudonym says nothing to whoever lacks it.
    #[must_use]
    pub fn new(key: [u8; 32], viewers_see: ViewersSee) -> Reveal {
        Reveal { key: Zeroizing::new(key), viewers_see }
    }

    /// What whoever asks sees. Whoever sits at a machine that is open sees what is there.
    pub(crate) fn sight(&self, holder: &Holder) -> Sight {
        let sees = Role::Operator <= holder.reader.role
            || holder.by == By::Machine
            || self.viewers_see == ViewersSee::Values;
        if sees { Sight::Values } else { Sight::Pseudonyms }
    }

    /// A stored body as it is shown; none where it may hold anything and may not be seen.
    pub(crate) fn body(&self, sight: Sight, stored: &[u8]) -> Option<Vec<u8>> {
        match sight {
            Sight::Values => Some(stored.to_vec()),
            Sight::Pseudonyms => mask_body(stored, |kind, value| self.pseudonym(kind, value)),
        }
    }

    /// A session as it is shown. What stands beside it must be looked for before.
    pub(crate) fn session(&self, sight: Sight, session: &mut Session) {
        if sight == Sight::Values {
            return;
        }
        session.is_masked = true;
        let mask = |kind, text: &mut Option<String>| {
            if let Some(text) = text {
                *text = self.text(kind, text);
            }
        };
        mask(Kind::EndUser, &mut session.end_user_id);
        mask(Kind::VendorData, &mut session.vendor_data);
        for delivery in &mut session.deliveries {
            // One that was cut to be shown does not read any more, and is not shown at all.
            let masked = self.body(sight, delivery.body.as_bytes()).unwrap_or_default();
            delivery.body = String::from_utf8_lossy(&masked).into_owned();
        }
    }

    fn text(&self, kind: Kind, stored: &str) -> String {
        match stored.parse::<Pseudonym>() {
            Ok(sealed) => sealed.to_string(),
            Err(_) => self.pseudonym(kind, stored.as_bytes()).to_string(),
        }
    }

    fn pseudonym(&self, kind: Kind, value: &[u8]) -> Pseudonym {
        // HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.key) else {
            return Pseudonym::from([0; 16]);
        };
        mac.update(kind.to_string().as_bytes());
        mac.update(b"\0");
        mac.update(value);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Pseudonym::from(bytes)
    }
}

#[cfg(test)]
mod tests {
    use weir_access::Role;

    use super::{Reveal, ViewersSee};
    use crate::Openness;
    use crate::fixture::{Fixture, deliveries};

    const LOG: &str =
        "10T09:00 1@zoe 7001\n10T09:05 1@zoe 7002\n11T09:00 2@zoe 7001\n12T09:00 raw a zoe";

    /// Every address under which something of a session or of a delivery is shown.
    const SHOWN: [&str; 11] = [
        "/sessions/00000000-0000-0000-0000-000000000001",
        "/api/v1/sessions/00000000-0000-0000-0000-000000000001",
        "/api/v1/sessions/00000000-0000-0000-0000-000000000001/neighbours",
        "/api/v1/deliveries/1",
        "/api/v1/deliveries/1/body",
        "/api/v1/deliveries/4",
        "/api/v1/deliveries",
        "/health/deliveries",
        "/health/quarantine",
        "/api/v1/quarantine",
        "/sessions",
    ];

    /// Whether it tells of somebody.
    fn tells(body: &str) -> bool {
        ["zoe", "ref 1", "ref%201"].iter().any(|value| body.contains(value))
    }

    async fn told(fixture: &Fixture, name: &str) -> Vec<&'static str> {
        let bearer = fixture.bearer(name);
        let browser = fixture.sign_in(name).await;
        let mut told = Vec::new();
        for path in SHOWN {
            let got = if path.starts_with("/api/") {
                fixture.send_get(path, &[("authorization", &bearer)]).await
            } else {
                browser.get(fixture, path).await
            };
            assert_eq!(got.status, 200, "{path}: {}", got.body);
            if tells(&got.body) {
                told.push(path);
            }
        }
        told
    }

    #[actix_web::test]
    async fn viewers_see_pseudonyms_wherever_others_see_values() {
        let fixture = Fixture::peopled(LOG);
        assert_eq!(told(&fixture, "Ann").await, [""; 0]);
        let values = [SHOWN[0], SHOWN[1], SHOWN[3], SHOWN[4], SHOWN[5], SHOWN[8], SHOWN[9]];
        assert_eq!(told(&fixture, "Otto").await, values);
        assert_eq!(told(&fixture, "Olga").await, values);
    }

    #[actix_web::test]
    async fn a_pseudonym_is_the_same_for_the_same_value_and_another_elsewhere() {
        let fixture = Fixture::peopled(LOG);
        let bearer = fixture.bearer("Ann");
        let ask = async |path: &str| {
            let got = fixture.send_get(path, &[("authorization", &bearer)]).await;
            assert_eq!(got.status, 200, "{}", got.body);
            serde_json::from_str::<serde_json::Value>(&got.body).unwrap()
        };
        let one = ask(SHOWN[1]).await;
        let two = ask(&SHOWN[1].replace("0001", "0002")).await;
        let name = one["end_user_id"].as_str().unwrap();
        assert!(name.starts_with('~') && name.len() == 23, "{name}");
        assert_eq!(one["end_user_id"], two["end_user_id"]);
        assert_ne!(one["vendor_data"], two["vendor_data"]);
        let body = ask(SHOWN[4]).await;
        assert_eq!(body["endUserId"], one["end_user_id"]);
        assert_eq!(body["vendorData"], one["vendor_data"]);
        assert_eq!(body["code"], 7001);
        // Those beside it are told all the same.
        let beside = ask(SHOWN[2]).await;
        assert_eq!(beside["end_user"]["count"], 2);
        let other = Reveal::new([8; 32], ViewersSee::Pseudonyms);
        assert_ne!(other.text(weir_privacy::Kind::EndUser, "zoe"), name);
    }

    #[actix_web::test]
    async fn what_could_not_be_read_is_not_for_viewers() {
        let fixture = Fixture::peopled(LOG);
        let bearer = fixture.bearer("Ann");
        let path = "/api/v1/deliveries/4/body";
        let got = fixture.send_get(path, &[("authorization", &bearer)]).await;
        assert_eq!(got.status, 403, "{}", got.body);
        assert!(got.body.contains("may hold anything of a person"), "{}", got.body);
        let ann = fixture.sign_in("Ann").await;
        let got = ann.get(&fixture, "/health/quarantine").await;
        assert!(got.body.contains("operators and owners see it"), "{}", got.body);
    }

    #[actix_web::test]
    async fn viewers_see_values_where_that_is_configured_and_so_does_an_open_machine() {
        let fixture = Fixture::with(deliveries(LOG), |state| {
            state.access.openness = Openness::Never;
            state.reveal = Reveal::new([7; 32], ViewersSee::Values);
        });
        let store = &fixture.state().access.store;
        let now = crate::fixture::NOW.parse().unwrap();
        store.add_owner("Olga", crate::fixture::PASSWORD, now).unwrap();
        let new = weir_access::NewPerson { name: "Ann", role: Role::Viewer };
        let (ann, once) = store.add_person(new, now).unwrap();
        store.change_password(ann.id, once.reveal(), crate::fixture::PASSWORD, now).unwrap();
        assert!(!told(&fixture, "Ann").await.is_empty());
        for openness in [Openness::Loopback, Openness::UntilOwner] {
            let open = Fixture::opened(LOG, openness);
            assert!(tells(&open.get(SHOWN[1]).await.body), "{openness:?}");
        }
    }
}
