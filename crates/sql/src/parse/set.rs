//! `SET`, `RESET`, `SHOW`, and the statements of transaction control.

use std::sync::Arc;

use super::cursor::Parser;
use crate::ast::{SetStatement, StatementKind, TransactionStatement};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

/// A setting's name, and its values; none for DEFAULT.
type Setting = (Arc<str>, Option<Vec<Arc<str>>>);

impl Parser<'_> {
    /// `VariableSetStmt`, `ConstraintsSetStmt`
    pub(super) fn set_statement(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("set")?;
        if self.at_keyword("constraints") {
            self.advance();
            if !self.eat_keyword("all") {
                self.comma_separated(Self::qualified_name)?;
            }
            if !self.eat_keyword("deferred") {
                self.expect_keyword("immediate")?;
            }
            return Ok(StatementKind::Transaction(TransactionStatement::Other));
        }
        let local = self.eat_keyword("local");
        // `SET SESSION AUTHORIZATION x` is a setting of its own; any other SESSION is the scope.
        if !local && self.at_keyword("session") && !self.keyword_at(1, "authorization") && !self.at_setting_value(1) {
            self.advance();
        }
        if self.eat_keyword("transaction") {
            let mut read_only = None;
            if self.eat_keyword("snapshot") {
                self.string()?;
            } else {
                read_only = self.transaction_modes(true)?;
            }
            return Ok(StatementKind::Transaction(TransactionStatement::Set(read_only)));
        }
        if self.eat_keywords(&["characteristics", "as", "transaction"]) {
            let Some(read_only) = self.transaction_modes(true)? else {
                return Ok(StatementKind::Transaction(TransactionStatement::Other));
            };
            // What it stands for (`ExecSetVariableStmt`).
            let values = Some(vec![Arc::from(if read_only { "on" } else { "off" })]);
            return Ok(StatementKind::Set(SetStatement {
                local: false,
                name: Arc::from("default_transaction_read_only"),
                values,
            }));
        }
        let (name, values) = self.set_rest()?;
        Ok(StatementKind::Set(SetStatement { local, name, values }))
    }

    /// Whether what follows `ahead` makes the word before it a setting's name.
    fn at_setting_value(&self, ahead: usize) -> bool {
        self.keyword_at(ahead, "to") || self.operator_ahead(ahead) == Some("=") || self.punct_at(ahead, Punct::Dot)
    }

    /// `set_rest_more`: a setting and its values; none for DEFAULT and FROM CURRENT.
    pub(crate) fn set_rest(&mut self) -> PResult<Setting> {
        if !self.at_setting_value(1)
            && let Some(special) = self.special_setting()?
        {
            return Ok(special);
        }
        let name = self.setting_name()?;
        if self.eat_keywords(&["from", "current"]) {
            return Ok((name, None));
        }
        if !self.eat_operator("=") {
            self.expect_keyword("to")?;
        }
        if self.eat_keyword("default") {
            return Ok((name, None));
        }
        let values = self.comma_separated(Self::setting_value)?;
        Ok((name, Some(values)))
    }

    /// Settings with a syntax of their own.
    fn special_setting(&mut self) -> PResult<Option<Setting>> {
        let setting = if self.eat_keywords(&["time", "zone"]) {
            ("timezone", self.zone_value()?)
        } else if self.eat_keyword("catalog") {
            self.string()?;
            return self.error_at("current database cannot be changed", self.peek().span);
        } else if self.eat_keyword("schema") {
            ("search_path", Some(vec![self.string()?.0]))
        } else if self.eat_keyword("names") {
            let plain = matches!(self.peek().kind, TokenKind::String(_));
            let encoding = if plain { Some(vec![self.string()?.0]) } else { None };
            self.eat_keyword("default");
            ("client_encoding", encoding)
        } else if self.eat_keyword("role") {
            ("role", Some(vec![self.word_or_string()?]))
        } else if self.eat_keywords(&["session", "authorization"]) {
            let name = if self.eat_keyword("default") { None } else { Some(vec![self.word_or_string()?]) };
            ("session_authorization", name)
        } else if self.eat_keywords(&["xml", "option"]) {
            let document = self.eat_keyword("document");
            if !document {
                self.expect_keyword("content")?;
            }
            ("xmloption", Some(vec![if document { "DOCUMENT" } else { "CONTENT" }.into()]))
        } else {
            return Ok(None);
        };
        Ok(Some((setting.0.into(), setting.1)))
    }

    /// `zone_value`
    fn zone_value(&mut self) -> PResult<Option<Vec<Arc<str>>>> {
        if self.eat_keyword("default") || self.eat_keyword("local") {
            return Ok(None);
        }
        if self.at_keyword("interval") {
            let start = self.position();
            self.c_expr()?;
            return Ok(Some(vec![self.span_from(start).slice(self.text).into()]));
        }
        self.setting_value().map(|value| Some(vec![value]))
    }

    /// `var_name`, in lower case with its dots.
    pub(crate) fn setting_name(&mut self) -> PResult<Arc<str>> {
        let mut name = self.name()?.text.to_ascii_lowercase();
        while self.eat_punct(Punct::Dot) {
            name.push('.');
            name.push_str(&self.name()?.text.to_ascii_lowercase());
        }
        Ok(name.into())
    }

    /// `var_value`
    fn setting_value(&mut self) -> PResult<Arc<str>> {
        let start = self.position();
        let signed = self.eat_operator("-") || self.eat_operator("+");
        match &self.peek().kind {
            TokenKind::Integer(_) | TokenKind::Number(_) => {
                self.advance();
                Ok(self.span_from(start).slice(self.text).into())
            }
            _ if signed => self.error("a number"),
            TokenKind::Ident { text, .. } if self.at_one_of(&["true", "false", "on"]) => {
                self.advance();
                Ok(Arc::clone(text))
            }
            _ => self.word_or_string(),
        }
    }

    /// `VariableResetStmt`
    pub(super) fn reset(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("reset")?;
        Ok(StatementKind::Set(SetStatement { local: false, name: self.reset_rest()?, values: None }))
    }

    /// `reset_rest`: the setting's name, `*` for all.
    pub(crate) fn reset_rest(&mut self) -> PResult<Arc<str>> {
        Ok(match () {
            () if self.eat_keyword("all") => "*".into(),
            () if self.eat_keywords(&["time", "zone"]) => "timezone".into(),
            () if self.eat_keywords(&["transaction", "isolation", "level"]) => "transaction_isolation".into(),
            () if self.eat_keywords(&["session", "authorization"]) => "session_authorization".into(),
            () => self.setting_name()?,
        })
    }

    /// `VariableShowStmt`
    pub(super) fn show(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("show")?;
        self.reset_rest()?;
        Ok(StatementKind::Inert("SHOW", Vec::new()))
    }

    /// `TransactionStmt` that begins with one of its words.
    pub(super) fn transaction(&mut self) -> PResult<StatementKind> {
        let word = self.word_at(0).unwrap_or_default();
        self.advance();
        let statement = match word {
            "start" => {
                self.expect_keyword("transaction")?;
                TransactionStatement::Begin(self.transaction_modes(false)?)
            }
            "begin" => {
                self.work_or_transaction();
                TransactionStatement::Begin(self.transaction_modes(false)?)
            }
            "commit" | "rollback" if self.eat_keyword("prepared") => {
                self.string()?;
                TransactionStatement::Other
            }
            "commit" | "end" => {
                self.work_or_transaction();
                TransactionStatement::Commit(self.chain()?)
            }
            "rollback" | "abort" => {
                self.work_or_transaction();
                if word == "rollback" && self.eat_keyword("to") {
                    self.eat_savepoint();
                    TransactionStatement::RollbackTo(self.own_name()?)
                } else {
                    TransactionStatement::Rollback(self.chain()?)
                }
            }
            "savepoint" => TransactionStatement::Savepoint(self.own_name()?),
            "release" => {
                self.eat_savepoint();
                TransactionStatement::Release(self.own_name()?)
            }
            _ => return self.error("a statement"),
        };
        Ok(StatementKind::Transaction(statement))
    }

    /// The optional word SAVEPOINT, which may itself be the name.
    fn eat_savepoint(&mut self) {
        if self.at_keyword("savepoint") && (self.name_at(1) || self.hole_at(1)) {
            self.advance();
        }
    }

    /// `PREPARE TRANSACTION 'id'`
    pub(super) fn prepare_transaction(&mut self) -> PResult<StatementKind> {
        self.expect_keywords(&["prepare", "transaction"])?;
        self.string()?;
        Ok(StatementKind::Transaction(TransactionStatement::Prepare))
    }

    fn work_or_transaction(&mut self) {
        if !self.eat_keyword("work") {
            self.eat_keyword("transaction");
        }
    }

    /// `opt_transaction_chain`
    fn chain(&mut self) -> PResult<bool> {
        if !self.eat_keyword("and") {
            return Ok(false);
        }
        let no = self.eat_keyword("no");
        self.expect_keyword("chain")?;
        Ok(!no)
    }

    /// `transaction_mode_list`
    fn transaction_modes(&mut self, required: bool) -> PResult<Option<bool>> {
        let mut count = 0;
        let mut read_only = None;
        loop {
            if self.eat_keywords(&["isolation", "level"]) {
                let known = self.eat_keywords(&["read", "committed"])
                    || self.eat_keywords(&["read", "uncommitted"])
                    || self.eat_keywords(&["repeatable", "read"])
                    || self.eat_keyword("serializable");
                if !known {
                    return self.error("an isolation level");
                }
            } else if self.eat_keywords(&["read", "only"]) {
                read_only = Some(true);
            } else if self.eat_keywords(&["read", "write"]) {
                read_only = Some(false);
            } else if !(self.eat_keyword("deferrable") || self.eat_keywords(&["not", "deferrable"])) {
                return if required && count == 0 { self.error("a transaction mode") } else { Ok(read_only) };
            }
            count += 1;
            if self.eat_punct(Punct::Comma) {
                required_mode(self)?;
            }
        }
    }
}

/// After a comma another mode must come.
fn required_mode(parser: &Parser<'_>) -> PResult<()> {
    if parser.at_one_of(&["isolation", "read", "deferrable", "not"]) {
        Ok(())
    } else {
        parser.error("a transaction mode")
    }
}
