//! What PL/pgSQL's compiler refuses when a routine is made, and when a block is about to run (`pl_gram.y`, `pl_comp.c`):
//! it knows its variables, their types, its cursors and labels. Names in SQL are looked up when that runs.

use std::sync::Arc;

use rollproof_catalog::{Function, FunctionKind, Oid, TypeKind, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Argument, Name, ParameterMode, QualifiedName};
use rollproof_sql::plpgsql::{
    Block, Body, Declaration, DeclarationKind, PlDynamic, PlExpression, PlLoop, PlLoopKind, PlOpen, PlRaise,
    PlStatement, PlStatementKind, PlType, SqlStatement,
};

use crate::context::{Context, Outcome, Stop, refuse};

/// What a name means in a body.
#[derive(Debug, Clone)]
enum Known {
    /// A variable of a scalar type.
    Scalar,
    /// A row or a record.
    Row,
    /// One whose type is not looked into.
    Open,
    /// A cursor with its query, and the names of its parameters.
    Cursor(Vec<Arc<str>>),
}

/// A name, what it means, whether it may be assigned.
struct Variable {
    name: Arc<str>,
    known: Known,
    constant: bool,
}

/// A labelled block or a loop around a statement.
struct Surrounding {
    label: Option<Arc<str>>,
    is_loop: bool,
}

/// A run over one body.
struct Compiler<'a> {
    context: &'a mut Context,
    /// The routine; none for `DO`.
    function: Option<&'a Function>,
    /// Variables by block, the innermost last.
    scopes: Vec<Vec<Variable>>,
    around: Vec<Surrounding>,
    /// Where the statement that is to blame stands in the script.
    at: TextRange,
}

impl Context {
    /// Checks a body as the server's compiler does. `at` is where the body stands.
    pub(crate) fn compile(&mut self, body: &Body, function: Option<&Function>, at: TextRange) -> Outcome {
        let session = self.schema.session.clone();
        if let Some(function) = function {
            self.schema.session = rollproof_resolve::routine::with_settings(&self.schema, function).session;
        }
        let mut compiler = Compiler { context: self, function, scopes: vec![Vec::new()], around: Vec::new(), at };
        compiler.parameters();
        let outcome = compiler.block(&body.block);
        self.schema.session = session;
        match outcome {
            Err(stop) => match *stop {
                Stop::Unmodelled { message, span, .. } => {
                    self.undecided("this body", &message, span);
                    Ok(())
                }
                refused @ Stop::Refused { .. } => Err(Box::new(refused)),
            },
            Ok(()) => Ok(()),
        }
    }
}

impl Compiler<'_> {
    fn syntax<T>(&self, message: impl Into<String>) -> Outcome<T> {
        Err(refuse("42601", message, self.at))
    }

    fn add(&mut self, name: &str, known: Known) {
        self.add_constant(name, known, false);
    }

    fn add_constant(&mut self, name: &str, known: Known, constant: bool) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(Variable { name: Arc::from(name), known, constant });
        }
    }

    /// What every routine has: its parameters, `FOUND`, and what a trigger is about.
    fn parameters(&mut self) {
        if let Some(function) = self.function {
            self.around.push(Surrounding { label: Some(function.name.clone()), is_loop: false });
            for (number, parameter) in (1..).zip(function.parameters.iter()) {
                let known = self.kind_of(parameter.data_type);
                self.add(&format!("${number}"), known.clone());
                if let Some(name) = &parameter.name {
                    self.add(name, known);
                }
            }
            if matches!(function.returns, oid::TRIGGER | oid::EVENT_TRIGGER) {
                let names = ["tg_when", "tg_level", "tg_op", "tg_name", "tg_relname", "tg_table_name"];
                names.iter().for_each(|name| self.add(name, Known::Scalar));
                let names = ["tg_table_schema", "tg_relid", "tg_nargs", "tg_argv", "tg_event", "tg_tag"];
                names.iter().for_each(|name| self.add(name, Known::Scalar));
                ["new", "old"].iter().for_each(|name| self.add(name, Known::Row));
            }
        }
        self.add("found", Known::Scalar);
    }

    fn kind_of(&self, data_type: Oid) -> Known {
        let base = self.context.schema.base_type(TypeRef::plain(data_type)).oid;
        match self.context.schema.type_of(base).map(|found| &found.kind) {
            Some(TypeKind::Composite(_)) => Known::Row,
            Some(TypeKind::Pseudo) | None => Known::Open,
            Some(_) => Known::Scalar,
        }
    }

    fn find(&self, name: &str) -> Option<&Variable> {
        self.scopes.iter().rev().flat_map(|scope| scope.iter().rev()).find(|variable| *variable.name == *name)
    }

    fn is_label(&self, name: &str) -> bool {
        self.around.iter().any(|around| around.label.as_deref() == Some(name))
    }

    /// What a name with dots means: a variable, or one behind a block's label. Fields are not looked into.
    fn target(&self, parts: &[&str]) -> Option<&Variable> {
        match parts {
            [] => None,
            [first, rest @ ..] => self.find(first).or_else(|| match rest {
                [second, ..] if self.is_label(first) => self.find(second),
                _ => None,
            }),
        }
    }

    fn known_target(&self, parts: &[&str]) -> Outcome {
        match self.target(parts) {
            None => self.syntax(format!("\"{}\" is not a known variable", parts.join("."))),
            Some(variable) if variable.constant => {
                let message = format!("variable \"{}\" is declared CONSTANT", variable.name);
                Err(refuse("22005", message, self.at))
            }
            Some(_) => Ok(()),
        }
    }

    fn targets(&self, targets: &[QualifiedName]) -> Outcome {
        for target in targets {
            let parts: Vec<&str> = target.parts.iter().map(Name::as_str).collect();
            self.known_target(&parts)?;
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Outcome {
        self.around.push(Surrounding { label: block.label.as_ref().map(|label| label.text.clone()), is_loop: false });
        self.scopes.push(Vec::new());
        for declaration in &block.declarations {
            self.declaration(declaration)?;
        }
        self.statements(&block.statements)?;
        if !block.handlers.is_empty() {
            self.scopes.push(Vec::new());
            ["sqlstate", "sqlerrm"].iter().for_each(|name| self.add_constant(name, Known::Scalar, true));
            for handler in &block.handlers {
                self.statements(&handler.statements)?;
            }
            self.scopes.pop();
        }
        self.scopes.pop();
        self.around.pop();
        Ok(())
    }

    /// `plpgsql.extra_errors`, which counts where a routine is made.
    fn refuses_shadows(&self) -> bool {
        let setting = self.context.schema.session.settings.get("plpgsql.extra_errors");
        let kinds = setting.map_or("", |setting| setting);
        self.function.is_some() && kinds.split(',').any(|kind| matches!(kind.trim(), "all" | "shadowed_variables"))
    }

    fn declaration(&mut self, declaration: &Declaration) -> Outcome {
        let name = &declaration.name.text;
        let twice = self.scopes.last().is_some_and(|scope| scope.iter().any(|known| known.name == *name));
        if twice {
            return self.syntax(format!("duplicate declaration at or near \"{name}\""));
        }
        let shadows = || self.scopes.iter().flatten().any(|known| known.name == *name);
        if self.refuses_shadows() && shadows() {
            let message = format!("variable \"{name}\" shadows a previously defined variable");
            return Err(refuse("42712", message, self.at));
        }
        match &declaration.kind {
            DeclarationKind::Variable { constant, type_name, not_null, default, .. } => {
                let known = self.variable_type(type_name)?;
                if let Some(default) = default {
                    self.expression(default)?;
                } else if *not_null {
                    let message =
                        format!("variable \"{name}\" must have a default value, since it's declared NOT NULL");
                    return Err(refuse("22004", message, self.at));
                }
                self.add_constant(name, known, *constant);
            }
            DeclarationKind::Alias(of) => {
                let parts: Vec<&str> = of.parts.iter().map(Name::as_str).collect();
                let found = self.target(&parts).map(|found| (found.known.clone(), found.constant));
                let Some((known, constant)) = found else {
                    let message = format!("variable \"{}\" does not exist", parts.join("."));
                    return Err(refuse("42704", message, self.at));
                };
                self.add_constant(name, known, constant);
            }
            DeclarationKind::Cursor { parameters, query } => {
                for (_, type_name) in parameters {
                    self.variable_type(type_name)?;
                }
                self.sql(query)?;
                self.add(name, Known::Cursor(parameters.iter().map(|(name, _)| name.text.clone()).collect()));
            }
        }
        Ok(())
    }

    /// `read_datatype`: a type that has to be there (42704), of `%TYPE` and `%ROWTYPE` the relation (42P01).
    fn variable_type(&mut self, written: &PlType) -> Outcome<Known> {
        let name = &written.type_name;
        let parts: Vec<&str> = name.name.parts.iter().map(Name::as_str).collect();
        if name.percent_type && self.target(&parts).is_some() {
            return Ok(Known::Open);
        }
        if matches!(&parts[..], ["record"] | ["pg_catalog", "record"]) {
            return Ok(Known::Row);
        }
        if written.row_type {
            self.context.note(&name.name.object().text);
            let found = self.context.find_relation(&name.name).is_some();
            if found || self.context.schema.unknown_extension().is_some() {
                return Ok(Known::Row);
            }
            let message = format!("relation \"{}\" does not exist", parts.join("."));
            return Err(refuse("42P01", message, self.at));
        }
        let found = self.context.type_ref(name).map_err(|stop| crate::context::placed(stop, self.at))?;
        let pseudo = self.context.schema.type_of(found.oid).is_some_and(|of| matches!(of.kind, TypeKind::Pseudo));
        if pseudo && found.oid != oid::RECORD && !oid::is_polymorphic(found.oid) {
            let shown = self.context.schema.format_type(found);
            return Err(refuse("0A000", format!("variable \"{shown}\" has pseudo-type {shown}"), self.at));
        }
        Ok(self.kind_of(found.oid))
    }

    fn expression(&self, expression: &PlExpression) -> Outcome {
        match &expression.value {
            Ok(_) => Ok(()),
            Err(error) => self.syntax(error.message.clone()),
        }
    }

    fn sql(&self, statement: &SqlStatement) -> Outcome {
        match &statement.value {
            Ok(_) => Ok(()),
            Err(error) => self.syntax(error.message.clone()),
        }
    }

    fn dynamic(&self, dynamic: &PlDynamic) -> Outcome {
        self.expression(&dynamic.text)?;
        dynamic.using.iter().try_for_each(|value| self.expression(value))
    }

    fn statements(&mut self, statements: &[PlStatement]) -> Outcome {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &PlStatement) -> Outcome {
        match &statement.kind {
            PlStatementKind::Block(block) => self.block(block),
            PlStatementKind::Assign(target, value) => {
                let mut parts = vec![target.column.as_str()];
                for step in &target.indirection {
                    let rollproof_sql::ast::Indirection::Field(field) = step else { break };
                    parts.push(field.as_str());
                }
                self.known_target(&parts)?;
                self.expression(value)
            }
            PlStatementKind::If(branches, otherwise) => {
                for branch in branches {
                    branch.when.iter().try_for_each(|when| self.expression(when))?;
                    self.statements(&branch.statements)?;
                }
                self.statements(otherwise)
            }
            PlStatementKind::Case(argument, branches, otherwise) => {
                argument.iter().try_for_each(|argument| self.expression(argument))?;
                for branch in branches {
                    branch.when.iter().try_for_each(|when| self.expression(when))?;
                    self.statements(&branch.statements)?;
                }
                otherwise.iter().try_for_each(|statements| self.statements(statements))
            }
            PlStatementKind::Loop(of) => self.repeat(of),
            PlStatementKind::Exit(label, when) => self.leave("EXIT", label.as_ref(), when.as_ref()),
            PlStatementKind::Continue(label, when) => self.leave("CONTINUE", label.as_ref(), when.as_ref()),
            PlStatementKind::Error(error) => self.syntax(error.message.clone()),
            _ => self.simple(statement),
        }
    }

    /// Statements without others inside.
    fn simple(&mut self, statement: &PlStatement) -> Outcome {
        match &statement.kind {
            PlStatementKind::Return(value) => self.returns(value.as_ref()),
            PlStatementKind::ReturnNext(value) => {
                self.of_sets("RETURN NEXT")?;
                match value {
                    Some(_) if self.has_outputs() => {
                        let message = "RETURN NEXT cannot have a parameter in function with OUT parameters";
                        Err(refuse("42804", message, self.at))
                    }
                    Some(value) => self.expression(value),
                    None => Ok(()),
                }
            }
            PlStatementKind::ReturnQuery(query) => {
                self.of_sets("RETURN QUERY")?;
                self.sql(query)
            }
            PlStatementKind::ReturnQueryExecute(dynamic) => {
                self.of_sets("RETURN QUERY")?;
                self.dynamic(dynamic)
            }
            PlStatementKind::Raise(raise) => self.raise(raise),
            PlStatementKind::Assert(condition, message) => {
                self.expression(condition)?;
                message.iter().try_for_each(|message| self.expression(message))
            }
            PlStatementKind::Sql(sql, into) => {
                into.iter().try_for_each(|into| self.targets(&into.targets))?;
                self.sql(sql)
            }
            PlStatementKind::Execute(dynamic, into) => {
                into.iter().try_for_each(|into| self.targets(&into.targets))?;
                self.dynamic(dynamic)
            }
            PlStatementKind::Perform(sql) => self.sql(sql),
            PlStatementKind::GetDiagnostics(_, items) => {
                for (target, _) in items {
                    self.scalar_target(target)?;
                }
                Ok(())
            }
            PlStatementKind::Open(cursor, open) => self.open(cursor, open),
            PlStatementKind::Fetch(_, targets) => self.targets(targets),
            _ => Ok(()),
        }
    }

    fn scalar_target(&self, target: &QualifiedName) -> Outcome {
        self.targets(std::slice::from_ref(target))?;
        let name = target.object();
        let row =
            target.parts.len() == 1 && self.find(name.as_str()).is_some_and(|found| matches!(found.known, Known::Row));
        if row { self.syntax(format!("\"{}\" is not a scalar variable", name.text)) } else { Ok(()) }
    }

    fn has_outputs(&self) -> bool {
        let is_output =
            |mode: ParameterMode| matches!(mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table);
        self.function.is_some_and(|function| function.parameters.iter().any(|parameter| is_output(parameter.mode)))
    }

    /// `make_return_stmt`
    fn returns(&self, value: Option<&PlExpression>) -> Outcome {
        let place = match self.function {
            None => Some("function returning void"),
            Some(function) if function.kind == FunctionKind::Procedure => Some("procedure"),
            Some(function) if function.returns_set => Some("function returning set"),
            Some(function) if function.returns == oid::VOID => Some("function returning void"),
            Some(_) if self.has_outputs() => Some("function with OUT parameters"),
            Some(_) => None,
        };
        match (place, value) {
            (Some(place), Some(_)) => {
                let article = if place == "procedure" { "a " } else { "" };
                let message = format!("RETURN cannot have a parameter in {article}{place}");
                let code = if place == "procedure" { "42601" } else { "42804" };
                Err(refuse(code, message, self.at))
            }
            (None, None) => self.syntax("missing expression at or near \";\""),
            (_, Some(value)) => self.expression(value),
            (Some(_), None) => Ok(()),
        }
    }

    fn of_sets(&self, what: &str) -> Outcome {
        if self.function.is_some_and(|function| function.returns_set) {
            return Ok(());
        }
        Err(refuse("42804", format!("cannot use {what} in a non-SETOF function"), self.at))
    }

    /// As many values as the format has places for (`check_raise_parameters`).
    fn raise(&self, raise: &PlRaise) -> Outcome {
        raise.arguments.iter().try_for_each(|value| self.expression(value))?;
        raise.options.iter().try_for_each(|(_, value)| self.expression(value))?;
        let Some(message) = &raise.message else { return Ok(()) };
        let places = message.replace("%%", "").matches('%').count();
        if places < raise.arguments.len() {
            return self.syntax("too many parameters specified for RAISE");
        }
        if places > raise.arguments.len() {
            return self.syntax("too few parameters specified for RAISE");
        }
        Ok(())
    }

    /// `EXIT`, `CONTINUE`
    fn leave(&self, word: &str, label: Option<&Name>, when: Option<&PlExpression>) -> Outcome {
        when.iter().try_for_each(|when| self.expression(when))?;
        let Some(label) = label else {
            if self.around.iter().any(|around| around.is_loop) {
                return Ok(());
            }
            return match word {
                "EXIT" => self.syntax("EXIT cannot be used outside a loop, unless it has a label"),
                _ => self.syntax("CONTINUE cannot be used outside a loop"),
            };
        };
        match self.around.iter().rev().find(|around| around.label.as_ref() == Some(&label.text)) {
            None => {
                let message = "attached to any block or loop enclosing this statement";
                self.syntax(format!("there is no label \"{}\" {message}", label.text))
            }
            Some(around) if word == "CONTINUE" && !around.is_loop => {
                self.syntax(format!("block label \"{}\" cannot be used in CONTINUE", label.text))
            }
            Some(_) => Ok(()),
        }
    }

    fn repeat(&mut self, of: &PlLoop) -> Outcome {
        self.around.push(Surrounding { label: of.label.as_ref().map(|label| label.text.clone()), is_loop: true });
        self.scopes.push(Vec::new());
        match &of.kind {
            PlLoopKind::Forever => {}
            PlLoopKind::While(condition) => self.expression(condition)?,
            PlLoopKind::Integers { variable, bounds } => {
                bounds.iter().try_for_each(|bound| self.expression(bound))?;
                self.add(&variable.text, Known::Scalar);
            }
            PlLoopKind::Query(targets, sql) => {
                self.loop_targets(targets)?;
                self.sql(sql)?;
            }
            PlLoopKind::Execute(targets, dynamic) => {
                self.loop_targets(targets)?;
                self.dynamic(dynamic)?;
            }
            PlLoopKind::Cursor { variable, cursor, arguments } => {
                match self.find(&cursor.text).map(|found| found.known.clone()) {
                    Some(Known::Cursor(parameters)) => self.arguments(cursor, &parameters, arguments.as_ref().ok())?,
                    _ => return self.syntax("cursor FOR loop must use a bound cursor variable"),
                }
                self.add(&variable.text, Known::Row);
            }
            PlLoopKind::Array(targets, value) => {
                self.targets(targets)?;
                self.expression(value)?;
            }
        }
        self.statements(&of.statements)?;
        self.scopes.pop();
        self.around.pop();
        Ok(())
    }

    fn loop_targets(&self, targets: &[QualifiedName]) -> Outcome {
        let known = |target: &QualifiedName| {
            let parts: Vec<&str> = target.parts.iter().map(Name::as_str).collect();
            self.target(&parts).is_some()
        };
        if targets.iter().all(known) {
            return Ok(());
        }
        let message = "loop variable of loop over rows must be a record variable or list of scalar variables";
        self.syntax(message)
    }

    fn open(&self, cursor: &QualifiedName, open: &PlOpen) -> Outcome {
        match open {
            PlOpen::Query(sql) => self.sql(sql),
            PlOpen::Execute(dynamic) => self.dynamic(dynamic),
            PlOpen::Bound(arguments) => match self.find(cursor.object().as_str()).map(|found| &found.known) {
                Some(Known::Cursor(parameters)) => self.arguments(cursor.object(), parameters, arguments.as_ref().ok()),
                _ => Ok(()),
            },
        }
    }

    /// The arguments of a bound cursor (`read_cursor_args`).
    fn arguments(&self, cursor: &Name, parameters: &[Arc<str>], arguments: Option<&Vec<Argument>>) -> Outcome {
        let Some(arguments) = arguments else { return self.syntax("syntax error in the arguments of a cursor") };
        let name = &cursor.text;
        if parameters.is_empty() && !arguments.is_empty() {
            return self.syntax(format!("cursor \"{name}\" has no arguments"));
        }
        let mut given: Vec<usize> = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            let place = match &argument.name {
                None => at,
                Some(written) => match parameters.iter().position(|known| *known == written.text) {
                    Some(place) => place,
                    None => {
                        return self.syntax(format!("cursor \"{name}\" has no argument named \"{}\"", written.text));
                    }
                },
            };
            let Some(parameter) = parameters.get(place) else {
                return self.syntax(format!("too many arguments for cursor \"{name}\""));
            };
            if given.contains(&place) {
                let message =
                    format!("value for parameter \"{parameter}\" of cursor \"{name}\" specified more than once");
                return self.syntax(message);
            }
            given.push(place);
        }
        if given.len() < parameters.len() {
            return self.syntax(format!("not enough arguments for cursor \"{name}\""));
        }
        Ok(())
    }
}
