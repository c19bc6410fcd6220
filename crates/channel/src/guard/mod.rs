//! Which addresses may be connected to: public ones, and those that the operator named.
//!
//! A host is resolved once; every address that it has is checked; the connection goes to one of
//! those very addresses. A name server that answers otherwise a moment later changes nothing.

mod ranges; // which addresses are public
mod resolve; // from a name to addresses

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use url::Host;

pub use resolve::{Resolve, SystemResolver};

use crate::{Refusal, SettingsError};

/// As many addresses of one host are tried; more than this, `ureq` does not take.
const ADDRESSES_MAX: usize = 16;

/// Resolves hosts and refuses what lies within.
#[derive(Clone)]
pub struct Guard {
    allowed: Arc<[IpNet]>,
    resolver: Arc<dyn Resolve>,
}

/// Addresses that were checked, and how they may be spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    /// At least one; the first of the answer, in its order, without doubles.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Whether all of them are in a range that the operator named: only there may a connection go
    /// unencrypted.
    pub(crate) ours: bool,
}

impl Guard {
    /// Lets through public addresses and those in `allowed`.
    ///
    /// # Errors
    /// If a text is no range: which, and how one is written.
    pub fn new(allowed: &[String], resolver: Arc<dyn Resolve>) -> Result<Guard, SettingsError> {
        let ranges: Result<Arc<[IpNet]>, _> = allowed.iter().map(|text| range(text)).collect();
        Ok(Guard { allowed: ranges?, resolver })
    }

    /// The addresses of a host, if every one of them may be connected to.
    pub(crate) fn check(&self, host: &Host<String>, port: u16) -> Result<Checked, Refusal> {
        let addresses = match host {
            Host::Ipv4(ip) => vec![SocketAddr::new((*ip).into(), port)],
            Host::Ipv6(ip) => vec![SocketAddr::new((*ip).into(), port)],
            Host::Domain(name) => self.resolved(name, port)?,
        };
        let mut checked = Checked { addresses: Vec::new(), ours: true };
        for address in addresses {
            checked.ours &= self.permits(host, address.ip())?;
            if checked.addresses.len() < ADDRESSES_MAX && !checked.addresses.contains(&address) {
                checked.addresses.push(address);
            }
        }
        Ok(checked)
    }

    /// Whether an address is one that the operator named; an error where it is neither that nor
    /// public.
    fn permits(&self, host: &Host<String>, ip: IpAddr) -> Result<bool, Refusal> {
        // What is judged is where the packets end, not how the address is written.
        let mut ours = true;
        for end in ranges::ends(ip) {
            if self.allowed.iter().any(|range| range.contains(&end)) {
                continue;
            }
            ours = false;
            if let Some(kind) = ranges::not_public(end) {
                return Err(Refusal::Permanent { cause: within(host, ip, kind) });
            }
        }
        Ok(ours)
    }

    fn resolved(&self, name: &str, port: u16) -> Result<Vec<SocketAddr>, Refusal> {
        let transient = |cause| Refusal::Transient { cause, retry_after: None };
        let addresses = self.resolver.resolve(name, port).map_err(|error| {
            transient(format!(
                "{name} was not found: {error}; check the name and the resolver of this machine"
            ))
        })?;
        if addresses.is_empty() {
            return Err(transient(format!(
                "{name} has no address; check the name and the resolver of this machine"
            )));
        }
        // The port is ours to say, not the resolver's.
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address.ip(), port)).collect())
    }
}

fn within(host: &Host<String>, ip: IpAddr, kind: &str) -> String {
    let place = match host {
        Host::Domain(name) => format!("{name} leads to {ip}, which is {kind}"),
        _ => format!("{ip} is {kind}"),
    };
    format!(
        "{place}, so nothing is sent there; if it is meant, add its range to \
         `channels.private_addresses`"
    )
}

fn range(text: &str) -> Result<IpNet, SettingsError> {
    let read = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    read.map(|range| range.trunc()).map_err(|_| {
        SettingsError::new(format!(
            "`channels.private_addresses` has `{text}`, which is no range such as 10.1.0.0/16 or \
             fd12::/48"
        ))
    })
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{Guard, Resolve};
    use crate::Refusal;

    /// A name server that says something else each time.
    struct Fickle {
        answers: Vec<Vec<&'static str>>,
        asked: AtomicUsize,
    }

    impl Resolve for Fickle {
        fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            let turn = self.asked.fetch_add(1, Ordering::Relaxed);
            let answer = self.answers.get(turn).ok_or(io::ErrorKind::NotFound)?;
            Ok(answer.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 1)).collect())
        }
    }

    fn guard(allowed: &[&str], answers: &[&[&'static str]]) -> Guard {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        let resolver = Fickle { answers, asked: AtomicUsize::new(0) };
        let allowed: Vec<String> = allowed.iter().map(|range| (*range).to_owned()).collect();
        Guard::new(&allowed, Arc::new(resolver)).unwrap()
    }

    #[track_caller]
    fn check(allowed: &[&str], url: &str, answer: &[&'static str], want: &str) {
        let url = url::Url::parse(url).unwrap();
        let host = url.host().unwrap().to_owned();
        let got = match guard(allowed, &[answer]).check(&host, 443) {
            Ok(checked) => format!("{:?} ours={}", checked.addresses, checked.ours),
            Err(Refusal::Permanent { cause }) => format!("never: {cause}"),
            Err(other) => format!("not now: {other}"),
        };
        assert!(got.contains(want), "{got}");
    }

    #[test]
    fn public_addresses_are_let_through() {
        check(&[], "https://a.example", &["8.8.8.8"], "[8.8.8.8:443] ours=false");
        check(
            &[],
            "https://a.example",
            &["2606:4700::1", "8.8.8.8", "8.8.8.8"],
            "8.8.8.8:443] ours",
        );
        check(&[], "https://8.8.8.8", &[], "[8.8.8.8:443] ours=false");
    }

    #[test]
    fn one_private_address_among_public_ones_is_enough_to_refuse() {
        check(
            &[],
            "https://a.example",
            &["8.8.8.8", "10.0.0.5"],
            "never: a.example leads to 10.0.0.5",
        );
        check(&[], "https://a.example", &["::ffff:127.0.0.1"], "never");
        check(&[], "https://a.example", &["64:ff9b::a9fe:a9fe"], "never");
        check(&[], "https://a.example", &["2002:7f00:1::"], "never");
    }

    #[test]
    fn ways_to_write_an_address_are_no_way_in() {
        for url in [
            "https://127.1",
            "https://2130706433",
            "https://0x7f000001",
            "https://0177.0.0.1",
            "https://[::1]",
            "https://[::ffff:7f00:1]",
            "https://[fe80::1]",
            "https://169.254.169.254",
            "https://0.0.0.0",
            "https://[::]",
            "https://[fd00:ec2::254]",
            "https://168.63.129.16",
            "https://①②⑦.0.0.1",
        ] {
            check(&[], url, &[], "never");
        }
    }

    #[test]
    fn a_range_that_was_named_is_let_through_and_no_other() {
        check(&["127.0.0.0/8"], "http://127.0.0.1", &[], "ours=true");
        check(&["127.0.0.0/8"], "http://[::ffff:127.0.0.1]", &[], "ours=true");
        check(&["127.0.0.1"], "http://127.0.0.2", &[], "never");
        check(&["10.0.0.0/8"], "http://a.example", &["10.0.0.1", "8.8.8.8"], "ours=false");
        check(&["10.0.0.0/8"], "http://a.example", &["10.0.0.1", "127.0.0.1"], "never");
        check(&["fd12::/48"], "http://[fd12::1]", &[], "ours=true");
    }

    #[test]
    fn of_a_long_answer_all_is_checked_and_little_is_tried() {
        let mut answer: Vec<String> = (0..100).map(|n| format!("8.8.8.{n}")).collect();
        let host = url::Host::Domain("a.example".to_owned());
        let asked = |answer: &[String]| {
            let answer: Vec<&'static str> =
                answer.iter().map(|ip| &*Box::leak(ip.clone().into_boxed_str())).collect();
            guard(&[], &[&answer]).check(&host, 1)
        };
        assert_eq!(asked(&answer).unwrap().addresses.len(), 16);
        answer.push("10.0.0.5".to_owned());
        assert!(matches!(asked(&answer), Err(Refusal::Permanent { .. })));
    }

    #[test]
    fn a_name_that_is_not_found_may_be_later() {
        check(&[], "https://a.example", &[], "not now: a.example has no address");
        let host = url::Host::Domain("a.example".to_owned());
        let refusal = guard(&[], &[]).check(&host, 1).unwrap_err();
        assert!(matches!(refusal, Refusal::Transient { .. }), "{refusal}");
    }

    #[test]
    fn what_is_no_range_is_named() {
        let error = Guard::new(&["10/8".to_owned()], Arc::new(super::SystemResolver)).unwrap_err();
        assert!(error.to_string().contains("`10/8`"), "{error}");
    }
}
