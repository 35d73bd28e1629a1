//! `WITH`.

use super::cursor::Parser;
use crate::ast::{Cte, CteCycle, CteSearch, CteStatement, StatementKind, With};
use crate::error::PResult;
use crate::lex::Punct;

impl Parser<'_> {
    /// `opt_with_clause`
    pub(crate) fn optional_with(&mut self) -> PResult<Option<With>> {
        if !self.at_keyword("with") {
            return Ok(None);
        }
        let start = self.position();
        self.advance();
        let recursive = self.eat_keyword("recursive");
        let ctes = self.comma_separated(Self::cte)?;
        Ok(Some(With { recursive, ctes, span: self.span_from(start) }))
    }

    fn cte(&mut self) -> PResult<Cte> {
        let (start, first) = (self.position(), self.save());
        let name = self.name()?;
        let columns = if self.at_punct(Punct::LeftParen) { self.parenthesized(Self::name_list)? } else { Vec::new() };
        self.expect_keyword("as")?;
        if !self.eat_keywords(&["not", "materialized"]) {
            self.eat_keyword("materialized");
        }
        let statement = self.cte_statement()?;
        let search = self.cte_search()?;
        let cycle = self.cte_cycle()?;
        let open = self.hole_since(first);
        Ok(Cte { name, columns, statement, search, cycle, open, span: self.span_from(start) })
    }

    fn cte_statement(&mut self) -> PResult<CteStatement> {
        // A query may have more parentheses of its own.
        if self.punct_at(1, Punct::LeftParen) || self.hole_at(1) {
            return self.parenthesized_query().map(|query| CteStatement::Query(Box::new(query)));
        }
        self.parenthesized(|parser| match parser.preparable()?.kind {
            StatementKind::Query(query) => Ok(CteStatement::Query(query)),
            StatementKind::Insert(insert) => Ok(CteStatement::Insert(insert)),
            StatementKind::Update(update) => Ok(CteStatement::Update(update)),
            StatementKind::Delete(delete) => Ok(CteStatement::Delete(delete)),
            StatementKind::Merge(merge) => Ok(CteStatement::Merge(merge)),
            _ => parser.error("a query"),
        })
    }

    fn cte_search(&mut self) -> PResult<Option<CteSearch>> {
        if !self.eat_keyword("search") {
            return Ok(None);
        }
        let breadth = self.eat_keyword("breadth");
        if !breadth {
            self.expect_keyword("depth")?;
        }
        self.expect_keywords(&["first", "by"])?;
        let columns = self.name_list()?;
        self.expect_keyword("set")?;
        Ok(Some(CteSearch { breadth, columns, sequence: self.name()? }))
    }

    fn cte_cycle(&mut self) -> PResult<Option<CteCycle>> {
        if !self.eat_keyword("cycle") {
            return Ok(None);
        }
        let columns = self.name_list()?;
        self.expect_keyword("set")?;
        let mark = self.name()?;
        let (mut mark_value, mut mark_default) = (None, None);
        if self.eat_keyword("to") {
            mark_value = Some(Box::new(self.constant()?));
            self.expect_keyword("default")?;
            mark_default = Some(Box::new(self.constant()?));
        }
        self.expect_keyword("using")?;
        Ok(Some(CteCycle { columns, mark, mark_value, mark_default, path: self.name()? }))
    }
}
