//! Polymorphic types: what `anyelement`, `anyarray`, `anycompatible` … stand for in one call (parse_coerce.c).

use rollproof_catalog::{Oid, oid};
use rollproof_source::TextRange;

use super::common::{common_type_of_oids, verify_common_type_of_oids};
use super::info;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};

/// What has been gathered from the arguments.
#[derive(Debug, Default)]
struct Family {
    element: Option<Oid>,
    array: Option<Oid>,
    range: Option<Oid>,
    multirange: Option<Oid>,
    arguments: usize,
    nonarray: bool,
    enumeration: bool,
    wants_multirange: bool,
    unknowns: bool,
}

/// The same of the `anycompatible` family.
#[derive(Debug, Default)]
struct Compatible {
    used: bool,
    inputs: Vec<Oid>,
    common: Option<Oid>,
    array: Option<Oid>,
    range: Option<Oid>,
    range_element: Option<Oid>,
    multirange: Option<Oid>,
    multirange_element: Option<Oid>,
    wants_nonarray: bool,
    wants_array: bool,
    wants_range: bool,
    wants_multirange: bool,
}

fn mismatch(message: String, span: TextRange) -> Failure {
    let kind = ErrorKind::TypeMismatch { from: "".into(), to: "".into() };
    Error::fail("42804", message, span, kind)
}

fn not_alike(name: &str, span: TextRange) -> Failure {
    mismatch(format!("arguments declared \"{name}\" are not all alike"), span)
}

fn inconsistent(one: &str, other: &str, span: TextRange) -> Failure {
    mismatch(format!("argument declared {one} is not consistent with argument declared {other}"), span)
}

fn not_a(cx: &Context, declared: &str, what: &str, actual: Oid, span: TextRange) -> Failure {
    let actual = super::format_type(cx, actual);
    mismatch(format!("argument declared {declared} is not {what} but type {actual}"), span)
}

fn undetermined(declared: &str, span: TextRange) -> Failure {
    mismatch(format!("could not determine polymorphic type {declared} because input has type unknown"), span)
}

fn no_array_type(cx: &Context, element: Oid, span: TextRange) -> Failure {
    let element = super::format_type(cx, element);
    let kind = ErrorKind::MissingType { schema: None, name: format!("{element}[]").into() };
    Error::fail("42704", format!("could not find array type for data type {element}"), span, kind)
}

/// `check_generic_type_consistency`: whether the polymorphic arguments fit each other.
pub(super) fn is_consistent(cx: &mut Context, actual: &[Oid], declared: &[Oid]) -> bool {
    let mut types = declared.to_vec();
    let span = TextRange::default();
    let count = actual.len().min(types.len());
    let check = Generic { result: Oid::NONE, span, lenient: true };
    enforce(cx, &actual[..count], &mut types[..count], &check).is_ok()
}

/// `enforce_generic_type_consistency`: the polymorphic entries of `declared` that a literal of unknown type, or the
/// `anycompatible` family, stands at become real types; the result is what `result` stands for.
///
/// # Errors
/// 42804 where arguments do not fit each other, or nothing tells the type; 42704 where an array type is missing.
pub(super) fn enforce_generic_type_consistency(
    cx: &mut Context,
    actual: &[Oid],
    declared: &mut [Oid],
    result: Oid,
    span: TextRange,
) -> Result<Oid> {
    enforce(cx, actual, declared, &Generic { result, span, lenient: false })
}

/// `lenient` is `check_generic_type_consistency`, which leaves what is still unknown to later.
struct Generic {
    result: Oid,
    span: TextRange,
    lenient: bool,
}

fn enforce(cx: &mut Context, actual: &[Oid], declared: &mut [Oid], wanted: &Generic) -> Result<Oid> {
    if !declared.iter().any(|each| oid::is_polymorphic(*each)) {
        return Ok(wanted.result);
    }
    let mut family = Family {
        nonarray: wanted.result == oid::ANYNONARRAY,
        enumeration: wanted.result == oid::ANYENUM,
        wants_multirange: wanted.result == oid::ANYMULTIRANGE,
        ..Family::default()
    };
    let mut compatible = Compatible {
        wants_nonarray: wanted.result == oid::ANYCOMPATIBLENONARRAY,
        wants_array: wanted.result == oid::ANYCOMPATIBLEARRAY,
        wants_range: wanted.result == oid::ANYCOMPATIBLERANGE,
        wants_multirange: wanted.result == oid::ANYCOMPATIBLEMULTIRANGE,
        ..Compatible::default()
    };
    for (actual, declared) in actual.iter().zip(declared.iter()) {
        if !family.gather(cx, *actual, *declared, wanted.span)? {
            compatible.gather(cx, *actual, *declared, wanted.span)?;
        }
    }
    if family.arguments > 0 {
        family.settle(cx, wanted)?;
    }
    if compatible.used {
        compatible.settle(cx, wanted)?;
        compatible.replace(declared);
    }
    if wanted.lenient {
        return Ok(Oid::NONE);
    }
    if family.unknowns {
        family.replace_unknowns(cx, actual, declared, wanted.span)?;
    }
    match family.result(cx, wanted)? {
        Some(found) => Ok(found),
        None => compatible.result(wanted),
    }
}

impl Family {
    /// Whether `declared` is of this family.
    fn gather(&mut self, cx: &Context, actual: Oid, declared: Oid, span: TextRange) -> Result<bool> {
        let (slot, name) = match declared {
            oid::ANYELEMENT | oid::ANYNONARRAY | oid::ANYENUM => (&mut self.element, "anyelement"),
            oid::ANYARRAY => (&mut self.array, "anyarray"),
            oid::ANYRANGE => (&mut self.range, "anyrange"),
            oid::ANYMULTIRANGE => (&mut self.multirange, "anymultirange"),
            _ => return Ok(false),
        };
        self.arguments += 1;
        self.nonarray |= declared == oid::ANYNONARRAY;
        self.enumeration |= declared == oid::ANYENUM;
        self.wants_multirange |= declared == oid::ANYMULTIRANGE;
        if actual == oid::UNKNOWN {
            self.unknowns = true;
            return Ok(true);
        }
        let actual = if name == "anyelement" { actual } else { info::base_type(cx.schema, actual) };
        if slot.is_some_and(|before| before != actual) {
            return Err(not_alike(name, span));
        }
        *slot = Some(actual);
        Ok(true)
    }

    fn settle(&mut self, cx: &mut Context, wanted: &Generic) -> Result<()> {
        let span = wanted.span;
        self.settle_array(cx, wanted)?;
        if let Some(multirange) = self.multirange {
            let range = info::multirange_range(cx.schema, multirange)
                .ok_or_else(|| not_a(cx, "anymultirange", "a multirange type", multirange, span))?;
            match self.range {
                None => self.range = Some(range),
                Some(known) if known == range => {}
                Some(_) => return Err(inconsistent("anymultirange", "anyrange", span)),
            }
        } else if self.wants_multirange {
            self.multirange = self.range.and_then(|range| info::range_multirange(cx.schema, range));
        }
        if let Some(range) = self.range {
            let subtype = info::range_subtype(cx.schema, range)
                .ok_or_else(|| not_a(cx, "anyrange", "a range type", range, span))?;
            match self.element {
                None => self.element = Some(subtype),
                Some(known) if known == subtype => {}
                Some(_) => return Err(inconsistent("anyrange", "anyelement", span)),
            }
        }
        self.settle_element(cx, wanted)
    }

    fn settle_array(&mut self, cx: &Context, wanted: &Generic) -> Result<()> {
        let span = wanted.span;
        let Some(array) = self.array else { return Ok(()) };
        let element = if array == oid::ANYARRAY {
            // Columns of type anyarray (pg_stats) fit a lone anyarray argument, and say nothing of the element.
            if !wanted.lenient
                && (self.arguments != 1 || (oid::is_polymorphic(wanted.result) && wanted.result != oid::ANYARRAY))
            {
                return Err(mismatch("cannot determine element type of \"anyarray\" argument".to_owned(), span));
            }
            if wanted.lenient && self.element.is_none() {
                return Ok(());
            }
            oid::ANYELEMENT
        } else {
            info::element_type(cx.schema, array).ok_or_else(|| not_a(cx, "anyarray", "an array", array, span))?
        };
        match self.element {
            None => self.element = Some(element),
            Some(known) if known == element => {}
            Some(_) => return Err(inconsistent("anyarray", "anyelement", span)),
        }
        Ok(())
    }

    fn settle_element(&self, cx: &Context, wanted: &Generic) -> Result<()> {
        let span = wanted.span;
        let Some(element) = self.element else {
            // `check_generic_type_consistency` asks for an enum even where nothing is known yet.
            if wanted.lenient && !self.enumeration {
                return Ok(());
            }
            let message = "could not determine polymorphic type because input has type unknown";
            return Err(mismatch(message.to_owned(), span));
        };
        if self.nonarray && element != oid::ANYELEMENT && info::is_array_or_domain(cx.schema, element) {
            let element = super::format_type(cx, element);
            return Err(mismatch(format!("type matched to anynonarray is an array type: {element}"), span));
        }
        if self.enumeration && element != oid::ANYELEMENT && !info::is_enum(cx.schema, element) {
            let element = super::format_type(cx, element);
            return Err(mismatch(format!("type matched to anyenum is not an enum type: {element}"), span));
        }
        Ok(())
    }

    fn array_type(&self, cx: &Context, span: TextRange) -> Result<Oid> {
        if let Some(array) = self.array {
            return Ok(array);
        }
        let element = self.element.unwrap_or(oid::UNKNOWN);
        info::array_type(cx.schema, element).ok_or_else(|| no_array_type(cx, element, span))
    }

    fn replace_unknowns(&self, cx: &Context, actual: &[Oid], declared: &mut [Oid], span: TextRange) -> Result<()> {
        for (actual, declared) in actual.iter().zip(declared.iter_mut()) {
            if *actual != oid::UNKNOWN {
                continue;
            }
            match *declared {
                oid::ANYELEMENT | oid::ANYNONARRAY | oid::ANYENUM => *declared = self.element.unwrap_or(*declared),
                oid::ANYARRAY => *declared = self.array_type(cx, span)?,
                oid::ANYRANGE => *declared = self.range.ok_or_else(|| undetermined("anyrange", span))?,
                oid::ANYMULTIRANGE => *declared = self.multirange.ok_or_else(|| undetermined("anymultirange", span))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn result(&self, cx: &Context, wanted: &Generic) -> Result<Option<Oid>> {
        let span = wanted.span;
        Ok(Some(match wanted.result {
            oid::ANYELEMENT | oid::ANYNONARRAY | oid::ANYENUM => match self.element {
                Some(element) => element,
                None => {
                    return Err(mismatch(
                        "could not determine polymorphic type because input has type unknown".to_owned(),
                        span,
                    ));
                }
            },
            oid::ANYARRAY => self.array_type(cx, span)?,
            oid::ANYRANGE => self.range.ok_or_else(|| undetermined("anyrange", span))?,
            oid::ANYMULTIRANGE => self.multirange.ok_or_else(|| undetermined("anymultirange", span))?,
            _ => return Ok(None),
        }))
    }
}

impl Compatible {
    fn gather(&mut self, cx: &Context, actual: Oid, declared: Oid, span: TextRange) -> Result<()> {
        let schema = cx.schema;
        match declared {
            oid::ANYCOMPATIBLE | oid::ANYCOMPATIBLENONARRAY => {
                self.wants_nonarray |= declared == oid::ANYCOMPATIBLENONARRAY;
                if actual != oid::UNKNOWN {
                    self.inputs.push(actual);
                }
            }
            oid::ANYCOMPATIBLEARRAY => {
                self.wants_array = true;
                if actual != oid::UNKNOWN {
                    let actual = info::base_type(schema, actual);
                    let element = info::element_type(schema, actual)
                        .ok_or_else(|| not_a(cx, "anycompatiblearray", "an array", actual, span))?;
                    self.inputs.push(element);
                }
            }
            oid::ANYCOMPATIBLERANGE => {
                self.wants_range = true;
                self.gather_range(cx, actual, span)?;
            }
            oid::ANYCOMPATIBLEMULTIRANGE => {
                self.wants_multirange = true;
                self.gather_multirange(cx, actual, span)?;
            }
            _ => return Ok(()),
        }
        self.used = true;
        Ok(())
    }

    fn gather_range(&mut self, cx: &Context, actual: Oid, span: TextRange) -> Result<()> {
        if actual == oid::UNKNOWN {
            return Ok(());
        }
        let actual = info::base_type(cx.schema, actual);
        if let Some(known) = self.range {
            return if known == actual { Ok(()) } else { Err(not_alike("anycompatiblerange", span)) };
        }
        let element = info::range_subtype(cx.schema, actual)
            .ok_or_else(|| not_a(cx, "anycompatiblerange", "a range type", actual, span))?;
        self.range = Some(actual);
        self.range_element = Some(element);
        self.inputs.push(element);
        Ok(())
    }

    fn gather_multirange(&mut self, cx: &Context, actual: Oid, span: TextRange) -> Result<()> {
        if actual == oid::UNKNOWN {
            return Ok(());
        }
        let actual = info::base_type(cx.schema, actual);
        if let Some(known) = self.multirange {
            return if known == actual { Ok(()) } else { Err(not_alike("anycompatiblemultirange", span)) };
        }
        let element = info::multirange_range(cx.schema, actual)
            .and_then(|range| info::range_subtype(cx.schema, range))
            .ok_or_else(|| not_a(cx, "anycompatiblemultirange", "a multirange type", actual, span))?;
        self.multirange = Some(actual);
        self.multirange_element = Some(element);
        self.inputs.push(element);
        Ok(())
    }

    fn settle(&mut self, cx: &mut Context, wanted: &Generic) -> Result<()> {
        let span = wanted.span;
        if let Some(multirange) = self.multirange {
            let range = info::multirange_range(cx.schema, multirange);
            match (self.range, range) {
                (Some(known), Some(range)) if known != range => {
                    return Err(inconsistent("anycompatiblemultirange", "anycompatiblerange", span));
                }
                (None, Some(range)) => {
                    self.range = Some(range);
                    self.range_element = self.multirange_element;
                }
                _ => {}
            }
        } else if self.wants_multirange
            && let Some(range) = self.range
        {
            self.multirange = info::range_multirange(cx.schema, range);
            self.multirange_element = self.range_element;
        }
        if self.inputs.is_empty() {
            return self.settle_unknowns(wanted);
        }
        let refuse = || mismatch("arguments of anycompatible family cannot be cast to a common type".to_owned(), span);
        let common = common_type_of_oids(cx, &self.inputs).ok_or_else(refuse)?;
        if !verify_common_type_of_oids(cx, common, &self.inputs) {
            return Err(refuse());
        }
        self.common = Some(common);
        self.settle_containers(cx, common, wanted)
    }

    fn settle_containers(&mut self, cx: &Context, common: Oid, wanted: &Generic) -> Result<()> {
        let span = wanted.span;
        if self.wants_array && !wanted.lenient {
            let array = info::array_type(cx.schema, common);
            self.array = Some(array.ok_or_else(|| no_array_type(cx, common, span))?);
        }
        let ranges = [
            (self.wants_range, self.range, self.range_element, "anycompatiblerange"),
            (self.wants_multirange, self.multirange, self.multirange_element, "anycompatiblemultirange"),
        ];
        for (wants, range, element, name) in ranges {
            if !wants {
                continue;
            }
            let Some(range) = range else {
                if wanted.lenient {
                    continue;
                }
                return Err(undetermined(name, span));
            };
            if element != Some(common) {
                let (range, common) = (super::format_type(cx, range), super::format_type(cx, common));
                return Err(mismatch(format!("{name} type {range} does not match anycompatible type {common}"), span));
            }
        }
        if self.wants_nonarray && info::is_array_or_domain(cx.schema, common) {
            let common = super::format_type(cx, common);
            return Err(mismatch(format!("type matched to anycompatiblenonarray is an array type: {common}"), span));
        }
        Ok(())
    }

    /// All inputs are literals of unknown type: text, as `select_common_type` would say.
    fn settle_unknowns(&mut self, wanted: &Generic) -> Result<()> {
        self.common = Some(oid::TEXT);
        self.array = Some(oid::TEXT_ARRAY);
        match (wanted.lenient, self.wants_range, self.wants_multirange) {
            (false, true, _) => Err(undetermined("anycompatiblerange", wanted.span)),
            (false, _, true) => Err(undetermined("anycompatiblemultirange", wanted.span)),
            _ => Ok(()),
        }
    }

    fn replace(&self, declared: &mut [Oid]) {
        for each in declared {
            let found = match *each {
                oid::ANYCOMPATIBLE | oid::ANYCOMPATIBLENONARRAY => self.common,
                oid::ANYCOMPATIBLEARRAY => self.array,
                oid::ANYCOMPATIBLERANGE => self.range,
                oid::ANYCOMPATIBLEMULTIRANGE => self.multirange,
                _ => None,
            };
            *each = found.unwrap_or(*each);
        }
    }

    fn result(&self, wanted: &Generic) -> Result<Oid> {
        let found = match wanted.result {
            oid::ANYCOMPATIBLE | oid::ANYCOMPATIBLENONARRAY => self.common,
            oid::ANYCOMPATIBLEARRAY => self.array,
            oid::ANYCOMPATIBLERANGE => self.range,
            oid::ANYCOMPATIBLEMULTIRANGE => self.multirange,
            other => Some(other),
        };
        found.ok_or_else(|| mismatch("could not identify anycompatible type".to_owned(), wanted.span))
    }
}
