//! What a session has set that changes how names are found.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_sql::ast::Statement;

use crate::{Oid, TypeRef};

/// Settings of the session that applies statements or runs queries.
#[derive(Debug, Clone)]
pub struct Session {
    /// `search_path` as set: `"$user"` stays as it is.
    pub search_path: Arc<[Arc<str>]>,
    /// The session user's name (`SET SESSION AUTHORIZATION`); none for the bootstrap superuser.
    pub user: Option<Arc<str>>,
    /// The name that `SET ROLE` gave; none for the session user.
    pub role: Option<Arc<str>>,
    /// The session's temporary schema, once it has one.
    pub temporary: Oid,
    /// Other settings by name, as far as something reads them (`check_function_bodies`, custom ones).
    pub settings: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    /// Prepared statements by name. They outlive the transaction, even where it is rolled back.
    pub prepared: Arc<BTreeMap<Arc<str>, Prepared>>,
}

/// What `PREPARE` keeps.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The types that were declared of its parameters; none where one was left open (`unknown`).
    pub parameter_types: Vec<Option<TypeRef>>,
    /// The statement.
    pub statement: Arc<Statement>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            search_path: Arc::from([Arc::from("$user"), Arc::from("public")]),
            user: None,
            role: None,
            temporary: Oid::NONE,
            settings: Arc::default(),
            prepared: Arc::default(),
        }
    }
}
