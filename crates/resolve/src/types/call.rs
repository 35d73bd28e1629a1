//! Calls (`ParseFuncOrColumn`).

use std::sync::Arc;

use rollproof_catalog::{AggregateKind, Function, FunctionKind, Oid, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{ExprKind, Name, ParameterMode, QualifiedName};

use super::candidate::Candidate;
use super::coerce::coerce_type;
use super::collation::derive_collation;
use super::common::{select_common_type, select_common_typmod};
use super::constant::constant;
use super::function::{Detail, Wanted, func_get_detail, name_parts, signature_string};
use super::operator::coerce_argument;
use super::polymorphic::enforce_generic_type_consistency;
use super::routine::routine_columns;
use super::type_name::type_name;
use super::{CallForm, Callee, CoercionContext, ResolvedFunction, aggregate, dotted, info, record};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::{Shape, Typed};

/// `FUNC_MAX_ARGS`
const MAX_ARGUMENTS: usize = 100;

pub(super) fn wrong_kind(message: String, span: TextRange) -> Failure {
    Error::fail("42809", message, span, ErrorKind::Other)
}

/// `ParseFuncOrColumn` of a call. Arguments come transformed, those of `WITHIN GROUP (ORDER BY …)` last.
///
/// # Errors
/// 42883, 42725, 42809, 42P13, 42804, 0A000, those of coercions.
pub fn resolve_function(cx: &mut Context, form: &CallForm, arguments: Vec<Typed>) -> Result<ResolvedFunction> {
    let mut arguments = arguments;
    if arguments.len() > MAX_ARGUMENTS {
        let message = format!("cannot pass more than {MAX_ARGUMENTS} arguments to a function");
        return Err(Error::fail("54023", message, form.span, ErrorKind::Other));
    }
    if form.within_group.is_none() {
        // Output parameters of the protocol's CALL come as parameters of type void.
        arguments.retain(|each| !(each.oid() == oid::VOID && matches!(each.shape, Shape::Parameter { .. })));
    }
    let names = check_names(form)?;
    let wanted = Wanted {
        name: form.name,
        argument_names: &names,
        expand_variadic: !form.variadic,
        include_out: form.procedure,
    };
    match func_get_detail(cx, &wanted, &arguments)? {
        Detail::Routine(candidate) => Call { form, wanted, candidate }.resolve(cx, arguments),
        Detail::Coercion(target) => coercion(cx, form, &wanted, arguments, target),
        Detail::Multiple => Err(ambiguous(cx, form, &wanted, &arguments)),
        Detail::NotFound => not_found(cx, form, &wanted, arguments),
    }
}

/// Named arguments come last, each name once.
fn check_names<'a>(form: &CallForm<'a>) -> Result<Vec<&'a Name>> {
    let mut names: Vec<&Name> = Vec::new();
    for name in form.argument_names {
        match name {
            Some(name) if names.iter().any(|before| before.text == name.text) => {
                let message = format!("argument name \"{}\" used more than once", name.text);
                return Err(Error::fail("42601", message, name.span, ErrorKind::AmbiguousName(name.text.clone())));
            }
            Some(name) => names.push(name),
            None if names.is_empty() => {}
            None => {
                let message = "positional argument cannot follow named argument";
                return Err(Error::fail("42601", message, form.span, ErrorKind::Other));
            }
        }
    }
    Ok(names)
}

fn ambiguous(cx: &Context, form: &CallForm, wanted: &Wanted, arguments: &[Typed]) -> Failure {
    let word = if form.procedure { "procedure" } else { "function" };
    let message = format!("{word} {} is not unique", signature_string(cx, wanted, arguments));
    Error::fail("42725", message, form.name.span, ErrorKind::AmbiguousFunction(form.name.object().text.clone()))
}

pub(super) fn missing(cx: &mut Context, word: &str, wanted: &Wanted, arguments: &[Typed], span: TextRange) -> Failure {
    let (schema, name) = name_parts(wanted.name);
    let message = format!("{word} {} does not exist", signature_string(cx, wanted, arguments));
    let failure = Error::fail("42883", message, span, ErrorKind::MissingFunction { schema, name: name.clone() });
    super::missing_function_or_unknown(cx, &name, span, failure)
}

fn not_found(cx: &mut Context, form: &CallForm, wanted: &Wanted, arguments: Vec<Typed>) -> Result<ResolvedFunction> {
    if could_be_projection(cx, form, &arguments)
        && let Some(found) = projection(cx, &form.name.object().text, &arguments[0], form.span)
    {
        return Ok(found);
    }
    let word = if form.procedure { "procedure" } else { "function" };
    Err(missing(cx, word, wanted, &arguments, form.name.span))
}

fn could_be_projection(cx: &Context, form: &CallForm, arguments: &[Typed]) -> bool {
    let plain = !form.procedure
        && form.within_group.is_none()
        && !(form.variadic || form.star || form.distinct || form.ordered || form.filtered || form.over);
    let unnamed = form.argument_names.iter().all(Option::is_none) && form.name.parts.len() == 1;
    plain && unnamed && matches!(arguments, [only] if is_row(cx, only))
}

fn is_row(cx: &Context, value: &Typed) -> bool {
    value.oid() == oid::RECORD || info::is_complex(cx.schema, value.oid())
}

fn projection(cx: &mut Context, name: &Arc<str>, argument: &Typed, span: TextRange) -> Option<ResolvedFunction> {
    let (at, mut result) = record::project(cx, argument, name)?;
    result.span = span;
    Some(ResolvedFunction {
        callee: Callee::Field(at),
        kind: FunctionKind::Function,
        result,
        returns_set: false,
        arguments: vec![Some(argument.clone())],
        direct_arguments: 0,
        aggregate: None,
        columns: None,
    })
}

/// `ParseFuncOrColumn` of `argument.name`: a column of the argument's row type, else a function of one argument; none where
/// it is neither (the caller words the error).
///
/// # Errors
/// Those of coercions.
pub fn resolve_attribute(cx: &mut Context, name: &Name, argument: Typed) -> Result<Option<ResolvedFunction>> {
    let span = argument.span.cover(name.span);
    if is_row(cx, &argument)
        && let Some(found) = projection(cx, &name.text, &argument, span)
    {
        return Ok(Some(found));
    }
    let qualified = QualifiedName { parts: vec![name.clone()], span: name.span };
    let form = CallForm {
        name: &qualified,
        argument_names: &[],
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
    let wanted = Wanted { name: &qualified, argument_names: &[], expand_variadic: true, include_out: false };
    let arguments = vec![argument];
    match func_get_detail(cx, &wanted, &arguments)? {
        Detail::Routine(candidate) => Call { form: &form, wanted, candidate }.resolve(cx, arguments).map(Some),
        Detail::Coercion(target) => coercion(cx, &form, &wanted, arguments, target).map(Some),
        Detail::Multiple | Detail::NotFound => Ok(None),
    }
}

/// The words that only aggregates take, in the order in which the server complains.
fn check_plain(form: &CallForm) -> Result<()> {
    let name = dotted(form.name);
    let said = [
        (form.star, format!("{name}(*) specified, but {name} is not an aggregate function")),
        (form.distinct, format!("DISTINCT specified, but {name} is not an aggregate function")),
        (form.within_group.is_some(), format!("WITHIN GROUP specified, but {name} is not an aggregate function")),
        (form.ordered, format!("ORDER BY specified, but {name} is not an aggregate function")),
        (form.filtered, format!("FILTER specified, but {name} is not an aggregate function")),
        (form.over, format!("OVER specified, but {name} is not a window function nor an aggregate function")),
    ];
    match said.into_iter().find(|(said, _)| *said) {
        Some((_, message)) => Err(wrong_kind(message, form.name.span)),
        None => Ok(()),
    }
}

fn coercion(
    cx: &mut Context,
    form: &CallForm,
    wanted: &Wanted,
    mut arguments: Vec<Typed>,
    target: Oid,
) -> Result<ResolvedFunction> {
    if form.procedure {
        let message = format!("{} is not a procedure", signature_string(cx, wanted, &arguments));
        return Err(wrong_kind(message, form.name.span));
    }
    check_plain(form)?;
    let Some(mut value) = arguments.pop() else { return Err(wrong_kind("a cast needs a value".to_owned(), form.span)) };
    coerce_type(cx, &mut value, TypeRef::plain(target), CoercionContext::Explicit)?;
    let mut result = value.clone();
    result.span = form.span;
    Ok(ResolvedFunction {
        callee: Callee::Cast,
        kind: FunctionKind::Function,
        result,
        returns_set: false,
        arguments: vec![Some(value)],
        direct_arguments: 0,
        aggregate: None,
        columns: None,
    })
}

/// A call whose routine is chosen.
pub(super) struct Call<'a> {
    pub(super) form: &'a CallForm<'a>,
    pub(super) wanted: Wanted<'a>,
    pub(super) candidate: Candidate,
}

impl Call<'_> {
    fn resolve(self, cx: &mut Context, mut arguments: Vec<Typed>) -> Result<ResolvedFunction> {
        let schema = cx.schema;
        let Some(function) = schema.function(self.candidate.oid) else {
            return Err(Failure::unknown("the function's declaration is not known", self.form.span));
        };
        self.check_kind(cx, function, &mut arguments)?;
        let mut actual: Vec<Oid> = arguments.iter().map(Typed::oid).collect();
        let mut declared = self.candidate.types.clone();
        let span = self.form.name.span;
        // Defaults count with the types of their expressions.
        let mut guessed = false;
        for (at, declared) in declared.iter().enumerate().skip(actual.len()) {
            let found = default_type(cx, function, self.parameter_of(at), *declared);
            guessed |= found.is_none();
            actual.push(found.unwrap_or(oid::UNKNOWN));
        }
        let result = enforce_generic_type_consistency(cx, &actual, &mut declared, function.returns, span);
        let result = match result {
            Err(_) if guessed => return Err(Failure::unknown("the type of a parameter's default is not known", span)),
            other => other?,
        };
        for (argument, declared) in arguments.iter_mut().zip(&declared) {
            coerce_argument(cx, argument, *declared)?;
        }
        self.check_variadic(cx, function, &arguments)?;
        self.check_use(function, &arguments)?;
        self.finish(cx, function, arguments, result)
    }

    /// The routine's parameter that a type of the candidate belongs to.
    fn parameter_of(&self, at: usize) -> usize {
        self.candidate.places.as_ref().and_then(|places| places.get(at)).copied().unwrap_or(at)
    }

    fn check_kind(&self, cx: &mut Context, function: &Function, arguments: &mut [Typed]) -> Result<()> {
        let (form, span) = (self.form, self.form.name.span);
        let printed = |cx: &Context, arguments: &[Typed]| signature_string(cx, &self.wanted, arguments);
        if form.procedure != (function.kind == FunctionKind::Procedure) {
            let word = if form.procedure { "is not a procedure" } else { "is a procedure" };
            return Err(wrong_kind(format!("{} {word}", printed(cx, arguments)), span));
        }
        let name = dotted(form.name);
        match function.kind {
            FunctionKind::Function | FunctionKind::Procedure => check_plain(form),
            FunctionKind::Window if !form.over => {
                Err(wrong_kind(format!("window function {name} requires an OVER clause"), span))
            }
            FunctionKind::Window if form.within_group.is_some() => {
                Err(wrong_kind(format!("window function {name} cannot have WITHIN GROUP"), span))
            }
            FunctionKind::Window => Ok(()),
            FunctionKind::Aggregate => aggregate::check(cx, self, function, arguments),
        }
    }

    fn check_variadic(&self, cx: &Context, function: &Function, arguments: &[Typed]) -> Result<()> {
        let span = self.form.span;
        if self.candidate.variadic_arguments > 0 && function.variadic != oid::ANY {
            let at = arguments.len() - self.candidate.variadic_arguments.min(arguments.len());
            let element = arguments.get(at).map_or(function.variadic, Typed::oid);
            if info::array_type(cx.schema, element).is_none() {
                let element = super::format_type(cx, element);
                let kind = ErrorKind::MissingType { schema: None, name: format!("{element}[]").into() };
                let message = format!("could not find array type for data type {element}");
                return Err(Error::fail("42704", message, span, kind));
            }
        }
        if self.form.variadic
            && function.variadic == oid::ANY
            && let Some(last) = arguments.last()
            && info::base_element_type(cx.schema, last.oid()).is_none()
        {
            let kind =
                ErrorKind::TypeMismatch { from: super::format_type(cx, last.oid()).into(), to: "anyarray".into() };
            return Err(Error::fail("42804", "VARIADIC argument must be an array", last.span, kind));
        }
        Ok(())
    }

    /// What is checked where the node is built: how aggregates and window functions may be called.
    fn check_use(&self, function: &Function, arguments: &[Typed]) -> Result<()> {
        let (form, name, span) = (self.form, dotted(self.form.name), self.form.name.span);
        let is_aggregate = function.kind == FunctionKind::Aggregate;
        let unsupported = |message: &str| Err(Error::fail("0A000", message, span, ErrorKind::Other));
        let bare = arguments.is_empty() && !form.star && form.within_group.is_none();
        let parameterless =
            || wrong_kind(format!("{name}(*) must be used to call a parameterless aggregate function"), span);
        if form.over {
            if form.distinct {
                return unsupported("DISTINCT is not implemented for window functions");
            }
            if is_aggregate && bare {
                return Err(parameterless());
            }
            if form.ordered {
                return unsupported("aggregate ORDER BY is not implemented for window functions");
            }
            if !is_aggregate && form.filtered {
                return unsupported("FILTER is not implemented for non-aggregate window functions");
            }
            if arguments.iter().any(|argument| argument.set_returning) {
                return unsupported("window function calls cannot contain set-returning function calls");
            }
        } else if is_aggregate {
            if bare {
                return Err(parameterless());
            }
            if !self.wanted.argument_names.is_empty() {
                return unsupported("aggregates cannot use named arguments");
            }
        }
        Ok(())
    }

    fn finish(
        self,
        cx: &mut Context,
        function: &Function,
        arguments: Vec<Typed>,
        result: Oid,
    ) -> Result<ResolvedFunction> {
        cx.lookups.chosen_functions.insert(function.oid);
        let inputs: Vec<Oid> = arguments.iter().map(Typed::oid).collect();
        cx.lookups.mutable_construct |= crate::inline::converts_mutably(cx.schema, function.oid, &inputs);
        let mut typed = Typed::new(TypeRef::plain(result), Oid::NONE, self.form.span);
        let inputs: Vec<&Typed> = arguments.iter().collect();
        derive_collation(cx, &mut typed, &inputs)?;
        typed.set_returning = function.returns_set || arguments.iter().any(|argument| argument.set_returning);
        let direct = form_direct(self.form, arguments.len());
        let arguments = self.in_order(function, arguments);
        let columns = routine_columns(cx, function.oid, &arguments, &typed);
        if result == oid::RECORD
            && let Some(columns) = &columns
        {
            typed.shape = Shape::RecordCall(columns.clone());
        }
        typed.nullable = !never_null(function);
        Ok(ResolvedFunction {
            callee: Callee::Function(function.oid),
            kind: function.kind,
            result: typed,
            returns_set: function.returns_set,
            arguments,
            direct_arguments: direct,
            aggregate: function.aggregate.map(|aggregate| aggregate.kind),
            columns,
        })
    }

    /// Arguments by parameter; variadic ones follow each other.
    fn in_order(&self, function: &Function, arguments: Vec<Typed>) -> Vec<Option<Typed>> {
        let Some(places) = &self.candidate.places else {
            let mut all: Vec<Option<Typed>> = arguments.into_iter().map(Some).collect();
            all.resize(all.len() + self.candidate.defaults, None);
            return all;
        };
        let mut all = vec![None; places.len().max(function.inputs.len())];
        for (argument, place) in arguments.into_iter().zip(places) {
            if let Some(slot) = all.get_mut(*place) {
                *slot = Some(argument);
            }
        }
        all
    }
}

/// The type of a default: the parameter's own, unless that is polymorphic; then what the expression plainly says.
fn default_type(cx: &mut Context, function: &Function, parameter: usize, declared: Oid) -> Option<Oid> {
    if !oid::is_polymorphic(declared) {
        return Some(declared);
    }
    let is_input = |mode| !matches!(mode, ParameterMode::Out | ParameterMode::Table);
    let mut inputs = function.parameters.iter().filter(|each| is_input(each.mode));
    let default = inputs.nth(parameter)?.default.as_ref()?;
    match &default.expr.kind {
        ExprKind::Literal(literal) => constant(cx, literal, default.expr.span).ok().map(|value| value.oid()),
        ExprKind::Cast { target, .. } => type_name(cx, target).ok().map(|target| target.oid),
        _ => None,
    }
}

fn form_direct(form: &CallForm, count: usize) -> usize {
    form.within_group.map_or(0, |ordered| count.saturating_sub(ordered))
}

/// Functions that always yield a value.
fn never_null(function: &Function) -> bool {
    let name = &*function.name;
    function.oid < Oid::FIRST_USER
        && matches!(
            name,
            "count"
                | "now"
                | "clock_timestamp"
                | "transaction_timestamp"
                | "statement_timestamp"
                | "row_number"
                | "rank"
                | "dense_rank"
                | "percent_rank"
                | "cume_dist"
                | "gen_random_uuid"
                | "uuidv4"
                | "uuidv7"
                | "random"
        )
}

/// `unify_hypothetical_args`: the direct arguments of a hypothetical-set aggregate meet the ordering ones.
pub(super) fn unify_hypothetical(
    cx: &mut Context,
    arguments: &mut [Typed],
    declared: &[Oid],
    ordered: usize,
) -> Result<()> {
    let direct = arguments.len() - ordered;
    let Some(first) = direct.checked_sub(ordered) else { return Ok(()) };
    for at in 0..ordered {
        let (hypothetical, aggregated) = (first + at, direct + at);
        if declared.get(hypothetical) != Some(&oid::ANY) {
            continue;
        }
        let pair = [&arguments[aggregated], &arguments[hypothetical]];
        let common = select_common_type(cx, &pair, "WITHIN GROUP")?;
        let target = TypeRef { oid: common, modifier: select_common_typmod(&pair, common) };
        coerce_type(cx, &mut arguments[hypothetical], target, CoercionContext::Implicit)?;
        coerce_type(cx, &mut arguments[aggregated], target, CoercionContext::Implicit)?;
    }
    Ok(())
}

/// The kind of an aggregate, plain where the catalog does not say.
pub(super) fn aggregate_kind(function: &Function) -> AggregateKind {
    function.aggregate.map_or(AggregateKind::Normal, |aggregate| aggregate.kind)
}
