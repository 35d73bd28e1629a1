//! Roles, privileges, row security policies.

use std::sync::Arc;

use crate::{Oid, StoredExpr};

/// One privilege (`aclitem`'s letters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Privilege {
    /// SELECT
    Select = 1,
    /// INSERT
    Insert = 2,
    /// UPDATE
    Update = 4,
    /// DELETE
    Delete = 8,
    /// TRUNCATE
    Truncate = 16,
    /// REFERENCES
    References = 32,
    /// TRIGGER
    Trigger = 64,
    /// EXECUTE
    Execute = 128,
    /// USAGE
    Usage = 256,
    /// CREATE
    Create = 512,
    /// MAINTAIN (PostgreSQL 17)
    Maintain = 1024,
}

/// The words of the privileges, in the order of `aclitem`.
const WORDS: [(Privilege, &str); 11] = [
    (Privilege::Insert, "INSERT"),
    (Privilege::Select, "SELECT"),
    (Privilege::Update, "UPDATE"),
    (Privilege::Delete, "DELETE"),
    (Privilege::Truncate, "TRUNCATE"),
    (Privilege::References, "REFERENCES"),
    (Privilege::Trigger, "TRIGGER"),
    (Privilege::Execute, "EXECUTE"),
    (Privilege::Usage, "USAGE"),
    (Privilege::Create, "CREATE"),
    (Privilege::Maintain, "MAINTAIN"),
];

impl Privilege {
    /// Bits of privileges as GRANT writes them.
    #[must_use]
    pub fn words(privileges: u16) -> Vec<&'static str> {
        WORDS.iter().filter(|(privilege, _)| privileges & *privilege as u16 != 0).map(|(_, word)| *word).collect()
    }
}

/// What one role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AclEntry {
    /// The role; none for PUBLIC.
    pub grantee: Oid,
    /// Bits of [`Privilege`].
    pub privileges: u16,
}

/// An access control list, by grantee.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acl {
    /// The entries.
    pub entries: Vec<AclEntry>,
}

/// `ALTER DEFAULT PRIVILEGES`: what objects made later get.
#[derive(Debug, Clone)]
pub struct DefaultAcl {
    /// The role that makes the object.
    pub role: Oid,
    /// The schema; none for all.
    pub namespace: Oid,
    /// `r`elations, `S`equences, `f`unctions, `T`ypes, `n`amespaces
    pub object: u8,
    /// What is granted.
    pub acl: Acl,
}

/// A membership (`pg_auth_members`); several grantors may have granted the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The role that it is a member of.
    pub group: Oid,
    /// Who granted it.
    pub grantor: Oid,
    /// ADMIN OPTION: may pass it on.
    pub admin: bool,
    /// INHERIT OPTION: has the group's privileges without SET ROLE.
    pub inherit: bool,
    /// SET OPTION: may become the group, and give it objects.
    pub set: bool,
}

impl Membership {
    /// What `GRANT group TO …` of the bootstrap superuser makes.
    #[must_use]
    pub const fn of(group: Oid) -> Self {
        Self { group, grantor: crate::Schema::SUPERUSER, admin: false, inherit: true, set: true }
    }
}

/// A role (`pg_authid`).
#[derive(Debug, Clone)]
pub struct Role {
    /// Identity.
    pub oid: Oid,
    /// Name.
    pub name: Arc<str>,
    /// SUPERUSER
    pub superuser: bool,
    /// BYPASSRLS
    pub bypass_row_security: bool,
    /// INHERIT
    pub inherit: bool,
    /// CREATEROLE
    pub create_role: bool,
    /// CREATEDB
    pub create_database: bool,
    /// REPLICATION
    pub replication: bool,
    /// What it is a member of.
    pub member_of: Vec<Membership>,
    /// `ALTER ROLE … SET`: name, values.
    pub settings: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

impl Role {
    /// A role as `CREATE ROLE` makes it without options.
    #[must_use]
    pub fn new(oid: Oid, name: Arc<str>) -> Self {
        Self {
            oid,
            name,
            superuser: false,
            bypass_row_security: false,
            inherit: true,
            create_role: false,
            create_database: false,
            replication: false,
            member_of: Vec::new(),
            settings: Vec::new(),
        }
    }
}

/// A row security policy (`pg_policy`).
#[derive(Debug, Clone)]
pub struct Policy {
    /// Identity.
    pub oid: Oid,
    /// Name.
    pub name: Arc<str>,
    /// PERMISSIVE
    pub permissive: bool,
    /// `all`, `select`, `insert`, `update`, `delete`
    pub command: Arc<str>,
    /// Roles; none in it stands for PUBLIC.
    pub roles: Vec<Oid>,
    /// USING
    pub using: Option<StoredExpr>,
    /// WITH CHECK
    pub with_check: Option<StoredExpr>,
}
