//! The grammar of a path (jsonpath_gram.y), and what may stand where (`flattenJsonPathParseItem`).

use super::lex::Token;
use super::{Wrong, regex};

/// How deep brackets may lie in each other before the text is left open.
const DEEPEST: usize = 60;

const SYNTAX: Wrong = Wrong::Syntax("syntax error");

/// What a part yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    /// True, false or unknown: not a value where one is needed.
    Predicate,
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    version: u32,
    depth: usize,
    /// Filters around: `@` stands for something.
    filters: usize,
    /// Subscripts around: `last` stands for something.
    subscripts: usize,
}

type Read<T> = Result<T, Wrong>;

/// Reads a whole path.
pub(super) fn path(tokens: &[Token], version: u32) -> Read<()> {
    let mut parser = Parser { tokens, at: 0, version, depth: 0, filters: 0, subscripts: 0 };
    if !parser.eat_word("strict") {
        parser.eat_word("lax");
    }
    parser.any()?;
    if parser.at == tokens.len() { Ok(()) } else { Err(SYNTAX) }
}

impl Parser<'_> {
    fn next(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.next(), Some(Token::Symbol(next)) if *next == symbol);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, symbol: &str) -> Read<()> {
        if self.eat(symbol) { Ok(()) } else { Err(SYNTAX) }
    }

    /// A keyword in any case; true, false and null are in lower case only.
    fn eat_word(&mut self, keyword: &str) -> bool {
        let exact = matches!(keyword, "true" | "false" | "null");
        let found = match self.next() {
            Some(Token::Word(word)) if exact => word == keyword,
            Some(Token::Word(word)) => word.eq_ignore_ascii_case(keyword),
            _ => false,
        };
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, kind: Kind) -> Read<()> {
        if kind == Kind::Value { Ok(()) } else { Err(SYNTAX) }
    }

    fn predicate(&mut self, kind: Kind) -> Read<()> {
        if kind == Kind::Predicate { Ok(()) } else { Err(SYNTAX) }
    }

    /// `expr_or_predicate`
    fn any(&mut self) -> Read<Kind> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Wrong::Unsure);
        }
        let mut kind = self.all()?;
        while self.eat("||") {
            self.predicate(kind)?;
            let next = self.all()?;
            self.predicate(next)?;
            kind = next;
        }
        self.depth -= 1;
        Ok(kind)
    }

    fn all(&mut self) -> Read<Kind> {
        let mut kind = self.comparison()?;
        while self.eat("&&") {
            self.predicate(kind)?;
            let next = self.comparison()?;
            self.predicate(next)?;
            kind = next;
        }
        Ok(kind)
    }

    fn comparison(&mut self) -> Read<Kind> {
        if self.eat("!") {
            if !self.exists()? {
                self.need("(")?;
                let kind = self.any()?;
                self.predicate(kind)?;
                self.need(")")?;
            }
            return Ok(Kind::Predicate);
        }
        if self.exists()? {
            return Ok(Kind::Predicate);
        }
        let kind = self.sum()?;
        if kind == Kind::Predicate {
            if self.eat_word("is") && !self.eat_word("unknown") {
                return Err(SYNTAX);
            }
            return Ok(kind);
        }
        for operator in ["==", "<>", "!=", "<=", ">=", "<", ">"] {
            if self.eat(operator) {
                let right = self.sum()?;
                self.value(right)?;
                return Ok(Kind::Predicate);
            }
        }
        if self.eat_word("starts") {
            if !self.eat_word("with") {
                return Err(SYNTAX);
            }
            let fits = matches!(self.next(), Some(Token::String(_) | Token::Variable));
            self.at += 1;
            return if fits { Ok(Kind::Predicate) } else { Err(SYNTAX) };
        }
        if self.eat_word("like_regex") {
            self.regular_expression()?;
            return Ok(Kind::Predicate);
        }
        Ok(kind)
    }

    fn exists(&mut self) -> Read<bool> {
        if !self.eat_word("exists") {
            return Ok(false);
        }
        self.need("(")?;
        let kind = self.any()?;
        self.value(kind)?;
        self.need(")")?;
        Ok(true)
    }

    fn regular_expression(&mut self) -> Read<()> {
        let Some(Token::String(pattern)) = self.next().cloned() else { return Err(SYNTAX) };
        self.at += 1;
        let mut flags = String::new();
        if self.eat_word("flag") {
            let Some(Token::String(written)) = self.next().cloned() else { return Err(SYNTAX) };
            self.at += 1;
            flags = written;
        }
        regex::check(&pattern, &flags)
    }

    fn sum(&mut self) -> Read<Kind> {
        self.chain(&["+", "-"], Self::product)
    }

    fn product(&mut self) -> Read<Kind> {
        self.chain(&["*", "/", "%"], Self::signed)
    }

    fn chain(&mut self, operators: &[&str], operand: fn(&mut Self) -> Read<Kind>) -> Read<Kind> {
        let kind = operand(self)?;
        while operators.iter().any(|operator| self.eat(operator)) {
            self.value(kind)?;
            let right = operand(self)?;
            self.value(right)?;
        }
        Ok(kind)
    }

    fn signed(&mut self) -> Read<Kind> {
        let mut signs = false;
        while self.eat("+") || self.eat("-") {
            signs = true;
        }
        let kind = self.primary()?;
        if signs {
            self.value(kind)?;
        }
        Ok(kind)
    }

    fn primary(&mut self) -> Read<Kind> {
        let mut kind = Kind::Value;
        if self.eat("(") {
            kind = self.any()?;
            self.need(")")?;
        } else if self.eat("@") {
            if self.filters == 0 {
                return Err(Wrong::Syntax("@ is not allowed in root expressions"));
            }
        } else if self.eat_word("last") {
            if self.subscripts == 0 {
                return Err(Wrong::Syntax("LAST is allowed only in array subscripts"));
            }
        } else if !self.eat("$") {
            self.scalar()?;
        }
        while self.accessor()? {
            kind = Kind::Value;
        }
        Ok(kind)
    }

    fn scalar(&mut self) -> Read<()> {
        if self.eat_word("true") || self.eat_word("false") || self.eat_word("null") {
            return Ok(());
        }
        let fits = matches!(self.next(), Some(Token::String(_) | Token::Variable | Token::Integer(_) | Token::Numeric));
        self.at += 1;
        if fits { Ok(()) } else { Err(SYNTAX) }
    }

    fn accessor(&mut self) -> Read<bool> {
        if self.eat("?") {
            self.need("(")?;
            self.filters += 1;
            let kind = self.any()?;
            self.predicate(kind)?;
            self.filters -= 1;
            self.need(")")?;
        } else if self.eat("[") {
            self.subscript()?;
        } else if self.eat(".") {
            self.member()?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn subscript(&mut self) -> Read<()> {
        if self.eat("*") {
            return self.need("]");
        }
        self.subscripts += 1;
        loop {
            let from = self.sum()?;
            self.value(from)?;
            if self.eat_word("to") {
                let to = self.sum()?;
                self.value(to)?;
            }
            if !self.eat(",") {
                break;
            }
        }
        self.subscripts -= 1;
        self.need("]")
    }

    /// After a dot: a key, `*`, `**` with levels, or a method.
    fn member(&mut self) -> Read<()> {
        if self.eat("*") {
            return Ok(());
        }
        if self.eat("**") {
            return self.levels();
        }
        let token = self.next().cloned();
        self.at += 1;
        let call = matches!(self.next(), Some(Token::Symbol("(")));
        match token {
            Some(Token::Word(word)) if call => self.method(&word.to_ascii_lowercase()),
            Some(Token::Word(_) | Token::Name | Token::String(_)) => Ok(()),
            _ => Err(SYNTAX),
        }
    }

    fn levels(&mut self) -> Read<()> {
        if !self.eat("{") {
            return Ok(());
        }
        self.level()?;
        if self.eat_word("to") {
            self.level()?;
        }
        self.need("}")
    }

    fn level(&mut self) -> Read<()> {
        if self.eat_word("last") {
            return Ok(());
        }
        let Some(Token::Integer(digits)) = self.next().cloned() else { return Err(SYNTAX) };
        self.at += 1;
        match super::super::number::integer_value(&digits, true) {
            Some(value) if i32::try_from(value).is_ok() => Ok(()),
            _ => Err(Wrong::Other("22003", "value is out of range for type integer")),
        }
    }

    fn method(&mut self, name: &str) -> Read<()> {
        self.need("(")?;
        let newer = matches!(
            name,
            "bigint"
                | "boolean"
                | "date"
                | "decimal"
                | "integer"
                | "number"
                | "string"
                | "time"
                | "time_tz"
                | "timestamp"
                | "timestamp_tz"
        );
        if newer && self.version < 17 {
            return Err(SYNTAX);
        }
        match name {
            "abs" | "size" | "type" | "floor" | "double" | "ceiling" | "keyvalue" | "bigint" | "boolean" | "date"
            | "integer" | "number" | "string" => {}
            "datetime" => {
                let given = matches!(self.next(), Some(Token::String(_)));
                self.at += usize::from(given);
            }
            "time" | "time_tz" | "timestamp" | "timestamp_tz" => {
                let given = matches!(self.next(), Some(Token::Integer(_)));
                self.at += usize::from(given);
            }
            "decimal" => self.decimal()?,
            _ => return Err(SYNTAX),
        }
        self.need(")")
    }

    /// Precision and scale.
    fn decimal(&mut self) -> Read<()> {
        let mut count = 0;
        loop {
            let signed = self.eat("+") || self.eat("-");
            match self.next() {
                Some(Token::Integer(_)) => self.at += 1,
                _ if signed || count > 0 => return Err(SYNTAX),
                _ => break,
            }
            count += 1;
            if !self.eat(",") {
                break;
            }
        }
        if count > 2 { Err(SYNTAX) } else { Ok(()) }
    }
}
