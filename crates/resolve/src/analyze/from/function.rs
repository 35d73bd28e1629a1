//! Functions in FROM (`transformRangeFunction`, `addRangeTableEntryForFunction`).

use std::sync::Arc;

use rollproof_catalog::{ColumnId, FunctionKind, Oid, TypeKind, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Alias, Argument, ColumnSpec, Expr, ExprKind, FunctionCall, Name};

use super::FromResult;
use crate::analyze::{
    Analyzer, DYNAMIC, Entry, EntryColumn, EntryKind, Expression, Kind, Node, Tag, Tree, syntax_error,
};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::Typed;
use crate::types;

/// `record`, `int8`, `void`
const RECORD: Oid = Oid(2249);
const BIGINT: Oid = Oid(20);

/// One function of an entry: its columns, and its type if a whole row of it has one.
struct OneFunction {
    columns: Vec<EntryColumn>,
    row: Tag,
    tree: Tree,
    open: bool,
}

impl<'a> Analyzer<'a> {
    /// Functions in FROM. They see everything to their left, LATERAL or not.
    pub(crate) fn source_functions(
        &mut self,
        calls: &'a [(Expr, Vec<ColumnSpec>)],
        rows_from: bool,
        ordinality: bool,
        alias: Option<&'a Alias>,
        span: TextRange,
    ) -> Result<FromResult> {
        let definitions = alias.map_or(&[][..], |alias| &alias.definitions[..]);
        self.level().lateral_active = true;
        let result = self.functions(calls, rows_from, ordinality, alias);
        self.level().lateral_active = false;
        let functions = result?;
        check_definitions(calls, definitions, rows_from, ordinality)?;

        let first = calls.first().map_or(Arc::from("?column?"), |(call, _)| self.figure(call));
        let single = functions.len() == 1 && !ordinality;
        let mut columns = Vec::new();
        let mut trees = Vec::new();
        let (mut row, mut open) = (Tag::Construct("functions"), false);
        for function in functions {
            columns.extend(function.columns);
            trees.push(function.tree);
            open |= function.open;
            if single {
                row = function.row;
            }
        }
        if ordinality {
            let mut typed = Typed::new(TypeRef::plain(BIGINT), Oid::NONE, span);
            typed.nullable = false;
            columns.push(EntryColumn::of_value("ordinality".into(), &typed));
        }
        let mut entry = Entry::new(EntryKind::Function, first, columns, span);
        entry.open = open;
        entry.tree = Some(Node::new(row, trees, span));
        Ok(FromResult::single(self.add_entry(entry, alias, true)?))
    }

    fn functions(
        &mut self,
        calls: &'a [(Expr, Vec<ColumnSpec>)],
        rows_from: bool,
        ordinality: bool,
        alias: Option<&'a Alias>,
    ) -> Result<Vec<OneFunction>> {
        let mut functions = Vec::new();
        let given = alias.map_or(&[][..], |alias| &alias.definitions[..]);
        let alias_name = alias.and_then(|alias| alias.name.as_ref()).filter(|_| calls.len() == 1);
        for (call, own) in calls {
            let definitions = if own.is_empty() { given } else { &own[..] };
            let several = match &call.kind {
                ExprKind::Function(function) if own.is_empty() => unnest_arguments(function),
                _ => None,
            };
            match several {
                Some(arguments) => {
                    for argument in arguments {
                        functions.push(self.unnest_one(call, argument)?);
                    }
                }
                None => {
                    let single = calls.len() == 1 && (!ordinality || !rows_from);
                    let alias_name = alias_name.filter(|_| single);
                    functions.push(self.one_function(call, definitions, alias_name)?);
                }
            }
        }
        Ok(functions)
    }

    /// One of the calls that `unnest(a, b)` stands for.
    fn unnest_one(&mut self, call: &'a Expr, argument: &'a Argument) -> Result<OneFunction> {
        let value = self.expression_of(&argument.value, Kind::FromFunction)?;
        if value.open {
            return Ok(open_function(value));
        }
        // The call stands in FROM, as its argument does: it is no set-returning function of the target list.
        let outer = std::mem::replace(&mut self.level().kind, Kind::FromFunction);
        let result = self.builtin_call("unnest", vec![value], call.span);
        self.level().kind = outer;
        self.function_columns(call, result?, &[], None)
    }

    fn one_function(
        &mut self,
        call: &'a Expr,
        definitions: &'a [ColumnSpec],
        alias: Option<&'a Name>,
    ) -> Result<OneFunction> {
        self.level().last_set = None;
        let value = self.expression_of(call, Kind::FromFunction)?;
        if value.open {
            return Ok(open_function(value));
        }
        if let Some(place) = self.level().last_set
            && place != call.span
        {
            let message = "set-returning functions must appear at top level of FROM";
            return Err(crate::analyze::unsupported(message, place));
        }
        self.function_columns(call, value, definitions, alias)
    }

    /// The columns of a call (`get_expr_result_type`).
    fn function_columns(
        &mut self,
        call: &'a Expr,
        mut value: Expression,
        definitions: &'a [ColumnSpec],
        alias: Option<&'a Name>,
    ) -> Result<OneFunction> {
        let settled = types::resolve_unknown(&mut self.cx, &mut value.typed);
        self.tolerate(settled)?;
        let tree = value.tree.clone();
        if self.is_row_type(value.typed.oid()) {
            if let Some(known) = types::row_columns(&mut self.cx, &value.typed) {
                redundant_definitions(definitions, value.typed.oid() == RECORD)?;
                let mut columns: Vec<EntryColumn> = known.iter().map(EntryColumn::of_record).collect();
                self.fields_of_type(value.typed.oid(), &mut columns);
                let named = value.typed.oid() != RECORD;
                let row = if named { Tag::Cast(value.typed.data_type) } else { Tag::Construct("functions") };
                return Ok(OneFunction { columns, row, tree, open: false });
            }
            if value.typed.oid() == RECORD && definitions.is_empty() && self.level().open_from {
                // `f() ${"AS t(a int)"}`
                self.note_unknown(DYNAMIC, call.span);
                return Ok(open_function(value));
            }
            if value.typed.oid() == RECORD {
                let columns = self.defined_columns(definitions, call.span)?;
                return Ok(OneFunction { columns, row: Tag::Construct("functions"), tree, open: false });
            }
        }
        if !definitions.is_empty() {
            let message = "a column definition list is only allowed for functions returning \"record\"";
            return Err(syntax_error(message, definitions[0].name.span));
        }
        self.check_return_type(&value.typed, call)?;
        let name = match (self.scalar_result_name(&value), alias) {
            (Some(name), _) => name,
            (None, Some(alias)) => alias.text.clone(),
            (None, None) => self.figure(call),
        };
        let mut column = EntryColumn::of_value(name, &value.typed);
        column.nullable = true;
        Ok(OneFunction { columns: vec![column], row: Tag::Construct("scalar"), tree, open: false })
    }

    /// Since PostgreSQL 15 a view depends on those columns of a function's row type that it reads
    /// (`process_function_rte_ref`, dependency.c).
    fn fields_of_type(&self, data_type: Oid, columns: &mut [EntryColumn]) {
        let relation = types::info::row_relation(self.schema(), data_type);
        let Some(relation) = relation.filter(|_| self.version() >= 15) else { return };
        let Some(found) = self.schema().relation(relation) else { return };
        for (column, field) in columns.iter_mut().zip(found.live_columns()) {
            column.field_of = Some(ColumnId { relation, number: field.number });
        }
    }

    /// The name of a function's single OUT parameter (`get_func_result_name`).
    fn scalar_result_name(&self, value: &Expression) -> Option<Arc<str>> {
        let (Tag::Function(oid) | Tag::SetReturning(oid)) = &value.tree.tag else { return None };
        let function = self.schema().function(*oid)?;
        if function.kind != FunctionKind::Function {
            return None;
        }
        use rollproof_sql::ast::ParameterMode as Mode;
        let mut outputs =
            function.parameters.iter().filter(|each| matches!(each.mode, Mode::Out | Mode::InOut | Mode::Table));
        let only = outputs.next()?;
        if outputs.next().is_some() {
            return None;
        }
        only.name.clone()
    }

    /// Whether values of this type are rows: composite types, domains over them, `record`.
    pub(crate) fn is_row_type(&self, oid: Oid) -> bool {
        if oid == RECORD {
            return true;
        }
        let mut oid = oid;
        for _ in 0..32 {
            match self.schema().type_of(oid).map(|of| &of.kind) {
                Some(TypeKind::Composite(_)) => return true,
                Some(TypeKind::Domain { base, .. }) => oid = base.oid,
                _ => return false,
            }
        }
        false
    }

    /// The columns of a column definition list.
    fn defined_columns(&mut self, definitions: &'a [ColumnSpec], span: TextRange) -> Result<Vec<EntryColumn>> {
        if definitions.is_empty() {
            let message = "a column definition list is required for functions returning \"record\"";
            return Err(syntax_error(message, span));
        }
        let mut columns: Vec<EntryColumn> = Vec::new();
        for definition in definitions {
            let name = &definition.name;
            if columns.iter().any(|other| *other.name == *name.text) {
                let message = format!("column name \"{}\" specified more than once", name.text);
                return Err(Error::fail("42701", message, name.span, ErrorKind::AmbiguousColumn(name.text.clone())));
            }
            if definition.type_name.set_of {
                let message = format!("column \"{}\" cannot be declared SETOF", name.text);
                return Err(Error::fail("42P16", message, name.span, ErrorKind::Other));
            }
            let data_type = types::type_name(&mut self.cx, &definition.type_name)?;
            let of = self.schema().type_of(data_type.oid);
            let mut collation = of.map_or(Oid::NONE, |of| of.collation);
            // `record` and its arrays may stand in such a list; other pseudo-types may not (CheckAttributeType).
            let pseudo = of.is_some_and(|of| matches!(of.kind, TypeKind::Pseudo));
            if pseudo && !matches!(data_type.oid, RECORD | Oid(2287)) {
                let shown = types::format_type(&self.cx, data_type.oid);
                let message = format!("column \"{}\" has pseudo-type {shown}", name.text);
                return Err(Error::fail("42P16", message, name.span, ErrorKind::Other));
            }
            if let Some(written) = &definition.collation {
                collation = types::collation_name(&mut self.cx, written)?;
            }
            let typed = Typed::new(data_type, collation, name.span);
            columns.push(EntryColumn::of_value(name.text.clone(), &typed));
        }
        Ok(columns)
    }

    /// 42804 where a result is of a type that nothing can hold.
    fn check_return_type(&self, typed: &Typed, call: &Expr) -> Result<()> {
        let pseudo = self.schema().type_of(typed.oid()).is_some_and(|of| matches!(of.kind, TypeKind::Pseudo));
        // `void` and `cstring` come as scalars, for functions that are called for what they do.
        if !pseudo || matches!(typed.oid(), Oid(2278 | 2275)) {
            return Ok(());
        }
        let shown = types::format_type(&self.cx, typed.oid());
        let message = format!("function \"{}\" in FROM has unsupported return type {shown}", self.figure(call));
        Err(Error::fail("42804", message, call.span, ErrorKind::Other))
    }
}

fn open_function(value: Expression) -> OneFunction {
    OneFunction { columns: Vec::new(), row: Tag::Construct("functions"), tree: value.tree, open: true }
}

/// The arguments of `unnest(a, b, …)`, which stands for several calls (`transformRangeFunction`).
fn unnest_arguments(function: &FunctionCall) -> Option<&[Argument]> {
    let plain = function.name.parts.len() == 1
        && &*function.name.object().text == "unnest"
        && function.arguments.len() > 1
        && function.order_by.is_empty()
        && function.filter.is_none()
        && function.over.is_none()
        && !function.star
        && !function.distinct
        && !function.variadic;
    plain.then_some(&function.arguments[..])
}

fn check_definitions(
    calls: &[(Expr, Vec<ColumnSpec>)],
    given: &[ColumnSpec],
    rows_from: bool,
    ordinality: bool,
) -> Result<()> {
    let Some(first) = given.first() else { return Ok(()) };
    if rows_from && calls.len() > 1 {
        let message = "ROWS FROM() with multiple functions cannot have a column definition list";
        return Err(syntax_error(message, first.name.span));
    }
    if let Some((call, _)) = calls.first()
        && let ExprKind::Function(function) = &call.kind
        && unnest_arguments(function).is_some()
    {
        let message = "UNNEST() with multiple arguments cannot have a column definition list";
        return Err(syntax_error(message, first.name.span));
    }
    if ordinality {
        let message = "WITH ORDINALITY cannot be used with a column definition list";
        return Err(syntax_error(message, first.name.span));
    }
    Ok(())
}

fn redundant_definitions(definitions: &[ColumnSpec], record: bool) -> Result<()> {
    let Some(first) = definitions.first() else { return Ok(()) };
    let what = if record { "with OUT parameters" } else { "returning a named composite type" };
    Err(syntax_error(format!("a column definition list is redundant for a function {what}"), first.name.span))
}
