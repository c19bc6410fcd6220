//! People, sessions and tokens, over the real file.

#![allow(missing_docs, clippy::unwrap_used)]

use tempfile::TempDir;
use weir_access::{
    Access, AccessError, Cost, NewPerson, NewToken, ONE_TIME_US, Person, Refusal, Role,
    SESSION_IDLE_US_MAX, SESSION_US_MAX, Secret, TOKEN_DAYS_MAX,
};
use weir_domain::Timestamp;

const DAY_US: i64 = 86_400_000_000;
const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const PASSWORD: &str = "correct horse battery";

struct Place {
    dir: TempDir,
    access: Access,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        let access = Access::open_at_cost(&dir.path().join("access.db"), Cost::LEAST).unwrap();
        Place { dir, access }
    }

    /// With an owner, Olga.
    fn owned() -> (Place, Person) {
        let place = Place::new();
        let olga = place.access.add_owner("Olga", PASSWORD, NOW).unwrap();
        (place, olga)
    }

    fn add(&self, name: &str, role: Role) -> (Person, Secret) {
        self.access.add_person(NewPerson { name, role }, NOW).unwrap()
    }

    /// The same file after a restart.
    fn reopened(self) -> Place {
        let Place { dir, access } = self;
        drop(access);
        let access = Access::open_at_cost(&dir.path().join("access.db"), Cost::LEAST).unwrap();
        Place { dir, access }
    }

    fn sign_in(&self, name: &str, password: &str) -> Option<Secret> {
        self.access.sign_in(name, password, NOW).unwrap().map(|signed| signed.token)
    }

    fn knows(&self, token: &Secret, now: Timestamp) -> Option<(String, Role)> {
        let known = self.access.session(token.reveal(), now).unwrap();
        known.map(|known| (known.name, known.role))
    }

    fn token(&self, of: &Person, role: Role, days: u32) -> Result<Secret, AccessError> {
        let new = NewToken {
            name: "a program",
            person: of.id,
            role,
            days,
            maker: of.role,
            made_by: None,
        };
        self.access.add_token(new, NOW).map(|(_, secret)| secret)
    }

    fn opens(&self, token: &Secret, now: Timestamp) -> Option<Role> {
        self.access.use_token(token.reveal(), now).unwrap().map(|used| used.role)
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(got: Result<T, AccessError>, want: Refusal) {
    match got {
        Err(AccessError::Refused(got)) => assert_eq!(got, want),
        other => panic!("{other:?} is not refused with {want:?}"),
    }
}

#[test]
fn the_first_is_the_owner_and_there_is_one_first() {
    let place = Place::new();
    assert!(!place.access.has_people().unwrap());
    refused(place.access.add_owner("Olga", "short", NOW), Refusal::PasswordShort);
    refused(place.access.add_owner(" ", PASSWORD, NOW), Refusal::NameEmpty);
    assert!(!place.access.has_people().unwrap());
    let olga = place.access.add_owner(" Olga ", PASSWORD, NOW).unwrap();
    assert_eq!((olga.name.as_str(), olga.role, olga.one_time_until), ("Olga", Role::Owner, None));
    assert!(place.access.has_people().unwrap());
    refused(place.access.add_owner("Otto", PASSWORD, NOW), Refusal::OwnerExists);
}

#[test]
fn names_differ_by_more_than_their_case() {
    let (place, _) = Place::owned();
    let again = place.access.add_person(NewPerson { name: "OLGA", role: Role::Viewer }, NOW);
    refused(again, Refusal::NameTaken);
    place.add("Õnne", Role::Viewer);
    assert_eq!(place.access.person_named("õNNE").unwrap().name, "Õnne");
    let names: Vec<_> = place.access.people().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Olga", "Õnne"]);
}

#[test]
fn only_the_right_password_of_somebody_who_may_opens() {
    let (place, _) = Place::owned();
    assert!(place.sign_in("olga", PASSWORD).is_some());
    assert!(place.sign_in("Olga", "correct horse batterx").is_none());
    assert!(place.sign_in("Otto", PASSWORD).is_none());
    assert!(place.sign_in("", "").is_none());
    let (ann, once) = place.add("Ann", Role::Viewer);
    assert!(place.sign_in("Ann", once.reveal()).is_some());
    place.access.set_disabled(ann.id, true).unwrap();
    assert!(place.sign_in("Ann", once.reveal()).is_none());
}

#[test]
fn a_one_time_password_must_be_replaced_and_ends() {
    let (place, _) = Place::owned();
    let (ann, once) = place.add("Ann", Role::Viewer);
    let token = place.sign_in("Ann", once.reveal()).unwrap();
    assert!(place.access.session(token.reveal(), NOW).unwrap().unwrap().one_time);
    let late = NOW.plus_us(ONE_TIME_US);
    assert!(place.access.sign_in("Ann", once.reveal(), late).unwrap().is_none());
    assert_eq!(place.knows(&token, late), None);
    let change = |present, password| place.access.change_password(ann.id, present, password, NOW);
    refused(change("wrong", PASSWORD), Refusal::PasswordWrong);
    refused(change(once.reveal(), "short"), Refusal::PasswordShort);
    change(once.reveal(), PASSWORD).unwrap();
    assert!(place.sign_in("Ann", once.reveal()).is_none());
    let token = place.sign_in("Ann", PASSWORD).unwrap();
    assert!(!place.access.session(token.reveal(), NOW).unwrap().unwrap().one_time);
    let once = place.access.reset_password(ann.id, NOW).unwrap();
    assert!(place.sign_in("Ann", PASSWORD).is_none());
    assert!(place.sign_in("Ann", once.reveal()).is_some());
}

#[test]
fn a_session_survives_a_restart_and_ends_when_idle_or_old() {
    let (place, _) = Place::owned();
    let token = place.sign_in("Olga", PASSWORD).unwrap();
    let place = place.reopened();
    assert_eq!(place.knows(&token, NOW), Some(("Olga".to_owned(), Role::Owner)));
    assert_eq!(place.knows(&token, NOW.plus_us(SESSION_IDLE_US_MAX)), None);
    let mut at = NOW;
    while at < NOW.plus_us(SESSION_US_MAX - 10 * DAY_US) {
        at = at.plus_us(10 * DAY_US);
        assert!(place.knows(&token, at).is_some(), "{at}");
    }
    assert!(place.knows(&token, NOW.plus_us(SESSION_US_MAX - 1)).is_some());
    assert_eq!(place.knows(&token, NOW.plus_us(SESSION_US_MAX)), None);
    assert_eq!(place.access.session("", NOW).unwrap(), None);
}

#[test]
fn a_session_ends_with_a_sign_out_and_with_any_change() {
    let (place, olga) = Place::owned();
    let (otto, once) = place.add("Otto", Role::Owner);
    place.access.change_password(otto.id, once.reveal(), PASSWORD, NOW).unwrap();
    let begin = || [(); 2].map(|()| place.sign_in("Otto", PASSWORD).unwrap());
    let both =
        |tokens: &[Secret; 2]| tokens.each_ref().map(|token| place.knows(token, NOW).is_some());
    let tokens = begin();
    place.access.end_session(tokens[0].reveal()).unwrap();
    assert_eq!(both(&tokens), [false, true]);
    let tokens = begin();
    place.access.set_role(otto.id, Role::Owner).unwrap();
    assert_eq!(both(&tokens), [true, true], "the role is the same");
    place.access.set_role(otto.id, Role::Viewer).unwrap();
    assert_eq!(both(&tokens), [false, false]);
    let tokens = begin();
    place.access.change_password(otto.id, PASSWORD, "another sentence", NOW).unwrap();
    assert_eq!(both(&tokens), [false, false]);
    place.access.change_password(otto.id, "another sentence", PASSWORD, NOW).unwrap();
    let tokens = begin();
    place.access.set_disabled(otto.id, true).unwrap();
    place.access.set_disabled(otto.id, false).unwrap();
    assert_eq!(both(&tokens), [false, false]);
    let tokens = begin();
    place.access.reset_password(otto.id, NOW).unwrap();
    assert_eq!(both(&tokens), [false, false]);
    assert_eq!(place.access.person(olga.id).unwrap().seen_at, None);
}

#[test]
fn there_is_always_an_owner_who_can_sign_in() {
    let (place, olga) = Place::owned();
    refused(place.access.set_role(olga.id, Role::Operator), Refusal::LastOwner);
    refused(place.access.set_disabled(olga.id, true), Refusal::LastOwner);
    let (otto, _) = place.add("Otto", Role::Owner);
    place.access.set_disabled(otto.id, true).unwrap();
    refused(place.access.set_role(olga.id, Role::Viewer), Refusal::LastOwner);
    place.access.set_disabled(otto.id, false).unwrap();
    place.access.set_role(olga.id, Role::Viewer).unwrap();
    assert_eq!(place.access.person(olga.id).unwrap().role, Role::Viewer);
    refused(place.access.set_role(weir_access::PersonId::new(77), Role::Owner), Refusal::NoPerson);
}

#[test]
fn a_token_does_no_more_than_its_maker_and_ends() {
    let (place, olga) = Place::owned();
    let (ann, _) = place.add("Ann", Role::Operator);
    refused(place.token(&ann, Role::Owner, 1), Refusal::RoleTooGreat);
    refused(place.token(&ann, Role::Viewer, 0), Refusal::TokenDays);
    refused(place.token(&ann, Role::Viewer, TOKEN_DAYS_MAX + 1), Refusal::TokenDays);
    let token = place.token(&ann, Role::Operator, 30).unwrap();
    assert!(token.reveal().starts_with("weir_"));
    assert_eq!(place.opens(&token, NOW), Some(Role::Operator));
    assert_eq!(place.opens(&token, NOW.plus_us(30 * DAY_US)), None);
    place.access.set_role(ann.id, Role::Viewer).unwrap();
    assert_eq!(place.opens(&token, NOW), Some(Role::Viewer));
    place.access.set_disabled(ann.id, true).unwrap();
    assert_eq!(place.opens(&token, NOW), None);
    let own = place.token(&olga, Role::Viewer, 30).unwrap();
    assert_eq!(place.opens(&own, NOW), Some(Role::Viewer));
}

#[test]
fn a_token_is_revoked_by_its_maker_or_by_nobody_in_particular() {
    let (place, olga) = Place::owned();
    let (ann, _) = place.add("Ann", Role::Operator);
    let tokens = [(); 2].map(|()| place.token(&ann, Role::Viewer, 30).unwrap());
    let ids: Vec<_> = place.access.tokens(Some(ann.id)).unwrap().iter().map(|one| one.id).collect();
    refused(place.access.revoke_token(ids[0], Some(olga.id), NOW), Refusal::NoToken);
    place.access.revoke_token(ids[0], Some(ann.id), NOW).unwrap();
    assert_eq!(place.opens(&tokens[1], NOW), None);
    assert_eq!(place.opens(&tokens[0], NOW), Some(Role::Viewer));
    place.access.revoke_token(ids[1], None, NOW).unwrap();
    assert_eq!(place.opens(&tokens[0], NOW), None);
    assert!(place.access.tokens(None).unwrap().iter().all(|token| !token.is_good(NOW)));
    assert_eq!(place.access.tokens(Some(olga.id)).unwrap(), []);
}

#[test]
fn use_is_noted_once_a_minute() {
    let (place, olga) = Place::owned();
    let token = place.token(&olga, Role::Viewer, 30).unwrap();
    let used = |after_s: i64| {
        place.opens(&token, NOW.plus_us(after_s * 1_000_000)).unwrap();
        let token = place.access.tokens(None).unwrap().remove(0);
        token.used_at.unwrap().since_us(NOW) / 1_000_000
    };
    assert_eq!([used(0), used(59), used(60), used(90), used(120)], [0, 0, 60, 60, 120]);
}

#[test]
fn no_secret_stands_in_the_file() {
    let (place, olga) = Place::owned();
    let session = place.sign_in("Olga", PASSWORD).unwrap();
    let token = place.token(&olga, Role::Viewer, 30).unwrap();
    let (_, once) = place.add("Ann", Role::Viewer);
    let dir = &place.dir;
    let bytes: Vec<u8> = std::fs::read_dir(dir.path())
        .unwrap()
        .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("Olga") && holds("$argon2id$"), "the file is what was read");
    for secret in [session.reveal(), token.reveal(), &token.reveal()[5..], once.reveal(), PASSWORD]
    {
        assert!(!holds(secret));
    }
}

#[test]
fn who_signs_in_elsewhere_is_one_person_and_has_no_password() {
    let (place, _) = Place::owned();
    let new = NewPerson { name: "ann@example.com", role: Role::Viewer };
    let ann = place.access.person_elsewhere("https://id.example 7", new, NOW).unwrap();
    assert!(ann.elsewhere);
    let renamed = NewPerson { name: "anna@example.com", role: Role::Owner };
    let again = place.access.person_elsewhere("https://id.example 7", renamed, NOW).unwrap();
    assert_eq!(again, ann);
    refused(place.access.person_elsewhere("https://id.example 8", new, NOW), Refusal::NameTaken);
    assert!(place.sign_in("ann@example.com", "").is_none());
    refused(place.access.reset_password(ann.id, NOW), Refusal::NoPassword);
}
