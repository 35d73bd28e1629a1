//! SQL/JSON: constructors, query functions, aggregates, `JSON_TABLE`.

use super::cursor::Parser;
use super::expr::expr_at;
use super::function::call;
use super::type_name::system_name;
use crate::ast::{
    Argument, CallSyntax, Expr, ExprKind, JsonFormat, SpecialCall, SubLink, SubLinkKind, TableExpression,
    TableExpressionColumn,
};
use crate::error::PResult;
use crate::lex::Punct;

impl Parser<'_> {
    /// A function of SQL/JSON, if the keyword is one; a parenthesis follows it.
    pub(super) fn json_function(&mut self, word: &str) -> PResult<Option<ExprKind>> {
        let form = match word {
            "json_object" => return self.json_object().map(Some),
            "json_array" => Self::json_array,
            "json" => Self::json_constructor,
            "json_scalar" => Self::json_scalar,
            "json_serialize" => Self::json_serialize,
            "json_query" => Self::json_query,
            "json_exists" => Self::json_exists,
            "json_value" => Self::json_value,
            "json_objectagg" => Self::json_object_aggregate,
            "json_arrayagg" => Self::json_array_aggregate,
            _ => return Ok(None),
        };
        let windowless = std::mem::take(&mut self.windowless);
        let mut special = self.special()?;
        self.parenthesized(|parser| form(parser, &mut special))?;
        if matches!(word, "json_objectagg" | "json_arrayagg") && !windowless {
            special.filter = self.filter_clause()?;
            special.over = self.over_clause()?;
        }
        Ok(Some(ExprKind::Special(Box::new(special))))
    }

    /// `FORMAT JSON [ENCODING name]`
    fn json_format(&mut self, argument: Option<usize>) -> PResult<Option<JsonFormat>> {
        let span = self.peek().span;
        if !self.eat_keywords(&["format", "json"]) {
            return Ok(None);
        }
        let encoding = if self.eat_keyword("encoding") { Some(self.name()?) } else { None };
        Ok(Some(JsonFormat { argument, encoding, span }))
    }

    /// `json_value_expr`
    fn json_value_expr(&mut self) -> PResult<Expr> {
        let value = self.expr()?;
        self.json_format(None)?;
        Ok(value)
    }

    /// The same as the next argument of a call.
    fn json_argument(&mut self, special: &mut SpecialCall) -> PResult<()> {
        let value = self.expr()?;
        special.formats.extend(self.json_format(Some(special.arguments.len()))?);
        special.add(value, None);
        Ok(())
    }

    /// `RETURNING type [FORMAT JSON]`
    fn json_returning(&mut self, special: &mut SpecialCall) -> PResult<()> {
        if self.eat_keyword("returning") {
            special.returning = Some(self.type_name()?);
            special.formats.extend(self.json_format(None)?);
        }
        Ok(())
    }

    /// `NULL ON NULL`, `ABSENT ON NULL`
    fn json_null_clause(&mut self) {
        if !self.eat_keywords(&["null", "on", "null"]) {
            self.eat_keywords(&["absent", "on", "null"]);
        }
    }

    /// `WITH UNIQUE [KEYS]`, `WITHOUT UNIQUE [KEYS]`
    pub(super) fn json_unique_keys(&mut self) -> PResult<()> {
        if self.eat_keywords(&["with", "unique"]) || self.eat_keywords(&["without", "unique"]) {
            self.eat_keyword("keys");
        }
        Ok(())
    }

    /// `JSON_OBJECT(…)` is an ordinary call too.
    fn json_object(&mut self) -> PResult<ExprKind> {
        let span = self.peek().span;
        let mut special = self.special()?;
        self.parenthesized(|parser| {
            if parser.at_punct(Punct::RightParen) || parser.at_keyword("returning") {
                parser.json_returning(&mut special)?;
                return Ok(ExprKind::Special(Box::new(special)));
            }
            let first = parser.argument()?;
            if first.name.is_none() && (parser.at_punct(Punct::Colon) || parser.at_keyword("value")) {
                parser.json_pairs(first.value, &mut special)?;
                parser.json_null_clause();
                parser.json_unique_keys()?;
                parser.json_returning(&mut special)?;
                return Ok(ExprKind::Special(Box::new(special)));
            }
            let mut arguments: Vec<Argument> = vec![first];
            if parser.eat_punct(Punct::Comma) {
                arguments.extend(parser.comma_separated(Self::argument)?);
            }
            let function = call(system_name("json_object", span), arguments, CallSyntax::Call);
            Ok(ExprKind::Function(Box::new(function)))
        })
    }

    /// `key : value`, `key VALUE value`, after the first key.
    fn json_pairs(&mut self, first_key: Expr, special: &mut SpecialCall) -> PResult<()> {
        let mut key = first_key;
        loop {
            special.add(key, None);
            if !self.eat_punct(Punct::Colon) {
                self.expect_keyword("value")?;
            }
            self.json_argument(special)?;
            if !self.eat_punct(Punct::Comma) {
                return Ok(());
            }
            key = self.expr()?;
        }
    }

    fn json_array(&mut self, special: &mut SpecialCall) -> PResult<()> {
        if !self.at_punct(Punct::RightParen) && !self.at_keyword("returning") {
            if self.at_query() && self.json_array_query(special)? {
                return self.json_returning(special);
            }
            loop {
                self.json_argument(special)?;
                if !self.eat_punct(Punct::Comma) {
                    break;
                }
            }
            self.json_null_clause();
        }
        self.json_returning(special)
    }

    /// `JSON_ARRAY(SELECT …)`. Where parentheses come first it is a query only if it has clauses of its own after them
    /// (`select_no_parens`); else they belong to a value.
    fn json_array_query(&mut self, special: &mut SpecialCall) -> PResult<bool> {
        if self.at_punct(Punct::LeftParen) {
            return Ok(false);
        }
        let query = Box::new(self.query()?);
        let span = query.span;
        special.add(expr_at(ExprKind::SubLink(SubLink { kind: SubLinkKind::Array, query }), span), None);
        self.json_format(None)?;
        Ok(true)
    }

    fn json_constructor(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_argument(special)?;
        self.json_unique_keys()
    }

    fn json_scalar(&mut self, special: &mut SpecialCall) -> PResult<()> {
        special.add(self.expr()?, None);
        Ok(())
    }

    fn json_serialize(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_argument(special)?;
        self.json_returning(special)
    }

    /// `context, path [PASSING x AS name, …]`
    fn json_path_arguments(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_argument(special)?;
        self.expect_punct(Punct::Comma)?;
        special.add(self.expr()?, None);
        if self.eat_keyword("passing") {
            loop {
                let value = self.json_value_expr()?;
                self.expect_keyword("as")?;
                special.add(value, Some(self.label()?));
                if !self.eat_punct(Punct::Comma) {
                    break;
                }
            }
        }
        Ok(())
    }

    fn json_query(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_path_arguments(special)?;
        self.json_returning(special)?;
        self.json_wrapper()?;
        self.json_quotes()?;
        special.extend(self.json_behaviors(&["empty", "error"])?);
        Ok(())
    }

    fn json_exists(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_path_arguments(special)?;
        special.extend(self.json_behaviors(&["error"])?);
        Ok(())
    }

    fn json_value(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_path_arguments(special)?;
        self.json_returning(special)?;
        special.extend(self.json_behaviors(&["empty", "error"])?);
        Ok(())
    }

    fn json_object_aggregate(&mut self, special: &mut SpecialCall) -> PResult<()> {
        special.add(self.expr()?, None);
        if !self.eat_punct(Punct::Colon) {
            self.expect_keyword("value")?;
        }
        self.json_argument(special)?;
        self.json_null_clause();
        self.json_unique_keys()?;
        self.json_returning(special)
    }

    fn json_array_aggregate(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_argument(special)?;
        special.order_by = self.optional_order_by()?;
        self.json_null_clause();
        self.json_returning(special)
    }

    /// `json_wrapper_behavior`
    fn json_wrapper(&mut self) -> PResult<()> {
        let with = self.at_keyword("with");
        if !with && !self.at_keyword("without") {
            return Ok(());
        }
        self.advance();
        if with && !self.eat_keyword("conditional") {
            self.eat_keyword("unconditional");
        }
        self.eat_keyword("array");
        self.expect_keyword("wrapper")
    }

    /// `KEEP QUOTES`, `OMIT QUOTES`
    fn json_quotes(&mut self) -> PResult<()> {
        if self.at_one_of(&["keep", "omit"]) {
            self.advance();
            self.expect_keyword("quotes")?;
            if self.eat_keyword("on") {
                self.expect_keywords(&["scalar", "string"])?;
            }
        }
        Ok(())
    }

    /// `json_behavior ON EMPTY json_behavior ON ERROR`: the expressions after DEFAULT.
    fn json_behaviors(&mut self, events: &[&str]) -> PResult<Vec<Expr>> {
        let mut defaults = Vec::new();
        let mut events = events;
        while self.at_one_of(&["default", "error", "null", "true", "false", "unknown", "empty"]) {
            if self.eat_keyword("default") {
                defaults.push(self.expr()?);
            } else if self.eat_keyword("empty") {
                if !self.eat_keyword("array") {
                    self.eat_keyword("object");
                }
            } else {
                self.advance();
            }
            self.expect_keyword("on")?;
            match events.iter().position(|event| self.at_keyword(event)) {
                Some(found) => events = &events[found + 1..],
                None => return self.error("ERROR"),
            }
            self.advance();
        }
        Ok(defaults)
    }

    /// `JSON_TABLE (…)`, from its parenthesis on.
    pub(super) fn json_table(&mut self) -> PResult<TableExpression> {
        self.parenthesized(|parser| {
            let mut table = TableExpression { json: true, arguments: Vec::new(), columns: Vec::new() };
            table.arguments.push(parser.json_value_expr()?);
            parser.expect_punct(Punct::Comma)?;
            table.arguments.push(parser.expr()?);
            if parser.eat_keyword("as") {
                parser.name()?;
            }
            if parser.eat_keyword("passing") {
                loop {
                    table.arguments.push(parser.json_value_expr()?);
                    parser.expect_keyword("as")?;
                    parser.label()?;
                    if !parser.eat_punct(Punct::Comma) {
                        break;
                    }
                }
            }
            parser.json_table_columns(&mut table)?;
            table.arguments.extend(parser.json_behaviors(&["error"])?);
            Ok(table)
        })
    }

    fn json_table_columns(&mut self, table: &mut TableExpression) -> PResult<()> {
        self.expect_keyword("columns")?;
        self.parenthesized(|parser| {
            loop {
                parser.json_table_column(table)?;
                if !parser.eat_punct(Punct::Comma) {
                    return Ok(());
                }
            }
        })
    }

    fn json_table_column(&mut self, table: &mut TableExpression) -> PResult<()> {
        if self.at_keyword("nested")
            && (self.keyword_at(1, "path") || matches!(self.peek_at(1).kind, crate::lex::TokenKind::String(_)))
        {
            self.advance();
            self.eat_keyword("path");
            self.string()?;
            if self.eat_keyword("as") {
                self.name()?;
            }
            return self.json_table_columns(table);
        }
        let name = self.name()?;
        let mut column = TableExpressionColumn { name, type_name: None, exists: false, expressions: Vec::new() };
        if !self.eat_keywords(&["for", "ordinality"]) {
            column.type_name = Some(self.type_name()?);
            column.exists = self.eat_keyword("exists");
            self.json_format(None)?;
            if self.eat_keyword("path") {
                self.string()?;
            }
            if column.exists {
                column.expressions = self.json_behaviors(&["error"])?;
            } else {
                self.json_wrapper()?;
                self.json_quotes()?;
                column.expressions = self.json_behaviors(&["empty", "error"])?;
            }
        }
        table.columns.push(column);
        Ok(())
    }
}

impl SpecialCall {
    /// Adds values without names.
    fn extend(&mut self, values: Vec<Expr>) {
        for value in values {
            self.add(value, None);
        }
    }
}
