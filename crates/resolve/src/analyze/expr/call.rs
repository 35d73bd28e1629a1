//! Calls (`transformFuncCall`, `ParseFuncOrColumn`'s checks of places).

use rollproof_catalog::{AggregateKind, FunctionKind, ObjectId, Oid, TaintKind, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{FunctionCall, Name, QualifiedName};

use crate::analyze::{Analyzer, Expression, Kind, Node, Tag, Tree, unsupported};
use crate::error::{Failure, Result};
use crate::resolution::{PolymorphicCall, Role};
use crate::typed::Typed;
use crate::types::{self, CallForm, Callee, ResolvedFunction};

/// A call being put together.
struct Arguments {
    values: Vec<Expression>,
    names: Vec<Option<Name>>,
    filter: Option<Tree>,
    open: bool,
}

impl<'a> Analyzer<'a> {
    /// A call.
    pub(crate) fn call(&mut self, call: &'a FunctionCall, span: TextRange) -> Result<Expression> {
        let before = self.level().last_set;
        let arguments = self.arguments(call)?;
        self.check_function_taints(&call.name)?;
        let trees: Vec<Tree> = arguments.values.iter().map(|value| value.tree.clone()).collect();
        if arguments.open {
            return Ok(Expression::open(trees, span));
        }
        let form = CallForm {
            name: &call.name,
            argument_names: &arguments.names,
            within_group: call.within_group.then_some(call.order_by.len()),
            variadic: call.variadic,
            star: call.star,
            distinct: call.distinct,
            ordered: !call.order_by.is_empty() && !call.within_group,
            filtered: call.filter.is_some(),
            over: call.over.is_some(),
            procedure: false,
            span,
        };
        let typed = arguments.values.into_iter().map(|value| value.typed).collect();
        let resolved = types::resolve_function(&mut self.cx, &form, typed)?;
        self.bind_call(&call.name, &resolved);
        self.forget_counted_rows(call, &resolved);
        let mut result = match resolved.kind {
            FunctionKind::Aggregate if call.over.is_none() => {
                self.aggregate_call(call, resolved, trees, arguments.filter, span)?
            }
            FunctionKind::Aggregate | FunctionKind::Window => self.window_call(call, resolved, trees, span)?,
            FunctionKind::Function | FunctionKind::Procedure => self.plain_call(call, resolved, trees, before, span)?,
        };
        result.typed.span = span;
        Ok(result)
    }

    /// `count(t)` asks whether the row is there: its columns do not matter, as long as rows are not told apart.
    fn forget_counted_rows(&mut self, call: &FunctionCall, resolved: &ResolvedFunction) {
        let counts = matches!(resolved.callee, Callee::Function(oid::COUNT_ANY)) && !call.distinct;
        if let ([Some(argument)], true) = (&resolved.arguments[..], counts) {
            self.forget_row(argument.span);
        }
    }

    fn arguments(&mut self, call: &'a FunctionCall) -> Result<Arguments> {
        let mut values = Vec::new();
        for argument in &call.arguments {
            values.push(self.expression(&argument.value)?);
        }
        let mut names: Vec<Option<Name>> = call.arguments.iter().map(|argument| argument.name.clone()).collect();
        if call.within_group {
            for sort in &call.order_by {
                values.push(self.expression_of(&sort.value, Kind::OrderBy)?);
                names.push(None);
            }
        }
        let filter = match &call.filter {
            Some(filter) => Some(self.condition(filter, Kind::Filter, "FILTER")?.tree),
            None => None,
        };
        let dynamic = self.unknown.is_some();
        let several = |argument: &rollproof_sql::ast::Argument| crate::walk::may_be_several(&argument.value);
        let open = values.iter().any(|value| value.open) || (dynamic && call.arguments.iter().any(several));
        Ok(Arguments { values, names, filter, open })
    }

    /// A call that is neither an aggregate nor a window function.
    fn plain_call(
        &mut self,
        call: &'a FunctionCall,
        resolved: ResolvedFunction,
        trees: Vec<Tree>,
        before: Option<TextRange>,
        span: TextRange,
    ) -> Result<Expression> {
        let tag = match resolved.callee {
            Callee::Function(oid) if resolved.returns_set => {
                self.check_set_placement(Some(before), span)?;
                Tag::SetReturning(oid)
            }
            Callee::Function(oid) => Tag::Function(oid),
            Callee::Cast => Tag::Cast(resolved.result.data_type),
            Callee::Field(_) => {
                self.note_field(call.name.object(), resolved.arguments.first());
                Tag::Field(call.name.object().text.clone())
            }
        };
        let mut typed = resolved.result;
        if let Callee::Function(oid) = resolved.callee {
            let name =
                self.schema().function(oid).filter(|each| each.oid < Oid::FIRST_USER).map(|each| each.name.clone());
            if matches!(name.as_deref(), Some("array_position" | "array_positions" | "array_remove" | "array_replace"))
                && let Some(array) = resolved.arguments.first().and_then(Option::as_ref)
                && !array.is_null_constant()
            {
                self.check_array_elements("=", array.oid(), span)?;
            }
            typed.nullable = !self.never_null(oid, &resolved.arguments);
        }
        Ok(Expression::new(typed, Node::new(tag, trees, span)))
    }

    /// Functions of the server that are known not to yield null from what they are given here.
    fn never_null(&self, function: Oid, arguments: &[Option<crate::Typed>]) -> bool {
        let Some(function) = self.schema().function(function).filter(|each| each.oid < Oid::FIRST_USER) else {
            return false;
        };
        let fed = arguments.iter().all(|each| each.as_ref().is_none_or(|each| !each.nullable));
        match &*function.name {
            "now"
            | "clock_timestamp"
            | "statement_timestamp"
            | "transaction_timestamp"
            | "gen_random_uuid"
            | "random"
            | "uuidv4"
            | "uuidv7"
            | "concat"
            | "concat_ws"
            | "jsonb_build_object"
            | "json_build_object"
            | "jsonb_build_array"
            | "json_build_array"
            | "generate_series" => true,
            "lower" | "upper" | "length" | "char_length" | "md5" | "btrim" | "ltrim" | "rtrim" | "replace" | "abs"
            | "floor" | "ceil" | "ceiling" | "round" | "to_char" | "to_jsonb" | "to_json" | "row_to_json" | "left"
            | "right" | "lpad" | "rpad" | "encode" | "decode" | "repeat" | "timezone" => fed,
            _ => false,
        }
    }

    /// `check_srf_call_placement`. `before` is where the last set was before the call's arguments; none where the call has
    /// none of its own.
    pub(crate) fn check_set_placement(&mut self, before: Option<Option<TextRange>>, span: TextRange) -> Result<()> {
        let kind = self.level().kind;
        if let Some(message) = kind.refuses_sets() {
            return Err(unsupported(message, span));
        }
        let nested = before.is_some_and(|before| self.level().last_set != before);
        if kind == Kind::FromFunction && nested {
            let place = self.level().last_set.unwrap_or(span);
            return Err(unsupported("set-returning functions must appear at top level of FROM", place));
        }
        let level = self.level();
        level.last_set = Some(span);
        level.has_sets |= kind != Kind::FromFunction;
        Ok(())
    }

    /// Records what a call's name means.
    pub(crate) fn bind_call(&mut self, name: &QualifiedName, resolved: &ResolvedFunction) {
        let Callee::Function(oid) = resolved.callee else { return };
        let span = name.object().span;
        self.note_routine(oid, span);
        let Some(function) = self.schema().functions.get(oid).cloned() else { return };
        self.note_defaults(&function, resolved, span);
        let polymorphic = function.inputs.iter().any(|input| oid::is_polymorphic(*input));
        let given: Option<Vec<Oid>> = resolved.arguments.iter().map(|each| each.as_ref().map(Typed::oid)).collect();
        if let Some(inputs) = given.filter(|given| polymorphic && given.len() == function.inputs.len()) {
            let returns = resolved.result.oid();
            self.out.polymorphic_calls.push(PolymorphicCall { function: oid, span, inputs, returns });
        }
    }

    /// Records the routines in the defaults of what a call leaves out: they run with it.
    fn note_defaults(&mut self, function: &rollproof_catalog::Function, resolved: &ResolvedFunction, span: TextRange) {
        use rollproof_sql::ast::ParameterMode::{In, InOut, Variadic};
        let inputs = function.parameters.iter().filter(|each| matches!(each.mode, In | InOut | Variadic));
        for (at, parameter) in inputs.enumerate() {
            let left = resolved.arguments.get(at).is_none_or(Option::is_none);
            let Some(default) = parameter.default.as_ref().filter(|_| left) else { continue };
            for (_, object) in &*default.text.bindings {
                if let ObjectId::Function(called) = object {
                    self.out.routines.push((*called, span));
                }
            }
        }
    }

    /// Records a call.
    pub(crate) fn note_routine(&mut self, oid: Oid, span: TextRange) {
        self.out.routines.push((oid, span));
        if oid >= Oid::FIRST_USER {
            self.bind(span, ObjectId::Function(oid), Role::Read);
        }
    }

    /// Where an unmodelled statement may have made or dropped a function of this name, nothing can be told.
    pub(crate) fn check_function_taints(&self, name: &QualifiedName) -> Result<()> {
        let object = &name.object().text;
        let kinds = [TaintKind::Functions, TaintKind::Everything];
        if self.schema().taints.find(&kinds, object).is_some() {
            Err(Failure::unknown("unmodelled-migration", name.span))
        } else {
            Ok(())
        }
    }

    /// A call of one of the server's own functions, as the grammar makes them.
    pub(crate) fn builtin_call(
        &mut self,
        function: &str,
        arguments: Vec<Expression>,
        span: TextRange,
    ) -> Result<Expression> {
        let part = |text: &str| Name { text: text.into(), span };
        let name = QualifiedName { parts: vec![part("pg_catalog"), part(function)], span };
        let names = vec![None; arguments.len()];
        let before = self.level().last_set;
        let form = CallForm {
            name: &name,
            argument_names: &names,
            within_group: None,
            variadic: false,
            star: false,
            distinct: false,
            ordered: false,
            filtered: false,
            over: false,
            procedure: false,
            span,
        };
        let (typed, trees) = crate::analyze::split(arguments);
        let resolved = types::resolve_function(&mut self.cx, &form, typed)?;
        let Callee::Function(oid) = resolved.callee else {
            return Ok(Expression::new(resolved.result, Node::new(Tag::Construct("call"), trees, span)));
        };
        self.out.routines.push((oid, span));
        let mut typed = resolved.result;
        typed.nullable = true;
        let tag = if resolved.returns_set {
            self.check_set_placement(Some(before), span)?;
            Tag::SetReturning(oid)
        } else {
            Tag::Function(oid)
        };
        Ok(Expression::new(typed, Node::new(tag, trees, span)))
    }
}

/// Whether a result is sure to be there: counts are.
pub(crate) fn aggregate_never_null(name: &str, kind: Option<AggregateKind>) -> bool {
    match kind {
        Some(AggregateKind::Normal) => matches!(name, "count" | "regr_count"),
        Some(AggregateKind::HypotheticalSet) => true,
        _ => false,
    }
}
