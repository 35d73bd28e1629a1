//! Transactions that are `READ ONLY` (`PreventCommandIfReadOnly`, `ExecCheckXactReadOnly`, `check_transaction_read_only`).

use rollproof_catalog::{Schema, Session};
use rollproof_resolve::{Environment, resolve};
use rollproof_sql::ast::{Statement, StatementKind};

use crate::Problem;
use crate::walker::refused;

/// What a transaction may do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AccessMode {
    read_only: bool,
    /// Something has been read: from then on it is too late to ask for more.
    queried: bool,
}

impl AccessMode {
    /// The mode of a transaction that begins; `default_transaction_read_only` decides where it does not say.
    pub(crate) fn begin(read_only: Option<bool>, session: &Session) -> Self {
        let setting = session.settings.get("default_transaction_read_only");
        let default = || setting.is_some_and(|value| matches!(&*value.to_lowercase(), "on" | "true" | "1" | "yes"));
        Self { read_only: read_only.unwrap_or_else(default), queried: false }
    }

    /// That of a transaction that goes on where one ended (`AND CHAIN`).
    pub(crate) fn chained(self) -> Self {
        Self { queried: false, ..self }
    }

    /// The mode after a savepoint is over: what was set since it holds no more.
    pub(crate) fn restored(self, before: Self) -> Self {
        Self { read_only: before.read_only, ..self }
    }

    /// `SET TRANSACTION`, in a savepoint or not.
    pub(crate) fn set(&mut self, to: bool, in_savepoint: bool, statement: &Statement) -> Option<Problem> {
        let message = match (self.read_only, to) {
            (true, false) if in_savepoint => "cannot set transaction read-write mode inside a read-only transaction",
            (true, false) if self.queried => "transaction read-write mode must be set before any query",
            _ => {
                self.read_only = to;
                return None;
            }
        };
        Some(refused("25001", message, statement))
    }

    /// What the server says of `statement` before it runs it.
    pub(crate) fn refusal(self, statement: &Statement, schema: &Schema) -> Option<Problem> {
        if !self.read_only {
            return None;
        }
        let writes = match &statement.kind {
            StatementKind::Define(_) | StatementKind::Truncate(..) | StatementKind::RefreshMaterializedView(_) => true,
            StatementKind::Query(_)
            | StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Merge(_) => writes(statement, schema),
            _ => false,
        };
        writes.then(|| refused("25006", "cannot write in a read-only transaction", statement))
    }

    /// `statement` has run.
    pub(crate) fn step(&mut self, statement: &Statement) {
        self.queried |= !matches!(
            statement.kind,
            StatementKind::Set(_)
                | StatementKind::Transaction(_)
                | StatementKind::Lock(_)
                | StatementKind::Inert("SHOW", _)
        );
    }
}

/// Whether a query that the server understands writes to what is not temporary.
fn writes(statement: &Statement, schema: &Schema) -> bool {
    let outcome = resolve(statement, schema, &Environment::default());
    let temporary = schema.session.temporary;
    let lasts = |relation| {
        let found = schema.relation(relation);
        found.is_none_or(|found| temporary.is_none() || found.namespace != temporary)
    };
    outcome.resolution().is_some_and(|found| found.writes.iter().any(|write| lasts(write.base)))
}
