//! SQL/JSON: constructors, query functions, aggregates, `JSON_TABLE`.

use super::cursor::Parser;
use super::expr::expr_at;
use super::function::call;
use super::type_name::system_name;
use crate::ast::{
    Argument, CallSyntax, Expr, ExprKind, JsonBehavior, JsonBehaviorKind, JsonClauses, JsonFormat, Literal,
    SpecialCall, SubLink, SubLinkKind, TableExpression, TableExpressionColumn,
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
    pub(super) fn json_unique_keys(&mut self) -> PResult<bool> {
        let unique = self.eat_keywords(&["with", "unique"]);
        if unique || self.eat_keywords(&["without", "unique"]) {
            self.eat_keyword("keys");
        }
        Ok(unique)
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
            let start = parser.save();
            let mut first = parser.argument()?;
            if first.name.is_none() && (parser.at_punct(Punct::Colon) || parser.at_keyword("value")) {
                parser.restore(start);
                first.value = parser.json_key()?;
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
            key = self.json_key()?;
        }
    }

    /// A key: before `VALUE` no operator stands outside of parentheses (`json_name_and_value`).
    fn json_key(&mut self) -> PResult<Expr> {
        let start = self.save();
        if let Ok(key) = self.c_expr()
            && self.at_keyword("value")
        {
            return Ok(key);
        }
        self.restore(start);
        let key = self.expr()?;
        if self.at_keyword("value") && !self.hole_since(start) { self.error("\":\"") } else { Ok(key) }
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
        special.json.unique_keys = self.json_unique_keys()?;
        Ok(())
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
                self.json_argument(special)?;
                self.expect_keyword("as")?;
                self.label()?;
                special.json.passing += 1;
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
        special.json.wrapper = self.json_wrapper()?;
        special.json.omit_quotes = self.json_quotes()?;
        self.call_behaviors(special, &["empty", "error"])
    }

    fn json_exists(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_path_arguments(special)?;
        self.call_behaviors(special, &["error"])
    }

    fn json_value(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.json_path_arguments(special)?;
        self.json_returning(special)?;
        self.call_behaviors(special, &["empty", "error"])
    }

    fn call_behaviors(&mut self, special: &mut SpecialCall, events: &[&str]) -> PResult<()> {
        let values = self.json_behaviors(events, special.arguments.len(), &mut special.json)?;
        for value in values {
            special.add(value, None);
        }
        Ok(())
    }

    fn json_object_aggregate(&mut self, special: &mut SpecialCall) -> PResult<()> {
        let key = self.json_key()?;
        special.add(key, None);
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
    fn json_wrapper(&mut self) -> PResult<Option<bool>> {
        let with = self.at_keyword("with");
        if !with && !self.at_keyword("without") {
            return Ok(None);
        }
        self.advance();
        if with && !self.eat_keyword("conditional") {
            self.eat_keyword("unconditional");
        }
        self.eat_keyword("array");
        self.expect_keyword("wrapper")?;
        Ok(Some(with))
    }

    /// `KEEP QUOTES`, `OMIT QUOTES`
    fn json_quotes(&mut self) -> PResult<Option<bool>> {
        let omit = self.at_keyword("omit");
        if !omit && !self.at_keyword("keep") {
            return Ok(None);
        }
        self.advance();
        self.expect_keyword("quotes")?;
        if self.eat_keyword("on") {
            self.expect_keywords(&["scalar", "string"])?;
        }
        Ok(Some(omit))
    }

    /// `json_behavior ON EMPTY json_behavior ON ERROR`: the expressions after DEFAULT, the first of which will be the
    /// value of that number.
    fn json_behaviors(&mut self, events: &[&str], first: usize, clauses: &mut JsonClauses) -> PResult<Vec<Expr>> {
        let mut defaults = Vec::new();
        let mut events = events;
        while let Some(kind) = self.json_behavior_kind() {
            let span = self.peek().span;
            self.advance();
            let mut value = None;
            let mut kind = kind;
            match kind {
                JsonBehaviorKind::Default => {
                    value = Some(first + defaults.len());
                    defaults.push(self.expr()?);
                }
                JsonBehaviorKind::EmptyArray if !self.eat_keyword("array") && self.eat_keyword("object") => {
                    kind = JsonBehaviorKind::EmptyObject;
                }
                _ => {}
            }
            self.expect_keyword("on")?;
            match events.iter().position(|event| self.at_keyword(event)) {
                Some(found) => events = &events[found + 1..],
                None => return self.error("ERROR"),
            }
            let behavior = Some(JsonBehavior { kind, value, span });
            if self.at_keyword("empty") {
                clauses.on_empty = behavior;
            } else {
                clauses.on_error = behavior;
            }
            self.advance();
        }
        Ok(defaults)
    }

    fn json_behavior_kind(&self) -> Option<JsonBehaviorKind> {
        let kinds = [
            ("default", JsonBehaviorKind::Default),
            ("error", JsonBehaviorKind::Error),
            ("null", JsonBehaviorKind::Null),
            ("true", JsonBehaviorKind::True),
            ("false", JsonBehaviorKind::False),
            ("unknown", JsonBehaviorKind::Unknown),
            ("empty", JsonBehaviorKind::EmptyArray),
        ];
        kinds.iter().find(|(word, _)| self.at_keyword(word)).map(|(_, kind)| *kind)
    }

    /// `JSON_TABLE (…)`, from its parenthesis on.
    pub(super) fn json_table(&mut self) -> PResult<TableExpression> {
        self.parenthesized(|parser| {
            let mut table = TableExpression::new(true);
            parser.json_table_value(&mut table)?;
            parser.expect_punct(Punct::Comma)?;
            table.arguments.push(parser.expr()?);
            if parser.eat_keyword("as") {
                table.path_names.push(parser.name()?);
            }
            if parser.eat_keyword("passing") {
                loop {
                    parser.json_table_value(&mut table)?;
                    parser.expect_keyword("as")?;
                    parser.label()?;
                    table.clauses.passing += 1;
                    if !parser.eat_punct(Punct::Comma) {
                        break;
                    }
                }
            }
            parser.json_table_columns(&mut table, &mut 0)?;
            let values = parser.json_behaviors(&["error"], table.arguments.len(), &mut table.clauses)?;
            table.arguments.extend(values);
            Ok(table)
        })
    }

    /// `json_value_expr` of JSON_TABLE
    fn json_table_value(&mut self, table: &mut TableExpression) -> PResult<()> {
        let value = self.expr()?;
        table.formats.extend(self.json_format(Some(table.arguments.len()))?);
        table.arguments.push(value);
        Ok(())
    }

    /// The columns of one path; those of nested paths come after them, as in the table.
    fn json_table_columns(&mut self, table: &mut TableExpression, levels: &mut usize) -> PResult<()> {
        self.expect_keyword("columns")?;
        let level = *levels;
        let mut nested = TableExpression::new(true);
        self.parenthesized(|parser| {
            loop {
                parser.json_table_column(table, &mut nested, level, levels)?;
                if !parser.eat_punct(Punct::Comma) {
                    return Ok(());
                }
            }
        })?;
        table.columns.append(&mut nested.columns);
        table.paths.append(&mut nested.paths);
        table.path_names.append(&mut nested.path_names);
        Ok(())
    }

    fn json_table_column(
        &mut self,
        table: &mut TableExpression,
        nested: &mut TableExpression,
        level: usize,
        levels: &mut usize,
    ) -> PResult<()> {
        if self.at_keyword("nested")
            && (self.keyword_at(1, "path") || matches!(self.peek_at(1).kind, crate::lex::TokenKind::String(_)))
        {
            self.advance();
            self.eat_keyword("path");
            nested.paths.push(self.json_path_literal()?);
            if self.eat_keyword("as") {
                nested.path_names.push(self.name()?);
            }
            *levels += 1;
            return self.json_table_columns(nested, levels);
        }
        let mut column = TableExpressionColumn::new(self.name()?);
        column.level = level;
        if !self.eat_keywords(&["for", "ordinality"]) {
            column.type_name = Some(self.type_name()?);
            column.exists = self.eat_keyword("exists");
            column.format = self.json_format(None)?;
            if self.eat_keyword("path") {
                column.path = Some(column.expressions.len());
                column.expressions.push(self.json_path_literal()?);
            }
            let first = column.expressions.len();
            let events: &[&str] = if column.exists { &["error"] } else { &["empty", "error"] };
            if !column.exists {
                column.clauses.wrapper = self.json_wrapper()?;
                column.clauses.omit_quotes = self.json_quotes()?;
            }
            let values = self.json_behaviors(events, first, &mut column.clauses)?;
            column.expressions.extend(values);
        }
        table.columns.push(column);
        Ok(())
    }

    fn json_path_literal(&mut self) -> PResult<Expr> {
        let (text, span) = self.string()?;
        Ok(expr_at(ExprKind::Literal(Literal::String(text)), span))
    }
}
