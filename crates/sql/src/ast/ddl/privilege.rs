//! Privileges, and settings that later sessions start with.

use std::sync::Arc;

use super::object::{ObjectKind, ObjectName};
use crate::ast::name::Name;
use crate::ast::statement::SetStatement;

/// A setting's default for later sessions. It matters where the setting is `search_path` or `role`.
#[derive(Debug, Clone)]
pub struct DefaultSetting {
    /// `ALTER ROLE r`; none for `ALL` and for a database or the whole system.
    pub role: Option<Name>,
    /// `ALTER DATABASE d`, `IN DATABASE d`
    pub database: Option<Name>,
    /// The setting; `SET x FROM CURRENT` comes as `RESET` would, with `from_current` set.
    pub setting: SetStatement,
    /// `FROM CURRENT`: the value is the one of the session that runs this.
    pub from_current: bool,
}

/// What GRANT names.
#[derive(Debug, Clone)]
pub enum GrantTarget {
    /// Objects by name.
    Objects(ObjectKind, Vec<ObjectName>),
    /// `ALL TABLES IN SCHEMA …`
    AllInSchema(ObjectKind, Vec<Name>),
}

/// A privilege with its columns.
#[derive(Debug, Clone)]
pub struct Privilege {
    /// `select`, `insert`, `usage` …, lower case; `all` for `ALL PRIVILEGES`.
    pub name: Arc<str>,
    /// Columns.
    pub columns: Vec<Name>,
}

/// `GRANT`, `REVOKE`
#[derive(Debug, Clone)]
pub struct Grant {
    /// False: `REVOKE`.
    pub grant: bool,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// On what.
    pub target: GrantTarget,
    /// To or from whom: role names, `public`.
    pub grantees: Vec<Name>,
    /// `WITH GRANT OPTION`
    pub with_option: bool,
    /// `GRANTED BY`
    pub granted_by: Option<Name>,
    /// `CASCADE`
    pub cascade: bool,
    /// `GRANT OPTION FOR`: the privilege itself stays.
    pub only_option: bool,
}

/// `GRANT role TO role`, `REVOKE role FROM role`, `ALTER GROUP`
#[derive(Debug, Clone)]
pub struct GrantRole {
    /// False: `REVOKE`.
    pub grant: bool,
    /// The roles that are granted.
    pub groups: Vec<Name>,
    /// To or from whom.
    pub members: Vec<Name>,
    /// `WITH option TRUE | FALSE`; of REVOKE the one option that alone is taken away, as false.
    pub options: Vec<(Name, bool)>,
    /// `GRANTED BY`
    pub granted_by: Option<Name>,
    /// `CASCADE`
    pub cascade: bool,
}

/// `ALTER DEFAULT PRIVILEGES`
#[derive(Debug, Clone)]
pub struct DefaultPrivileges {
    /// `FOR ROLE`
    pub roles: Vec<Name>,
    /// `IN SCHEMA`
    pub schemas: Vec<Name>,
    /// False: `REVOKE`.
    pub grant: bool,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// On what kind.
    pub kind: ObjectKind,
    /// To whom.
    pub grantees: Vec<Name>,
}
