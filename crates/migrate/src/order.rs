//! Numbers in names, however long.

use std::cmp::Ordering;

/// A number written in decimal digits, of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number(String);

impl Number {
    /// The number that `digits` write; none where a character is no digit or there is none.
    pub(crate) fn parse(digits: &str) -> Option<Self> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self(digits.trim_start_matches('0').to_owned()))
    }

    /// The number that `name` starts with, and what follows it.
    pub(crate) fn leading(name: &str) -> Option<(Self, &str)> {
        let end = name.bytes().take_while(u8::is_ascii_digit).count();
        Some((Self::parse(&name[..end])?, &name[end..]))
    }

    /// Its digits without leading zeros; `0` for zero.
    pub(crate) fn digits(&self) -> &str {
        if self.0.is_empty() { "0" } else { &self.0 }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_compare_by_value_whatever_their_length() {
        let number = |digits| Number::parse(digits).unwrap();
        assert!(number("9") < number("10") && number("0010") > number("9"));
        assert_eq!(number("007"), number("7"));
        assert!(number("20240101000000999") > number("99999999999999"));
        assert_eq!(number("000").digits(), "0");
        assert!(Number::parse("").is_none() && Number::parse("1a").is_none());
        assert_eq!(Number::leading("012_x").map(|(n, rest)| (n.digits().to_owned(), rest)), Some(("12".into(), "_x")));
    }
}
