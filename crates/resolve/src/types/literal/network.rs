//! Network addresses (`inet_net_pton.c`, mac.c, mac8.c).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Verdict;

/// `inet_in`, or `cidr_in` where `network`: an address, and the length of its prefix.
pub(super) fn address(text: &str, network: bool) -> Verdict {
    let name = if network { "cidr" } else { "inet" };
    let refuse = || Verdict::syntax(name, text);
    let (host, prefix) = match text.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (text, None),
    };
    let prefix = match prefix {
        None => None,
        Some(prefix) if !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
            match prefix.parse::<u32>() {
                Ok(prefix) => Some(prefix),
                Err(_) => return refuse(),
            }
        }
        Some(prefix) if prefix.len() > 3 && prefix.bytes().all(|byte| byte.is_ascii_digit()) => return Verdict::Unsure,
        Some(_) => return refuse(),
    };
    if host.contains(':') {
        return version_six(text, host, prefix, network);
    }
    let parts: Vec<&str> = host.split('.').collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |part: &&str| (1..=3).contains(&part.len()) && digits(part) && part.parse::<u8>().is_ok();
    if !parts.iter().all(fits) {
        // Hexadecimal and other rare spellings of networks are left alone.
        return if host.starts_with("0x") || host.ends_with('.') { Verdict::Unsure } else { refuse() };
    }
    if parts.len() > 4 || prefix.is_some_and(|prefix| prefix > 32) {
        return refuse();
    }
    if parts.len() < 4 {
        let covered =
            prefix.is_some_and(|prefix| usize::try_from(prefix).is_ok_and(|prefix| prefix <= 8 * parts.len()));
        return match (network, prefix) {
            (false, None) => refuse(),
            (false, Some(_)) if covered => Verdict::Valid,
            _ => Verdict::Unsure,
        };
    }
    let Ok(bytes) = parts.iter().map(|part| part.parse::<u8>()).collect::<Result<Vec<u8>, _>>() else {
        return refuse();
    };
    let address = u32::from(Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]));
    let prefix = prefix.unwrap_or(32);
    let beyond = prefix < 32 && address.checked_shl(prefix).unwrap_or(0) != 0;
    network_check(network && beyond, text)
}

fn version_six(text: &str, host: &str, prefix: Option<u32>, network: bool) -> Verdict {
    let name = if network { "cidr" } else { "inet" };
    if text.split_once('/').is_some_and(|(_, prefix)| prefix.len() > 1 && prefix.starts_with('0')) {
        return Verdict::syntax(name, text);
    }
    let Ok(address) = host.parse::<Ipv6Addr>() else {
        // An embedded IPv4 address may leave parts out.
        return if host.contains('.') { Verdict::Unsure } else { Verdict::syntax(name, text) };
    };
    let prefix = prefix.unwrap_or(128);
    if prefix > 128 {
        return Verdict::syntax(name, text);
    }
    let beyond = prefix < 128 && u128::from(address).checked_shl(prefix).unwrap_or(0) != 0;
    network_check(network && beyond, text)
}

fn network_check(bits_beyond: bool, text: &str) -> Verdict {
    if bits_beyond { Verdict::refuse("22P02", format!("invalid cidr value: \"{text}\"")) } else { Verdict::Valid }
}

/// `macaddr_in`, `macaddr8_in`: pairs of digits between colons or hyphens; other groupings are left alone.
pub(super) fn mac(text: &str, length: usize) -> Verdict {
    let name = if length == 8 { "macaddr8" } else { "macaddr" };
    let trimmed = text.trim();
    for separator in [':', '-'] {
        let parts: Vec<&str> = trimmed.split(separator).collect();
        let pairs = parts.iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if pairs && (parts.len() == 6 || parts.len() == length) {
            return Verdict::Valid;
        }
    }
    let grouped: Vec<usize> = trimmed.split([':', '-', '.']).map(str::len).collect();
    let plain = trimmed.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-' | b'.'));
    let separators: Vec<u8> = trimmed.bytes().filter(|byte| !byte.is_ascii_hexdigit()).collect();
    let same = separators.windows(2).all(|pair| pair[0] == pair[1]);
    let dotted = separators.contains(&b'.');
    let known = match grouped[..] {
        [12] => true,
        [16] => length == 8,
        [6, 6] => !dotted,
        [4, 4, 4] => !separators.contains(&b':'),
        _ => false,
    };
    if plain && same && known {
        return Verdict::Valid;
    }
    let could_be =
        |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-' | b'.' | b' ' | b'\t' | b'x' | b'X');
    let digits = trimmed.bytes().filter(u8::is_ascii_hexdigit).count();
    if trimmed.bytes().all(could_be) && digits >= 6 { Verdict::Unsure } else { Verdict::syntax(name, text) }
}
