//! Who may be written to.

use lettre::Address;
use url::Host;

use crate::words::one_line;

/// The address, if mail may go to its domain.
pub(super) fn permitted(text: &str, domains: &[String]) -> Result<Address, String> {
    let shown = one_line(text, 120);
    let address = text.parse::<Address>().ok().filter(|address| !quotes(address));
    let address =
        address.ok_or_else(|| format!("`{shown}` is no mail address such as ann@example.com"))?;
    let address = to_ascii(&address)?;
    let domain = address.domain();
    if domains.iter().any(|permitted| permitted == domain) {
        return Ok(address);
    }
    Err(format!(
        "mail may not go to {domain}, so {shown} gets none; if it may, add the domain to \
         `channels.mail.domains`"
    ))
}

/// Whether there is something before the `@` that must be quoted. Nobody is called so, and a server
/// that reads the quotes carelessly takes what is in them for another address.
fn quotes(address: &Address) -> bool {
    let odd = |character: char| {
        matches!(character, '"' | '\\' | '<' | '>' | ',' | ';' | ':' | '(' | ')' | '[' | ']' | '@')
            || character.is_whitespace()
            || character.is_control()
    };
    address.user().contains(odd)
}

/// The same address with its domain as the wire knows it: `ann@xn--bcher-kva.example`.
pub(super) fn to_ascii(address: &Address) -> Result<Address, String> {
    let domain = domain(address.domain())?;
    Address::new(address.user(), domain)
        .map_err(|_| format!("`{}` is no mail address", one_line(address.as_ref(), 120)))
}

/// Domains as they are compared.
pub(super) fn domains(texts: &[String]) -> Result<Vec<String>, String> {
    if texts.is_empty() {
        return Err("`channels.mail.domains` is empty, so no mail could go anywhere; list the \
                    domains that may get mail"
            .to_owned());
    }
    let read = |text: &String| {
        domain(text).map_err(|_| {
            format!(
                "`channels.mail.domains` has `{}`, which is no domain such as example.com",
                one_line(text, 80)
            )
        })
    };
    texts.iter().map(read).collect()
}

fn domain(text: &str) -> Result<String, String> {
    match Host::parse(text) {
        Ok(Host::Domain(domain)) if !domain.is_empty() => Ok(domain),
        _ => Err(format!("`{}` is no domain that mail can go to", one_line(text, 80))),
    }
}

#[cfg(test)]
mod tests {
    use super::{domains, permitted};

    #[track_caller]
    fn check(address: &str, want: Result<&str, &str>) {
        let domains = domains(&["example.com".to_owned(), "Bücher.example".to_owned()]).unwrap();
        match (permitted(address, &domains), want) {
            (Ok(got), Ok(want)) => assert_eq!(got.as_ref() as &str, want),
            (Err(got), Err(want)) => assert!(got.contains(want), "{got}"),
            other => panic!("{address}: {other:?}"),
        }
    }

    #[test]
    fn mail_goes_to_listed_domains_alone() {
        check("ann@example.com", Ok("ann@example.com"));
        check("ann@EXAMPLE.com", Ok("ann@example.com"));
        check("ann+weekly@example.com", Ok("ann+weekly@example.com"));
        check("ann@bücher.example", Ok("ann@xn--bcher-kva.example"));
        check("ann@xn--bcher-kva.example", Ok("ann@xn--bcher-kva.example"));
        check("ann@sub.example.com", Err("may not go to sub.example.com"));
        check("ann@example.com.evil.example", Err("may not go to"));
        check("ann@notexample.com", Err("may not go to"));
        check("ann@[127.0.0.1]", Err("no domain"));
        check("ann", Err("no mail address"));
        check("ann@example.com\r\nRCPT TO:<eve@example.com>", Err("no mail address"));
        check("ann@example.com>, <eve@evil.example", Err("no mail address"));
        check("Ann <ann@example.com>", Err("no mail address"));
        check("ann@example.com,eve@example.com", Err("no mail address"));
        check("\"a\r\nb\"@example.com", Err("no mail address"));
        check("\"a\\\r\nb\"@example.com", Err("no mail address"));
        check("\"a> <eve@evil.example\"@example.com", Err("no mail address"));
        check("\"a b\"@example.com", Err("no mail address"));
        check("a\0b@example.com", Err("no mail address"));
        check("a\u{85}b@example.com", Err("no mail address"));
        check("a\u{a0}b@example.com", Err("no mail address"));
        check("", Err("no mail address"));
    }

    #[test]
    fn a_list_without_domains_is_refused() {
        assert!(domains(&[]).unwrap_err().contains("is empty"));
        assert!(domains(&["a b".to_owned()]).unwrap_err().contains("`a b`"));
    }
}
