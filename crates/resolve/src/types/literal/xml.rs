//! XML values (`xml_in`): whether a text is well-formed content, or a document where `xmloption` asks for one.

use super::Verdict;

/// Deepest nesting that surely passes (the parser's own limit is 256).
const DEEPEST: usize = 200;

enum Wrong {
    Malformed,
    Unsure,
}

type Read = Result<(), Wrong>;

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    /// Names of open elements.
    open: Vec<&'a str>,
    /// Elements at the top.
    roots: usize,
    /// Text at the top other than spaces.
    loose: bool,
}

/// `xml_in`
pub(super) fn check(text: &str, document: bool) -> Verdict {
    let mut reader = Reader { text, rest: text, open: Vec::new(), roots: 0, loose: false };
    let (sqlstate, what) = if document { ("2200M", "document") } else { ("2200N", "content") };
    match reader.content() {
        Ok(()) if !document || (reader.roots == 1 && !reader.loose) => Verdict::Valid,
        Err(Wrong::Unsure) => Verdict::Unsure,
        Ok(()) | Err(Wrong::Malformed) => Verdict::refuse(sqlstate, format!("invalid XML {what}: \"{text}\"")),
    }
}

fn is_space(each: char) -> bool {
    matches!(each, ' ' | '\t' | '\n' | '\r')
}

fn starts_name(each: char) -> bool {
    each.is_ascii_alphabetic() || matches!(each, '_' | ':') || !each.is_ascii()
}

fn is_character(code: u32) -> bool {
    matches!(code, 9 | 10 | 13 | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x1_0000..=0x10_ffff)
}

impl<'a> Reader<'a> {
    fn eat(&mut self, wanted: &str) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn spaces(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start_matches(is_space);
        self.rest.len() < before
    }

    fn name(&mut self) -> Result<&'a str, Wrong> {
        if !self.rest.starts_with(starts_name) {
            return Err(Wrong::Malformed);
        }
        let fits = |each: char| starts_name(each) || each.is_ascii_digit() || matches!(each, '-' | '.');
        let end = self.rest.find(|each| !fits(each)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name)
    }

    /// Up to a mark, which is passed over.
    fn until(&mut self, mark: &str) -> Result<&'a str, Wrong> {
        let (inner, rest) = self.rest.split_once(mark).ok_or(Wrong::Malformed)?;
        self.rest = rest;
        Ok(inner)
    }

    fn content(&mut self) -> Read {
        if self.text.chars().any(|each| !is_character(u32::from(each))) {
            return Err(Wrong::Malformed);
        }
        self.declaration()?;
        while !self.rest.is_empty() {
            if self.eat("<!--") {
                let inner = self.until("--")?;
                let _ = inner;
                if !self.eat(">") {
                    return Err(Wrong::Malformed);
                }
            } else if self.eat("<![CDATA[") {
                self.until("]]>")?;
                self.loose |= self.open.is_empty();
            } else if self.rest.starts_with("<!") {
                // A document type may declare entities.
                return Err(if self.rest.starts_with("<!DOCTYPE") { Wrong::Unsure } else { Wrong::Malformed });
            } else if self.eat("<?") {
                self.instruction()?;
            } else if self.eat("</") {
                self.end_tag()?;
            } else if self.eat("<") {
                self.start_tag()?;
            } else {
                self.characters()?;
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err(Wrong::Malformed) }
    }

    /// `<?xml version="1.0" …?>`
    fn declaration(&mut self) -> Read {
        let Some(rest) = self.rest.strip_prefix("<?xml").filter(|rest| rest.starts_with(is_space)) else {
            return Ok(());
        };
        self.rest = rest.trim_start_matches(is_space);
        let version = self.pseudo_attribute("version")?.ok_or(Wrong::Malformed)?;
        if version.is_empty() {
            return Err(Wrong::Malformed);
        }
        let encoding = self.pseudo_attribute("encoding")?;
        if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("utf8")) {
            return Err(Wrong::Unsure);
        }
        let standalone = self.pseudo_attribute("standalone")?;
        if standalone.is_some_and(|value| !matches!(value, "yes" | "no")) || !self.eat("?>") {
            return Err(Wrong::Malformed);
        }
        Ok(())
    }

    /// `name="value"` of the declaration, and the spaces after it.
    fn pseudo_attribute(&mut self, name: &str) -> Result<Option<&'a str>, Wrong> {
        if !self.eat(name) {
            return Ok(None);
        }
        self.spaces();
        if !self.eat("=") {
            return Err(Wrong::Malformed);
        }
        self.spaces();
        let quote = if self.eat("'") { "'" } else { "\"" };
        if quote == "\"" && !self.eat("\"") {
            return Err(Wrong::Malformed);
        }
        let value = self.until(quote)?;
        self.spaces();
        Ok(Some(value))
    }

    fn instruction(&mut self) -> Read {
        let name = self.name()?;
        if name.eq_ignore_ascii_case("xml") {
            return Err(Wrong::Malformed);
        }
        if name.contains(':') {
            return Err(Wrong::Unsure);
        }
        if !self.spaces() && !self.rest.starts_with("?>") {
            return Err(Wrong::Malformed);
        }
        self.until("?>").map(|_| ())
    }

    fn end_tag(&mut self) -> Read {
        let name = self.name()?;
        self.spaces();
        if self.eat(">") && self.open.pop() == Some(name) { Ok(()) } else { Err(Wrong::Malformed) }
    }

    fn start_tag(&mut self) -> Read {
        let name = self.name()?;
        self.roots += usize::from(self.open.is_empty());
        let mut attributes = Vec::new();
        loop {
            let space = self.spaces();
            if self.eat("/>") {
                return Ok(());
            }
            if self.eat(">") {
                break;
            }
            if !space {
                return Err(Wrong::Malformed);
            }
            let attribute = self.name()?;
            if attributes.contains(&attribute) || attributes.len() > 200 {
                return Err(if attributes.len() > 200 { Wrong::Unsure } else { Wrong::Malformed });
            }
            attributes.push(attribute);
            self.attribute_value()?;
        }
        self.open.push(name);
        if self.open.len() > DEEPEST { Err(Wrong::Unsure) } else { Ok(()) }
    }

    fn attribute_value(&mut self) -> Read {
        self.spaces();
        if !self.eat("=") {
            return Err(Wrong::Malformed);
        }
        self.spaces();
        let quote = if self.eat("\"") {
            "\""
        } else if self.eat("'") {
            "'"
        } else {
            return Err(Wrong::Malformed);
        };
        let value = self.until(quote)?;
        if value.contains('<') { Err(Wrong::Malformed) } else { references(value) }
    }

    fn characters(&mut self) -> Read {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.loose |= self.open.is_empty() && !text.trim_matches(is_space).is_empty();
        if text.contains("]]>") { Err(Wrong::Malformed) } else { references(text) }
    }
}

/// `&amp;`, `&#65;`: no others are declared.
fn references(text: &str) -> Read {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (name, after) = rest[at + 1..].split_once(';').ok_or(Wrong::Malformed)?;
        let code = match name.strip_prefix('#') {
            None if matches!(name, "lt" | "gt" | "amp" | "apos" | "quot") => Some(32),
            None => None,
            Some(number) => match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => number.parse().ok(),
            },
        };
        if !code.is_some_and(is_character) {
            return Err(Wrong::Malformed);
        }
        rest = after;
    }
    Ok(())
}
