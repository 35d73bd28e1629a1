//! Type names: `Typename`, with SQL's own spellings turned into the catalog's names as gram.y does.

use rollproof_source::TextRange;

use super::cursor::Parser;
use super::expr::expr_at;
use super::primary::single;
use crate::ast::{Expr, ExprKind, Literal, Name, QualifiedName, TypeName};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

/// Bits of `interval` fields (`src/include/utils/timestamp.h`, `INTERVAL_MASK`).
mod field {
    pub(super) const MONTH: i32 = 1 << 1;
    pub(super) const YEAR: i32 = 1 << 2;
    pub(super) const DAY: i32 = 1 << 3;
    pub(super) const HOUR: i32 = 1 << 10;
    pub(super) const MINUTE: i32 = 1 << 11;
    pub(super) const SECOND: i32 = 1 << 12;
    /// From the widest to the narrowest, as they may be ranged over; years and months are apart.
    pub(super) const TIMES: [(&str, i32); 4] = [("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", SECOND)];
}

impl Parser<'_> {
    /// `Typename`; after a dotted name also `%TYPE` (`func_type`), which only declarations have.
    pub(crate) fn type_name(&mut self) -> PResult<TypeName> {
        self.full_type(true)
    }

    /// `Typename` in an expression, where `%` goes on as an operator.
    pub(super) fn cast_type_name(&mut self) -> PResult<TypeName> {
        self.full_type(false)
    }

    fn full_type(&mut self, declaration: bool) -> PResult<TypeName> {
        let start = self.position();
        let set_of = self.eat_keyword("setof");
        let mut type_name = self.simple_type(false)?;
        type_name.set_of = set_of;
        let percent = declaration
            && type_name.name.parts.len() > 1
            && type_name.modifiers.is_empty()
            && self.at_operator("%")
            && self.keyword_at(1, "type");
        if percent {
            self.advance();
            self.advance();
            type_name.percent_type = true;
        } else {
            self.array_bounds(&mut type_name)?;
        }
        type_name.span = self.span_from(start);
        Ok(type_name)
    }

    /// `opt_array_bounds`, or `ARRAY` with one bound.
    pub(crate) fn array_bounds(&mut self, type_name: &mut TypeName) -> PResult<()> {
        if self.eat_keyword("array") {
            let bound = if self.eat_punct(Punct::LeftBracket) {
                let bound = self.plain_integer()?;
                self.expect_punct(Punct::RightBracket)?;
                Some(bound)
            } else {
                None
            };
            type_name.array_bounds.push(bound);
            return Ok(());
        }
        while self.eat_punct(Punct::LeftBracket) {
            let bound = if self.at_punct(Punct::RightBracket) { None } else { Some(self.plain_integer()?) };
            self.expect_punct(Punct::RightBracket)?;
            type_name.array_bounds.push(bound);
        }
        Ok(())
    }

    /// `Iconst`
    pub(crate) fn plain_integer(&mut self) -> PResult<i32> {
        match self.peek().kind {
            TokenKind::Integer(value) => {
                self.advance();
                Ok(value)
            }
            _ => self.error("an integer"),
        }
    }

    /// Whether a type with a spelling of its own may begin with this word.
    pub(super) fn is_type_word(word: &str) -> bool {
        matches!(
            word,
            "int"
                | "integer"
                | "smallint"
                | "bigint"
                | "real"
                | "float"
                | "double"
                | "decimal"
                | "dec"
                | "numeric"
                | "boolean"
                | "bit"
                | "character"
                | "char"
                | "varchar"
                | "national"
                | "nchar"
                | "timestamp"
                | "time"
                | "interval"
                | "json"
        )
    }

    /// `ConstTypename` and `ConstInterval`: a type before a literal. There `bit` and `char` have no default length, and
    /// `interval`'s fields come after the literal.
    pub(super) fn constant_type_name(&mut self) -> PResult<TypeName> {
        self.simple_type(true)
    }

    /// `SimpleTypename`
    pub(super) fn simple_type(&mut self, before_literal: bool) -> PResult<TypeName> {
        let start = self.position();
        let word = match &self.peek().kind {
            TokenKind::Ident { text, quoted: false, category } if !category.identifier => &**text,
            _ => return self.generic_type(),
        };
        let mut type_name = match word {
            "int" | "integer" => self.builtin("int4"),
            "smallint" => self.builtin("int2"),
            "bigint" => self.builtin("int8"),
            "real" => self.builtin("float4"),
            "boolean" => self.builtin("bool"),
            "json" => self.builtin("json"),
            "decimal" | "dec" | "numeric" => {
                let mut numeric = self.builtin("numeric");
                numeric.modifiers = self.optional_modifiers()?;
                numeric
            }
            "double" if self.keyword_at(1, "precision") => {
                self.advance();
                self.builtin("float8")
            }
            "float" => self.float_type()?,
            "bit" => self.bit_type(before_literal)?,
            "character" | "char" | "varchar" | "national" | "nchar" => self.character_type(before_literal)?,
            "timestamp" => self.datetime_type("timestamp", "timestamptz")?,
            "time" => self.datetime_type("time", "timetz")?,
            "interval" => self.interval_type(before_literal)?,
            _ => return self.generic_type(),
        };
        type_name.span = self.span_from(start);
        let span = type_name.span;
        type_name.name.span = span;
        type_name.name.parts.iter_mut().for_each(|part| part.span = span);
        Ok(type_name)
    }

    /// Takes a word and makes it a type of `pg_catalog`. The caller sets the spans once the type is whole.
    fn builtin(&mut self, name: &str) -> TypeName {
        let span = self.advance().span;
        Self::plain_type(system_name(name, span), Vec::new())
    }

    pub(super) fn plain_type(name: QualifiedName, modifiers: Vec<Expr>) -> TypeName {
        TypeName {
            span: name.span,
            name,
            modifiers,
            interval_fields: None,
            array_bounds: Vec::new(),
            set_of: false,
            percent_type: false,
        }
    }

    /// `GenericType`
    fn generic_type(&mut self) -> PResult<TypeName> {
        let start = self.position();
        let first = self.type_function_name()?;
        let name = if self.at_punct(Punct::Dot) { self.rest_of_name(first)? } else { single(first) };
        let mut type_name = Self::plain_type(name, self.optional_modifiers()?);
        type_name.span = self.span_from(start);
        Ok(type_name)
    }

    fn optional_modifiers(&mut self) -> PResult<Vec<Expr>> {
        if self.at_punct(Punct::LeftParen) { self.parenthesized(Self::expr_list) } else { Ok(Vec::new()) }
    }

    /// `( Iconst )`, if it stands here.
    pub(super) fn optional_length(&mut self) -> PResult<Option<Expr>> {
        if !self.at_punct(Punct::LeftParen) {
            return Ok(None);
        }
        self.parenthesized(|parser| {
            let span = parser.peek().span;
            let length = parser.plain_integer()?;
            Ok(Some(expr_at(ExprKind::Literal(Literal::Integer(length)), span)))
        })
    }

    /// 22023, of which the grammar itself says some.
    fn invalid<T>(&self, message: &str, span: TextRange) -> PResult<T> {
        self.error_at(message, span).map_err(|error| error.with_sqlstate("22023"))
    }

    /// `FLOAT(p)`: p says which of the two it is.
    fn float_type(&mut self) -> PResult<TypeName> {
        let span = self.advance().span;
        let name = match self.optional_length()?.map(|length| length.kind) {
            None => "float8",
            Some(ExprKind::Literal(Literal::Integer(bits))) if bits < 1 => {
                return self.invalid("precision for type float must be at least 1 bit", span);
            }
            Some(ExprKind::Literal(Literal::Integer(bits))) if bits <= 24 => "float4",
            Some(ExprKind::Literal(Literal::Integer(bits))) if bits <= 53 => "float8",
            Some(_) => return self.invalid("precision for type float must be less than 54 bits", span),
        };
        Ok(Self::plain_type(system_name(name, span), Vec::new()))
    }

    fn bit_type(&mut self, before_literal: bool) -> PResult<TypeName> {
        let mut bit = self.builtin("bit");
        let varying = self.eat_keyword("varying");
        if varying {
            bit.name = system_name("varbit", bit.span);
        }
        bit.modifiers = self.optional_modifiers()?;
        if bit.modifiers.is_empty() && !varying && !before_literal {
            bit.modifiers.push(length_one(bit.span));
        }
        Ok(bit)
    }

    fn character_type(&mut self, before_literal: bool) -> PResult<TypeName> {
        let span = self.peek().span;
        let varying = if self.eat_keyword("varchar") {
            true
        } else {
            if self.eat_keyword("national") && !self.at_one_of(&["character", "char"]) {
                return self.error("CHARACTER");
            }
            self.advance();
            self.eat_keyword("varying")
        };
        let name = if varying { "varchar" } else { "bpchar" };
        let mut character = Self::plain_type(system_name(name, span), Vec::new());
        character.modifiers.extend(self.optional_length()?);
        if character.modifiers.is_empty() && !varying && !before_literal {
            character.modifiers.push(length_one(span));
        }
        Ok(character)
    }

    fn datetime_type(&mut self, without: &str, with: &str) -> PResult<TypeName> {
        let span = self.advance().span;
        let precision = self.optional_length()?;
        let zone = if self.eat_keywords(&["with", "time"]) {
            self.expect_keyword("zone")?;
            true
        } else {
            if self.eat_keywords(&["without", "time"]) {
                self.expect_keyword("zone")?;
            }
            false
        };
        Ok(Self::plain_type(system_name(if zone { with } else { without }, span), precision.into_iter().collect()))
    }

    fn interval_type(&mut self, before_literal: bool) -> PResult<TypeName> {
        let mut interval = self.builtin("interval");
        interval.modifiers.extend(self.optional_length()?);
        if interval.modifiers.is_empty() && !before_literal {
            self.interval_fields(&mut interval)?;
        }
        Ok(interval)
    }

    /// `opt_interval`: `YEAR TO MONTH`, `SECOND(3)` …
    pub(super) fn interval_fields(&mut self, interval: &mut TypeName) -> PResult<()> {
        if self.eat_keyword("year") {
            let to_month = self.eat_keywords(&["to", "month"]);
            interval.interval_fields = Some(if to_month { field::YEAR | field::MONTH } else { field::YEAR });
            return Ok(());
        }
        if self.eat_keyword("month") {
            interval.interval_fields = Some(field::MONTH);
            return Ok(());
        }
        let Some(first) = field::TIMES.iter().position(|(word, _)| self.at_keyword(word)) else {
            return Ok(());
        };
        self.advance();
        let mut last = first;
        if self.at_keyword("to") {
            let narrower = (first + 1..field::TIMES.len()).find(|at| self.keyword_at(1, field::TIMES[*at].0));
            if let Some(narrower) = narrower {
                self.advance();
                self.advance();
                last = narrower;
            }
        }
        interval.interval_fields = Some(field::TIMES[first..=last].iter().map(|(_, bit)| bit).sum());
        if field::TIMES[last].1 == field::SECOND {
            interval.modifiers.extend(self.optional_length()?);
        }
        Ok(())
    }
}

fn length_one(span: TextRange) -> Expr {
    expr_at(ExprKind::Literal(Literal::Integer(1)), span)
}

/// A name in `pg_catalog`, all of it at one place.
pub(super) fn system_name(name: &str, span: TextRange) -> QualifiedName {
    let part = |text: &str| Name { text: text.into(), span };
    QualifiedName { parts: vec![part("pg_catalog"), part(name)], span }
}
