//! `weir people`: who may see the dashboard, also where nobody can sign in any more.

use weir_access::{Access, NewPerson, Person, Role, Secret, TokenId};
use weir_audit::Did;
use weir_domain::{Clock, Timestamp};

use crate::args::Common;
use crate::audited::audited;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// What to do.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Command {
    /// Everybody, with their roles
    List,
    /// Let somebody in, with a one-time password that they must replace
    Add {
        /// What they sign in with
        name: String,
        /// What they may do
        #[arg(long, default_value = "viewer", value_parser = role)]
        role: Role,
    },
    /// Give somebody another role, which signs them out
    SetRole {
        /// Who
        name: String,
        /// viewer, operator or owner
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Give somebody a one-time password, and let them in again if they were locked out
    ResetPassword {
        /// Who
        name: String,
    },
    /// API tokens, everybody's or somebody's; or revoke one
    Tokens {
        /// Whose
        name: Option<String>,
        /// The number of the token to revoke
        #[arg(long, value_name = "ID")]
        revoke: Option<i64>,
    },
}

/// Does it, beside a running server or without one.
pub(crate) fn run(common: &Common, command: &Command) -> Outcome {
    let dir = Config::read(common)?.data_dir();
    dir.create()?;
    dir.refuse_foreign()?;
    let store = Access::open(&dir.access_file())?;
    let now = SystemClock.now();
    match command {
        Command::List => list(&store, now),
        Command::Add { name, role } => {
            let (person, once) =
                audited(&dir, Did::ChangedPerson, &format!("{name} added, {role}"), || {
                    Ok(store.add_person(NewPerson { name, role: *role }, now)?)
                })?;
            pass_on(&person, &once);
            Ok(())
        }
        Command::SetRole { name, role } => {
            let person = named(&store, name)?;
            audited(
                &dir,
                Did::ChangedPerson,
                &format!("person {} is {role}", person.id.get()),
                || Ok(store.set_role(person.id, *role)?),
            )?;
            println!("{} is {role} from now on", shown(&person.name));
            Ok(())
        }
        Command::ResetPassword { name } => {
            let person = named(&store, name)?;
            let once = audited(
                &dir,
                Did::ChangedPerson,
                &format!("person {} has a one-time password", person.id.get()),
                || {
                    let once = store.reset_password(person.id, now)?;
                    if person.disabled {
                        store.set_disabled(person.id, false)?;
                    }
                    Ok(once)
                },
            )?;
            pass_on(&person, &once);
            Ok(())
        }
        Command::Tokens { revoke: Some(id), .. } => {
            let token =
                audited(&dir, Did::ChangedToken, &format!("token {id} is revoked"), || {
                    Ok(store.revoke_token(TokenId::new(*id), None, now)?)
                })?;
            println!("the token for {} is revoked", shown(&token.name));
            Ok(())
        }
        Command::Tokens { name, revoke: None } => tokens(&store, name.as_deref(), now),
    }
}

fn list(store: &Access, now: Timestamp) -> Outcome {
    let people = store.people()?;
    if people.is_empty() {
        println!(
            "nobody yet; `weir serve` prints how to create the owner, or `weir people add NAME --role owner` makes one"
        );
    }
    for person in people {
        let signs_in = match person.one_time_until {
            _ if person.disabled => "locked out",
            _ if person.elsewhere => "signs in elsewhere",
            Some(until) if until <= now => "one-time password over",
            Some(_) => "one-time password",
            None => "",
        };
        let seen =
            person.seen_at.map_or_else(|| "never seen".to_owned(), |at| format!("last seen {at}"));
        let line = format!("{:8}  {}  {seen}  {signs_in}", person.role.name(), shown(&person.name));
        println!("{}", line.trim_end());
    }
    Ok(())
}

fn tokens(store: &Access, name: Option<&str>, now: Timestamp) -> Outcome {
    let of = name.map(|name| named(store, name)).transpose()?.map(|person| person.id);
    for token in store.tokens(of)? {
        let state = match token.revoked_at {
            Some(at) => format!("revoked {at}"),
            None if token.is_good(now) => format!("ends {}", token.expires_at),
            None => format!("ended {}", token.expires_at),
        };
        let used =
            token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
        println!(
            "{:>4}  {:8}  {}: {}  {state}  {used}",
            token.id.get(),
            token.role.name(),
            shown(&token.person_name),
            shown(&token.name)
        );
    }
    Ok(())
}

fn pass_on(person: &Person, once: &Secret) {
    eprintln!(
        "weir: {} signs in with this one-time password within eight days, and chooses another then:",
        shown(&person.name)
    );
    println!("{}", once.reveal());
}

fn named(store: &Access, name: &str) -> Outcome<Person> {
    store.person_named(name).map_err(|error| match error {
        weir_access::AccessError::Refused(_) => Failure::call(format!(
            "nobody is called {}; `weir people list` names everybody",
            shown(name)
        )),
        other => other.into(),
    })
}

/// What somebody is called, so that it does nothing to the terminal.
fn shown(name: &str) -> String {
    weir_report::render::safe_text(name, 80)
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|()| "the roles are viewer, operator and owner".to_owned())
}
