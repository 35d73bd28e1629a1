//! Texts made short, and hashes of them.

/// `text` on one line, cut to 72 characters.
pub(crate) fn excerpt(text: &str) -> String {
    let folded = fold(text);
    if folded.chars().count() <= 72 {
        return folded;
    }
    let mut cut: String = folded.chars().take(71).collect();
    cut.push('…');
    cut
}

/// `text` with each run of white space as one space.
pub(crate) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// FNV-1a of the parts, each ended by a zero byte, as 16 hexadecimal digits: the same on every machine and version.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}
