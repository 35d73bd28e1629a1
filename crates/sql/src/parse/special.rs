//! Functions with a syntax of their own: `func_expr_common_subexpr`.

use rollproof_source::TextRange;

use super::cursor::Parser;
use super::expr::expr_at;
use super::function::call;
use super::primary::single;
use super::type_name::system_name;
use crate::ast::{
    CallSyntax, CastSyntax, Expr, ExprKind, JsonClauses, Literal, MinMax, Name, SpecialCall, SqlValueFunction,
};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

impl Parser<'_> {
    /// The special form that begins with this keyword, if one does here.
    pub(super) fn special_function(&mut self, word: &str) -> PResult<Option<Expr>> {
        let start = self.position();
        let kind = if let Some(kind) = self.value_function(word)? {
            kind
        } else if word == "collation" && self.keyword_at(1, "for") {
            let span = self.advance().span;
            self.advance();
            let value = self.parenthesized(Self::expr)?;
            self.system_call("pg_collation_for", vec![value], CallSyntax::Sql, span)
        } else if self.punct_at(1, Punct::LeftParen) {
            match self.special_call(word)? {
                Some(kind) => kind,
                None => return Ok(None),
            }
        } else {
            return Ok(None);
        };
        Ok(Some(expr_at(kind, self.span_from(start))))
    }

    /// Keywords that are values by themselves.
    fn value_function(&mut self, word: &str) -> PResult<Option<ExprKind>> {
        let (function, precise) = match word {
            "current_date" => (SqlValueFunction::CurrentDate, false),
            "current_time" => (SqlValueFunction::CurrentTime, true),
            "current_timestamp" => (SqlValueFunction::CurrentTimestamp, true),
            "localtime" => (SqlValueFunction::LocalTime, true),
            "localtimestamp" => (SqlValueFunction::LocalTimestamp, true),
            "current_role" => (SqlValueFunction::CurrentRole, false),
            "current_user" => (SqlValueFunction::CurrentUser, false),
            "user" => (SqlValueFunction::User, false),
            "session_user" => (SqlValueFunction::SessionUser, false),
            "current_catalog" => (SqlValueFunction::CurrentCatalog, false),
            // With arguments, or after a qualification, it is an ordinary function's name.
            "current_schema" if !self.punct_at(1, Punct::LeftParen) => (SqlValueFunction::CurrentSchema, false),
            "system_user" => {
                let span = self.advance().span;
                return Ok(Some(self.system_call("system_user", Vec::new(), CallSyntax::Sql, span)));
            }
            _ => return Ok(None),
        };
        self.advance();
        let length = if precise { self.optional_length()? } else { None };
        let precision = match length.map(|length| length.kind) {
            Some(ExprKind::Literal(Literal::Integer(digits))) => Some(digits),
            _ => None,
        };
        Ok(Some(ExprKind::SqlValue(function, precision)))
    }

    /// Forms that go on with a parenthesis.
    fn special_call(&mut self, word: &str) -> PResult<Option<ExprKind>> {
        let keyword = self.peek().span;
        let form = match word {
            "cast" => Self::cast_form,
            "extract" => Self::extract_form,
            "normalize" => Self::normalize_form,
            "overlay" => Self::overlay_form,
            "position" => Self::position_form,
            "substring" => Self::substring_form,
            "treat" => Self::treat_form,
            "trim" => Self::trim_form,
            "nullif" => Self::nullif_form,
            "coalesce" => Self::coalesce_form,
            "greatest" => Self::greatest_form,
            "least" => Self::least_form,
            "merge_action" => Self::merge_action_form,
            _ if word.starts_with("xml") => return self.xml_function(word),
            _ if word.starts_with("json") => return self.json_function(word),
            _ => return Ok(None),
        };
        self.advance();
        self.parenthesized(|parser| form(parser, keyword)).map(Some)
    }

    fn cast_form(&mut self, _keyword: TextRange) -> PResult<ExprKind> {
        let value = Box::new(self.expr()?);
        self.expect_keyword("as")?;
        let target = self.cast_type_name()?;
        Ok(ExprKind::Cast { value, target, syntax: CastSyntax::Cast })
    }

    fn extract_form(&mut self, keyword: TextRange) -> PResult<ExprKind> {
        let token = self.peek();
        let field = match &token.kind {
            TokenKind::String(text) => text.clone(),
            TokenKind::Ident { text, quoted, category }
                if *quoted
                    || category.identifier
                    || matches!(&**text, "year" | "month" | "day" | "hour" | "minute" | "second") =>
            {
                text.clone()
            }
            _ => return self.error("a field"),
        };
        self.advance();
        self.expect_keyword("from")?;
        let field = expr_at(ExprKind::Literal(Literal::String(field)), token.span);
        let value = self.expr()?;
        Ok(self.system_call("extract", vec![field, value], CallSyntax::Sql, keyword))
    }

    /// `NFC` and the like, as the string that the functions take.
    pub(super) fn normal_form(&mut self) -> Option<Expr> {
        if !self.at_one_of(&["nfc", "nfd", "nfkc", "nfkd"]) {
            return None;
        }
        let token = self.advance();
        let form = token.span.slice(self.text).to_ascii_uppercase();
        Some(expr_at(ExprKind::Literal(Literal::String(form.into())), token.span))
    }

    fn normalize_form(&mut self, keyword: TextRange) -> PResult<ExprKind> {
        let mut arguments = vec![self.expr()?];
        if self.eat_punct(Punct::Comma) {
            match self.normal_form() {
                Some(form) => arguments.push(form),
                None => return self.error("a normal form"),
            }
        }
        Ok(self.system_call("normalize", arguments, CallSyntax::Sql, keyword))
    }

    /// The ordinary arguments of a call that also has a form with keywords; its opening parenthesis was taken.
    fn ordinary_call(&mut self, name: &str, keyword: TextRange, first: Option<Expr>) -> PResult<ExprKind> {
        let name = single(Name { text: name.into(), span: keyword });
        let mut arguments = Vec::new();
        if let Some(value) = first {
            arguments.push(crate::ast::Argument { name: None, value });
            if self.eat_punct(Punct::Comma) {
                arguments.extend(self.comma_separated(Self::argument)?);
            }
        } else if !self.at_punct(Punct::RightParen) {
            arguments = self.comma_separated(Self::argument)?;
        }
        Ok(ExprKind::Function(Box::new(call(name, arguments, CallSyntax::Call))))
    }

    /// Whether the arguments begin with a name for one, or are none: then the form with keywords is out.
    fn ordinary_arguments(&self) -> bool {
        self.at_punct(Punct::RightParen) || self.punct_at(1, Punct::ColonEquals) || self.punct_at(1, Punct::Arrow)
    }

    fn overlay_form(&mut self, keyword: TextRange) -> PResult<ExprKind> {
        if self.ordinary_arguments() {
            return self.ordinary_call("overlay", keyword, None);
        }
        let value = self.expr()?;
        if !self.eat_keyword("placing") {
            return self.ordinary_call("overlay", keyword, Some(value));
        }
        let mut arguments = vec![value, self.expr()?];
        self.expect_keyword("from")?;
        arguments.push(self.expr()?);
        if self.eat_keyword("for") {
            arguments.push(self.expr()?);
        }
        Ok(self.system_call("overlay", arguments, CallSyntax::Sql, keyword))
    }

    fn position_form(&mut self, keyword: TextRange) -> PResult<ExprKind> {
        let needle = self.b_expr()?;
        self.expect_keyword("in")?;
        let haystack = self.b_expr()?;
        Ok(self.system_call("position", vec![haystack, needle], CallSyntax::Sql, keyword))
    }

    fn substring_form(&mut self, keyword: TextRange) -> PResult<ExprKind> {
        if self.ordinary_arguments() {
            return self.ordinary_call("substring", keyword, None);
        }
        let value = self.expr()?;
        let arguments = if self.eat_keyword("similar") {
            let pattern = self.expr()?;
            self.expect_keyword("escape")?;
            vec![value, pattern, self.expr()?]
        } else if self.eat_keyword("from") {
            let mut arguments = vec![value, self.expr()?];
            if self.eat_keyword("for") {
                arguments.push(self.expr()?);
            }
            arguments
        } else if self.eat_keyword("for") {
            let length = self.expr()?;
            if self.eat_keyword("from") {
                vec![value, self.expr()?, length]
            } else {
                // gram.y: from the first character on, and the length as int4.
                let span = length.span;
                let target = Self::plain_type(system_name("int4", span), Vec::new());
                let cast = ExprKind::Cast { value: Box::new(length), target, syntax: CastSyntax::Cast };
                let one = expr_at(ExprKind::Literal(Literal::Integer(1)), span);
                vec![value, one, expr_at(cast, span)]
            }
        } else {
            return self.ordinary_call("substring", keyword, Some(value));
        };
        Ok(self.system_call("substring", arguments, CallSyntax::Sql, keyword))
    }

    /// `TREAT (x AS t)` calls the function that is named like the type.
    fn treat_form(&mut self, _keyword: TextRange) -> PResult<ExprKind> {
        let value = self.expr()?;
        self.expect_keyword("as")?;
        let target = self.cast_type_name()?;
        let name = target.name.object();
        Ok(self.system_call(name.as_str(), vec![value], CallSyntax::Call, name.span))
    }

    fn trim_form(&mut self, keyword: TextRange) -> PResult<ExprKind> {
        let name = if self.eat_keyword("leading") {
            "ltrim"
        } else if self.eat_keyword("trailing") {
            "rtrim"
        } else {
            self.eat_keyword("both");
            "btrim"
        };
        let arguments = if self.eat_keyword("from") {
            self.expr_list()?
        } else {
            let characters = self.expr()?;
            if self.eat_keyword("from") {
                let mut arguments = self.expr_list()?;
                arguments.push(characters);
                arguments
            } else {
                let mut arguments = vec![characters];
                if self.eat_punct(Punct::Comma) {
                    arguments.extend(self.expr_list()?);
                }
                arguments
            }
        };
        Ok(self.system_call(name, arguments, CallSyntax::Sql, keyword))
    }

    fn nullif_form(&mut self, _keyword: TextRange) -> PResult<ExprKind> {
        let left = Box::new(self.expr()?);
        self.expect_punct(Punct::Comma)?;
        Ok(ExprKind::NullIf(left, Box::new(self.expr()?)))
    }

    fn coalesce_form(&mut self, _keyword: TextRange) -> PResult<ExprKind> {
        Ok(ExprKind::Coalesce(self.expr_list()?))
    }

    fn greatest_form(&mut self, _keyword: TextRange) -> PResult<ExprKind> {
        Ok(ExprKind::MinMax(MinMax::Greatest, self.expr_list()?))
    }

    fn least_form(&mut self, _keyword: TextRange) -> PResult<ExprKind> {
        Ok(ExprKind::MinMax(MinMax::Least, self.expr_list()?))
    }

    fn merge_action_form(&mut self, _keyword: TextRange) -> PResult<ExprKind> {
        Ok(ExprKind::MergeAction)
    }

    /// An empty special form named by the keyword that comes next, which it takes.
    pub(super) fn special(&mut self) -> PResult<SpecialCall> {
        Ok(SpecialCall {
            name: self.label()?,
            arguments: Vec::new(),
            aliases: Vec::new(),
            returning: None,
            order_by: Vec::new(),
            filter: None,
            over: None,
            formats: Vec::new(),
            json: JsonClauses::default(),
        })
    }
}

impl SpecialCall {
    /// Adds a value and the name given to it.
    pub(super) fn add(&mut self, value: Expr, alias: Option<Name>) {
        self.arguments.push(value);
        self.aliases.push(alias);
    }
}
