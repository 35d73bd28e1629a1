//! String literals of a known type: the server runs the type's input function when it analyses a statement, and refuses
//! what that refuses (`coerce_type`, `stringTypeDatum`).
//!
//! An input function is followed only as far as its answer is certain. What may go either way is recorded in
//! [`Context::unchecked_literals`] and taken as valid.

mod bits;
mod container;
mod datetime;
mod geometry;
mod json;
mod jsonpath;
mod network;
mod number;
mod reference;
mod textsearch;
mod words;
mod xml;

use rollproof_catalog::{ObjectId, Oid, TypeKind, TypeRef, oid};
use rollproof_source::TextRange;

use super::info;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};

pub(super) use number::integer_value;

/// Deepest nesting of arrays, rows and ranges inside one literal.
const MAX_DEPTH: usize = 16;

/// What an input function says of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// It is taken.
    Valid,
    /// It is refused.
    Invalid(Refusal),
    /// This crate cannot tell.
    Unsure,
}

/// An input function's error.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    sqlstate: &'static str,
    message: String,
    /// An object that the text names, and that is not there.
    missing: Option<ErrorKind>,
}

impl Verdict {
    fn refuse(sqlstate: &'static str, message: String) -> Self {
        Self::Invalid(Refusal { sqlstate, message, missing: None })
    }

    /// `invalid input syntax for type …`
    fn syntax(data_type: &str, text: &str) -> Self {
        Self::refuse("22P02", format!("invalid input syntax for type {data_type}: \"{text}\""))
    }

    /// Valid, or a syntax error.
    fn valid_or_syntax(valid: bool, data_type: &str, text: &str) -> Self {
        if valid { Self::Valid } else { Self::syntax(data_type, text) }
    }

    /// The first that is not valid decides; an error before an unsure one.
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Valid => other(),
            Self::Invalid(_) => self,
            Self::Unsure => match other() {
                invalid @ Self::Invalid(_) => invalid,
                _ => Self::Unsure,
            },
        }
    }
}

/// Runs the input function of `target` (a base type, not a domain) over `text`.
///
/// # Errors
/// The input function's: 22P02, 22003, 22007, 22008, 42P01 for `regclass`, …
pub(super) fn check(cx: &mut Context, text: &str, target: TypeRef, span: TextRange) -> Result<()> {
    // A part of the text that is not known may make it valid or not.
    let hole = text.contains(rollproof_sql::MappedText::HOLE);
    let verdict = match target.oid {
        _ if hole => Verdict::Unsure,
        oid::INTERVAL => datetime::interval(text, cx.version(), target.modifier),
        other => judge(cx, text, other, 0),
    };
    match verdict {
        Verdict::Valid => {
            if target.oid == oid::REGCLASS {
                cx.named_relations.extend(reference::named_relation(cx.schema, text).map(|found| (span, found)));
            }
            if let Some(object) = object_of(cx, text, target.oid) {
                cx.named_literals.push((span, object));
            }
            Ok(())
        }
        Verdict::Unsure => {
            cx.unchecked_literals.push((span, target.oid));
            Ok(())
        }
        Verdict::Invalid(refusal) => {
            let kind = refusal.missing.unwrap_or_else(|| ErrorKind::InvalidLiteral {
                data_type: super::format_type(cx, target.oid).into(),
                text: text.into(),
            });
            Err(Error::fail(refusal.sqlstate, refusal.message, span, kind))
        }
    }
}

/// The object whose identity a valid literal becomes; none for all other values.
fn object_of(cx: &Context, text: &str, target: Oid) -> Option<ObjectId> {
    let data_type = info::base_type(cx.schema, target);
    if data_type == oid::REGCLASS {
        return reference::relation_of(cx, text).map(ObjectId::Relation);
    }
    match &cx.schema.type_of(data_type)?.kind {
        TypeKind::Enum(labels) => {
            labels.iter().find(|label| *label.label == *text).map(|label| ObjectId::EnumLabel(label.oid))
        }
        _ => None,
    }
}

/// NULL of a pseudo-type: the input functions of those that only code uses are run even for it.
///
/// # Errors
/// 0A000 "cannot accept a value of type internal"
pub(super) fn check_null(cx: &Context, target: Oid, span: TextRange) -> Result<()> {
    let runs = matches!(
        target,
        oid::INTERNAL
            | oid::TRIGGER
            | oid::EVENT_TRIGGER
            | oid::LANGUAGE_HANDLER
            | oid::FDW_HANDLER
            | oid::TABLE_AM_HANDLER
            | oid::INDEX_AM_HANDLER
            | oid::TSM_HANDLER
    );
    if !runs {
        return Ok(());
    }
    let name = super::format_type(cx, target);
    let kind = ErrorKind::InvalidLiteral { data_type: name.clone().into(), text: "".into() };
    Err(Error::fail("0A000", format!("cannot accept a value of type {name}"), span, kind))
}

/// The verdict of one type's input function; `depth` counts containers around it.
fn judge(cx: &mut Context, text: &str, data_type: Oid, depth: usize) -> Verdict {
    if depth > MAX_DEPTH {
        return Verdict::Unsure;
    }
    // Inside of another literal a domain's checks are run at once.
    if depth > 0 && has_checks(cx, data_type) {
        let base = info::base_type(cx.schema, data_type);
        return match judge(cx, text, base, depth) {
            Verdict::Valid => Verdict::Unsure,
            other => other,
        };
    }
    let data_type = info::base_type(cx.schema, data_type);
    let Some(found) = cx.schema.type_of(data_type) else { return Verdict::Unsure };
    if found.oid >= Oid::FIRST_USER {
        cx.lookups.type_ids.insert(found.oid);
    }
    match &found.kind {
        TypeKind::Enum(labels) => {
            let name = super::format_type(cx, data_type);
            match labels.iter().find(|label| &*label.label == text) {
                Some(label) if label.uncommitted => {
                    return Verdict::refuse("55P04", format!("unsafe use of new value \"{text}\" of enum type {name}"));
                }
                Some(_) => return Verdict::Valid,
                None => {}
            }
            Verdict::refuse("22P02", format!("invalid input value for enum {name}: \"{text}\""))
        }
        TypeKind::Composite(relation) => container::row(cx, text, *relation, depth),
        TypeKind::Range { subtype, .. } => container::range(cx, text, *subtype, depth),
        TypeKind::Multirange(range) => container::multirange(cx, text, *range, depth),
        TypeKind::Pseudo if !found.is_array => pseudo(cx, data_type),
        TypeKind::Base | TypeKind::Pseudo
            if found.is_array && !matches!(data_type, oid::INT2_VECTOR | oid::OID_VECTOR) =>
        {
            container::array(cx, text, found.element, depth)
        }
        TypeKind::Base if data_type < Oid::FIRST_USER => built_in(cx, text, data_type),
        // citext and its like take any text.
        TypeKind::Base if &*found.name == "citext" => Verdict::Valid,
        _ => Verdict::Unsure,
    }
}

fn pseudo(cx: &Context, data_type: Oid) -> Verdict {
    match data_type {
        oid::CSTRING | oid::VOID | oid::UNKNOWN => Verdict::Valid,
        oid::RECORD => Verdict::refuse("0A000", "input of anonymous composite types is not implemented".to_owned()),
        _ => {
            let name = super::format_type(cx, data_type);
            Verdict::refuse("0A000", format!("cannot accept a value of type {name}"))
        }
    }
}

fn built_in(cx: &mut Context, text: &str, data_type: Oid) -> Verdict {
    let version = cx.version();
    match data_type {
        oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::NAME | oid::CHAR | oid::UNKNOWN | oid::REFCURSOR => {
            Verdict::Valid
        }
        oid::BOOL => Verdict::valid_or_syntax(words::is_boolean(text), "boolean", text),
        oid::INT2 => number::integer(text, version, 16, "smallint"),
        oid::INT4 => number::integer(text, version, 32, "integer"),
        oid::INT8 => number::integer(text, version, 64, "bigint"),
        oid::FLOAT4 => number::float(text, true),
        oid::FLOAT8 => number::float(text, false),
        oid::NUMERIC => number::numeric(text, version),
        oid::OID => number::unsigned(text, version, "oid"),
        oid::XID => number::lenient_unsigned(text, version, "xid"),
        oid::CID => number::lenient_unsigned(text, version, "cid"),
        oid::INT2_VECTOR | oid::OID_VECTOR => number::vector(text, data_type == oid::OID_VECTOR, version),
        oid::UUID => Verdict::valid_or_syntax(words::is_uuid(text), "uuid", text),
        oid::JSON => json::check(text, false),
        oid::JSONB => json::check(text, true),
        oid::JSONPATH => jsonpath::check(text, version),
        oid::BYTEA => bits::bytea(text),
        oid::BIT | oid::VARBIT => bits::bit_string(text),
        oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ | oid::TIME | oid::TIMETZ => {
            datetime::moment(cx, text, data_type)
        }
        oid::INTERVAL => datetime::interval(text, version, -1),
        oid::INET => network::address(text, false),
        oid::CIDR => network::address(text, true),
        oid::MACADDR => network::mac(text),
        oid::MACADDR8 => network::long_mac(text),
        oid::PG_LSN => words::log_position(text),
        oid::MONEY => words::money(text),
        oid::XML => xml::check(text, wants_document(cx)),
        oid::TSVECTOR => textsearch::vector(text),
        oid::TSQUERY => textsearch::query(text),
        oid::POINT | oid::LSEG | oid::BOX | oid::PATH | oid::POLYGON | oid::LINE | oid::CIRCLE => {
            geometry::shape(text, data_type)
        }
        oid::TID => words::tuple_id(text),
        oid::PG_SNAPSHOT | oid::TXID_SNAPSHOT => words::snapshot(text),
        oid::XID8 => number::unsigned_long(text, version),
        oid::GTSVECTOR | oid::PG_NODE_TREE => pseudo(cx, data_type),
        oid::REGCLASS
        | oid::REGTYPE
        | oid::REGPROC
        | oid::REGPROCEDURE
        | oid::REGNAMESPACE
        | oid::REGROLE
        | oid::REGCOLLATION
        | oid::REGCONFIG
        | oid::REGOPER
        | oid::REGOPERATOR
        | oid::REGDICTIONARY => reference::judge(cx, text, data_type),
        _ => Verdict::Unsure,
    }
}

/// Whether `xmloption` asks for documents.
fn wants_document(cx: &Context) -> bool {
    cx.schema.session.settings.get("xmloption").is_some_and(|value| value.eq_ignore_ascii_case("document"))
}

/// Whether values of a domain, or of one that it is over, are checked.
fn has_checks(cx: &Context, data_type: Oid) -> bool {
    let mut at = data_type;
    for _ in 0..32 {
        match cx.schema.type_of(at).map(|found| &found.kind) {
            Some(TypeKind::Domain { checks, .. }) if !checks.is_empty() => return true,
            Some(TypeKind::Domain { base, .. }) => at = base.oid,
            _ => return false,
        }
    }
    true
}
