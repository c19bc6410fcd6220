//! Where a request comes from, as far as can be known.

use std::net::{IpAddr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};

/// Ranges of addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// A text that is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither an address nor a range of addresses, such as 192.0.2.0/24 or 2001:db8::/32"
)]
pub struct NetworkError(String);

impl Networks {
    /// The ranges that these texts name, each an address or a CIDR.
    ///
    /// # Errors
    /// If one of them is neither.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Networks, NetworkError> {
        let network = |text: &str| {
            let range = text.parse().or_else(|_| text.parse().map(|one: IpAddr| one.into()));
            range.map(canonical).map_err(|_| NetworkError(text.to_owned()))
        };
        texts.into_iter().map(network).collect::<Result<_, _>>().map(Networks)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether a request from there may come in, where these are all that may. With none, all may.
    #[must_use]
    pub fn admit(&self, source: Source) -> bool {
        self.is_empty() || (source.is_known && self.contains(source.address))
    }
}

/// An IPv4 range that is written as one of IPv6.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let (Some(v4), Some(length)) = (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96))
    else {
        return network;
    };
    Ipv4Net::new(v4, length).map_or(network, IpNet::V4)
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The client's address; where it is not known, that of the last proxy that is believed.
    pub address: IpAddr,
    /// Whether it is the client's.
    pub is_known: bool,
    /// Whether a proxy said so.
    pub by_proxy: bool,
}

impl Source {
    /// Whoever connected.
    #[must_use]
    pub fn peer(address: IpAddr) -> Source {
        Source { address: address.to_canonical(), is_known: true, by_proxy: false }
    }

    /// The rightmost address in `forwarded_for` that is no proxy of ours, where one of them connected:
    /// what stands further left anybody may have written. `forwarded_for` are the values of all
    /// lines of `X-Forwarded-For`, in order; `otherwise` tells whether the proxy named the client in
    /// a way that is not read.
    pub fn behind<'a>(
        peer: IpAddr,
        proxies: &Networks,
        forwarded_for: impl IntoIterator<Item = &'a [u8]>,
        otherwise: bool,
    ) -> Source {
        let whoever = Source::peer(peer);
        if !proxies.contains(peer) {
            return whoever;
        }
        let lines: Vec<&[u8]> = forwarded_for.into_iter().collect();
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        let mut found = None;
        for entry in entries.map(<[u8]>::trim_ascii).filter(|entry| !entry.is_empty()) {
            let Some(address) = address_in(entry) else {
                let address = found.unwrap_or(whoever.address);
                return Source { address, is_known: false, by_proxy: true };
            };
            found = Some(address);
            if !proxies.contains(address) {
                break;
            }
        }
        match found {
            Some(address) => Source { address, is_known: true, by_proxy: true },
            // A program of the proxy's own machine, as far as is said.
            None => Source { is_known: !otherwise, by_proxy: otherwise, ..whoever },
        }
    }

    /// What one subscriber has, whose tries are counted together: an address, or the /64 of a longer
    /// one.
    #[must_use]
    pub fn subscriber(self) -> IpAddr {
        match self.address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::from((v6.to_bits() & (u128::MAX << 64)).to_be_bytes()),
            v4 => v4,
        }
    }
}

/// `192.0.2.7`, `192.0.2.7:80`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:80`.
fn address_in(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let v6 = bare.and_then(|text| text.parse().ok().map(IpAddr::V6));
    let plain = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    v6.or_else(plain).or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Networks, Source};

    const PROXIES: [&str; 3] = ["10.0.0.0/8", "127.0.0.1", "2001:db8:f::/48"];

    fn source(peer: &str, lines: &[&str], otherwise: bool) -> Source {
        let proxies = Networks::parse(PROXIES).unwrap();
        let lines = lines.iter().map(|line| line.as_bytes());
        Source::behind(peer.parse().unwrap(), &proxies, lines, otherwise)
    }

    #[track_caller]
    fn check(peer: &str, lines: &[&str], want: &str) {
        let Source { address, is_known, by_proxy: _ } = source(peer, lines, false);
        let got = if is_known { address.to_string() } else { format!("not {address}") };
        assert_eq!(got, want);
    }

    #[test]
    fn only_a_named_proxy_is_believed() {
        check("192.0.2.1", &["6.6.6.6"], "192.0.2.1");
        check("11.0.0.1", &["6.6.6.6"], "11.0.0.1");
        check("10.0.0.1", &["6.6.6.6"], "6.6.6.6");
        check("::ffff:10.0.0.1", &["6.6.6.6"], "6.6.6.6");
        check("::ffff:192.0.2.1", &["6.6.6.6"], "192.0.2.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &[" , "], "10.0.0.1");
    }

    #[test]
    fn what_stands_left_of_the_client_is_anybodys_word() {
        check("10.0.0.1", &["10.0.0.9, 6.6.6.6, 192.0.2.7"], "192.0.2.7");
        check("10.0.0.1", &["6.6.6.6, 192.0.2.7, 10.0.0.2,10.0.0.3"], "192.0.2.7");
        check("10.0.0.1", &["nonsense, 192.0.2.7"], "192.0.2.7");
        // Lines are one list, in order.
        check("10.0.0.1", &["6.6.6.6", "192.0.2.7"], "192.0.2.7");
        check("10.0.0.1", &["192.0.2.7", "10.0.0.2"], "192.0.2.7");
        check("10.0.0.1", &["192.0.2.7", ""], "192.0.2.7");
        // All of them are ours: the first asked.
        check("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3");
    }

    #[test]
    fn an_address_is_read_however_it_is_written() {
        for (text, want) in [
            ("192.0.2.7:4711", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("2001:DB8:0::7", "2001:db8::7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("[::ffff:192.0.2.7]:80", "192.0.2.7"),
            ("[::ffff:10.0.0.2]:80", "10.0.0.2"),
            ("2001:db8:f:1::2", "2001:db8:f:1::2"),
        ] {
            check("127.0.0.1", &[text], want);
        }
    }

    #[test]
    fn what_is_no_address_makes_the_client_unknown() {
        for odd in [
            "unknown",
            "unix:",
            "_hidden",
            "192.0.2.7.8",
            "0300.0.2.7",
            "192.0.2.7:",
            "192.0.2.7:port",
            "[192.0.2.7]",
            "[2001:db8::7",
            "2001:db8::7]",
            "fe80::1%eth0",
            "\u{ff11}92.0.2.7",
            "for=192.0.2.7",
            "192.0.2.7 192.0.2.8",
            "\"192.0.2.7\"",
        ] {
            check("10.0.0.1", &[odd], "not 10.0.0.1");
            check("10.0.0.1", &[&format!("6.6.6.6, {odd}, 10.0.0.2")], "not 10.0.0.2");
        }
        // The other way to say it is not read.
        assert!(!source("10.0.0.1", &[], true).is_known);
        assert!(source("10.0.0.1", &["192.0.2.7"], true).is_known);
        assert!(source("192.0.2.1", &[], true).is_known);
    }

    #[test]
    fn ranges_hold_what_is_in_them() {
        let check = |texts: &[&str], address: &str, want: bool| {
            let networks = Networks::parse(texts.iter().copied()).unwrap();
            let source = Source::peer(address.parse().unwrap());
            assert_eq!(networks.admit(source), want, "{texts:?} {address}");
            if !networks.is_empty() {
                assert!(!networks.admit(Source { is_known: false, ..source }));
            }
        };
        check(&[], "192.0.2.7", true);
        check(&["192.0.2.0/24"], "192.0.2.7", true);
        check(&["192.0.2.0/24"], "::ffff:192.0.2.7", true);
        check(&["::ffff:192.0.2.0/120"], "192.0.2.7", true);
        check(&["192.0.2.0/24"], "192.0.3.7", false);
        check(&["192.0.2.7"], "192.0.2.8", false);
        check(&["2001:db8::/32", "192.0.2.7"], "2001:db8:9::1", true);
        check(&["0.0.0.0/0"], "2001:db8::1", false);
        for odd in ["", "192.0.2.0/33", "192.0.2", "example.com", "192.0.2.0/24 "] {
            assert!(Networks::parse([odd]).unwrap_err().to_string().contains("is neither"));
        }
    }

    #[test]
    fn a_subscriber_has_an_address_or_a_64() {
        let check = |address: &str, want: &str| {
            let source = Source::peer(address.parse::<IpAddr>().unwrap());
            assert_eq!(source.subscriber().to_string(), want);
        };
        check("192.0.2.7", "192.0.2.7");
        check("::ffff:192.0.2.7", "192.0.2.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    }
}
