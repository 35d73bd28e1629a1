//! Statements other than loops and branches.

use super::ast::{PlExpression, PlOpen, PlRaise, PlStatementKind, SqlStatement};
use super::fragment::{PlParser, SEMICOLON, Until, is_reserved};
use crate::ast::{AssignmentTarget, Name, QualifiedName, Statement, StatementKind};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

const COMMA: Until = Until::Punct(Punct::Comma);
const USING: Until = Until::Keyword("using");

impl PlParser<'_> {
    /// `proc_stmt`
    pub(super) fn statement(&mut self) -> PResult<PlStatementKind> {
        self.sql.enter()?;
        let kind = self.statement_inner();
        self.sql.leave();
        kind
    }

    fn statement_inner(&mut self) -> PResult<PlStatementKind> {
        if self.at_assignment() {
            return self.assignment();
        }
        if let Some(label) = self.label()? {
            if self.sql.at_one_of(&["loop", "while", "for", "foreach"]) {
                return self.loop_statement(Some(label));
            }
            return self.nested_block(Some(label));
        }
        let Some(word) = self.word_of_statement() else {
            return self.sql_or_error();
        };
        match word {
            "begin" | "declare" => self.nested_block(None),
            "if" => self.if_statement(),
            "case" => self.case_statement(),
            "loop" | "while" | "for" | "foreach" => self.loop_statement(None),
            "exit" | "continue" => self.exit(word == "exit"),
            "return" => self.return_statement(),
            "raise" => self.raise(),
            "assert" => self.assert(),
            "execute" => self.execute(),
            "perform" => self.perform(),
            "get" => self.get_diagnostics(),
            "open" => self.open(),
            "fetch" => self.fetch(),
            "move" => self.move_cursor(),
            "close" => self.close(),
            "null" => self.word_alone(PlStatementKind::Null),
            "commit" | "rollback" => self.end_transaction(word == "commit"),
            _ => self.sql_or_error(),
        }
    }

    fn word_alone(&mut self, kind: PlStatementKind) -> PResult<PlStatementKind> {
        self.sql.advance();
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(kind)
    }

    fn nested_block(&mut self, label: Option<Name>) -> PResult<PlStatementKind> {
        let block = self.block(label)?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Block(Box::new(block)))
    }

    fn sql_or_error(&mut self) -> PResult<PlStatementKind> {
        let (statement, into) = self.sql_with_into()?;
        Ok(PlStatementKind::Sql(statement, into))
    }

    /// Whether a variable, its fields and subscripts, and `:=` or `=` come next.
    pub(super) fn at_assignment(&self) -> bool {
        match &self.sql.peek().kind {
            TokenKind::Parameter(_) => {}
            TokenKind::Ident { text, quoted, .. } if *quoted || !is_reserved(text) => {}
            _ => return false,
        }
        let mut ahead = 1;
        loop {
            match &self.sql.peek_at(ahead).kind {
                TokenKind::Punct(Punct::ColonEquals) => return true,
                TokenKind::Operator(symbol) => return &**symbol == "=",
                TokenKind::Punct(Punct::Dot) => ahead += 2,
                TokenKind::Punct(Punct::LeftBracket) => match self.after_bracket(ahead) {
                    Some(after) => ahead = after,
                    None => return false,
                },
                _ => return false,
            }
        }
    }

    /// How far ahead the token after a pair of brackets stands.
    fn after_bracket(&self, open: usize) -> Option<usize> {
        let mut depth = 0_u32;
        let mut ahead = open;
        loop {
            match &self.sql.peek_at(ahead).kind {
                TokenKind::End | TokenKind::Punct(Punct::Semicolon) => return None,
                TokenKind::Punct(Punct::LeftBracket) => depth += 1,
                TokenKind::Punct(Punct::RightBracket) => depth -= 1,
                _ => {}
            }
            ahead += 1;
            if depth == 0 {
                return Some(ahead);
            }
        }
    }

    fn assignment(&mut self) -> PResult<PlStatementKind> {
        let column = self.variable_name()?;
        let start = column.span.start;
        let indirection = self.sql.indirection()?;
        let target = AssignmentTarget { column, indirection, span: self.sql.span_from(start) };
        if !self.sql.eat_punct(Punct::ColonEquals) {
            self.sql.expect_operator("=")?;
        }
        Ok(PlStatementKind::Assign(target, self.last_expression()?))
    }

    fn exit(&mut self, exits: bool) -> PResult<PlStatementKind> {
        self.sql.advance();
        let plain = self.sql.at_keyword("when") || self.sql.at_punct(Punct::Semicolon);
        let label = if plain { None } else { Some(self.sql.label()?) };
        let condition = if self.sql.eat_keyword("when") {
            Some(self.last_expression()?)
        } else {
            self.sql.expect_punct(Punct::Semicolon)?;
            None
        };
        Ok(if exits { PlStatementKind::Exit(label, condition) } else { PlStatementKind::Continue(label, condition) })
    }

    fn optional_expression(&mut self) -> PResult<Option<PlExpression>> {
        if self.sql.eat_punct(Punct::Semicolon) { Ok(None) } else { self.last_expression().map(Some) }
    }

    fn return_statement(&mut self) -> PResult<PlStatementKind> {
        self.sql.advance();
        if self.sql.eat_keyword("next") {
            return self.optional_expression().map(PlStatementKind::ReturnNext);
        }
        if self.sql.eat_keyword("query") {
            if self.sql.eat_keyword("execute") {
                let dynamic = self.dynamic(SEMICOLON)?;
                self.sql.expect_punct(Punct::Semicolon)?;
                return Ok(PlStatementKind::ReturnQueryExecute(dynamic));
            }
            let statement = self.sql_statement(&[SEMICOLON])?;
            self.sql.expect_punct(Punct::Semicolon)?;
            return Ok(PlStatementKind::ReturnQuery(statement));
        }
        self.optional_expression().map(PlStatementKind::Return)
    }

    /// `stmt_raise`
    fn raise(&mut self) -> PResult<PlStatementKind> {
        self.sql.advance();
        let mut raise = PlRaise {
            level: "exception".into(),
            condition: None,
            message: None,
            arguments: Vec::new(),
            options: Vec::new(),
            again: false,
        };
        if self.sql.eat_punct(Punct::Semicolon) {
            raise.again = true;
            return Ok(PlStatementKind::Raise(Box::new(raise)));
        }
        if self.sql.at_one_of(&["exception", "warning", "notice", "info", "log", "debug"]) {
            raise.level = self.sql.label()?.text;
        }
        match &self.sql.peek().kind {
            TokenKind::String(_) => {
                raise.message = Some(self.sql.string()?.0);
                if self.sql.eat_punct(Punct::Comma) {
                    raise.arguments = self.expressions(&[SEMICOLON, USING])?;
                }
            }
            TokenKind::Ident { .. } if self.sql.at_keyword("using") => {}
            TokenKind::Ident { .. } if self.sql.eat_keyword("sqlstate") => {
                raise.condition = Some(self.sql.string()?.0);
            }
            TokenKind::Ident { .. } => raise.condition = Some(self.sql.label()?.text),
            _ => {}
        }
        if self.sql.eat_keyword("using") {
            raise.options = self.raise_options()?;
        }
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Raise(Box::new(raise)))
    }

    fn raise_options(&mut self) -> PResult<Vec<(Name, PlExpression)>> {
        let mut options = Vec::new();
        loop {
            let option = self.sql.label()?;
            if !self.sql.eat_punct(Punct::ColonEquals) {
                self.sql.expect_operator("=")?;
            }
            options.push((option, self.expression(&[SEMICOLON, COMMA])?));
            if !self.sql.eat_punct(Punct::Comma) {
                return Ok(options);
            }
        }
    }

    fn assert(&mut self) -> PResult<PlStatementKind> {
        self.sql.advance();
        let condition = self.expression(&[SEMICOLON, COMMA])?;
        let message = if self.sql.eat_punct(Punct::Comma) { Some(self.expression(&[SEMICOLON])?) } else { None };
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Assert(condition, message))
    }

    /// `EXECUTE text`, then INTO and USING in either order.
    fn execute(&mut self) -> PResult<PlStatementKind> {
        const INTO: Until = Until::Keyword("into");
        self.sql.advance();
        let text = self.expression(&[SEMICOLON, INTO, USING])?;
        let mut into = None;
        let mut using = Vec::new();
        loop {
            if into.is_none() && self.sql.eat_keyword("into") {
                into = Some(self.strict_targets()?);
            } else if using.is_empty() && self.sql.eat_keyword("using") {
                using = self.expressions(&[SEMICOLON, INTO])?;
            } else {
                break;
            }
        }
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Execute(super::ast::PlDynamic { text, using }, into))
    }

    /// `PERFORM` stands for `SELECT`.
    fn perform(&mut self) -> PResult<PlStatementKind> {
        self.sql.advance();
        let start = self.sql.position();
        let tokens = self.take_until(&[SEMICOLON])?;
        let span = self.sql.span_from(start);
        self.sql.expect_punct(Punct::Semicolon)?;
        let value = self
            .read(&self.with_select(tokens, span), span, |parser| parser.query())
            .map(|query| Box::new(Statement { kind: StatementKind::Query(Box::new(query)), span }));
        Ok(PlStatementKind::Perform(SqlStatement { value, span }))
    }

    fn get_diagnostics(&mut self) -> PResult<PlStatementKind> {
        self.sql.advance();
        let stacked = self.sql.eat_keyword("stacked");
        if !stacked {
            self.sql.eat_keyword("current");
        }
        self.sql.expect_keyword("diagnostics")?;
        let mut items = Vec::new();
        loop {
            let target = self.variable()?;
            if !self.sql.eat_punct(Punct::ColonEquals) {
                self.sql.expect_operator("=")?;
            }
            items.push((target, self.sql.label()?));
            if !self.sql.eat_punct(Punct::Comma) {
                break;
            }
        }
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::GetDiagnostics(stacked, items))
    }

    fn open(&mut self) -> PResult<PlStatementKind> {
        self.sql.advance();
        let cursor = self.variable()?;
        if !self.sql.eat_keywords(&["no", "scroll"]) {
            self.sql.eat_keyword("scroll");
        }
        let open = if self.sql.eat_keyword("for") {
            if self.sql.eat_keyword("execute") {
                PlOpen::Execute(self.dynamic(SEMICOLON)?)
            } else {
                PlOpen::Query(self.sql_statement(&[SEMICOLON])?)
            }
        } else {
            PlOpen::Bound(self.cursor_arguments()?)
        };
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Open(cursor, Box::new(open)))
    }

    /// The direction of FETCH or MOVE, if there is one, then the cursor.
    fn fetched_cursor(&mut self) -> PResult<QualifiedName> {
        self.sql.advance();
        let mut ahead = 0;
        let directed = loop {
            match &self.sql.peek_at(ahead).kind {
                TokenKind::End | TokenKind::Punct(Punct::Semicolon) => break false,
                TokenKind::Ident { text, quoted: false, .. } => match &**text {
                    "from" | "in" => break true,
                    "into" => break false,
                    _ => {}
                },
                _ => {}
            }
            ahead += 1;
        };
        if directed {
            self.take_until(&[Until::Keyword("from"), Until::Keyword("in")])?;
            self.sql.advance();
        } else if !self.sql.keyword_at(1, "into") && !self.sql.punct_at(1, Punct::Semicolon) {
            self.direction_without_from()?;
        }
        self.variable()
    }

    /// `FETCH NEXT c`, `FETCH ABSOLUTE 3 c`: the cursor is the last word.
    fn direction_without_from(&mut self) -> PResult<()> {
        let directed = self
            .sql
            .at_one_of(&["next", "prior", "first", "last", "absolute", "relative", "forward", "backward", "all"]);
        if directed {
            let counts = self.sql.at_one_of(&["absolute", "relative", "forward", "backward"]);
            self.sql.advance();
            if counts && !self.sql.eat_keyword("all") {
                self.sql.attempt(|parser| parser.integer());
            }
        }
        Ok(())
    }

    fn fetch(&mut self) -> PResult<PlStatementKind> {
        let cursor = self.fetched_cursor()?;
        self.sql.expect_keyword("into")?;
        let targets = self.targets()?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Fetch(cursor, targets))
    }

    fn move_cursor(&mut self) -> PResult<PlStatementKind> {
        let cursor = self.fetched_cursor()?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Move(cursor))
    }

    fn close(&mut self) -> PResult<PlStatementKind> {
        self.sql.advance();
        let cursor = self.variable()?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Close(cursor))
    }

    fn end_transaction(&mut self, commits: bool) -> PResult<PlStatementKind> {
        self.sql.advance();
        if self.sql.eat_keyword("and") {
            self.sql.eat_keyword("no");
            self.sql.expect_keyword("chain")?;
        }
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(if commits { PlStatementKind::Commit } else { PlStatementKind::Rollback })
    }
}
