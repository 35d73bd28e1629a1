//! `FROM`: relations, joins, sub-queries, functions.

use super::cursor::Parser;
use crate::ast::{
    Alias, ColumnSpec, Expr, FromItem, FromKind, Join, JoinCondition, JoinKind, Name, Query, RelationRef,
};
use crate::error::{PResult, ParseError};
use crate::lex::{Punct, TokenKind};

/// The content of parentheses in FROM.
enum FromParen {
    Query(Box<Query>),
    Join(Box<FromItem>),
}

/// As many joins may follow each other without parentheses; what walks their tree goes as deep.
const MAX_JOINS: u32 = 2000;

impl Parser<'_> {
    /// `FROM …` or `USING …`, if the keyword comes next.
    pub(super) fn source_clause(&mut self, keyword: &str) -> PResult<Vec<FromItem>> {
        if self.eat_keyword(keyword) { self.comma_separated(Self::source_item) } else { Ok(Vec::new()) }
    }

    /// `table_ref`
    pub(super) fn source_item(&mut self) -> PResult<FromItem> {
        self.descend(|parser| {
            let start = parser.position();
            let first = parser.source_operand()?;
            parser.joins(first, start)
        })
    }

    /// The joins after a first operand.
    fn joins(&mut self, mut left: FromItem, start: u32) -> PResult<FromItem> {
        let mut height = 0;
        loop {
            self.take_clause_holes();
            let natural = self.at_keyword("natural");
            let Some((kind, words, cross)) = self.join_ahead(usize::from(natural)) else {
                if natural {
                    self.advance();
                    return self.error("JOIN");
                }
                return Ok(left);
            };
            for _ in 0..words + usize::from(natural) {
                self.advance();
            }
            height += 1;
            if height > MAX_JOINS {
                return Err(ParseError::too_deep(self.peek().span));
            }
            // A join that is not finished by ON or USING lets its right side join first.
            let (right, condition) = if cross || natural {
                let condition = if natural { JoinCondition::Natural } else { JoinCondition::None };
                (self.source_operand()?, condition)
            } else {
                let right = self.source_item()?;
                (right, self.join_condition()?)
            };
            let join = Join { kind, left, right, condition, alias: None };
            left = FromItem { kind: FromKind::Join(Box::new(join)), span: self.span_from(start) };
        }
    }

    /// The join whose words begin `skip` places on: its kind, how many words, whether it is `CROSS`.
    fn join_ahead(&self, skip: usize) -> Option<(JoinKind, usize, bool)> {
        let outer = |kind| {
            let words = if self.keyword_at(skip + 1, "outer") { 3 } else { 2 };
            self.keyword_at(skip + words - 1, "join").then_some((kind, words, false))
        };
        match self.word_at(skip)? {
            "join" => Some((JoinKind::Inner, 1, false)),
            "inner" if self.keyword_at(skip + 1, "join") => Some((JoinKind::Inner, 2, false)),
            "cross" if skip == 0 && self.keyword_at(skip + 1, "join") => Some((JoinKind::Inner, 2, true)),
            "left" => outer(JoinKind::Left),
            "right" => outer(JoinKind::Right),
            "full" => outer(JoinKind::Full),
            _ => None,
        }
    }

    fn join_condition(&mut self) -> PResult<JoinCondition> {
        if self.eat_keyword("using") {
            let columns = self.parenthesized(Self::name_list)?;
            let alias = if self.eat_keyword("as") { Some(self.name()?) } else { None };
            return Ok(JoinCondition::Using(columns, alias));
        }
        self.expect_keyword("on")?;
        self.expr().map(JoinCondition::On)
    }

    fn source_operand(&mut self) -> PResult<FromItem> {
        let start = self.position();
        let kind = match &self.peek().kind {
            TokenKind::Hole(hole) => self.source_hole(*hole)?,
            TokenKind::Punct(Punct::LeftParen) => {
                let inner = self.source_paren()?;
                self.source_paren_operand(inner, false)?
            }
            TokenKind::Ident { text, quoted: false, category } if !category.identifier => self.source_keyword(text)?,
            _ => self.source_name()?,
        };
        Ok(FromItem { kind, span: self.span_from(start) })
    }

    /// Unknown text instead of a name, with the rest of the name and an alias.
    fn source_hole(&mut self, hole: u32) -> PResult<FromKind> {
        self.advance();
        self.hole_rest()?;
        self.optional_alias()?;
        Ok(FromKind::Hole(hole))
    }

    fn source_keyword(&mut self, word: &str) -> PResult<FromKind> {
        match word {
            "lateral" => {
                self.advance();
                if self.at_punct(Punct::LeftParen) {
                    let query = self.parenthesized_query()?;
                    return self.source_paren_operand(FromParen::Query(Box::new(query)), true);
                }
                self.lateral_function()
            }
            "only" => self.relation_operand(),
            "rows" if self.keyword_at(1, "from") && self.punct_at(2, Punct::LeftParen) => self.rows_from(false),
            // `ROWS FROM${…}`: what is unknown begins in the word after it.
            "rows" if self.hole_at(1) => {
                self.advance();
                match self.at_hole() {
                    Some(hole) => self.source_hole(hole),
                    None => self.source_name(),
                }
            }
            "xmltable" | "json_table" if self.punct_at(1, Punct::LeftParen) => self.table_expression(false),
            _ => self.source_name(),
        }
    }

    fn lateral_function(&mut self) -> PResult<FromKind> {
        if self.at_keywords(&["rows", "from"]) && self.punct_at(2, Punct::LeftParen) {
            return self.rows_from(true);
        }
        if self.at_one_of(&["xmltable", "json_table"]) && self.punct_at(1, Punct::LeftParen) {
            return self.table_expression(true);
        }
        self.function_operand(true)
    }

    /// A relation or a function, which only the parenthesis after its name tells apart.
    fn source_name(&mut self) -> PResult<FromKind> {
        let mut ahead = 1;
        while self.punct_at(ahead, Punct::Dot) {
            ahead += 2;
        }
        let special = ahead == 1 && self.is_special_start();
        if self.punct_at(ahead, Punct::LeftParen) || special {
            return self.function_operand(false);
        }
        self.relation_operand()
    }

    /// Whether a special form without parentheses comes next (`CURRENT_DATE`, `COLLATION FOR (…)`).
    fn is_special_start(&self) -> bool {
        self.at_one_of(&[
            "current_date",
            "current_time",
            "current_timestamp",
            "localtime",
            "localtimestamp",
            "current_role",
            "current_user",
            "user",
            "session_user",
            "system_user",
            "current_catalog",
            "current_schema",
        ]) || self.at_keywords(&["collation", "for"])
    }

    fn relation_operand(&mut self) -> PResult<FromKind> {
        let place = self.save();
        let mut relation = self.relation_ref()?;
        if let Some(hole) = self.first_hole_since(place) {
            self.optional_alias()?;
            return Ok(FromKind::Hole(hole));
        }
        let hole_alias = self.at_keyword("as") && self.hole_at(1);
        if hole_alias {
            self.advance();
            if let Some(hole) = self.eat_hole() {
                return Ok(FromKind::Hole(hole));
            }
        }
        relation.alias = self.optional_alias()?;
        if !self.eat_keyword("tablesample") {
            return Ok(FromKind::Relation(relation));
        }
        let first = self.label()?;
        let method = self.rest_of_name(first)?;
        let arguments = self.parenthesized(Self::expr_list)?;
        let repeatable = if self.eat_keyword("repeatable") { Some(self.parenthesized(Self::expr)?) } else { None };
        Ok(FromKind::Sample { relation, method, arguments, repeatable })
    }

    /// `relation_expr`: with ONLY or a star, without alias. Its name may be unknown text.
    pub(crate) fn relation_ref(&mut self) -> PResult<RelationRef> {
        self.with_open_names(Self::relation_ref_named)
    }

    fn relation_ref_named(&mut self) -> PResult<RelationRef> {
        let only = self.eat_keyword("only");
        let name = if only && self.at_punct(Punct::LeftParen) {
            self.parenthesized(Self::qualified_name)?
        } else {
            self.qualified_name()?
        };
        if !only {
            self.eat_operator("*");
        }
        Ok(RelationRef { name, inherit: !only, alias: None })
    }

    fn function_operand(&mut self, lateral: bool) -> PResult<FromKind> {
        let call = self.windowless_call()?;
        let ordinality = self.eat_keywords(&["with", "ordinality"]);
        let alias = self.function_alias()?;
        Ok(FromKind::Functions { lateral, calls: vec![(call, Vec::new())], rows_from: false, ordinality, alias })
    }

    fn rows_from(&mut self, lateral: bool) -> PResult<FromKind> {
        self.expect_keywords(&["rows", "from"])?;
        let calls = self.parenthesized(|parser| parser.comma_separated(Self::rows_from_item))?;
        let ordinality = self.eat_keywords(&["with", "ordinality"]);
        let alias = self.function_alias()?;
        Ok(FromKind::Functions { lateral, calls, rows_from: true, ordinality, alias })
    }

    fn rows_from_item(&mut self) -> PResult<(Expr, Vec<ColumnSpec>)> {
        let call = self.windowless_call()?;
        let definitions = if self.eat_keyword("as") { self.column_definitions()? } else { Vec::new() };
        Ok((call, definitions))
    }

    fn table_expression(&mut self, lateral: bool) -> PResult<FromKind> {
        let json = self.at_keyword("json_table");
        self.advance();
        let table = Box::new(if json { self.json_table()? } else { self.xml_table()? });
        Ok(FromKind::TableExpression { lateral, table, alias: self.optional_alias()? })
    }

    /// `( … )` in FROM: a query or a join. Read once, as in expressions.
    fn source_paren(&mut self) -> PResult<FromParen> {
        self.descend(Self::source_paren_inner)
    }

    fn source_paren_inner(&mut self) -> PResult<FromParen> {
        let start = self.position();
        if self.query_at(1) || (self.hole_at(1) && self.punct_at(2, Punct::RightParen)) {
            return self.parenthesized_query().map(|query| FromParen::Query(Box::new(query)));
        }
        self.expect_punct(Punct::LeftParen)?;
        let item_start = self.position();
        let item = if self.at_punct(Punct::LeftParen) {
            match self.source_paren()? {
                FromParen::Query(query) if self.at_punct(Punct::RightParen) => {
                    self.advance();
                    return Ok(FromParen::Query(query));
                }
                FromParen::Query(query) if self.at_query_rest() => {
                    let whole = self.query_after(*query, item_start)?;
                    self.expect_punct(Punct::RightParen)?;
                    return Ok(FromParen::Query(Box::new(whole)));
                }
                inner => {
                    let kind = self.source_paren_operand(inner, false)?;
                    let first = FromItem { kind, span: self.span_from(item_start) };
                    self.joins(first, item_start)?
                }
            }
        } else {
            self.source_item()?
        };
        // gram.y lets only a join stand in parentheses, and one with an alias is none.
        match &item.kind {
            FromKind::Join(join) if join.alias.is_none() => {}
            FromKind::Hole(_) => {}
            _ => return self.error("JOIN"),
        }
        self.expect_punct(Punct::RightParen)?;
        Ok(FromParen::Join(Box::new(FromItem { span: self.span_from(start), ..item })))
    }

    fn source_paren_operand(&mut self, inner: FromParen, lateral: bool) -> PResult<FromKind> {
        match inner {
            FromParen::Query(query) => Ok(FromKind::Subquery { lateral, query, alias: self.optional_alias()? }),
            FromParen::Join(item) => {
                let alias = self.optional_alias()?;
                match (item.kind, alias) {
                    (FromKind::Join(mut join), Some(alias)) => {
                        // `((a JOIN b) AS x) …` has joins of both aliases; the inner one hides in parentheses.
                        if join.alias.is_some() {
                            return self.error("");
                        }
                        join.alias = Some(alias);
                        Ok(FromKind::Join(join))
                    }
                    (kind, _) => Ok(kind),
                }
            }
        }
    }

    /// `opt_alias_clause`
    pub(super) fn optional_alias(&mut self) -> PResult<Option<Alias>> {
        if !self.eat_keyword("as") && !self.at_name() {
            return Ok(None);
        }
        let name = Some(self.name()?);
        let columns = if self.at_punct(Punct::LeftParen) { self.parenthesized(Self::name_list)? } else { Vec::new() };
        Ok(Some(Alias { name, columns, definitions: Vec::new() }))
    }

    /// `func_alias_clause`: also a column definition list.
    fn function_alias(&mut self) -> PResult<Option<Alias>> {
        let named = self.eat_keyword("as");
        if !named && !self.at_name() {
            return Ok(None);
        }
        let name: Option<Name> = if named && self.at_punct(Punct::LeftParen) { None } else { Some(self.name()?) };
        let mut alias = Alias { name, columns: Vec::new(), definitions: Vec::new() };
        if self.at_punct(Punct::LeftParen) {
            let plain = self.punct_at(2, Punct::Comma) || self.punct_at(2, Punct::RightParen);
            if plain && alias.name.is_some() {
                alias.columns = self.parenthesized(Self::name_list)?;
            } else {
                alias.definitions = self.column_definitions()?;
            }
        }
        Ok(Some(alias))
    }

    /// `( TableFuncElementList )`
    fn column_definitions(&mut self) -> PResult<Vec<ColumnSpec>> {
        self.parenthesized(|parser| parser.comma_separated(Self::column_spec))
    }

    /// `TableFuncElement`: a column with its type and collation.
    pub(crate) fn column_spec(&mut self) -> PResult<ColumnSpec> {
        let name = self.name()?;
        let type_name = self.type_name()?;
        Ok(ColumnSpec { name, type_name, collation: self.optional_collation()? })
    }
}
