//! The schema: all catalogs at one moment.

use std::sync::Arc;

use crate::builtin::Builtin;
use crate::{
    Acl, Cast, Collation, Column, ColumnId, DefaultAcl, Dependencies, Function, ObjectTable, Oid, Operator,
    OperatorClass, Relation, Role, Session, Type,
};

/// A schema in the sense of `CREATE SCHEMA` (`pg_namespace`).
#[derive(Debug, Clone)]
pub struct Namespace {
    /// Identity.
    pub oid: Oid,
    /// Name.
    pub name: Arc<str>,
    /// Owner.
    pub owner: Oid,
    /// Privileges; none means the owner's alone (`public`: see [`Schema::new`]).
    pub acl: Option<Arc<Acl>>,
}

/// An installed extension (`pg_extension`).
#[derive(Debug, Clone)]
pub struct Extension {
    /// Identity.
    pub oid: Oid,
    /// Name.
    pub name: Arc<str>,
    /// The schema its objects are in.
    pub namespace: Oid,
    /// Whether its objects are known; if not, names that are not found may be its own.
    pub modelled: bool,
}

/// Something a migration did that could not be followed: what it may have touched is unknown from here on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taint {
    /// These relation names (last part, folded) may have been made, changed or dropped.
    Relations(Vec<Arc<str>>, Arc<str>),
    /// Names of functions that may exist or be gone.
    Functions(Vec<Arc<str>>, Arc<str>),
    /// An extension that is not modelled: names that are not found may be its own.
    Extension(Arc<str>),
    /// Anything at all.
    Everything(Arc<str>),
}

/// All objects at one moment. Cloning is cheap and shares everything.
#[derive(Debug, Clone)]
pub struct Schema {
    /// What every database of this version has.
    pub builtin: &'static Builtin,
    /// Session settings.
    pub session: Session,
    /// `pg_namespace`, user-made ones and `public`.
    pub namespaces: ObjectTable<Namespace>,
    /// `pg_class`
    pub relations: ObjectTable<Relation>,
    /// `pg_type`
    pub types: ObjectTable<Type>,
    /// `pg_proc`
    pub functions: ObjectTable<Function>,
    /// `pg_operator`
    pub operators: ObjectTable<Operator>,
    /// `pg_opclass`
    pub operator_classes: ObjectTable<OperatorClass>,
    /// `pg_cast`, under an empty name.
    pub casts: ObjectTable<Cast>,
    /// `pg_collation`
    pub collations: ObjectTable<Collation>,
    /// `pg_extension`, under no namespace.
    pub extensions: ObjectTable<Extension>,
    /// `pg_authid`, under no namespace.
    pub roles: ObjectTable<Role>,
    /// Names of kinds that nothing looks into, as `kind name`: their identities.
    pub others: rpds::RedBlackTreeMapSync<Arc<str>, Oid>,
    /// `pg_depend`
    pub dependencies: Dependencies,
    /// `pg_default_acl`
    pub default_acls: Arc<Vec<DefaultAcl>>,
    /// What could not be followed, in order.
    pub taints: Arc<Vec<Taint>>,
    /// The next identity.
    pub next_oid: Oid,
    /// Settings made with `ALTER DATABASE … SET`: the `search_path` new sessions start with.
    pub database_search_path: Option<Arc<[Arc<str>]>>,
}

impl Schema {
    /// An empty database of this version: built-in objects, schema `public`, and the bootstrap superuser.
    #[must_use]
    pub fn new(builtin: &'static Builtin) -> Self {
        let mut schema = Self {
            builtin,
            session: Session::default(),
            namespaces: ObjectTable::default(),
            relations: ObjectTable::default(),
            types: ObjectTable::default(),
            functions: ObjectTable::default(),
            operators: ObjectTable::default(),
            operator_classes: ObjectTable::default(),
            casts: ObjectTable::default(),
            collations: ObjectTable::default(),
            extensions: ObjectTable::default(),
            roles: ObjectTable::default(),
            others: rpds::RedBlackTreeMapSync::new_sync(),
            dependencies: Dependencies::default(),
            default_acls: Arc::default(),
            taints: Arc::default(),
            next_oid: Oid::FIRST_USER,
            database_search_path: None,
        };
        schema.put_namespace(Namespace {
            oid: Self::PUBLIC,
            name: Arc::from("public"),
            owner: Self::SUPERUSER,
            acl: None,
        });
        schema
    }

    /// `public` (2200 on every server).
    pub const PUBLIC: Oid = Oid(2200);
    /// `pg_catalog`
    pub const PG_CATALOG: Oid = Oid(11);
    /// `pg_toast`
    pub const PG_TOAST: Oid = Oid(99);
    /// The bootstrap superuser, which runs migrations unless said otherwise.
    pub const SUPERUSER: Oid = Oid(10);

    /// A new identity.
    pub fn allocate(&mut self) -> Oid {
        let oid = self.next_oid;
        self.next_oid = Oid(oid.0 + 1);
        oid
    }

    /// Adds or replaces a namespace.
    pub fn put_namespace(&mut self, object: Namespace) {
        let (oid, name) = (object.oid, object.name.clone());
        self.namespaces.put(oid, Oid::NONE, &name, Arc::new(object), |each| (Oid::NONE, each.name.clone()));
    }

    /// Adds or replaces a relation.
    pub fn put_relation(&mut self, object: Relation) {
        let (oid, namespace, name) = (object.oid, object.namespace, object.name.clone());
        self.relations.put(oid, namespace, &name, Arc::new(object), |each| (each.namespace, each.name.clone()));
    }

    /// Removes a relation.
    pub fn remove_relation(&mut self, oid: Oid) {
        self.relations.remove(oid, |each| (each.namespace, each.name.clone()));
    }

    /// Adds or replaces a type.
    pub fn put_type(&mut self, object: Type) {
        let (oid, namespace, name) = (object.oid, object.namespace, object.name.clone());
        self.types.put(oid, namespace, &name, Arc::new(object), |each| (each.namespace, each.name.clone()));
    }

    /// Removes a type.
    pub fn remove_type(&mut self, oid: Oid) {
        self.types.remove(oid, |each| (each.namespace, each.name.clone()));
    }

    /// Adds or replaces a function.
    pub fn put_function(&mut self, object: Function) {
        let (oid, namespace, name) = (object.oid, object.namespace, object.name.clone());
        self.functions.put(oid, namespace, &name, Arc::new(object), |each| (each.namespace, each.name.clone()));
    }

    /// Removes a function.
    pub fn remove_function(&mut self, oid: Oid) {
        self.functions.remove(oid, |each| (each.namespace, each.name.clone()));
    }

    /// The relation of this identity, built-in ones included.
    #[must_use]
    pub fn relation(&self, oid: Oid) -> Option<&Relation> {
        self.relations.get(oid).map(|object| &**object).or_else(|| self.builtin.relation(oid))
    }

    /// The type of this identity, built-in ones included.
    #[must_use]
    pub fn type_of(&self, oid: Oid) -> Option<&Type> {
        self.builtin.type_of(oid).or_else(|| self.types.get(oid).map(|object| &**object))
    }

    /// The routine of this identity, built-in ones included.
    #[must_use]
    pub fn function(&self, oid: Oid) -> Option<&Function> {
        self.functions.get(oid).map(|object| &**object).or_else(|| self.builtin.function(oid))
    }

    /// The operator of this identity, built-in ones included.
    #[must_use]
    pub fn operator(&self, oid: Oid) -> Option<&Operator> {
        self.operators.get(oid).map(|object| &**object).or_else(|| self.builtin.operator(oid))
    }

    /// The column of this identity, system columns not included.
    #[must_use]
    pub fn column(&self, id: ColumnId) -> Option<&Column> {
        self.relation(id.relation)?.column_by_number(id.number).map(|column| &**column)
    }

    /// The name of a namespace.
    #[must_use]
    pub fn namespace_name(&self, oid: Oid) -> Option<&Arc<str>> {
        self.namespaces.get(oid).map(|object| &object.name).or_else(|| self.builtin.namespace_name(oid))
    }
}
