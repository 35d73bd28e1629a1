//! Choosing among candidates (`func_match_argtypes`, `func_select_candidate`).

use rollproof_catalog::{Oid, oid};

use super::CoercionContext;
use super::info;
use super::path::can_coerce_types;
use crate::context::Context;

/// A function or operator that a name may mean (`_FuncCandidateList`).
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The object; none where two of them cannot be told apart.
    pub(super) oid: Oid,
    /// How early in the search path.
    pub(super) path_position: usize,
    /// Parameter types in the call's order, variadic ones repeated, omitted ones last.
    pub(super) types: Vec<Oid>,
    /// How many arguments a VARIADIC parameter takes.
    pub(super) variadic_arguments: usize,
    /// How many parameters are left to their defaults.
    pub(super) defaults: usize,
    /// For named notation: the parameter of each argument, then of each default.
    pub(super) places: Option<Vec<usize>>,
}

/// `func_match_argtypes`: those whose parameters the arguments can be coerced to implicitly.
pub(super) fn match_argument_types(cx: &mut Context, inputs: &[Oid], candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut kept = Vec::new();
    for candidate in candidates {
        if can_coerce_types(cx, inputs, &candidate.types, CoercionContext::Implicit) {
            kept.push(candidate);
        }
    }
    kept
}

/// Keeps those with the highest score.
fn keep_best(candidates: &mut Vec<Candidate>, score: impl Fn(&Candidate) -> usize) {
    let best = candidates.iter().map(&score).max().unwrap_or(0);
    candidates.retain(|candidate| score(candidate) == best);
}

/// `func_select_candidate`: the one that fits best, or none where the rules do not decide.
pub(super) fn select_candidate(cx: &mut Context, inputs: &[Oid], candidates: Vec<Candidate>) -> Option<Candidate> {
    let schema = cx.schema;
    let mut candidates = candidates;
    let bases: Vec<Oid> = inputs.iter().map(|input| info::base_type(schema, *input)).collect();
    let unknowns = inputs.iter().filter(|input| **input == oid::UNKNOWN).count();

    keep_best(&mut candidates, |candidate| {
        let pairs = bases.iter().zip(&candidate.types);
        pairs.filter(|(base, declared)| **base != oid::UNKNOWN && base == declared).count()
    });
    if candidates.len() == 1 {
        return candidates.pop();
    }
    // A preferred type counts only within the input's own category.
    keep_best(&mut candidates, |candidate| {
        let fits = |(base, declared): &(&Oid, &Oid)| {
            **base != oid::UNKNOWN
                && (base == declared
                    || (info::category(schema, **base) == info::category(schema, **declared)
                        && info::is_preferred(schema, **declared)))
        };
        bases.iter().zip(&candidate.types).filter(fits).count()
    });
    if candidates.len() == 1 {
        return candidates.pop();
    }
    if unknowns == 0 {
        return None;
    }
    if let Some(slots) = resolve_unknown_categories(cx, &bases, &candidates) {
        strip_by_category(cx, &slots, &mut candidates);
        if candidates.len() == 1 {
            return candidates.pop();
        }
    }
    if unknowns == inputs.len() {
        return None;
    }
    same_type_for_unknowns(cx, &bases, candidates)
}

/// The category of each unknown argument, and whether a preferred type of it is offered there; none for known ones.
type Slots = Vec<Option<(u8, bool)>>;

/// Strings win wherever a candidate takes one; else all candidates must agree on a category.
fn resolve_unknown_categories(cx: &Context, bases: &[Oid], candidates: &[Candidate]) -> Option<Slots> {
    let mut slots = Vec::with_capacity(bases.len());
    for (place, base) in bases.iter().enumerate() {
        if *base != oid::UNKNOWN {
            slots.push(None);
            continue;
        }
        let mut slot: Option<(u8, bool)> = None;
        let mut conflict = false;
        for candidate in candidates {
            let declared = candidate.types.get(place).copied().unwrap_or(Oid::NONE);
            let category = info::category(cx.schema, declared);
            let preferred = info::is_preferred(cx.schema, declared);
            slot = match slot {
                None => Some((category, preferred)),
                Some((known, has)) if known == category => Some((known, has || preferred)),
                Some(_) if category == b'S' => Some((category, preferred)),
                Some(known) => {
                    conflict = true;
                    Some(known)
                }
            };
        }
        if conflict && slot.is_none_or(|slot| slot.0 != b'S') {
            return None;
        }
        slots.push(slot);
    }
    Some(slots)
}

fn strip_by_category(cx: &Context, slots: &Slots, candidates: &mut Vec<Candidate>) {
    let schema = cx.schema;
    let fits = |candidate: &Candidate| {
        slots.iter().zip(&candidate.types).all(|(slot, declared)| {
            slot.is_none_or(|(category, has_preferred)| {
                info::category(schema, *declared) == category
                    && (!has_preferred || info::is_preferred(schema, *declared))
            })
        })
    };
    if candidates.iter().any(fits) {
        candidates.retain(fits);
    }
}

/// If all known arguments are of one type, assume it for the unknown ones too, and see whether that decides.
fn same_type_for_unknowns(cx: &mut Context, bases: &[Oid], candidates: Vec<Candidate>) -> Option<Candidate> {
    let mut known = bases.iter().filter(|base| **base != oid::UNKNOWN);
    let first = *known.next()?;
    if known.any(|other| *other != first) {
        return None;
    }
    let assumed = vec![first; bases.len()];
    let mut fitting = match_argument_types(cx, &assumed, candidates);
    if fitting.len() == 1 { fitting.pop() } else { None }
}
