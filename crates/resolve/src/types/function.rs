//! Which function a call means (`FuncnameGetCandidates` of namespace.c, `func_get_detail` of parse_func.c).

use std::sync::Arc;

use rollproof_catalog::{Function, Oid, oid};
use rollproof_sql::ast::{Name, ParameterMode, QualifiedName};

use super::CoercionContext;
use super::candidate::{Candidate, match_argument_types, select_candidate};
use super::path::{CoercionPath, find_coercion_pathway};
use super::{explicit_namespace, info, type_name};
use crate::context::Context;
use crate::error::Result;
use crate::typed::{Shape, Typed};

/// What `func_get_detail` found.
#[derive(Debug, Clone)]
pub(super) enum Detail {
    /// Nothing fits.
    NotFound,
    /// Several fit.
    Multiple,
    /// A cast written as a call.
    Coercion(Oid),
    /// A routine, and how the arguments map to it.
    Routine(Candidate),
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) name: &'a QualifiedName,
    /// Names of the named arguments, which are the last ones.
    pub(super) argument_names: &'a [&'a Name],
    /// The call has no `VARIADIC`: a variadic function may take loose arguments.
    pub(super) expand_variadic: bool,
    /// A procedure's OUT parameters take arguments.
    pub(super) include_out: bool,
}

/// The parameter types that arguments match: `proargtypes`, or `proallargtypes` for CALL.
fn signature(function: &Function, include_out: bool) -> Vec<Oid> {
    if include_out {
        let parameters = function.parameters.iter().filter(|parameter| parameter.mode != ParameterMode::Table);
        parameters.map(|parameter| parameter.data_type).collect()
    } else {
        input_types(function)
    }
}

/// IN, INOUT and VARIADIC parameters.
fn input_types(function: &Function) -> Vec<Oid> {
    let taken = |mode| !matches!(mode, ParameterMode::Out | ParameterMode::Table);
    function.parameters.iter().filter(|parameter| taken(parameter.mode)).map(|parameter| parameter.data_type).collect()
}

/// `MatchNamedCall`: the parameter of each argument, then of each default that fills in.
fn match_named(function: &Function, types: &[Oid], count: usize, wanted: &Wanted) -> Option<Vec<usize>> {
    let positional = count - wanted.argument_names.len();
    if positional > types.len() {
        return None;
    }
    let mut given = vec![false; types.len()];
    given[..positional].fill(true);
    let mut places: Vec<usize> = (0..positional).collect();
    let considered = |mode: ParameterMode| {
        wanted.include_out && mode != ParameterMode::Table || !matches!(mode, ParameterMode::Out | ParameterMode::Table)
    };
    for argument in wanted.argument_names {
        let mut parameters = function.parameters.iter().filter(|parameter| considered(parameter.mode));
        let place = parameters.position(|parameter| parameter.name.as_deref() == Some(&*argument.text))?;
        if std::mem::replace(given.get_mut(place)?, true) {
            return None;
        }
        places.push(place);
    }
    let first_default = types.len().saturating_sub(usize::from(function.default_count));
    for (place, given) in given.iter().enumerate().skip(positional) {
        if !given {
            if place < first_default {
                return None;
            }
            places.push(place);
        }
    }
    Some(places)
}

/// One routine as a candidate for this call, if its number of parameters allows it.
fn candidate(function: &Function, path_position: usize, count: usize, wanted: &Wanted) -> Option<Candidate> {
    let types = signature(function, wanted.include_out);
    let named = !wanted.argument_names.is_empty();
    if named && function.variadic.is_some() && wanted.expand_variadic {
        return None;
    }
    let variadic = !named && function.variadic.is_some() && wanted.expand_variadic && types.len() <= count;
    let defaults = types.len().saturating_sub(count);
    if defaults > usize::from(function.default_count) || (types.len() < count && !variadic) {
        return None;
    }
    let places = if named { Some(match_named(function, &types, count, wanted)?) } else { None };
    let mut ordered = match &places {
        Some(places) => places.iter().map(|place| types[*place]).collect(),
        None => types.clone(),
    };
    let variadic_arguments = if variadic { count + 1 - types.len() } else { 0 };
    if variadic {
        ordered.truncate(types.len().saturating_sub(1));
        ordered.resize(count, function.variadic);
    }
    Some(Candidate { oid: function.oid, path_position, types: ordered, variadic_arguments, defaults, places })
}

/// Adds a candidate, unless one with the same arguments is there: the earlier schema wins, then the one that is not
/// variadic; two that cannot be told apart are kept as one without identity.
fn add(list: &mut Vec<Candidate>, new: Candidate) {
    let shown = |each: &Candidate| each.types.len() - each.defaults;
    let same = |old: &Candidate| shown(old) == shown(&new) && old.types[..shown(old)] == new.types[..shown(&new)];
    let Some(at) = list.iter().position(same) else {
        list.push(new);
        return;
    };
    let old = &mut list[at];
    let (old_variadic, new_variadic) = (old.variadic_arguments > 0, new.variadic_arguments > 0);
    if old.path_position < new.path_position {
        return;
    }
    if old.path_position > new.path_position || (old_variadic && !new_variadic) {
        *old = new;
    } else if old_variadic == new_variadic {
        old.oid = Oid::NONE;
    }
}

fn candidates(cx: &mut Context, wanted: &Wanted, count: usize) -> Result<Vec<Candidate>> {
    let schema = explicit_namespace(cx, wanted.name)?;
    let name = &wanted.name.object().text;
    let found = cx.schema.functions_named(schema.as_deref(), name);
    let own = found.iter().map(|each| each.function.oid).filter(|oid| *oid >= Oid::FIRST_USER).collect();
    let mut list = Vec::with_capacity(found.len());
    for each in &found {
        if let Some(new) = candidate(each.function, each.path_position, count, wanted) {
            add(&mut list, new);
        }
    }
    cx.lookups.functions.insert((schema, name.clone()), own);
    Ok(list)
}

/// `func_get_detail`
///
/// # Errors
/// 3F000 for a schema that is not there.
pub(super) fn func_get_detail(cx: &mut Context, wanted: &Wanted, arguments: &[Typed]) -> Result<Detail> {
    let types: Vec<Oid> = arguments.iter().map(Typed::oid).collect();
    let list = candidates(cx, wanted, arguments.len())?;
    let exact = list.iter().position(|each| each.types[..types.len()] == types[..]);
    if let Some(exact) = exact {
        return Ok(judge(wanted, arguments.len(), list[exact].clone()));
    }
    if let ([only], []) = (arguments, wanted.argument_names)
        && let Some(target) = coercion_request(cx, wanted.name, only)
    {
        return Ok(Detail::Coercion(target));
    }
    let mut fitting = match_argument_types(cx, &types, list);
    let best = match fitting.len() {
        0 => return Ok(Detail::NotFound),
        1 => fitting.pop(),
        _ => select_candidate(cx, &types, fitting),
    };
    Ok(best.map_or(Detail::Multiple, |best| judge(wanted, arguments.len(), best)))
}

fn judge(wanted: &Wanted, count: usize, best: Candidate) -> Detail {
    if best.oid.is_none() {
        return Detail::Multiple;
    }
    // VARIADIC with named arguments: the last argument must have met the variadic parameter itself.
    if !wanted.argument_names.is_empty() && !wanted.expand_variadic && count > 0 {
        let last = best.places.as_ref().and_then(|places| places.get(count - 1)).copied();
        if last != Some(count - 1) {
            return Detail::NotFound;
        }
    }
    Detail::Routine(best)
}

/// A call of one argument whose name is a type's: a cast, where no function is run for it.
fn coercion_request(cx: &mut Context, name: &QualifiedName, argument: &Typed) -> Option<Oid> {
    let target = type_name::function_name_as_type(cx, name)?;
    let source = argument.oid();
    if source == oid::UNKNOWN && matches!(argument.shape, Shape::UnknownLiteral(_)) {
        return Some(target);
    }
    let yes = match find_coercion_pathway(cx, source, target, CoercionContext::Explicit) {
        Some(CoercionPath::Relabel) => true,
        Some(CoercionPath::ThroughText) => {
            let is_row = source == oid::RECORD || info::is_complex(cx.schema, source);
            !(is_row && info::category(cx.schema, target) == b'S')
        }
        _ => false,
    };
    yes.then_some(target)
}

/// `func_signature_string`: `f(integer, x => text)`.
pub(super) fn signature_string(cx: &Context, wanted: &Wanted, arguments: &[Typed]) -> String {
    let positional = arguments.len() - wanted.argument_names.len().min(arguments.len());
    let printed: Vec<String> = arguments
        .iter()
        .enumerate()
        .map(|(at, argument)| {
            let data_type = super::format_type(cx, argument.oid());
            match at.checked_sub(positional).and_then(|at| wanted.argument_names.get(at)) {
                Some(name) => format!("{} => {data_type}", name.text),
                None => data_type,
            }
        })
        .collect();
    format!("{}({})", super::dotted(wanted.name), printed.join(", "))
}

/// The name as the kinds of errors hold it.
pub(super) fn name_parts(name: &QualifiedName) -> (Option<Arc<str>>, Arc<str>) {
    (name.schema().map(|schema| schema.text.clone()), name.object().text.clone())
}

/// How many routines a bare name means, as `regproc` asks.
pub(super) fn count_named(cx: &mut Context, name: &QualifiedName) -> usize {
    let (schema, object) = name_parts(name);
    let found = cx.schema.functions_named(schema.as_deref(), &object);
    let mut signatures: Vec<&[Oid]> = found.iter().map(|each| &*each.function.inputs).collect();
    let own = found.iter().map(|each| each.function.oid).filter(|oid| *oid >= Oid::FIRST_USER).collect();
    cx.lookups.functions.insert((schema, object), own);
    signatures.sort_unstable();
    signatures.dedup();
    signatures.len()
}

/// Whether a routine of this name takes exactly these inputs.
pub(crate) fn has_signature(cx: &mut Context, name: &QualifiedName, types: &[Oid]) -> bool {
    let (schema, object) = name_parts(name);
    let found = cx.schema.functions_named(schema.as_deref(), &object);
    let own = found.iter().map(|each| each.function.oid).filter(|oid| *oid >= Oid::FIRST_USER).collect();
    let fits = found.iter().any(|each| input_types(each.function) == types);
    cx.lookups.functions.insert((schema, object), own);
    fits
}
