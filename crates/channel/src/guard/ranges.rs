//! Which addresses are public: the registries of special-purpose addresses (RFC 6890 and its
//! successors), and what clouds keep for themselves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is not public of version 4: network, bits, what it is.
const V4: &[([u8; 4], u8, &str)] = &[
    ([0, 0, 0, 0], 8, "this host itself"),
    ([10, 0, 0, 0], 8, "a private address"),
    ([100, 64, 0, 0], 10, "an address shared behind a carrier's translation"),
    ([127, 0, 0, 0], 8, "this machine"),
    // Clouds hand out credentials at 169.254.169.254.
    ([169, 254, 0, 0], 16, "a link-local address"),
    ([168, 63, 129, 16], 32, "a cloud's own service"),
    ([172, 16, 0, 0], 12, "a private address"),
    ([192, 0, 0, 0], 24, "reserved for protocols"),
    ([192, 0, 2, 0], 24, "reserved for documentation"),
    ([192, 88, 99, 0], 24, "a relay between versions of the protocol"),
    ([192, 168, 0, 0], 16, "a private address"),
    ([198, 18, 0, 0], 15, "reserved for measurements"),
    ([198, 51, 100, 0], 24, "reserved for documentation"),
    ([203, 0, 113, 0], 24, "reserved for documentation"),
    ([224, 0, 0, 0], 4, "a multicast address"),
    ([240, 0, 0, 0], 4, "reserved"),
];

/// What is not public of version 6 within `2000::/3`; outside of it nothing is.
const V6: &[([u16; 8], u8, &str)] = &[
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "reserved for protocols"),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "reserved for documentation"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "reserved for documentation"),
];

/// Where packets to an address may end: the address of version 4 that one of version 6 carries,
/// where it does, else the address itself. Each of them is judged.
pub(super) fn ends(ip: IpAddr) -> impl Iterator<Item = IpAddr> {
    let (own, carried) = match ip {
        IpAddr::V4(_) => (Some(ip), None),
        IpAddr::V6(v6) => match carried(v6) {
            Some(v4) => (None, Some(IpAddr::V4(v4))),
            // ISATAP has one at the end of whatever prefix a network has: both must be public.
            None => (Some(ip), isatap(v6).map(IpAddr::V4)),
        },
    };
    own.into_iter().chain(carried)
}

fn carried(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    match [a, b, c, d, e, f] {
        // `::1` and `::` are addresses of their own, though they look like carriers.
        [0, 0, 0, 0, 0, 0] if g == 0 => None,
        // IPv4-compatible, IPv4-mapped, IPv4-translated (RFC 2765), and NAT64's well-known prefix.
        [0, 0, 0, 0, 0, 0 | 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] => {
            Some(v4(g, h))
        }
        // 6to4 has it behind its prefix.
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

fn isatap(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., e, f, g, h] = ip.segments();
    matches!([e, f], [0 | 0x200, 0x5efe]).then(|| v4(g, h))
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

/// What an address is that is not public; none, if it is.
pub(super) fn not_public(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => V4
            .iter()
            .find(|(network, bits, _)| same_v4(ip, Ipv4Addr::from(*network), *bits))
            .map(|(_, _, kind)| *kind),
        IpAddr::V6(ip) => not_public_v6(ip),
    }
}

fn not_public_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let first = ip.segments()[0];
    if first & 0xe000 != 0x2000 {
        return Some(match first {
            _ if ip.is_loopback() => "this machine",
            _ if ip.is_unspecified() => "this host itself",
            0xfc00..=0xfdff => "a private address",
            0xfe80..=0xfebf => "a link-local address",
            0xff00.. => "a multicast address",
            _ => "no public address",
        });
    }
    V6.iter()
        .find(|(network, bits, _)| same_v6(ip, Ipv6Addr::from(*network), *bits))
        .map(|(_, _, kind)| *kind)
}

fn same_v4(a: Ipv4Addr, b: Ipv4Addr, bits: u8) -> bool {
    (a.to_bits() ^ b.to_bits()).leading_zeros() >= u32::from(bits)
}

fn same_v6(a: Ipv6Addr, b: Ipv6Addr, bits: u8) -> bool {
    (a.to_bits() ^ b.to_bits()).leading_zeros() >= u32::from(bits)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use ipnet::{IpNet, Ipv4Net};
    use proptest::prelude::*;

    use super::{V4, ends, not_public};

    fn refused(ip: IpAddr) -> bool {
        ends(ip).any(|end| not_public(end).is_some())
    }

    /// What the standard library itself knows to be special, written in its words.
    fn special(ip: Ipv4Addr) -> bool {
        ip.is_private()
            || ip.is_loopback()
            || ip.is_link_local()
            || ip.is_multicast()
            || ip.is_broadcast()
            || ip.is_documentation()
            || ip.is_unspecified()
    }

    /// The edges of every range, within and beyond.
    #[test]
    fn a_range_begins_and_ends_where_it_is_said_to() {
        for (network, bits, kind) in V4 {
            let net = Ipv4Net::new(Ipv4Addr::from(*network), *bits).unwrap();
            assert_eq!(net.network(), net.addr(), "{net} begins elsewhere");
            for ip in [net.network(), net.broadcast()] {
                assert_eq!(not_public(ip.into()), Some(*kind), "{ip}");
            }
        }
        for public in [
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "223.255.255.255",
            "1.0.0.0",
            "168.63.129.15",
            "2606:4700:4700::1111",
            "2001:4860::8888",
            "2a00::1",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(!refused(public.parse().unwrap()), "{public}");
        }
        for within in [
            "::",
            "::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "ff02::1",
            "fec0::1",
            "2001:db8::1",
            "2001::1",
            "2001:1ff::1",
            "3fff::1",
            "64:ff9b:1::808:808",
            "100::1",
            "5f00::1",
            "::7f00:1",
            "::ffff:0:7f00:1",
            "2a00::5efe:a00:1",
            "2a00::200:5efe:c0a8:1",
            "fd12::5efe:808:808",
        ] {
            assert!(refused(within.parse().unwrap()), "{within}");
        }
    }

    proptest! {
        #[test]
        fn what_is_special_is_refused_however_it_is_carried(bits in any::<u32>(), which in 0..V4.len()) {
            // Half of the addresses are put into a range, or chance would hardly meet the small ones.
            let (network, length, _) = V4[which];
            let mask = u32::MAX.checked_shr(length.into()).unwrap_or(0);
            let put = Ipv4Addr::from((Ipv4Addr::from(network).to_bits() & !mask) | (bits & mask));
            prop_assert!(refused(put.into()), "{put}");
            for ip in [put, Ipv4Addr::from(bits)] {
                let outcome = refused(ip.into());
                prop_assert!(outcome || !special(ip), "{ip}");
                let (high, low) = ((ip.to_bits() >> 16) as u16, ip.to_bits() as u16);
                let mut carriers = vec![
                    ip.to_ipv6_mapped(),
                    Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                    Ipv6Addr::new(0x2002, high, low, 1, 2, 3, 4, 5),
                    Ipv6Addr::new(0x2a00, 1, 2, 3, 0, 0x5efe, high, low),
                ];
                if high != 0 {
                    carriers.push(ip.to_ipv6_compatible());
                }
                for carrier in carriers {
                    prop_assert_eq!(refused(carrier.into()), outcome, "{} in {}", ip, carrier);
                }
            }
        }

        #[test]
        fn of_version_6_only_global_unicast_is_public(bits in any::<u128>()) {
            let ip = Ipv6Addr::from(bits);
            let global: IpNet = "2000::/3".parse().unwrap();
            let nat64: IpNet = "64:ff9b::/96".parse().unwrap();
            let mapped: IpNet = "::ffff:0:0/96".parse().unwrap();
            let public = !refused(ip.into());
            let may = [global, nat64, mapped].iter().any(|net| net.contains(&IpAddr::V6(ip)));
            prop_assert!(!public || may, "{ip}");
        }
    }
}
