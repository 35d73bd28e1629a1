//! The grammar: PostgreSQL 18's `gram.y`, by recursive descent, a file for each clause.

mod copy;
pub(crate) mod cursor;
mod ddl;
mod expr;
mod from;
mod function;
mod json;
mod merge;
mod modify;
mod paren;
mod primary;
mod query;
mod select;
mod set;
mod special;
#[cfg(test)]
mod tests;
mod type_name;
mod utility;
mod window;
mod with;
mod xml;

use cursor::Parser;

use crate::ast::{Statement, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;

impl Parser<'_> {
    /// `stmt`
    pub(crate) fn statement(&mut self) -> PResult<Statement> {
        let start = self.position();
        let kind = match self.word_at(0) {
            _ if self.at_query() || self.at_hole().is_some() => return self.preparable(),
            Some("insert" | "update" | "delete" | "merge") => return self.preparable(),
            Some("call") => self.call_statement()?,
            Some("copy") => self.copy()?,
            Some("truncate") => self.truncate()?,
            Some("lock") => self.lock()?,
            Some("prepare") if self.keyword_at(1, "transaction") => self.prepare_transaction()?,
            Some("prepare") => self.prepare()?,
            Some("execute") => self.execute()?,
            Some("deallocate") => self.deallocate()?,
            Some("explain") => self.explain()?,
            Some("declare") => self.declare_cursor()?,
            Some("fetch" | "move") => self.fetch()?,
            Some("close") => self.close()?,
            Some("do") => self.do_statement()?,
            Some("set") => self.set_statement()?,
            Some("reset") => self.reset()?,
            Some("show") => self.show()?,
            Some("begin" | "start" | "commit" | "end" | "rollback" | "abort" | "savepoint" | "release") => {
                self.transaction()?
            }
            Some("refresh") => self.refresh()?,
            _ => self.with_open_names(ddl::definition)?,
        };
        Ok(Statement { kind, span: self.span_from(start) })
    }

    /// `PreparableStmt`: a query, INSERT, UPDATE, DELETE or MERGE, with its WITH.
    pub(crate) fn preparable(&mut self) -> PResult<Statement> {
        let start = self.position();
        let kind = if self.at_punct(Punct::LeftParen) {
            StatementKind::Query(Box::new(self.query_statement()?))
        } else {
            let with = self.optional_with()?;
            match self.word_at(0) {
                Some("insert") => StatementKind::Insert(Box::new(self.insert(with, start)?)),
                Some("update") => StatementKind::Update(Box::new(self.update(with, start)?)),
                Some("delete") => StatementKind::Delete(Box::new(self.delete(with, start)?)),
                Some("merge") => StatementKind::Merge(Box::new(self.merge(with, start)?)),
                _ => StatementKind::Query(Box::new(self.query_with(with, start)?)),
            }
        };
        Ok(Statement { kind, span: self.span_from(start) })
    }

    /// One statement and nothing after it.
    pub(crate) fn whole_statement(&mut self) -> PResult<Statement> {
        let statement = self.statement()?;
        if self.at_end() { Ok(statement) } else { self.error("") }
    }
}
