//! What the catalogs tell of a type (lsyscache.c, typcache.c).

use rollproof_catalog::{CastContext, CastMethod, Oid, Schema, TypeKind, TypeRef, oid};

use crate::context::Context;

/// Longest chain of domains or parents that is followed; the server's own are finite, ours come from hostile input.
const MAX_CHAIN: usize = 64;

/// `get_type_category_preferred`; `X` (unknown's category) for a type that is not there.
#[must_use]
pub fn category(schema: &Schema, data_type: Oid) -> u8 {
    schema.type_of(data_type).map_or(b'X', |found| found.category)
}

/// `typispreferred`
#[must_use]
pub fn is_preferred(schema: &Schema, data_type: Oid) -> bool {
    schema.type_of(data_type).is_some_and(|found| found.preferred)
}

/// `getBaseTypeAndTypmod`: through domains; of a domain the innermost one's modifier.
#[must_use]
pub fn base_type_ref(schema: &Schema, data_type: TypeRef) -> TypeRef {
    let mut at = data_type;
    for _ in 0..MAX_CHAIN {
        match schema.type_of(at.oid).map(|found| &found.kind) {
            Some(TypeKind::Domain { base, .. }) => at = *base,
            _ => break,
        }
    }
    at
}

/// `getBaseType`
#[must_use]
pub fn base_type(schema: &Schema, data_type: Oid) -> Oid {
    base_type_ref(schema, TypeRef::plain(data_type)).oid
}

/// `get_typcollation`
#[must_use]
pub fn type_collation(schema: &Schema, data_type: Oid) -> Oid {
    schema.type_of(data_type).map_or(Oid::NONE, |found| found.collation)
}

/// `get_element_type`: of a true array type; domains are not looked through.
#[must_use]
pub fn element_type(schema: &Schema, data_type: Oid) -> Option<Oid> {
    schema.type_of(data_type).filter(|found| found.is_array).map(|found| found.element)
}

/// `get_base_element_type`: of a true array type, through domains.
#[must_use]
pub fn base_element_type(schema: &Schema, data_type: Oid) -> Option<Oid> {
    element_type(schema, base_type(schema, data_type))
}

/// `get_array_type`
#[must_use]
pub fn array_type(schema: &Schema, data_type: Oid) -> Option<Oid> {
    schema.type_of(data_type).map(|found| found.array).filter(|array| array.is_some())
}

/// `get_promoted_array_type`: the array type over it, or itself where it is an array.
#[must_use]
pub fn promoted_array_type(schema: &Schema, data_type: Oid) -> Option<Oid> {
    array_type(schema, data_type).or_else(|| element_type(schema, data_type).map(|_| data_type))
}

/// `type_is_array_domain`
#[must_use]
pub fn is_array_or_domain(schema: &Schema, data_type: Oid) -> bool {
    base_element_type(schema, data_type).is_some()
}

/// `type_is_enum`
#[must_use]
pub fn is_enum(schema: &Schema, data_type: Oid) -> bool {
    matches!(schema.type_of(data_type).map(|found| &found.kind), Some(TypeKind::Enum(_)))
}

/// `get_range_subtype`
#[must_use]
pub fn range_subtype(schema: &Schema, data_type: Oid) -> Option<Oid> {
    match schema.type_of(data_type)?.kind {
        TypeKind::Range { subtype, .. } => Some(subtype),
        _ => None,
    }
}

/// `get_range_multirange`
#[must_use]
pub fn range_multirange(schema: &Schema, data_type: Oid) -> Option<Oid> {
    match schema.type_of(data_type)?.kind {
        TypeKind::Range { multirange, .. } => Some(multirange),
        _ => None,
    }
}

/// `get_multirange_range`
#[must_use]
pub fn multirange_range(schema: &Schema, data_type: Oid) -> Option<Oid> {
    match schema.type_of(data_type)?.kind {
        TypeKind::Multirange(range) => Some(range),
        _ => None,
    }
}

/// `typeidTypeRelid`: the relation of a composite type.
#[must_use]
pub fn composite_relation(schema: &Schema, data_type: Oid) -> Option<Oid> {
    match schema.type_of(data_type)?.kind {
        TypeKind::Composite(relation) => Some(relation),
        _ => None,
    }
}

/// `typeOrDomainTypeRelid`
#[must_use]
pub fn row_relation(schema: &Schema, data_type: Oid) -> Option<Oid> {
    composite_relation(schema, base_type(schema, data_type))
}

/// `ISCOMPLEX`
#[must_use]
pub fn is_complex(schema: &Schema, data_type: Oid) -> bool {
    row_relation(schema, data_type).is_some()
}

/// `is_complex_array`
#[must_use]
pub fn is_complex_array(schema: &Schema, data_type: Oid) -> bool {
    element_type(schema, data_type).is_some_and(|element| is_complex(schema, element))
}

/// `typeInheritsFrom`: rows of an inheriting table, or of a partition, are rows of the parent.
#[must_use]
pub fn inherits_from(schema: &Schema, child: Oid, parent: Oid) -> bool {
    let (Some(start), Some(goal)) = (row_relation(schema, child), composite_relation(schema, parent)) else {
        return false;
    };
    let mut queue = vec![start];
    let mut seen = Vec::new();
    while let Some(at) = queue.pop() {
        if seen.contains(&at) || seen.len() > 4096 {
            continue;
        }
        seen.push(at);
        let Some(relation) = schema.relation(at) else { continue };
        let parents = relation.inherits.iter().copied().chain(relation.partition.as_ref().map(|each| each.parent));
        for each in parents {
            if each == goal {
                return true;
            }
            queue.push(each);
        }
    }
    false
}

/// `typeIsOfTypedTable`: rows of `CREATE TABLE … OF t` are values of `t`.
#[must_use]
pub fn is_of_typed_table(schema: &Schema, row: Oid, composite: Oid) -> bool {
    composite_relation(schema, row)
        .and_then(|relation| schema.relation(relation))
        .is_some_and(|relation| relation.of_type.is_some() && relation.of_type == composite)
}

/// Whether a type's output function depends on settings or on the catalog (`provolatile` of `typoutput`).
#[must_use]
pub fn output_is_mutable(schema: &Schema, data_type: Oid) -> bool {
    !matches!(data_type, oid::TIME | oid::TIMETZ | oid::XML) && input_is_mutable(schema, data_type)
}

/// The same of its input function.
#[must_use]
pub fn input_is_mutable(schema: &Schema, data_type: Oid) -> bool {
    let Some(found) = schema.type_of(data_type) else { return true };
    match found.kind {
        TypeKind::Base if found.is_array => !matches!(data_type, oid::INT2_VECTOR | oid::OID_VECTOR),
        TypeKind::Base => matches!(
            data_type,
            oid::DATE
                | oid::TIME
                | oid::TIMETZ
                | oid::TIMESTAMP
                | oid::TIMESTAMPTZ
                | oid::INTERVAL
                | oid::MONEY
                | oid::XML
                | oid::ACLITEM
                | oid::REGPROC
                | oid::REGPROCEDURE
                | oid::REGOPER
                | oid::REGOPERATOR
                | oid::REGCLASS
                | oid::REGTYPE
                | oid::REGROLE
                | oid::REGNAMESPACE
                | oid::REGCONFIG
                | oid::REGDICTIONARY
                | oid::REGCOLLATION
        ),
        _ => !matches!(data_type, oid::CSTRING | oid::UNKNOWN | oid::VOID),
    }
}

/// `IsBinaryCoercible`
pub fn is_binary_coercible(cx: &mut Context, source: Oid, target: Oid) -> bool {
    let schema = cx.schema;
    if source == target || matches!(target, oid::ANY | oid::ANYELEMENT | oid::ANYCOMPATIBLE) {
        return true;
    }
    let source = base_type(schema, source);
    let is_array = element_type(schema, source).is_some();
    let by_kind = match target {
        oid::ANYARRAY | oid::ANYCOMPATIBLEARRAY => is_array,
        oid::ANYNONARRAY | oid::ANYCOMPATIBLENONARRAY => !is_array,
        oid::ANYENUM => is_enum(schema, source),
        oid::ANYRANGE | oid::ANYCOMPATIBLERANGE => range_subtype(schema, source).is_some(),
        oid::ANYMULTIRANGE | oid::ANYCOMPATIBLEMULTIRANGE => multirange_range(schema, source).is_some(),
        oid::RECORD => is_complex(schema, source),
        oid::RECORD_ARRAY => is_complex_array(schema, source),
        _ => false,
    };
    if source == target || by_kind {
        return true;
    }
    find_cast(cx, source, target)
        .is_some_and(|(context, method)| method == CastMethod::Binary && context == CastContext::Implicit)
}

/// The entry of `pg_cast`, its look-up recorded.
pub fn find_cast(cx: &mut Context, source: Oid, target: Oid) -> Option<(CastContext, CastMethod)> {
    let found = cx.schema.find_cast(source, target);
    let identity = found.map_or(Oid::NONE, |cast| cast.oid);
    if identity >= Oid::FIRST_USER {
        cx.lookups.casts.insert((source, target), identity);
    }
    found.map(|cast| (cast.context, cast.method))
}
