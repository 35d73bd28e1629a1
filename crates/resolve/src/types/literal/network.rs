//! Network addresses (`inet_net_pton.c`, mac.c, mac8.c).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Verdict;

/// `inet_in`, or `cidr_in` where `network`: an address, and the length of its prefix.
pub(super) fn address(text: &str, network: bool) -> Verdict {
    if text.contains(':') {
        return version_six(text, network);
    }
    if network && text.starts_with("0x") {
        return Verdict::Unsure;
    }
    match version_four(text, network) {
        None => Verdict::syntax(if network { "cidr" } else { "inet" }, text),
        Some((address, prefix)) => {
            let beyond = prefix < 32 && address.checked_shl(prefix).unwrap_or(0) != 0;
            network_check(network && beyond, text)
        }
    }
}

/// `inet_net_pton_ipv4`, or `inet_cidr_pton_ipv4` where `network`: the bytes that are there, and the prefix.
fn version_four(text: &str, network: bool) -> Option<(u32, u32)> {
    let (host, prefix) = match text.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (text, None),
    };
    // A point at the end is passed over where no network is read.
    let host = if network { host } else { host.strip_suffix('.').filter(|_| prefix.is_none()).unwrap_or(host) };
    let mut bytes = [0_u8; 4];
    let mut count = 0;
    for part in host.split('.') {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let significant = part.trim_start_matches('0');
        let value = if significant.is_empty() { Some(0) } else { significant.parse::<u8>().ok() };
        *bytes.get_mut(count)? = value.filter(|_| digits)?;
        count += 1;
    }
    let whole = u32::try_from(count * 8).ok()?;
    let prefix = match prefix {
        Some(prefix) => {
            let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
            let significant = prefix.trim_start_matches('0');
            let value = if significant.is_empty() { 0 } else { significant.parse::<u32>().ok()? };
            Some(value).filter(|value| digits && *value <= 32)?
        }
        None if network => class_prefix(bytes[0]).max(whole),
        None => Some(32).filter(|_| count == 4)?,
    };
    if !network && prefix / 8 > whole / 8 {
        return None;
    }
    Some((u32::from(Ipv4Addr::from(bytes)), prefix))
}

/// How long a network's prefix is by its class, where none is written.
const fn class_prefix(first: u8) -> u32 {
    match first {
        240.. => 32,
        192..=223 => 24,
        128..=191 => 16,
        // One of class D alone has four bits, and no bits beyond them.
        _ => 8,
    }
}

fn version_six(text: &str, network: bool) -> Verdict {
    let name = if network { "cidr" } else { "inet" };
    let (host, prefix) = match text.split_once('/') {
        Some((host, prefix)) if !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
            // What is too large for a number is too large for a prefix.
            (host, Some(prefix.parse().unwrap_or(u32::MAX)))
        }
        Some(_) => return Verdict::syntax(name, text),
        None => (text, None),
    };
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

/// `macaddr_in`: one of seven patterns of `sscanf`.
pub(super) fn mac(text: &str) -> Verdict {
    const PATTERNS: &[(usize, [&str; 5])] = &[
        (0, [":", ":", ":", ":", ":"]),
        (0, ["-", "-", "-", "-", "-"]),
        (2, ["", "", ":", "", ""]),
        (2, ["", "", "-", "", ""]),
        (2, ["", ".", "", ".", ""]),
        (2, ["", "-", "", "-", ""]),
        (2, ["", "", "", "", ""]),
    ];
    let Some(bytes) = PATTERNS.iter().find_map(|(width, separators)| scanned(text, *width, separators)) else {
        return Verdict::syntax("macaddr", text);
    };
    if bytes.into_iter().all(|byte| byte <= 255) {
        return Verdict::Valid;
    }
    Verdict::refuse("22003", format!("invalid octet value in \"macaddr\" value: \"{text}\""))
}

/// Six numbers of `%x` with separators between them, and nothing but spaces after them.
fn scanned(text: &str, width: usize, separators: &[&str; 5]) -> Option<[u64; 6]> {
    let mut bytes = [0; 6];
    let mut rest = text;
    for (at, byte) in bytes.iter_mut().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix(separators[at - 1])?;
        }
        (*byte, rest) = hexadecimal(rest, width)?;
    }
    rest.trim_start().is_empty().then_some(bytes)
}

/// `%x`, of a width where it is not 0: spaces, a sign, a prefix, digits.
fn hexadecimal(text: &str, width: usize) -> Option<(u64, &str)> {
    let text = text.trim_start_matches(|each: char| each.is_ascii_whitespace() || each == '\u{b}');
    let most = if width == 0 { text.len() } else { width.min(text.len()) };
    let field = text.get(..most).or_else(|| text.get(..0))?;
    let signed = usize::from(field.starts_with(['-', '+']));
    let prefixed = field[signed..].starts_with("0x") || field[signed..].starts_with("0X");
    let start = signed + if prefixed { 2 } else { 0 };
    let digits = field[start..].bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits == 0 {
        return None;
    }
    let value = u64::from_str_radix(&field[start..start + digits], 16).unwrap_or(u64::MAX);
    let value = if field.starts_with('-') { value.wrapping_neg() & 0xffff_ffff } else { value };
    Some((value, &text[start + digits..]))
}

/// `macaddr8_in`: six or eight pairs of digits, one separator between any of them.
pub(super) fn long_mac(text: &str) -> Verdict {
    let trimmed = text.trim_start_matches(|each: char| each.is_ascii_whitespace() || each == '\u{b}');
    Verdict::valid_or_syntax(matches!(pairs(trimmed.as_bytes()), Some(6 | 8)), "macaddr8", text)
}

fn pairs(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    let mut count = 0;
    let mut separator = None;
    // A single character at the end is not looked at.
    while let [first, second, after @ ..] = rest {
        count += 1;
        if count > 8 || !first.is_ascii_hexdigit() || !second.is_ascii_hexdigit() {
            return None;
        }
        rest = after;
        if let [between @ (b':' | b'-' | b'.'), after @ ..] = rest {
            if *separator.get_or_insert(*between) != *between {
                return None;
            }
            rest = after;
        }
        if (count == 6 || count == 8) && rest.first().is_some_and(u8::is_ascii_whitespace) {
            return rest.iter().all(u8::is_ascii_whitespace).then_some(count);
        }
    }
    Some(count)
}
