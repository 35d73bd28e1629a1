//! Names to objects, as `namespace.c` finds them: the path's order, the temporary schema, what hides what.

use crate::{
    Cast, Collation, Extension, Function, Namespace, Oid, Operator, OperatorClass, OperatorFamily, Privilege, Relation,
    Role, Schema, Type,
};

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
    /// The schemas that unqualified names are looked up in, in order (`recomputeNamespacePath`): the temporary one where
    /// the path does not place it, `pg_catalog` where the path does not place it, then `search_path` as far as the
    /// schemas exist, the role may use them, and `$user` is known. Functions and operators are never looked up in
    /// the temporary one.
    #[must_use]
    pub fn search_path(&self) -> Vec<Oid> {
        let mut path = self.written_path();
        if !path.contains(&Self::PG_CATALOG) {
            path.insert(0, Self::PG_CATALOG);
        }
        let temporary = self.session.temporary;
        if temporary.is_some() && !path.contains(&temporary) {
            path.insert(0, temporary);
        }
        path
    }

    /// `search_path` without what is added by itself.
    fn written_path(&self) -> Vec<Oid> {
        let mut path = Vec::new();
        for name in self.session.search_path.iter() {
            let found = match &**name {
                "$user" => self
                    .session
                    .role
                    .as_deref()
                    .or(self.session.user.as_deref())
                    .and_then(|role| self.find_namespace(role)),
                name => self.find_namespace(name),
            };
            let usable = |oid: &Oid| !path.contains(oid) && self.may_use_namespace(*oid);
            path.extend(found.filter(usable));
        }
        path
    }

    /// Whether the role may look into a schema. A role that no migration made is taken to be allowed.
    fn may_use_namespace(&self, oid: Oid) -> bool {
        self.namespace(oid).is_none_or(|namespace| {
            oid == self.session.temporary || self.may_on_namespace(namespace, Privilege::Usage) != Some(false)
        })
    }

    /// Where an object goes that is made without a schema's name: the first schema of the path that exists, or none
    /// (the server refuses with 3F000). A path that starts with `pg_temp` makes temporary objects
    /// (`RangeVarGetCreationNamespace`).
    #[must_use]
    pub fn creation_namespace(&self) -> Option<Oid> {
        self.written_path().first().copied()
    }

    /// The schema of this name, built-in ones included; `pg_temp` is the session's temporary one, once it has one
    /// (`LookupExplicitNamespace`).
    #[must_use]
    pub fn find_namespace(&self, name: &str) -> Option<Oid> {
        if name == "pg_temp" {
            return Some(self.session.temporary).filter(|oid| oid.is_some());
        }
        self.namespaces_in(Oid::NONE, name).next().map(|namespace| namespace.oid)
    }

    /// The namespaces that a name may be in: the one it is qualified with, or the path. A schema that does not exist
    /// holds nothing; to report it (3F000), ask [`Schema::find_namespace`].
    fn namespaces_for(&self, schema: Option<&str>) -> Vec<Oid> {
        match schema {
            Some(name) => self.find_namespace(name).into_iter().collect(),
            None => self.search_path(),
        }
    }

    /// The same for objects that are not looked for in the temporary schema unless it is named. Positions in the path
    /// count it nevertheless.
    fn namespaces_but_temporary(&self, schema: Option<&str>) -> impl Iterator<Item = (usize, Oid)> {
        let hidden = if schema.is_none() { self.session.temporary } else { Oid::NONE };
        let namespaces = self.namespaces_for(schema).into_iter().enumerate();
        namespaces.filter(move |(_, oid)| hidden.is_none() || *oid != hidden)
    }

    /// The relation that a name means, whatever its kind (`RangeVarGetRelid`): temporary ones first, then by the path.
    #[must_use]
    pub fn find_relation(&self, schema: Option<&str>, name: &str) -> Option<&Relation> {
        self.namespaces_for(schema).into_iter().find_map(|oid| self.relations_in(oid, name).next())
    }

    /// The type of this catalog name (`int4`, not `integer`; `_int4` for an array), by the path
    /// (`LookupTypeName`, `TypenameGetTypid`). Rows of relations are types too.
    #[must_use]
    pub fn find_type(&self, schema: Option<&str>, name: &str) -> Option<&Type> {
        self.namespaces_for(schema).into_iter().find_map(|oid| self.types_in(oid, name).next())
    }

    /// All routines of this name that the path reaches, nearest schema first; a later one of the same signature is
    /// hidden by an earlier one, which is the caller's to apply (`FuncnameGetCandidates`).
    #[must_use]
    pub fn functions_named(&self, schema: Option<&str>, name: &str) -> Vec<FunctionCandidate<'_>> {
        let namespaces = self.namespaces_but_temporary(schema);
        let candidates = namespaces.flat_map(|(path_position, oid)| {
            self.functions_in(oid, name).map(move |function| FunctionCandidate { function, path_position })
        });
        candidates.collect()
    }

    /// All operators of this symbol that the path reaches, nearest schema first (`OpernameGetCandidates`).
    #[must_use]
    pub fn operators_named(&self, schema: Option<&str>, symbol: &str) -> Vec<OperatorCandidate<'_>> {
        let namespaces = self.namespaces_but_temporary(schema);
        let candidates = namespaces.flat_map(|(path_position, oid)| {
            self.operators_in(oid, symbol).map(move |operator| OperatorCandidate { operator, path_position })
        });
        candidates.collect()
    }

    /// The cast from one type to another exactly; domains and arrays are the caller's (`pg_cast` is unique on both).
    #[must_use]
    pub fn find_cast(&self, source: Oid, target: Oid) -> Option<&Cast> {
        self.casts_from(source).find(|cast| cast.target == target)
    }

    /// The casts from a type.
    pub fn casts_from(&self, source: Oid) -> impl Iterator<Item = &Cast> {
        self.casts_in(source, "")
    }

    /// The collation of this name, by the path (`CollationGetCollid`). Whether one that depends on the server's libraries is
    /// there is another question ([`Schema::unproven_collation`]).
    #[must_use]
    pub fn find_collation(&self, schema: Option<&str>, name: &str) -> Option<&Collation> {
        self.namespaces_but_temporary(schema).find_map(|(_, oid)| self.collations_in(oid, name).next())
    }

    /// The operator class of this name and access method, by the path (`OpclassnameGetOpcid`).
    #[must_use]
    pub fn find_operator_class(&self, schema: Option<&str>, method: &str, name: &str) -> Option<&OperatorClass> {
        let mut namespaces = self.namespaces_but_temporary(schema);
        namespaces.find_map(|(_, oid)| self.operator_classes_in(oid, name).find(|class| &*class.method == method))
    }

    /// The operator family of this name and access method, by the path (`OpfamilynameGetOpfid`).
    #[must_use]
    pub fn find_operator_family(&self, schema: Option<&str>, method: &str, name: &str) -> Option<&OperatorFamily> {
        let mut namespaces = self.namespaces_but_temporary(schema);
        namespaces.find_map(|(_, oid)| self.operator_families_in(oid, name).find(|family| &*family.method == method))
    }

    /// The default operator class of exactly this type in an access method, wherever it is; binary-coercible types are
    /// the caller's search (`GetDefaultOpClass`).
    #[must_use]
    pub fn default_operator_class(&self, method: &str, type_oid: Oid) -> Option<&OperatorClass> {
        let fits = |class: &&OperatorClass| class.is_default && class.input == type_oid && &*class.method == method;
        let own = || self.operator_classes.iter().map(|class| &**class).find(fits);
        self.builtin.operator_classes().iter().find(fits).or_else(own)
    }

    /// The default operator classes of an access method, built-in ones first.
    pub fn default_operator_classes<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a OperatorClass> {
        let own = self.operator_classes.iter().map(|class| &**class);
        let all = self.builtin.operator_classes().iter().chain(own);
        all.filter(move |class| class.is_default && &*class.method == method)
    }

    /// The extension of this name, if it is installed.
    #[must_use]
    pub fn find_extension(&self, name: &str) -> Option<&Extension> {
        self.extensions_in(Oid::NONE, name).next()
    }

    /// The role of this name, predefined ones included.
    #[must_use]
    pub fn find_role(&self, name: &str) -> Option<&Role> {
        self.roles_in(Oid::NONE, name).next()
    }

    /// An object of a kind that nothing looks into, by schema (none for kinds that are in none) and `kind name`.
    #[must_use]
    pub fn other(&self, namespace: Oid, key: &str) -> Option<Oid> {
        self.others.first_named(namespace, key).map(|other| other.oid)
    }

    /// Whether a procedural language of this name exists: the four of every database, and what extensions and
    /// `CREATE LANGUAGE` bring.
    #[must_use]
    pub fn has_language(&self, name: &str) -> bool {
        matches!(name, "internal" | "c" | "sql" | "plpgsql")
            || self.other(Oid::NONE, &format!("language {name}")).is_some()
    }

    /// Whether an index access method of this name exists: the six of every database, and what extensions bring.
    #[must_use]
    pub fn has_access_method(&self, name: &str) -> bool {
        matches!(name, "btree" | "hash" | "gist" | "gin" | "spgist" | "brin")
            || self.other(Oid::NONE, &format!("access method {name}")).is_some()
    }

    /// The schema itself by name, see [`Schema::find_namespace`].
    #[must_use]
    pub fn find_namespace_object(&self, name: &str) -> Option<&Namespace> {
        self.namespace(self.find_namespace(name)?)
    }
}
