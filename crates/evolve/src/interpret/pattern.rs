//! Regular expressions as scripts over the catalog write them: characters, classes, groups, branches and repetitions. What
//! has any more than that is not judged (regex(7) has the dialect, `regc_lex.c` its letters).

/// Steps of a match, and nodes of a pattern, that are left before it is given up.
const LIMIT: usize = 20_000;

/// A piece of a pattern.
#[derive(Debug, Clone)]
enum Piece {
    /// One of these ranges; none of them, where the last is true.
    Class(Vec<(char, char)>, bool),
    /// The beginning of the text.
    Start,
    /// The end of the text.
    End,
    /// One of the branches.
    Group(Vec<Vec<Piece>>),
    /// So many times; without an upper bound as often as there are.
    Repeat(Box<Piece>, usize, Option<usize>),
}

/// Whether a text has a match; none where the pattern cannot be judged.
pub(super) fn is_match(text: &str, pattern: &str, fold: bool) -> Option<bool> {
    let fold_all = |text: &str| if fold { text.to_lowercase() } else { text.to_owned() };
    // Letters after a backslash keep their case.
    if fold && pattern.contains('\\') {
        return None;
    }
    let (text, pattern): (Vec<char>, Vec<char>) =
        (fold_all(text).chars().collect(), fold_all(pattern).chars().collect());
    if pattern.starts_with(&['*', '*', '*']) || pattern.starts_with(&['(', '?']) {
        return None;
    }
    let mut reader = Reader { pattern: &pattern, at: 0, depth: 0 };
    let branches = reader.branches()?;
    if reader.at != pattern.len() {
        return None;
    }
    let mut matcher = Matcher { text: &text, steps: LIMIT };
    let whole = [Piece::Group(branches)];
    let mut found = false;
    for start in 0..=text.len() {
        found |= !matcher.ends(&whole, vec![start])?.is_empty();
    }
    Some(found)
}

struct Reader<'a> {
    pattern: &'a [char],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.pattern.get(self.at).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn branches(&mut self) -> Option<Vec<Vec<Piece>>> {
        if self.depth > 20 {
            return None;
        }
        let mut branches = vec![Vec::new()];
        while let Some(next) = self.peek() {
            match next {
                ')' => break,
                '|' => {
                    self.at += 1;
                    branches.push(Vec::new());
                }
                _ => {
                    let piece = self.repeated()?;
                    branches.last_mut()?.push(piece);
                }
            }
        }
        Some(branches)
    }

    /// An atom and how often it stands.
    fn repeated(&mut self) -> Option<Piece> {
        let piece = self.atom()?;
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                let least = self.number()?;
                let most = match (self.eat(','), self.peek()) {
                    (false, _) => Some(least),
                    (true, Some('}')) => None,
                    (true, _) => Some(self.number()?),
                };
                if self.peek() != Some('}') || most.is_some_and(|most| most < least) {
                    return None;
                }
                (least, most)
            }
            _ => return Some(piece),
        };
        self.at += 1;
        // `*?` and `**` are others.
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) || matches!(piece, Piece::Start | Piece::End) {
            return None;
        }
        Some(Piece::Repeat(Box::new(piece), least, most))
    }

    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.pattern.get(start..self.at)?.iter().collect();
        digits.parse().ok().filter(|number| *number <= 255)
    }

    fn atom(&mut self) -> Option<Piece> {
        let next = self.peek()?;
        self.at += 1;
        Some(match next {
            '^' => Piece::Start,
            '$' => Piece::End,
            '.' => Piece::Class(Vec::new(), true),
            '(' => {
                if self.peek() == Some('?') && !self.at_plain_group() {
                    return None;
                }
                self.depth += 1;
                let branches = self.branches()?;
                self.depth -= 1;
                if !self.eat(')') {
                    return None;
                }
                Piece::Group(branches)
            }
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' | '{' => return None,
            other => Piece::Class(vec![(other, other)], false),
        })
    }

    /// `(?:`, which is taken.
    fn at_plain_group(&mut self) -> bool {
        let plain = self.pattern.get(self.at + 1) == Some(&':');
        self.at += if plain { 2 } else { 0 };
        plain
    }

    fn escape(&mut self) -> Option<Piece> {
        let letter = self.peek()?;
        self.at += 1;
        Some(match letter {
            'd' => Piece::Class(vec![('0', '9')], false),
            'w' => Piece::Class(vec![('0', '9'), ('a', 'z'), ('A', 'Z'), ('_', '_')], false),
            other if !other.is_alphanumeric() => Piece::Class(vec![(other, other)], false),
            _ => return None,
        })
    }

    fn class(&mut self) -> Option<Piece> {
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        while !self.eat(']') {
            let from = self.peek()?;
            self.at += 1;
            if matches!(from, '[' | '\\') {
                return None;
            }
            let is_range = self.peek() == Some('-') && self.pattern.get(self.at + 1).is_some_and(|next| *next != ']');
            let to = if is_range { *self.pattern.get(self.at + 1)? } else { from };
            self.at += if is_range { 2 } else { 0 };
            ranges.push((from, to));
        }
        (!ranges.is_empty()).then_some(Piece::Class(ranges, negated))
    }
}

struct Matcher<'a> {
    text: &'a [char],
    steps: usize,
}

impl Matcher<'_> {
    /// Where a match of the pieces can end that begins at one of these places; none where it takes too long.
    fn ends(&mut self, pieces: &[Piece], starts: Vec<usize>) -> Option<Vec<usize>> {
        let mut places = starts;
        for piece in pieces {
            places = self.after(piece, &places)?;
            if places.is_empty() {
                break;
            }
        }
        Some(places)
    }

    fn after(&mut self, piece: &Piece, places: &[usize]) -> Option<Vec<usize>> {
        self.steps = self.steps.checked_sub(places.len() + 1)?;
        let mut found: Vec<usize> = match piece {
            Piece::Start => places.iter().copied().filter(|place| *place == 0).collect(),
            Piece::End => places.iter().copied().filter(|place| *place == self.text.len()).collect(),
            Piece::Class(ranges, negated) => {
                let fits = |place: &usize| {
                    let inside = |character: char| ranges.iter().any(|(from, to)| (*from..=*to).contains(&character));
                    self.text.get(*place).is_some_and(|character| inside(*character) != *negated)
                };
                places.iter().filter(|place| fits(place)).map(|place| place + 1).collect()
            }
            Piece::Group(branches) => {
                let mut all = Vec::new();
                for branch in branches {
                    all.extend(self.ends(branch, places.to_vec())?);
                }
                all
            }
            Piece::Repeat(piece, least, most) => {
                let mut all = Vec::new();
                let (mut now, mut times) = (places.to_vec(), 0);
                loop {
                    if times >= *least {
                        all.extend(&now);
                    }
                    // More turns than the text has places find nothing new.
                    let enough = most.is_some_and(|most| times >= most) || times > *least + self.text.len();
                    if now.is_empty() || enough {
                        break;
                    }
                    now = self.after(piece, &now)?;
                    times += 1;
                }
                all
            }
        };
        found.sort_unstable();
        found.dedup();
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        for text in matching {
            assert_eq!(is_match(text, pattern, false), Some(true), "{pattern} of {text}");
        }
        for text in others {
            assert_eq!(is_match(text, pattern, false), Some(false), "{pattern} of {text}");
        }
    }

    #[test]
    fn patterns_of_dated_names() {
        check(r"^events_\d{4}_\d{2}$", &["events_2024_01"], &["events_2024_1", "events_x", "my_events_2024_01"]);
        check("^(a|b)_[0-9]+$", &["a_1", "b_22"], &["c_1", "a_", "a_1x"]);
        check("part.*_[a-c]?z", &["part_z", "a partition_bz!"], &["part_dz"]);
        check("^a{2,3}$", &["aa", "aaa"], &["a", "aaaa"]);
        check("[^0-9]", &["a1"], &["11", ""]);
        check("x|^$", &["", "axb"], &["ab"]);
    }

    #[test]
    fn what_is_not_judged() {
        for pattern in [r"\mword", "a*?", "(?=x)", "***=x", "[[:digit:]]", r"(a)\1", "(", "a{3,1}", "*a"] {
            assert_eq!(is_match("a", pattern, false), None, "{pattern}");
        }
        assert_eq!(is_match("Users", "^users$", true), Some(true));
    }
}
