//! What is checked of an aggregate's call before its arguments are coerced (`ParseFuncOrColumn`).

use rollproof_catalog::{AggregateKind, Function};

use super::call::{Call, aggregate_kind, missing, unify_hypothetical, wrong_kind};
use super::dotted;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::typed::Typed;

/// # Errors
/// 42809 for `WITHIN GROUP` where it may not, or must, stand; 42883 for a number of direct arguments that does not fit.
pub(super) fn check(cx: &mut Context, call: &Call, function: &Function, arguments: &mut [Typed]) -> Result<()> {
    let form = call.form;
    let (name, span) = (dotted(form.name), form.name.span);
    let kind = aggregate_kind(function);
    if kind == AggregateKind::Normal {
        if form.within_group.is_some() {
            let message = format!("{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP");
            return Err(wrong_kind(message, span));
        }
        return Ok(());
    }
    let Some(ordered) = form.within_group else {
        return Err(wrong_kind(format!("WITHIN GROUP is required for ordered-set aggregate {name}"), span));
    };
    if form.over {
        let message = format!("OVER is not supported for ordered-set aggregate {name}");
        return Err(Error::fail("0A000", message, span, ErrorKind::Other));
    }
    let direct = arguments.len().saturating_sub(ordered);
    let declared = function.aggregate.map_or(0, |aggregate| usize::try_from(aggregate.direct_arguments).unwrap_or(0));
    let variadic = call.candidate.variadic_arguments;
    let parameters = arguments.len() - variadic.saturating_sub(1).min(arguments.len());
    let fits = if function.variadic.is_none() || declared < parameters {
        direct == declared
    } else if kind == AggregateKind::HypotheticalSet {
        variadic == 2 * ordered
    } else {
        variadic > ordered
    };
    if !fits {
        return Err(missing(cx, "function", &call.wanted, arguments, span));
    }
    if kind == AggregateKind::HypotheticalSet {
        unify_hypothetical(cx, arguments, &call.candidate.types, ordered)?;
    }
    Ok(())
}
