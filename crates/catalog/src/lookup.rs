//! Names to objects, as `namespace.c` finds them.

use crate::{Function, Oid, Operator, Schema};

/// A function that a name may mean, and how early in the search path it was found.
#[derive(Debug, Clone, Copy)]
pub struct FunctionCandidate<'a> {
    /// The function.
    pub function: &'a Function,
    /// Position of its schema in the search path, from 0; 0 where the name was qualified.
    pub path_position: usize,
}

/// An operator that a symbol may mean, and how early in the search path it was found.
#[derive(Debug, Clone, Copy)]
pub struct OperatorCandidate<'a> {
    /// The operator.
    pub operator: &'a Operator,
    /// Position of its schema in the search path, from 0.
    pub path_position: usize,
}

impl Schema {
    /// The schemas that unqualified names are looked up in, in order: the temporary one (for relations and types only),
    /// `pg_catalog` where the path does not place it, then `search_path` as far as the schemas exist and `$user` is known
    /// (`recomputeNamespacePath`).
    #[must_use]
    pub fn search_path(&self) -> Vec<Oid> {
        let mut path = Vec::new();
        for name in self.session.search_path.iter() {
            let found = match &**name {
                "$user" => self.session.role.as_deref().and_then(|role| self.find_namespace(role)),
                name => self.find_namespace(name),
            };
            path.extend(found.filter(|oid| !path.contains(oid)));
        }
        if !path.contains(&Self::PG_CATALOG) {
            path.insert(0, Self::PG_CATALOG);
        }
        path
    }

    /// The schema of this name, built-in ones included.
    #[must_use]
    pub fn find_namespace(&self, name: &str) -> Option<Oid> {
        self.namespaces.named(Oid::NONE, name).first().copied().or_else(|| self.builtin.find_namespace(name))
    }
}
