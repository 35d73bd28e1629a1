//! The schema: all catalogs at one moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::builtin::Builtin;
use crate::{
    Acl, AclEntry, Cast, Collation, Column, ColumnId, DefaultAcl, Dependencies, Function, ObjectId, ObjectTable, Oid,
    Operator, OperatorClass, OperatorFamily, Privilege, Provision, Relation, Role, Session, Taints, Type,
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

/// An object of a kind that nothing here looks into: a server, a wrapper, a conversion, a text search dictionary.
#[derive(Debug, Clone)]
pub struct Other {
    /// Identity.
    pub oid: Oid,
    /// Schema; none for kinds that are in none.
    pub namespace: Oid,
    /// The kind in words and the name: `event trigger t`.
    pub key: Arc<str>,
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
    /// `pg_opfamily`
    pub operator_families: ObjectTable<OperatorFamily>,
    /// `pg_cast`, kept by source type under an empty name.
    pub casts: ObjectTable<Cast>,
    /// `pg_collation`
    pub collations: ObjectTable<Collation>,
    /// `pg_extension`, under no namespace.
    pub extensions: ObjectTable<Extension>,
    /// `pg_authid`, under no namespace.
    pub roles: ObjectTable<Role>,
    /// Objects of kinds that nothing looks into.
    pub others: ObjectTable<Other>,
    /// Who owns what has no owner of its own here (operators, collations, other objects), unless the bootstrap superuser.
    pub owners: rpds::RedBlackTreeMapSync<ObjectId, Oid>,
    /// `pg_depend`
    pub dependencies: Dependencies,
    /// `pg_default_acl`
    pub default_acls: Arc<Vec<DefaultAcl>>,
    /// What could not be followed, in order.
    pub taints: Taints,
    /// What the server is known to have, of what not every server has.
    pub provisions: Arc<BTreeSet<Provision>>,
    /// The next identity.
    pub next_oid: Oid,
    /// Roles that were granted CREATE on the database, or own it; none stands for PUBLIC. Superusers need no grant.
    pub database_creators: Arc<BTreeSet<Oid>>,
    /// Roles that were ever granted something WITH GRANT OPTION: they may pass it on. What it was is not kept.
    pub grant_options: Arc<BTreeSet<Oid>>,
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
            operator_families: ObjectTable::default(),
            casts: ObjectTable::default(),
            collations: ObjectTable::default(),
            extensions: ObjectTable::default(),
            roles: ObjectTable::default(),
            others: ObjectTable::default(),
            owners: rpds::RedBlackTreeMapSync::new_sync(),
            dependencies: Dependencies::default(),
            default_acls: Arc::default(),
            taints: Taints::default(),
            provisions: Arc::default(),
            next_oid: Oid::FIRST_USER,
            database_creators: Arc::default(),
            grant_options: Arc::default(),
            database_search_path: None,
        };
        // Since PostgreSQL 15 only the database's owner may create in `public`.
        let owner = if builtin.version >= 15 { Self::DATABASE_OWNER } else { Self::SUPERUSER };
        let (usage, both) = (Privilege::Usage as u16, Privilege::Usage as u16 | Privilege::Create as u16);
        let everyone = if builtin.version >= 15 { usage } else { both };
        let entries =
            vec![AclEntry { grantee: Oid::NONE, privileges: everyone }, AclEntry { grantee: owner, privileges: both }];
        let acl = Some(Arc::new(Acl { entries }));
        schema.put_namespace(Namespace { oid: Self::PUBLIC, name: Arc::from("public"), owner, acl });
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
    /// `pg_database_owner`, whose one member is the owner of the database.
    pub const DATABASE_OWNER: Oid = Oid(6171);

    /// A new identity.
    pub fn allocate(&mut self) -> Oid {
        let oid = self.next_oid;
        self.next_oid = Oid(oid.0 + 1);
        oid
    }

    /// The column of this identity, system columns not included.
    #[must_use]
    pub fn column(&self, id: ColumnId) -> Option<&Column> {
        self.relation(id.relation)?.column_by_number(id.number).map(|column| &**column)
    }

    /// The name of a namespace.
    #[must_use]
    pub fn namespace_name(&self, oid: Oid) -> Option<&Arc<str>> {
        self.namespace(oid).map(|object| &object.name)
    }

    /// The session's temporary schema, made on first use. Its name is `pg_temp_3`, as a first session's on a server is;
    /// `pg_temp` is another name for it (`InitTempTableNamespace`).
    pub fn ensure_temporary_namespace(&mut self) -> Oid {
        if self.session.temporary.is_none() {
            let oid = self.allocate();
            let owner = Self::SUPERUSER;
            self.put_namespace(Namespace { oid, name: Arc::from("pg_temp_3"), owner, acl: None });
            self.session.temporary = oid;
        }
        self.session.temporary
    }

    /// The first extension whose objects are not known: a name that is not found may be its own.
    #[must_use]
    pub fn unknown_extension(&self) -> Option<&Extension> {
        self.extensions.iter().map(|extension| &**extension).find(|extension| !extension.modelled)
    }
}
