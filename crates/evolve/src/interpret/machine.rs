//! Running the statements of a body.

use std::cell::Cell;
use std::sync::Arc;

use rollproof_catalog::{Schema, TypeRef};
use rollproof_resolve::{Environment, Outcome as Resolved, Variable, VariableBlock, VariableConflict, VariableKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::{QualifiedName, Statement, StatementKind};
use rollproof_sql::plpgsql::{
    Block, Body, DeclarationKind, PlBranch, PlDynamic, PlExpression, PlInto, PlLoop, PlLoopKind, PlRaise, PlStatement,
    PlStatementKind, PlValue, SqlStatement,
};

use super::conditions::{caught, known_code, sqlstate};
use super::effect;
use super::expression::Evaluator;
use super::query::{ResultRow, Sources};
use super::touch::{Survey, Touched};
use super::value::{Known, Unknown, Value};
use crate::context::{Context, Outcome, Stop, refuse};

/// What a statement does to what comes after it.
#[derive(Debug, Clone, PartialEq)]
enum Flow {
    /// The next one runs.
    On,
    /// A loop is left, by label or the innermost.
    Exit(Option<Arc<str>>),
    /// A loop goes on with its next turn.
    Continue(Option<Arc<str>>),
    /// The body is done.
    Return,
}

/// A run of one body.
pub(super) struct Machine {
    pub(super) variables: Vec<(Arc<str>, Known)>,
    /// Types of variables, where they are known: statements with variables are resolved with them.
    pub(super) types: Vec<(Arc<str>, TypeRef)>,
    /// Cursors that are bound or open: their rows, as far as they are known, those still to be fetched.
    pub(super) cursors: Vec<(Arc<str>, Known<Vec<ResultRow>>)>,
    /// `ROW_COUNT` of the last statement.
    pub(super) row_count: Known,
    pub(super) steps: Cell<u64>,
}

type Ran = Outcome<Flow>;

impl Machine {
    /// A run with these parameters.
    pub(super) fn new(parameters: Vec<(Arc<str>, Known)>, steps: u64) -> Self {
        Self {
            variables: parameters,
            types: Vec::new(),
            cursors: Vec::new(),
            row_count: Ok(Value::Int(0)),
            steps: Cell::new(steps),
        }
    }

    /// Runs a body.
    pub(super) fn run(&mut self, context: &mut Context, body: &Body) -> Outcome {
        let found = self.variables.iter().any(|(name, _)| &**name == "found");
        if !found {
            self.variables.push((Arc::from("found"), Ok(Value::Bool(false))));
        }
        self.block(context, &body.block).map(|_| ())
    }

    pub(super) fn evaluate<T>(&self, schema: &Schema, ask: impl FnOnce(&Evaluator) -> Known<T>) -> Known<T> {
        ask(&Evaluator { schema, variables: &self.variables, steps: &self.steps })
    }

    pub(super) fn value(&self, context: &Context, expression: &PlExpression) -> Known {
        match &expression.value {
            Ok(PlValue::Expr(expr)) => {
                self.evaluate(&context.schema, |evaluator| evaluator.value(expr, &Sources::default(), 0))
            }
            Ok(PlValue::Query(query)) => {
                let rows =
                    self.evaluate(&context.schema, |evaluator| evaluator.query(query, &Sources::default(), 0))?;
                let first = rows.into_iter().next().and_then(|row| row.into_iter().next());
                first.map_or(Ok(Value::Null), |(_, value)| value.known())
            }
            Err(error) => Err(Unknown::because(error.message.as_str())),
        }
    }

    pub(super) fn assign(&mut self, name: &str, value: Known) {
        if let Some(slot) = self.variables.iter_mut().rev().find(|(known, _)| **known == *name) {
            slot.1 = value;
        }
    }

    /// `DECLARE … BEGIN … EXCEPTION … END`
    fn block(&mut self, context: &mut Context, block: &Block) -> Ran {
        let depth = (self.variables.len(), self.types.len());
        for declaration in &block.declarations {
            let value = match &declaration.kind {
                DeclarationKind::Variable { default: Some(value), .. } => self.value(context, value),
                DeclarationKind::Variable { default: None, .. } => Ok(Value::Null),
                DeclarationKind::Alias(of) => {
                    let of = &of.object().text;
                    self.variables
                        .iter()
                        .rev()
                        .find(|(name, _)| name == of)
                        .map_or(Ok(Value::Null), |found| found.1.clone())
                }
                DeclarationKind::Cursor { .. } => Ok(Value::Text(declaration.name.text.clone())),
            };
            if let Err(Unknown { raises: Some(code), why, .. }) = &value {
                return Err(refuse(code, why.to_string(), declaration.span));
            }
            if let DeclarationKind::Cursor { parameters, query } = &declaration.kind {
                let rows = match parameters.is_empty() {
                    true => self.rows_of(context, query),
                    false => Err(Unknown::because("a cursor with parameters")),
                };
                self.cursors.push((declaration.name.text.clone(), rows));
            }
            if let DeclarationKind::Variable { type_name, .. } = &declaration.kind
                && !type_name.row_type
            {
                // `t.c%TYPE` is some scalar; which does not matter to a value that is known.
                let found = match type_name.type_name.percent_type {
                    true => Ok(TypeRef::plain(rollproof_catalog::oid::TEXT)),
                    false => context.type_ref(&type_name.type_name),
                };
                self.types.extend(found.ok().map(|found| (declaration.name.text.clone(), found)));
            }
            self.variables.push((declaration.name.text.clone(), value));
        }
        let before = (!block.handlers.is_empty()).then(|| (context.schema.clone(), context.problems.len()));
        let mut outcome = self.statements(context, &block.statements);
        if let (Err(stop), Some((schema, problems))) = (&outcome, before)
            && let Some(handler) = caught(stop, &block.handlers)
        {
            // The work of the block is undone, as to a savepoint; identities stay used.
            let next = context.schema.next_oid;
            context.schema = schema;
            context.schema.next_oid = next;
            context.problems.truncate(problems);
            let variables = self.variables.len();
            if let Stop::Refused { sqlstate, .. } = &**stop {
                self.variables.push((Arc::from("sqlstate"), Ok(Value::text(*sqlstate))));
                self.variables.push((Arc::from("sqlerrm"), super::not_known("an error's text")));
            }
            outcome = self.statements(context, &handler.statements);
            self.variables.truncate(variables);
        }
        self.variables.truncate(depth.0);
        self.types.truncate(depth.1);
        match (outcome, &block.label) {
            (Ok(Flow::Exit(Some(label))), Some(own)) if label == own.text => Ok(Flow::On),
            (outcome, _) => outcome,
        }
    }

    fn statements(&mut self, context: &mut Context, statements: &[PlStatement]) -> Ran {
        for statement in statements {
            let flow = self.statement(context, statement)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn statement(&mut self, context: &mut Context, statement: &PlStatement) -> Ran {
        if self.evaluate(&context.schema, |evaluator| evaluator.step()).is_err() {
            return self.unfollowed(context, &Unknown::because("it takes too many steps"), statement);
        }
        match &statement.kind {
            PlStatementKind::Block(block) => self.block(context, block),
            PlStatementKind::Assign(target, value) => {
                let value = self.value(context, value);
                if let Err(why @ Unknown { raises: Some(_), .. }) = &value {
                    return self.unfollowed(context, why, statement);
                }
                let value =
                    if target.indirection.is_empty() { value } else { super::not_known("a part of a variable") };
                self.assign(&target.column.text, value);
                Ok(Flow::On)
            }
            PlStatementKind::If(branches, otherwise) => self.branches(context, branches, otherwise, statement),
            PlStatementKind::Case(argument, branches, otherwise) => {
                self.case(context, argument.as_ref(), branches, otherwise.as_deref(), statement)
            }
            PlStatementKind::Loop(of) => self.repeat(context, of, statement),
            PlStatementKind::Exit(label, when) => self.leave(
                context,
                when.as_ref(),
                Flow::Exit(label.as_ref().map(|label| label.text.clone())),
                statement,
            ),
            PlStatementKind::Continue(label, when) => {
                let flow = Flow::Continue(label.as_ref().map(|label| label.text.clone()));
                self.leave(context, when.as_ref(), flow, statement)
            }
            PlStatementKind::Return(_) => Ok(Flow::Return),
            PlStatementKind::Raise(raise) => self.raise(context, raise, statement.span),
            PlStatementKind::Sql(sql, into) => self.sql(context, sql, into.as_ref(), statement),
            PlStatementKind::Perform(sql) => {
                let rows = self.rows_of(context, sql);
                let flow = self.sql(context, sql, None, statement)?;
                self.row_count = rows.as_ref().map(|rows| Value::Int(rows.len() as i64)).map_err(Clone::clone);
                self.assign("found", rows.map(|rows| Value::Bool(!rows.is_empty())));
                Ok(flow)
            }
            PlStatementKind::Execute(dynamic, into) => self.execute(context, dynamic, into.as_ref(), statement),
            PlStatementKind::Error(error) => Err(refuse("42601", error.message.clone(), statement.span)),
            PlStatementKind::GetDiagnostics(stacked, items) => {
                for (target, item) in items {
                    let value = match &*item.text {
                        "row_count" if !stacked => self.row_count.clone(),
                        _ => super::not_known("diagnostics"),
                    };
                    self.assign(&target.object().text, value);
                }
                Ok(Flow::On)
            }
            PlStatementKind::Open(cursor, how) => {
                self.open(context, &cursor.object().text, how);
                Ok(Flow::On)
            }
            PlStatementKind::Fetch(cursor, targets) => {
                self.fetch(&cursor.object().text, targets);
                Ok(Flow::On)
            }
            PlStatementKind::ReturnNext(_)
            | PlStatementKind::ReturnQuery(_)
            | PlStatementKind::Assert(..)
            | PlStatementKind::Move(_)
            | PlStatementKind::Close(_)
            | PlStatementKind::Null => Ok(Flow::On),
            PlStatementKind::ReturnQueryExecute(_) | PlStatementKind::Commit | PlStatementKind::Rollback => {
                self.unfollowed(context, &Unknown::because("it is not followed"), statement)
            }
        }
    }

    /// A statement that cannot be carried out: what it names is tainted, what it assigns is unknown, and the rest goes on.
    fn unfollowed(&mut self, context: &mut Context, why: &Unknown, statement: &PlStatement) -> Ran {
        if let Some(code) = why.raises {
            return Err(refuse(code, why.why.to_string(), statement.span));
        }
        let why = &*why.why;
        let all = std::slice::from_ref(statement);
        let variables = self.variables.clone();
        let mut names = Vec::new();
        effect::assigned(all, &mut names);
        for name in names {
            self.assign(&name, super::not_known(why));
        }
        self.row_count = super::not_known(why);
        let text = statement.span.slice(&context.source).to_owned();
        let by_routines = context.changed_by_routines(&text);
        let routines_change = by_routines.everything || !by_routines.names.is_empty();
        if !effect::changes(all) && !effect::leaves(all) && !routines_change {
            return Ok(Flow::On);
        }
        let source = context.source.clone();
        let touched = Touched::default();
        let calls = Some(super::CALL_LIMIT);
        let mut survey = Survey { context, source: &source, variables, steps: &self.steps, touched, calls };
        survey.statements(all);
        let touched = survey.touched;
        if effect::leaves(all) {
            // Whether what comes next runs is not known.
            let message = super::not_followed(why);
            return Err(crate::context::unmodelled(message, touched.names, statement.span));
        }
        let message = match touched.names.is_empty() && !touched.everything {
            true => return Ok(Flow::On),
            false => super::not_followed(why),
        };
        context.taint(touched.taint(&message), message, statement.span);
        Ok(Flow::On)
    }

    fn branches(
        &mut self,
        context: &mut Context,
        branches: &[PlBranch],
        otherwise: &[PlStatement],
        statement: &PlStatement,
    ) -> Ran {
        for branch in branches {
            let Some(condition) = branch.when.first() else { continue };
            match self.value(context, condition).and_then(|value| value.to_bool()) {
                Ok(Some(true)) => return self.statements(context, &branch.statements),
                Ok(_) => {}
                Err(why) => return self.unfollowed(context, &why, statement),
            }
        }
        self.statements(context, otherwise)
    }

    fn case(
        &mut self,
        context: &mut Context,
        argument: Option<&PlExpression>,
        branches: &[PlBranch],
        otherwise: Option<&[PlStatement]>,
        statement: &PlStatement,
    ) -> Ran {
        let argument = match argument.map(|argument| self.value(context, argument)).transpose() {
            Ok(argument) => argument,
            Err(why) => return self.unfollowed(context, &why, statement),
        };
        for branch in branches {
            for when in &branch.when {
                let holds = self.value(context, when).and_then(|value| match &argument {
                    Some(argument) => Ok(argument.compare(&value)? == Some(std::cmp::Ordering::Equal)),
                    None => Ok(value.to_bool()? == Some(true)),
                });
                match holds {
                    Ok(true) => return self.statements(context, &branch.statements),
                    Ok(false) => {}
                    Err(why) => return self.unfollowed(context, &why, statement),
                }
            }
        }
        match otherwise {
            Some(otherwise) => self.statements(context, otherwise),
            None => Err(refuse("20000", "case not found", statement.span)),
        }
    }

    fn leave(
        &mut self,
        context: &mut Context,
        when: Option<&PlExpression>,
        flow: Flow,
        statement: &PlStatement,
    ) -> Ran {
        let Some(when) = when else { return Ok(flow) };
        match self.value(context, when).and_then(|value| value.to_bool()) {
            Ok(Some(true)) => Ok(flow),
            Ok(_) => Ok(Flow::On),
            Err(why) => self.unfollowed(context, &why, statement),
        }
    }

    fn repeat(&mut self, context: &mut Context, of: &PlLoop, statement: &PlStatement) -> Ran {
        let turns = match &of.kind {
            PlLoopKind::Forever => return self.repeat_while(context, of, None, statement),
            PlLoopKind::While(condition) => return self.repeat_while(context, of, Some(condition), statement),
            PlLoopKind::Integers { variable, bounds } => self.integers(context, &variable.text, bounds),
            PlLoopKind::Array(targets, value) => self.elements(context, targets, value),
            PlLoopKind::Query(targets, sql) => self.rows_of(context, sql).map(|rows| self.bind_rows(targets, rows)),
            PlLoopKind::Execute(targets, dynamic) => {
                self.executed_rows(context, dynamic).map(|rows| self.bind_rows(targets, rows))
            }
            PlLoopKind::Cursor { variable, cursor, arguments } => {
                let rows = self.cursors.iter().rev().find(|(name, _)| *name == cursor.text);
                match (rows, arguments) {
                    (Some((_, rows)), Ok(arguments)) if arguments.is_empty() => rows.clone().map(|rows| {
                        rows.into_iter().map(|row| vec![(variable.text.clone(), Value::Row(row))]).collect()
                    }),
                    _ => Err(Unknown::because("a loop over a cursor")),
                }
            }
        };
        let turns = match turns {
            Ok(turns) => turns,
            Err(why) => return self.unfollowed(context, &why, statement),
        };
        self.assign("found", Ok(Value::Bool(!turns.is_empty())));
        for turn in turns {
            let depth = self.variables.len();
            let new = matches!(of.kind, PlLoopKind::Integers { .. } | PlLoopKind::Cursor { .. });
            for (name, value) in turn {
                if new || !self.variables.iter().any(|(known, _)| *known == name) {
                    self.variables.push((name, value.known()));
                } else {
                    self.assign(&name, value.known());
                }
            }
            let flow = self.statements(context, &of.statements);
            self.variables.truncate(depth);
            if let Some(end) = turn_end(flow?, of) {
                return Ok(end);
            }
        }
        Ok(Flow::On)
    }

    fn repeat_while(
        &mut self,
        context: &mut Context,
        of: &PlLoop,
        condition: Option<&PlExpression>,
        statement: &PlStatement,
    ) -> Ran {
        loop {
            if self.evaluate(&context.schema, |evaluator| evaluator.step()).is_err() {
                return self.unfollowed(context, &Unknown::because("it takes too many steps"), statement);
            }
            if let Some(condition) = condition {
                match self.value(context, condition).and_then(|value| value.to_bool()) {
                    Ok(Some(true)) => {}
                    Ok(_) => return Ok(Flow::On),
                    Err(why) => return self.unfollowed(context, &why, statement),
                }
            }
            let problems = context.problems.len();
            if let Some(end) = turn_end(self.statements(context, &of.statements)?, of) {
                return Ok(end);
            }
            // A turn that could not be followed would not be the last one.
            if context.problems.len() > problems {
                return Ok(Flow::On);
            }
        }
    }

    fn integers(&self, context: &Context, variable: &Arc<str>, bounds: &[PlExpression]) -> Known<Vec<ResultRow>> {
        let mut numbers = Vec::new();
        for bound in bounds {
            let value = self.value(context, bound)?.to_int();
            numbers.push(value.ok_or_else(|| Unknown::because("a loop's bounds"))?);
        }
        let [first, last, rest @ ..] = &numbers[..] else { return Err(Unknown::because("a loop's bounds")) };
        let step = rest.first().copied().unwrap_or(1);
        if step <= 0 {
            return Err(Unknown::raised("22023", "BY value of FOR loop must be greater than zero"));
        }
        if last.saturating_sub(*first) / step > 100_000 {
            return Err(Unknown::because("a loop's bounds"));
        }
        if first > last {
            // Downwards (REVERSE) is not told apart from an empty range here.
            return Err(Unknown::because("a loop's bounds"));
        }
        let mut turns = Vec::new();
        let mut at = *first;
        while at <= *last {
            turns.push(vec![(variable.clone(), Value::Int(at))]);
            at += step;
        }
        Ok(turns)
    }

    fn elements(&self, context: &Context, targets: &[QualifiedName], value: &PlExpression) -> Known<Vec<ResultRow>> {
        let array = super::expression::array(self.value(context, value)?)?;
        let (Value::Array(values), [target]) = (array, targets) else {
            return Err(Unknown::because("a loop over an array"));
        };
        Ok(values.into_iter().map(|value| vec![(target.object().text.clone(), value)]).collect())
    }

    pub(super) fn rows_of(&self, context: &Context, sql: &SqlStatement) -> Known<Vec<ResultRow>> {
        match sql.value.as_ref().map(|statement| &statement.kind) {
            Ok(StatementKind::Query(query)) => {
                self.evaluate(&context.schema, |evaluator| evaluator.query(query, &Sources::default(), 0))
            }
            _ => Err(Unknown::because("a loop over rows")),
        }
    }

    /// `RAISE`: an exception ends the block, anything else is only said.
    fn raise(&mut self, context: &Context, raise: &PlRaise, span: TextRange) -> Ran {
        if &*raise.level != "exception" {
            return Ok(Flow::On);
        }
        let named = raise.condition.as_deref().and_then(sqlstate);
        let written = raise.condition.as_deref().filter(|text| text.len() == 5).and_then(known_code);
        let option = raise.options.iter().find(|(name, _)| &*name.text == "errcode");
        let chosen = option.and_then(|(_, value)| self.value(context, value).ok()).and_then(|value| value.to_text());
        let chosen = chosen.and_then(|text| sqlstate(&text).or_else(|| known_code(&text)));
        let code = chosen.or(named).or(written).unwrap_or("P0001");
        let message = raise.message.clone().unwrap_or_else(|| Arc::from("an exception is raised here"));
        Err(refuse(code, message.to_string(), span))
    }

    /// An SQL statement: data definition is run; a query into variables is answered, if the catalogs can.
    fn sql(
        &mut self,
        context: &mut Context,
        sql: &SqlStatement,
        into: Option<&PlInto>,
        statement: &PlStatement,
    ) -> Ran {
        let inner = match &sql.value {
            Ok(inner) => inner,
            Err(error) => return Err(refuse("42601", error.message.clone(), statement.span)),
        };
        if effect::statement_changes(inner) {
            context.nested_statement(inner)?;
            return Ok(Flow::On);
        }
        if let Some(into) = into {
            let rows = self.rows_of(context, sql);
            let reads_only = matches!(inner.kind, StatementKind::Query(_));
            let unknown = rows.is_err();
            if let Err(why @ Unknown { raises: Some(_), .. }) = &rows {
                return self.unfollowed(context, why, statement);
            }
            self.store(into, rows, statement.span)?;
            if unknown || !reads_only {
                // What it calls may change the schema, whatever it returns.
                let found = self.variables.clone();
                self.query(context, inner)?;
                self.variables = found;
            }
            return Ok(Flow::On);
        }
        self.query(context, inner).map(|()| Flow::On)
    }

    /// A statement that reads or writes rows: it has to resolve here, with the variables.
    fn query(&mut self, context: &mut Context, statement: &Statement) -> Outcome {
        let typed = |name: &Arc<str>| self.types.iter().rev().find(|(known, _)| known == name).map(|found| found.1);
        let variable = |(name, _): &(Arc<str>, Known)| Variable {
            name: name.clone(),
            kind: typed(name).map_or(VariableKind::Record, VariableKind::Scalar),
        };
        let environment = Environment {
            fixed_parameters: true,
            blocks: vec![VariableBlock { label: None, variables: self.variables.iter().map(variable).collect() }],
            conflict: VariableConflict::UseColumn,
            ..Environment::default()
        };
        self.assign("found", super::not_known("whether rows were found"));
        self.row_count = super::not_known("how many rows there were");
        match rollproof_resolve::resolve(statement, &context.schema, &environment) {
            Resolved::Resolved(resolution) => context.called_with(&resolution, statement, &self.variables),
            Resolved::Refused(refusal) => {
                context.looked_up_names(&refusal.depends);
                match refusal.errors.first() {
                    Some(error) => Err(refuse(error.sqlstate, error.message.clone(), error.span)),
                    None => Ok(()),
                }
            }
            // What reads a record is not known before it runs.
            Resolved::Unknown(undecided) => context.called_with(&undecided.partial, statement, &self.variables),
        }
    }

    /// `EXECUTE`
    fn execute(
        &mut self,
        context: &mut Context,
        dynamic: &PlDynamic,
        into: Option<&PlInto>,
        statement: &PlStatement,
    ) -> Ran {
        let text = match self.value(context, &dynamic.text) {
            Ok(value) => value.to_text(),
            Err(why) => {
                if let Some(into) = into {
                    self.store(into, Err(why.clone().opaque()), statement.span)?;
                }
                return self.unfollowed(context, &why, statement);
            }
        };
        let Some(text) = text else {
            return Err(refuse("22004", "query string argument of EXECUTE is null", statement.span));
        };
        if let Some(into) = into {
            let rows = self.executed_rows(context, dynamic);
            if let Err(why @ Unknown { raises: Some(_), .. }) = &rows {
                return self.unfollowed(context, why, statement);
            }
            let unknown = rows.is_err();
            // EXECUTE leaves FOUND as it is.
            let before = self.evaluate(&context.schema, |evaluator| Ok(evaluator.variable("found")));
            self.store(into, rows, statement.span)?;
            if let Ok(Some(before)) = before {
                self.assign("found", before);
            }
            if unknown {
                context.execute_text(&text, statement.span)?;
            }
            return Ok(Flow::On);
        }
        self.row_count = super::not_known("how many rows there were");
        context.execute_text(&text, statement.span)?;
        Ok(Flow::On)
    }
}

/// How a loop ends after a turn; none where it goes on.
fn turn_end(flow: Flow, of: &PlLoop) -> Option<Flow> {
    let mine = |label: &Option<Arc<str>>| match (label, &of.label) {
        (None, _) => true,
        (Some(label), Some(own)) => *label == own.text,
        (Some(_), None) => false,
    };
    match flow {
        Flow::On => None,
        Flow::Continue(label) if mine(&label) => None,
        Flow::Exit(label) if mine(&label) => Some(Flow::On),
        other => Some(other),
    }
}
