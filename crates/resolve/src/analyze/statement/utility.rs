//! Statements that carry others, and those that only name things (`transformOptimizableStmt`'s callers, utility.c).

use rollproof_catalog::{FunctionKind, Oid, RelationKind, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    Call, Copy, Definition, Name, ParameterMode, RelationRef, Statement, StatementKind, TypeName,
};

use crate::analyze::{Analyzer, Expression, Kind, Node, Output, Rows, Tag};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::{Role, Write, WriteAction, WriteColumn, WriteValue};
use crate::typed::Typed;
use crate::types::{self, CallForm, Callee};

/// What a statement came to.
pub(crate) enum Analyzed {
    /// It returns rows.
    Rows(Rows),
    /// It returns none.
    Nothing,
}

impl<'a> Analyzer<'a> {
    /// A statement of any kind.
    pub(crate) fn statement(&mut self, statement: &'a Statement) -> Result<Analyzed> {
        match &statement.kind {
            StatementKind::Query(query) => {
                let rows = self.query(query)?;
                Ok(Analyzed::Rows(self.settle_unknowns(rows)?))
            }
            StatementKind::Insert(insert) => {
                let returns = insert.returning.is_some();
                self.insert(insert).map(|rows| changed(rows, returns))
            }
            StatementKind::Update(update) => {
                let returns = update.returning.is_some();
                self.update(update).map(|rows| changed(rows, returns))
            }
            StatementKind::Delete(delete) => {
                let returns = delete.returning.is_some();
                self.delete(delete).map(|rows| changed(rows, returns))
            }
            StatementKind::Merge(merge) => {
                let returns = merge.returning.is_some();
                self.merge(merge).map(|rows| changed(rows, returns))
            }
            StatementKind::Explain(inner) => {
                match &inner.kind {
                    StatementKind::Define(definition) => match &**definition {
                        Definition::CreateTableAs(create) => self.statement(&create.source)?,
                        _ => return Err(Failure::unknown("data definition", inner.span)),
                    },
                    _ => self.statement(inner)?,
                };
                Ok(Analyzed::Nothing)
            }
            StatementKind::Prepare { types, statement, .. } => self.prepare(types, statement),
            StatementKind::DeclareCursor(_, _, query) => {
                let rows = self.query(query)?;
                self.settle_unknowns(rows)?;
                Ok(Analyzed::Nothing)
            }
            StatementKind::Call(call) => self.call_statement(call),
            StatementKind::Copy(copy) => self.copy(copy),
            StatementKind::Truncate(relations, _) => self.truncate(relations),
            StatementKind::Lock(relations) => self.lock(relations),
            StatementKind::RefreshMaterializedView(relation) => self.refresh(relation),
            StatementKind::Set(_)
            | StatementKind::Transaction(_)
            | StatementKind::Deallocate(_)
            | StatementKind::UseCursor(..)
            | StatementKind::Inert(..) => Ok(Analyzed::Nothing),
            StatementKind::Execute(name, _) => {
                Err(Failure::unknown("what a prepared statement does is not followed", name.span))
            }
            StatementKind::Do(_, _, span) => Err(Failure::unknown("a DO block is the caller's to run", *span)),
            StatementKind::Define(_) => Err(Failure::unknown("data definition", statement.span)),
            StatementKind::Unmodelled(tag) => Err(Failure::unknown(format!("{tag} is not modelled"), statement.span)),
        }
    }

    fn prepare(&mut self, declared: &'a [TypeName], statement: &'a Statement) -> Result<Analyzed> {
        let mut oids = Vec::new();
        for each in declared {
            oids.push(types::type_name(&mut self.cx, each)?.oid);
        }
        self.cx.parameters = crate::Parameters::variable(&oids);
        self.statement(statement)?;
        self.cx.parameters.finish()?;
        Ok(Analyzed::Nothing)
    }

    /// CALL (`transformCallStmt`)
    fn call_statement(&mut self, call: &'a Call) -> Result<Analyzed> {
        let function = &call.call;
        self.check_function_taints(&function.name)?;
        let mut values = Vec::new();
        for argument in &function.arguments {
            values.push(self.expression_of(&argument.value, Kind::CallArgument)?);
        }
        if values.iter().any(|value| value.open) {
            return Ok(Analyzed::Nothing);
        }
        let names: Vec<Option<Name>> = function.arguments.iter().map(|argument| argument.name.clone()).collect();
        let form = CallForm {
            name: &function.name,
            argument_names: &names,
            within_group: None,
            variadic: function.variadic,
            star: function.star,
            distinct: function.distinct,
            ordered: !function.order_by.is_empty(),
            filtered: function.filter.is_some(),
            over: function.over.is_some(),
            procedure: true,
            span: call.span,
        };
        let typed = values.into_iter().map(|value| value.typed).collect();
        let resolved = types::resolve_function(&mut self.cx, &form, typed)?;
        if let Callee::Function(procedure) = resolved.callee {
            self.note_routine(procedure, function.name.object().span);
            if resolved.kind != FunctionKind::Procedure {
                let message = format!("{} is not a procedure", function.name.object().text);
                return Err(Error::fail("42809", message, call.span, ErrorKind::Other));
            }
            let rows = self.call_result(procedure, &resolved.arguments, call.span);
            return Ok(rows.map_or(Analyzed::Nothing, Analyzed::Rows));
        }
        Ok(Analyzed::Nothing)
    }

    /// The row of a procedure's output parameters (`CallStmtResultDesc`).
    fn call_result(&self, procedure: Oid, inputs: &[Option<Typed>], span: TextRange) -> Option<Rows> {
        let procedure = self.schema().function(procedure)?;
        let mut outputs = Vec::new();
        let mut input = 0;
        for parameter in procedure.parameters.iter() {
            let given = inputs.get(input).and_then(Option::as_ref).filter(|_| parameter.mode != ParameterMode::Out);
            input += usize::from(parameter.mode != ParameterMode::Out);
            if !matches!(parameter.mode, ParameterMode::Out | ParameterMode::InOut) {
                continue;
            }
            let name = parameter.name.clone().filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| format!("column{}", outputs.len() + 1).into());
            let polymorphic = oid::is_polymorphic(parameter.data_type);
            let data_type = given.filter(|_| polymorphic).map_or(parameter.data_type, Typed::oid);
            let typed = Typed::new(TypeRef::plain(data_type), self.default_collation(data_type), span);
            let tree = Node::new(Tag::Construct("output"), Vec::new(), span);
            outputs.push(Output::new(name, Expression::new(typed, tree)));
        }
        let rows = Rows { outputs, ..Rows::open(span) };
        (!rows.outputs.is_empty()).then_some(Rows { open: false, ..rows })
    }

    /// COPY (`DoCopy`, `BeginCopy`)
    fn copy(&mut self, copy: &'a Copy) -> Result<Analyzed> {
        if let Some(inner) = &copy.statement {
            if let Analyzed::Nothing = self.statement(inner)? {
                let message = "COPY query must have a RETURNING clause";
                return Err(crate::analyze::unsupported(message, inner.span));
            }
            return Ok(Analyzed::Nothing);
        }
        let Some(reference) = &copy.relation else { return Ok(Analyzed::Nothing) };
        let role = if copy.from { Role::Write } else { Role::Read };
        let relation = self.open_relation(&reference.name, role)?;
        let mut numbers = Vec::new();
        for name in &copy.columns {
            self.cx.lookups.column_names.insert((relation.oid, name.text.clone()));
            let Some(column) = relation.column(&name.text) else {
                let message = format!("column \"{}\" of relation \"{}\" does not exist", name.text, relation.name);
                let kind = ErrorKind::MissingColumn { table: Some(relation.name.clone()), name: name.text.clone() };
                return Err(Error::fail("42703", message, name.span, kind));
            };
            if numbers.iter().any(|(number, _)| *number == column.number) {
                let message = format!("column \"{}\" specified more than once", name.text);
                return Err(Error::fail("42701", message, name.span, ErrorKind::AmbiguousColumn(name.text.clone())));
            }
            if column.generated.is_some() {
                let message = format!("column \"{}\" is a generated column", name.text);
                return Err(Error::fail("42P10", message, name.span, ErrorKind::ReadOnly(name.text.clone())));
            }
            self.bind_assigned(relation, column, name.span, role);
            numbers.push((column.number, name.span));
        }
        if numbers.is_empty() {
            self.cx.lookups.whole_relations.insert(relation.oid);
            let live = relation.live_columns().filter(|column| column.generated.is_none());
            numbers = live.map(|column| (column.number, reference.name.span)).collect();
        }
        self.copy_direction(copy, reference, relation, numbers)
    }

    fn copy_direction(
        &mut self,
        copy: &'a Copy,
        reference: &'a RelationRef,
        relation: &'a rollproof_catalog::Relation,
        numbers: Vec<(i16, rollproof_source::TextRange)>,
    ) -> Result<Analyzed> {
        let span = reference.name.span;
        if !copy.from {
            let refused = match relation.kind {
                RelationKind::View => Some("view"),
                RelationKind::Sequence => Some("sequence"),
                RelationKind::ForeignTable => Some("foreign table"),
                RelationKind::PartitionedTable => Some("partitioned table"),
                _ => None,
            };
            if let Some(what) = refused {
                let message = format!("cannot copy from {what} \"{}\"", relation.name);
                return Err(Error::fail("42809", message, span, ErrorKind::ReadOnly(relation.name.clone())));
            }
            let read = self.read_of(relation.oid, span);
            read.columns.extend(numbers.iter().map(|(number, _)| *number));
            return Ok(Analyzed::Nothing);
        }
        if let Some(filter) = &copy.filter {
            let item = self.relation_item(relation, None, span)?;
            self.level().items.push(item);
            self.condition(filter, Kind::CopyWhere, "WHERE")?;
        }
        let given: Vec<i16> = numbers.iter().map(|(number, _)| *number).collect();
        let columns = numbers.into_iter().map(|(number, span)| WriteColumn {
            number,
            span,
            values: vec![WriteValue::Expression],
            nullable: true,
        });
        let mut write = Write {
            relation: relation.oid,
            base: relation.oid,
            action: WriteAction::Insert,
            columns: columns.collect(),
            omitted: Vec::new(),
            positional: copy.columns.is_empty(),
            from_star: None,
            span,
        };
        write.omitted =
            relation.live_columns().map(|column| column.number).filter(|number| !given.contains(number)).collect();
        match relation.kind {
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => {}
            RelationKind::View if relation.triggers.iter().any(|trigger| trigger.on_insert) => {}
            _ => {
                let what = match relation.kind {
                    RelationKind::View => "view",
                    RelationKind::MaterializedView => "materialized view",
                    RelationKind::Sequence => "sequence",
                    _ => "non-table relation",
                };
                let message = format!("cannot copy to {what} \"{}\"", relation.name);
                return Err(Error::fail("42809", message, span, ErrorKind::ReadOnly(relation.name.clone())));
            }
        }
        self.out.writes.push(write);
        Ok(Analyzed::Nothing)
    }

    fn truncate(&mut self, relations: &'a [RelationRef]) -> Result<Analyzed> {
        for reference in relations {
            let relation = self.open_relation(&reference.name, Role::Write)?;
            let span = reference.name.span;
            if !matches!(
                relation.kind,
                RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
            ) {
                let message = format!("\"{}\" is not a table", relation.name);
                return Err(Error::fail("42809", message, span, ErrorKind::ReadOnly(relation.name.clone())));
            }
            self.cx.lookups.whole_relations.insert(relation.oid);
            self.out.writes.push(Write {
                relation: relation.oid,
                base: relation.oid,
                action: WriteAction::Truncate,
                columns: Vec::new(),
                omitted: Vec::new(),
                positional: false,
                from_star: None,
                span,
            });
        }
        Ok(Analyzed::Nothing)
    }

    fn lock(&mut self, relations: &'a [RelationRef]) -> Result<Analyzed> {
        for reference in relations {
            let relation = self.open_relation(&reference.name, Role::Read)?;
            if !matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::View) {
                let message = if self.version() >= 15 {
                    format!("cannot lock relation \"{}\"", relation.name)
                } else {
                    format!("\"{}\" is not a table or view", relation.name)
                };
                return Err(Error::fail("42809", message, reference.name.span, ErrorKind::Other));
            }
        }
        Ok(Analyzed::Nothing)
    }

    fn refresh(&mut self, reference: &'a RelationRef) -> Result<Analyzed> {
        let relation = self.open_relation(&reference.name, Role::Write)?;
        if relation.kind != RelationKind::MaterializedView {
            let message = format!("\"{}\" is not a materialized view", relation.name);
            let code = if self.version() >= 15 { "0A000" } else { "42809" };
            return Err(Error::fail(code, message, reference.name.span, ErrorKind::Other));
        }
        Ok(Analyzed::Nothing)
    }
}

fn changed(rows: Rows, returns: bool) -> Analyzed {
    if returns { Analyzed::Rows(rows) } else { Analyzed::Nothing }
}
