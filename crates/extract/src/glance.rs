//! A look at a TypeScript or JavaScript file that is cheaper than parsing it: does it hold SQL, and which calls of query
//! builders does it make? Most files of a project make such calls and hold nothing else that matters here; they are
//! counted without a syntax tree. Wherever the look is not sure, it says `Parse`.

use rollproof_source::TextRange;

use crate::files::Hits;
use crate::held::Names;
use crate::lang::MAX_LINE;
use crate::looks;
use crate::models::Models;
use crate::sinks::QueryBuilder;
use crate::types::Types;

mod builder;

pub(crate) use builder::is_model;

/// What a look at a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Glance {
    /// Nothing that a site is made of.
    Nothing,
    /// It may hold SQL, or the look was not sure.
    Parse,
    /// Nothing but these calls of query builders, in source order; none where only their methods' names are used.
    Builders(Vec<BuilderCall>),
}

/// A call that starts a built query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BuilderCall {
    pub(crate) range: TextRange,
    pub(crate) name: &'static str,
}

/// What a look knows of the project and of the file.
pub(crate) struct Known<'k> {
    pub(crate) builders: &'k [&'static QueryBuilder],
    pub(crate) models: &'k Models,
    pub(crate) types: &'k Types,
    pub(crate) names: &'k Names,
}

/// How many brackets may be open.
const MAX_OPEN: usize = 4_000;

/// Names that stand before a chain and are no part of it.
const KEYWORDS: &[&str] = &[
    "await",
    "return",
    "const",
    "let",
    "var",
    "typeof",
    "void",
    "delete",
    "case",
    "in",
    "of",
    "throw",
    "yield",
    "else",
    "do",
    "async",
    "export",
    "default",
    "extends",
    "instanceof",
    "as",
    "satisfies",
    "function",
    "if",
    "while",
    "for",
    "switch",
    "catch",
    "get",
    "set",
    "static",
    "public",
    "private",
    "protected",
    "readonly",
    "override",
];

/// Names in front of a member or a call: `this.db.user`.
#[derive(Debug, Clone, Default)]
struct Chain {
    start: usize,
    /// In order, `this` left out.
    names: Vec<(usize, usize)>,
    /// A dot was read and a name follows.
    dot: bool,
    /// It goes through something that no builder is reached through.
    foreign: bool,
    /// A bracketed expression that it starts with.
    inside: Option<(usize, usize)>,
    /// The first name, where calls came after it.
    root: Option<(usize, usize)>,
    /// It starts with `this` or `super`.
    this: bool,
}

enum Open {
    /// `(`: what is called, where the bracket stands, and how many commas are in it.
    Call {
        chain: Option<Chain>,
        at: usize,
        commas: usize,
        builder: Option<&'static str>,
    },
    Square,
    Curly,
    /// `${` of a template.
    Hole,
}

/// Looks at `text`, in which `hits` were found.
pub(crate) fn glance(text: &str, hits: &Hits, known: &Known<'_>) -> Glance {
    if hits.sql.is_empty() && !hits.builder {
        return Glance::Nothing;
    }
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        at: 0,
        open: Vec::new(),
        chain: None,
        new: None,
        value: false,
        sql: &hits.sql,
        mixed: hits.takes_text,
        builders: if hits.builder { known.builders } else { &[] },
        known,
        found: Vec::new(),
    };
    match scan.run() {
        None => Glance::Parse,
        Some(()) if !hits.builder => Glance::Nothing,
        // Minified: parsing says so.
        Some(()) if !scan.found.is_empty() && text.lines().any(|line| line.len() > MAX_LINE) => Glance::Parse,
        Some(()) => {
            scan.found.sort_by_key(|call| (call.range.start, call.range.end));
            // One site for a chain of calls.
            scan.found.dedup_by_key(|call| call.range.start);
            Glance::Builders(scan.found)
        }
    }
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    open: Vec<Open>,
    chain: Option<Chain>,
    /// Where a `new` stands that the next name belongs to.
    new: Option<usize>,
    /// What was read last is a value: a `/` after it divides.
    value: bool,
    /// Places of SQL's words that are still ahead.
    sql: &'t [usize],
    /// Some call in the file takes a text whatever its case is.
    mixed: bool,
    builders: &'t [&'static QueryBuilder],
    known: &'t Known<'t>,
    found: Vec<BuilderCall>,
}

impl Scan<'_> {
    /// Reads to the end; none where the file has to be parsed.
    fn run(&mut self) -> Option<()> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' => self.slash()?,
                b'"' | b'\'' => self.quoted(byte)?,
                b'`' => {
                    self.chain = None;
                    self.at += 1;
                    self.template()?;
                }
                b'(' | b'[' | b'{' => self.opened(byte)?,
                b')' | b']' | b'}' => self.closed(byte)?,
                b'.' => self.dot(),
                b'?' if self.bytes.get(self.at + 1) == Some(&b'.') => {
                    self.at += 1;
                    self.dot();
                }
                b'!' if self.chain.is_some() && self.bytes.get(self.at + 1) != Some(&b'=') => self.at += 1,
                b',' => {
                    if let Some(Open::Call { commas, .. }) = self.open.last_mut() {
                        *commas += 1;
                    }
                    self.punctuation();
                }
                _ if is_word(byte) => self.word()?,
                _ => self.punctuation(),
            }
        }
        self.open.is_empty().then_some(())
    }

    fn punctuation(&mut self) {
        self.chain = None;
        self.new = None;
        self.value = false;
        self.at += 1;
    }

    /// A comment, a regular expression or a division.
    fn slash(&mut self) -> Option<()> {
        let before = self.at.checked_sub(1).map_or(b' ', |at| self.bytes[at]);
        match self.bytes.get(self.at + 1) {
            // `https://…` between the tags of JSX is no comment.
            Some(b'/') if before != b':' => {
                self.at = self.text[self.at..].find('\n').map_or(self.bytes.len(), |end| self.at + end);
            }
            Some(b'*') => {
                self.at = self.text[self.at + 2..].find("*/").map_or(self.bytes.len(), |end| self.at + end + 4);
            }
            _ if !self.value && before != b'<' => {
                let end = self.regular_expression();
                self.punctuation();
                if let Some(end) = end {
                    self.at = end;
                    self.value = true;
                }
            }
            _ => self.punctuation(),
        }
        Some(())
    }

    /// The end of a regular expression that starts here.
    fn regular_expression(&self) -> Option<usize> {
        let mut class = false;
        let mut at = self.at + 1;
        loop {
            match self.bytes.get(at)? {
                b'\n' => return None,
                b'\\' => at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => return Some(at + 1),
                _ => {}
            }
            at += 1;
        }
    }

    fn quoted(&mut self, quote: u8) -> Option<()> {
        self.chain = None;
        let mut at = self.at + 1;
        loop {
            match self.bytes.get(at) {
                // An apostrophe between the tags of JSX.
                None | Some(b'\n') => {
                    self.punctuation();
                    return Some(());
                }
                Some(b'\\') => at += 2,
                Some(byte) if *byte == quote => break,
                Some(_) => at += 1,
            }
        }
        self.no_sql(self.at, at, true)?;
        self.at = at + 1;
        self.value = true;
        Some(())
    }

    /// The text of a template from here to its end or its next hole.
    fn template(&mut self) -> Option<()> {
        let start = self.at;
        loop {
            match self.bytes.get(self.at)? {
                b'\\' => self.at += 2,
                b'`' => {
                    self.no_sql(start, self.at, true)?;
                    self.at += 1;
                    self.value = true;
                    return Some(());
                }
                b'$' if self.bytes.get(self.at + 1) == Some(&b'{') => {
                    self.no_sql(start, self.at, false)?;
                    self.at += 2;
                    self.value = false;
                    return self.push(Open::Hole);
                }
                _ => self.at += 1,
            }
        }
    }

    /// None where the text `start..end` may be SQL.
    fn no_sql(&mut self, start: usize, end: usize, closed: bool) -> Option<()> {
        while let Some((&at, rest)) = self.sql.split_first() {
            if at >= end {
                break;
            }
            self.sql = rest;
            if at >= start && (self.mixed || looks::goes_on_as_statement(self.text.get(at..end)?, closed)) {
                return None;
            }
        }
        Some(())
    }

    fn push(&mut self, open: Open) -> Option<()> {
        self.open.push(open);
        self.chain = None;
        self.new = None;
        (self.open.len() < MAX_OPEN).then_some(())
    }

    fn opened(&mut self, byte: u8) -> Option<()> {
        let at = self.at;
        self.at += 1;
        self.value = false;
        match byte {
            b'(' => {
                let chain = self.chain.take();
                let builder = match &chain {
                    Some(chain) if !self.builders.is_empty() => self.builder_of(chain, at)?,
                    _ => None,
                };
                self.push(Open::Call { chain, at, commas: 0, builder })
            }
            b'[' => self.push(Open::Square),
            _ => self.push(Open::Curly),
        }
    }

    fn closed(&mut self, byte: u8) -> Option<()> {
        self.chain = None;
        self.new = None;
        self.value = true;
        let at = self.at;
        self.at += 1;
        let open = self.open.pop()?;
        match (open, byte) {
            (Open::Hole, b'}') => self.template()?,
            (Open::Call { chain, at: from, commas, builder }, b')') => {
                if let (Some(name), Some(chain)) = (builder, &chain) {
                    let range = TextRange::new(chain.start as u32, self.at as u32);
                    self.found.push(BuilderCall { range, name });
                }
                self.chain = Some(self.called(chain, from, at, commas));
            }
            (Open::Square, b']') | (Open::Curly, b'}') => {
                self.chain = Some(Chain { start: at, foreign: true, ..Chain::default() });
            }
            // What does not fit was read wrong.
            _ => return None,
        }
        Some(())
    }

    /// The chain that goes on after a call's arguments, or after brackets.
    fn called(&self, chain: Option<Chain>, from: usize, to: usize, commas: usize) -> Chain {
        let Some(chain) = chain else {
            // `name<Type>(…)`: the name stands before the bracket.
            let typed = from > 0 && self.bytes[from - 1] == b'>';
            let names = if typed { self.text[..from].rfind([';', '{']).unwrap_or(0) } else { from };
            return Chain { start: from, inside: Some((names, to)), ..Chain::default() };
        };
        let last = chain.names.last().copied();
        let trailing = self.text.get(from + 1..to).is_some_and(|inside| inside.trim_end().ends_with(','));
        let arguments = commas + 1 - usize::from(trailing);
        let foreign = chain.foreign || last.is_none() || arguments > 1;
        let required = last.is_some_and(|(start, end)| matches!(&self.text[start..end], "require" | "import"));
        Chain {
            start: chain.start,
            names: last.into_iter().collect(),
            dot: false,
            foreign,
            inside: required.then_some((from, to)),
            root: chain.root.or(chain.names.first().copied()).filter(|_| !chain.foreign || chain.root.is_some()),
            this: false,
        }
    }

    fn dot(&mut self) {
        self.at += 1;
        if self.bytes.get(self.at) == Some(&b'.') {
            // `...`
            self.punctuation();
            return;
        }
        match &mut self.chain {
            Some(chain) => chain.dot = true,
            None => self.chain = Some(Chain { start: self.at, dot: true, foreign: true, ..Chain::default() }),
        }
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| is_word(*byte)) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        if let Some(chain) = self.chain.as_mut().filter(|chain| chain.dot) {
            chain.dot = false;
            chain.names.push((start, self.at));
            self.value = true;
            return self.typed_call();
        }
        if word == "new" {
            self.punctuation();
            (self.new, self.at) = (Some(start), start + word.len());
            return Some(());
        }
        if KEYWORDS.contains(&word) {
            self.chain = None;
            self.value = false;
            return Some(());
        }
        self.value = true;
        let names = if matches!(word, "this" | "super") { Vec::new() } else { vec![(start, self.at)] };
        let foreign = self.bytes[start].is_ascii_digit();
        let start = self.new.take().unwrap_or(start);
        let this = names.is_empty();
        self.chain = Some(Chain { start, names, dot: false, foreign, inside: None, root: None, this });
        self.typed_call()
    }

    /// `method<T>(…)`: whether it is a call takes a parser to say.
    fn typed_call(&self) -> Option<()> {
        if self.bytes.get(self.at) != Some(&b'<') {
            return Some(());
        }
        match &self.chain {
            Some(chain) if !self.builders.is_empty() && self.may_build(chain) => None,
            _ => Some(()),
        }
    }

    fn name(&self, (start, end): (usize, usize)) -> &str {
        self.text.get(start..end).unwrap_or("")
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::files::Words;
    use crate::sinks::languages;

    fn look(text: &str) -> Glance {
        let language = &languages()[0];
        let words = Words::new(language, &|_| true, &Types::default(), &Options::default());
        let builders: Vec<&'static QueryBuilder> =
            language.libraries.iter().flat_map(|library| &library.builders).collect();
        let (models, types, names) = (Models::default(), Types::default(), Names::default());
        let known = Known { builders: &builders, models: &models, types: &types, names: &names };
        words.hits(text).map_or(Glance::Parse, |hits| glance(text, &hits, &known))
    }

    fn check(text: &str, expected: &[(&str, &str)]) {
        let Glance::Builders(found) = look(text) else { panic!("{text}: {:?}", look(text)) };
        let found: Vec<(&str, &str)> = found.iter().map(|call| (call.range.slice(text), call.name)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn builders_are_counted_without_a_tree() {
        check(
            "const a = await this.prisma.user.findMany({ where: { id } });",
            &[("this.prisma.user.findMany({ where: { id } })", "prisma")],
        );
        check(
            "$replica\n  // why\n  .user!\n  ?.findFirst({});",
            &[("$replica\n  // why\n  .user!\n  ?.findFirst({})", "prisma")],
        );
        check("const it = \"don't\"; <p>It's {`a ${prisma.user.count()} b`}</p>", &[("prisma.user.count()", "prisma")]);
        check("db.select().from(users).where(x)", &[("db.select()", "drizzle")]);
        check("new Map().delete(a); z.create(); // prisma.user.count()", &[]);
        check("const re = /['`]/; prisma.user.delete({})", &[("prisma.user.delete({})", "prisma")]);
    }

    #[test]
    fn what_takes_a_parser_is_parsed() {
        for text in [
            "(prisma as any).user.findMany()",
            "prisma.user.findMany<T>(); prisma.user.count()",
            "const a = 'create\\n table t (a int)'",
            "class A { createQueryBuilder() {} }",
            "knex(TABLE)",
            "client.query(x)",
            "prisma.user.count(`",
            "prisma.user.count(}",
            "const a = 'SELECT 1 FROM t'; db.raw(a)",
            "const a = `\n  select * from t ${x}`",
            "db.execute(QUERY)",
        ] {
            assert_eq!(look(text), Glance::Parse, "{text}");
        }
    }

    #[test]
    fn prose_and_code_hold_no_sql() {
        for text in [
            "const a = 'Select a plan';",
            "// Update the user\nexport const a = 'create a project';",
            "class A {\n  update() {}\n  delete (a) {}\n}\nconst method = \"DELETE\";",
            "<p>\n  Select one\n</p>",
        ] {
            assert!(!matches!(look(text), Glance::Parse), "{text}");
        }
    }
}
