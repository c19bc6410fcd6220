//! The disk fails, or the power goes, while people, tokens and views are changed: what was said to
//! be done is done, and the file opens. `WEIR_FAULTS=all` tries every point.

#![allow(missing_docs, clippy::unwrap_used)] // a helper of a test fails as the test does

use std::path::Path;

use rusqlite::Connection;
use weir_access::{Access, AccessError, Cost, NewPerson, NewToken, Person, Role, Secret};
use weir_domain::Timestamp;
use weir_faults::{Disk, Ended, Scene, campaign};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const PASSWORD: &str = "correct horse battery";

/// Something that was said to be done.
enum Done {
    Person(String),
    Role(String),
    Token(usize),
    Revoked(usize),
}

#[derive(Default)]
struct Told {
    done: Vec<Done>,
    people: usize,
    /// Each token, and whether it was tried to revoke it.
    tokens: Vec<(Secret, bool)>,
}

struct Changes {
    name: &'static str,
    /// Whether an earlier Weir made the file, of the first version, with somebody in it.
    is_old: bool,
}

fn open(dir: &Path) -> Result<Access, AccessError> {
    Access::open_at_cost(&dir.join("access.db"), Cost::LEAST)
}

/// The disk, and whether what is done now can fail.
struct Doing<'a> {
    disk: &'a Disk,
    told: &'a mut Told,
}

impl Doing<'_> {
    fn done<T>(&mut self, work: impl FnOnce() -> Result<T, AccessError>) -> Option<T> {
        let is_well = self.disk.is_well();
        match work() {
            Ok(done) => Some(done),
            Err(error) => {
                assert!(!is_well, "nothing fails any more, but: {error}");
                None
            }
        }
    }

    fn promise(&mut self, done: Done) {
        self.told.done.push(done);
        self.disk.mark();
    }
}

fn add(access: &Access, doing: &mut Doing<'_>) -> Option<Person> {
    doing.told.people += 1;
    let name = format!("Person {}", doing.told.people);
    let new = NewPerson { name: &name, role: Role::Viewer };
    let (person, _) = doing.done(|| access.add_person(new, NOW))?;
    doing.promise(Done::Person(name.clone()));
    doing.done(|| access.set_role(person.id, Role::Operator))?;
    doing.promise(Done::Role(name));
    Some(person)
}

fn token(access: &Access, person: &Person, doing: &mut Doing<'_>) -> Option<()> {
    let new = NewToken {
        name: "a program",
        person: person.id,
        role: Role::Viewer,
        days: 9,
        maker: Role::Owner,
        made_by: None,
    };
    let (token, secret) = doing.done(|| access.add_token(new, NOW))?;
    let number = doing.told.tokens.len();
    doing.told.tokens.push((secret, false));
    doing.promise(Done::Token(number));
    if number.is_multiple_of(2) {
        doing.told.tokens[number].1 = true;
        doing.done(|| access.revoke_token(token.id, None, NOW))?;
        doing.promise(Done::Revoked(number));
    }
    Some(())
}

impl Scene for Changes {
    type Told = Told;

    fn name(&self) -> &'static str {
        self.name
    }

    fn prepare(&self, dir: &Path) {
        if !self.is_old {
            return;
        }
        let conn = Connection::open(dir.join("access.db")).unwrap();
        conn.execute_batch(include_str!("../../../migrations/access/0001_people.sql")).unwrap();
        conn.execute_batch(
            "PRAGMA application_id = 0x57414343; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;
             INSERT INTO person (name, name_key, role, created_at) VALUES ('Olga', 'olga', 'owner', 1)",
        )
        .unwrap();
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut Told) {
        let mut doing = Doing { disk, told };
        // As an operator would: once more, where it failed.
        let Some(access) = doing.done(|| open(dir)).or_else(|| doing.done(|| open(dir))) else {
            return;
        };
        if !self.is_old && doing.told.people == 0 {
            let mut owner = || {
                doing.done(|| match access.has_people()? {
                    true => Ok(()),
                    false => access.add_owner("Olga", PASSWORD, NOW).map(drop),
                })
            };
            if owner().or_else(owner).is_none() {
                return;
            }
            doing.promise(Done::Person("Olga".to_owned()));
        }
        for _ in 0..3 {
            if let Some(person) = add(&access, &mut doing) {
                let _ = token(&access, &person, &mut doing);
            }
        }
    }

    fn check(&self, dir: &Path, told: &Told, marks: u64, _: Ended) {
        let access = open(dir).unwrap();
        let people = access.people().unwrap();
        let named = |name: &str| people.iter().find(|person| person.name == name);
        if self.is_old {
            assert!(named("Olga").is_some(), "who was there before is there");
        }
        for done in &told.done[..usize::try_from(marks).unwrap()] {
            match done {
                Done::Person(name) => assert!(named(name).is_some(), "{name} was added"),
                Done::Role(name) => {
                    assert_eq!(named(name).map(|person| person.role), Some(Role::Operator));
                }
                Done::Token(number) => {
                    let (secret, revoking) = &told.tokens[*number];
                    let used = access.use_token(secret.reveal(), NOW).unwrap();
                    assert!(*revoking || used.is_some(), "token {number} was made");
                }
                Done::Revoked(number) => {
                    let (secret, _) = &told.tokens[*number];
                    let used = access.use_token(secret.reveal(), NOW).unwrap();
                    assert!(used.is_none(), "token {number} was revoked");
                }
            }
        }
        let known = people.len();
        drop(access);
        let conn = Connection::open(dir.join("access.db")).unwrap();
        let ask = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(ask("PRAGMA integrity_check"), "ok");
        assert!(known <= told.people + 1, "somebody is there whom nobody added");
    }
}

#[test]
fn people_and_tokens() {
    campaign(&Changes { name: "people and tokens", is_old: false });
}

#[test]
fn people_and_tokens_in_a_file_that_is_migrated_first() {
    campaign(&Changes { name: "migration of people and tokens", is_old: true });
}
