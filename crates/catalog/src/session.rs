//! What a session has set that changes how names are found.

use std::sync::Arc;

use crate::Oid;

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
    pub settings: Arc<std::collections::BTreeMap<Arc<str>, Arc<str>>>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            search_path: Arc::from([Arc::from("$user"), Arc::from("public")]),
            user: None,
            role: None,
            temporary: Oid::NONE,
            settings: Arc::default(),
        }
    }
}
