//! What a type is made of: elements, domains, ranges (`lsyscache.c`).

use std::sync::Arc;

use crate::{EnumLabel, Oid, Relation, Schema, TypeKind, TypeRef};

/// Domains over domains are followed this far; no real schema comes near it.
const DOMAIN_DEPTH: usize = 100;

impl Schema {
    /// The array type over a type, or none (`get_array_type`). Arrays have none: `int4[]` and `int4[][]` are one type.
    #[must_use]
    pub fn array_of(&self, oid: Oid) -> Option<Oid> {
        self.type_of(oid).map(|of| of.array).filter(|array| array.is_some())
    }

    /// The element type of a true array type (`get_element_type`); `oidvector` and `int2vector` count as such.
    #[must_use]
    pub fn element_of(&self, oid: Oid) -> Option<Oid> {
        self.type_of(oid).filter(|of| of.is_array).map(|of| of.element)
    }

    /// What a domain is over at the bottom, with the modifier that holds (`getBaseTypeAndTypmod`); any other type itself.
    #[must_use]
    pub fn base_type(&self, data_type: TypeRef) -> TypeRef {
        let mut current = data_type;
        for _ in 0..DOMAIN_DEPTH {
            match self.type_of(current.oid).map(|of| &of.kind) {
                // A domain takes no modifier of its own; its base's is the one that holds.
                Some(TypeKind::Domain { base, .. }) => current = *base,
                _ => break,
            }
        }
        current
    }

    /// The subtype of a range type (`get_range_subtype`).
    #[must_use]
    pub fn range_subtype(&self, range: Oid) -> Option<Oid> {
        match self.type_of(range)?.kind {
            TypeKind::Range { subtype, .. } => Some(subtype),
            _ => None,
        }
    }

    /// The multirange type of a range type (`get_range_multirange`).
    #[must_use]
    pub fn multirange_of(&self, range: Oid) -> Option<Oid> {
        match self.type_of(range)?.kind {
            TypeKind::Range { multirange, .. } => Some(multirange).filter(|oid| oid.is_some()),
            _ => None,
        }
    }

    /// The range type of a multirange type (`get_multirange_range`).
    #[must_use]
    pub fn range_of(&self, multirange: Oid) -> Option<Oid> {
        match self.type_of(multirange)?.kind {
            TypeKind::Multirange(range) => Some(range),
            _ => None,
        }
    }

    /// The relation whose columns a row type has (`typeidTypeRelid`); domains are not looked through.
    #[must_use]
    pub fn row_relation(&self, oid: Oid) -> Option<&Relation> {
        match self.type_of(oid)?.kind {
            TypeKind::Composite(relation) => self.relation(relation),
            _ => None,
        }
    }

    /// The labels of an enum in sort order.
    #[must_use]
    pub fn enum_labels(&self, oid: Oid) -> Option<&[EnumLabel]> {
        match &self.type_of(oid)?.kind {
            TypeKind::Enum(labels) => Some(labels),
            _ => None,
        }
    }

    /// The name of a type that is not taken yet in a namespace: the array type over `name` (`makeArrayTypeName`):
    /// an underscore before it, cut to 63 bytes, and more underscores as long as the name is taken.
    #[must_use]
    pub fn array_type_name(&self, namespace: Oid, name: &str) -> Arc<str> {
        let mut underscored = format!("_{name}");
        for _ in 0..64 {
            let cut = rollproof_sql::cut_identifier(&underscored);
            if self.types_in(namespace, cut).next().is_none() {
                return Arc::from(cut);
            }
            underscored.insert(0, '_');
        }
        Arc::from(rollproof_sql::cut_identifier(&underscored))
    }
}
