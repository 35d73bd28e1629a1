//! A script as a session runs it: transactions, savepoints, temporary tables.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{Schema, Session, Taint, TaintKind, Type, TypeKind};
use rollproof_sql::ast::{AlterTableAction, Definition, SetStatement, Statement, StatementKind, TransactionStatement};

use crate::access_mode::AccessMode;
use crate::context::{drop_on_commit, drop_temporary, run_noting};
use crate::portal::Cursors;
use crate::{Problem, ProblemKind, SourceText, doubted};

/// What a savepoint goes back to.
#[derive(Debug, Clone)]
struct Mark {
    name: Option<Arc<str>>,
    schema: Schema,
    session: Session,
    mode: AccessMode,
}

/// Walks statements in order and keeps the schema as the server would.
#[derive(Debug, Clone)]
pub struct SessionWalker {
    schema: Schema,
    /// The settings that outlive the transaction: `SET LOCAL` is not in them.
    session: Session,
    /// Empty outside of a transaction; the first entry is its start, the others its savepoints.
    marks: Vec<Mark>,
    aborted: bool,
    /// The names of relations, types and functions that the last statement looked up.
    looked_up: BTreeSet<Arc<str>>,
    /// Some enum has a label that the open transaction added.
    has_new_labels: bool,
    cursors: Cursors,
    mode: AccessMode,
}

impl SessionWalker {
    /// A session that starts on `schema`, in autocommit.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        let session = schema.session.clone();
        Self {
            schema,
            session,
            marks: Vec::new(),
            aborted: false,
            looked_up: BTreeSet::new(),
            has_new_labels: false,
            cursors: Cursors::default(),
            mode: AccessMode::default(),
        }
    }

    /// The schema as the session sees it now, uncommitted work included.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The schema as other sessions see it: after the last commit.
    #[must_use]
    pub fn committed(&self) -> &Schema {
        self.marks.first().map_or(&self.schema, |mark| &mark.schema)
    }

    /// Whether a transaction block is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Whether the open transaction has failed: only its end is taken (25P02).
    #[must_use]
    pub fn aborted(&self) -> bool {
        self.aborted
    }

    /// Why it is not sure that the last statement was taken: it looked something up that an earlier one may have made,
    /// changed or dropped.
    #[must_use]
    pub fn doubtful(&self, before: &Schema) -> Option<Arc<str>> {
        let kinds = [TaintKind::Relations, TaintKind::Functions, TaintKind::Types];
        before.taints.find_any(&kinds, self.looked_up.iter().map(|name| &**name)).map(Taint::reason)
    }

    /// How many savepoints are set in the open transaction block, its start counted; 0 outside of one.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.marks.len()
    }

    /// The server may not have taken what was done since the schema was `before`: all of that is unknown from here on.
    pub fn doubt(&mut self, before: &Schema, reason: &Arc<str>) {
        self.schema = doubted(before, &self.schema, reason);
    }

    /// Opens a transaction block, if none is open.
    pub fn begin(&mut self) {
        if self.marks.is_empty() {
            self.mark(None);
        }
    }

    /// Ends the transaction block: commits, or rolls back where it has failed. False where it had failed.
    pub fn commit(&mut self) -> bool {
        if self.aborted {
            self.rollback();
            return false;
        }
        self.marks.clear();
        self.cursors.commit();
        self.mode = AccessMode::default();
        self.commit_enum_values();
        self.end_transaction();
        true
    }

    /// A statement failed for a reason that is not seen here: an open transaction has failed with it.
    pub fn fail(&mut self) {
        self.aborted = self.in_transaction();
    }

    /// Rolls the transaction block back.
    pub fn rollback(&mut self) {
        if let Some(start) = self.marks.drain(..).next() {
            // Identities stay used, as a server's do: an object of the rolled back work never shares one with a later.
            let next = self.schema.next_oid;
            let prepared = self.schema.session.prepared.clone();
            self.schema = start.schema;
            self.schema.next_oid = next;
            self.session = start.session;
            self.session.prepared = prepared;
            self.schema.session = self.session.clone();
            self.cursors.rollback(0);
        }
        self.mode = AccessMode::default();
        self.aborted = false;
    }

    /// Ends the session: an open transaction is rolled back, temporary objects are gone. The schema that is left.
    #[must_use]
    pub fn finish(mut self) -> Schema {
        self.rollback();
        self.schema = drop_temporary(&self.schema);
        self.schema.session = Session::default();
        self.schema
    }

    /// Runs one statement. A refused one changes nothing, and inside a transaction it fails the transaction.
    pub fn step(&mut self, statement: &Statement, source: &SourceText) -> Vec<Problem> {
        self.looked_up.clear();
        if let StatementKind::Transaction(control) = &statement.kind {
            return self.control(control, statement);
        }
        if self.aborted {
            return vec![refused(
                "25P02",
                "current transaction is aborted, commands ignored until end of transaction block",
                statement,
            )];
        }
        if let Some(what) = outside_only(statement).filter(|_| self.in_transaction()) {
            self.aborted = true;
            return vec![refused("25001", &format!("{what} cannot run inside a transaction block"), statement)];
        }
        if matches!(statement.kind, StatementKind::Lock(_)) && !self.in_transaction() {
            return vec![refused("25P01", "LOCK TABLE can only be used in transaction blocks", statement)];
        }
        // What these name is looked up first.
        let looks_first = looks_first(statement);
        if !looks_first && let Some(problem) = self.out_of_place(statement) {
            self.aborted = self.in_transaction();
            return vec![problem];
        }
        let before = self.schema.clone();
        let (after, mut problems, looked_up) = run_noting(&before, statement, source);
        self.looked_up = looked_up;
        let is_refused = |problems: &[Problem]| problems.iter().any(|problem| problem.sqlstate().is_some());
        if looks_first
            && !is_refused(&problems)
            && let Some(problem) = self.out_of_place(statement)
        {
            self.aborted = self.in_transaction();
            problems.push(problem);
            return problems;
        }
        self.schema = after;
        if is_refused(&problems) {
            self.aborted = self.in_transaction();
            return problems;
        }
        if may_add_labels(statement) {
            self.mark_enum_values(&before);
        }
        problems.extend(self.cursors.uncertain(statement));
        self.cursors.step(statement, self.marks.len());
        self.mode.step(statement);
        self.keep_settings(statement, &before.session);
        if !self.in_transaction() {
            self.end_transaction();
        }
        problems
    }

    /// What the session's own state forbids.
    fn out_of_place(&self, statement: &Statement) -> Option<Problem> {
        let prepared = &self.schema.session.prepared;
        match &statement.kind {
            StatementKind::Execute(name, _) | StatementKind::Deallocate(Some(name))
                if !prepared.contains_key(&name.text) =>
            {
                let message = format!("prepared statement \"{}\" does not exist", name.text);
                Some(refused("26000", &message, statement))
            }
            _ => {
                let own = AccessMode::begin(None, &self.session);
                let mode = if self.in_transaction() { self.mode } else { own };
                self.cursors
                    .refusal(statement, self.marks.len(), &self.schema)
                    .or_else(|| mode.refusal(statement, &self.schema))
            }
        }
    }

    /// A plain `SET` outlives the transaction, a `SET LOCAL` does not.
    fn keep_settings(&mut self, statement: &Statement, before: &Session) {
        self.session.temporary = self.schema.session.temporary;
        self.session.prepared = self.schema.session.prepared.clone();
        match &statement.kind {
            StatementKind::Set(SetStatement { local: true, .. }) => {}
            _ if crate::interpret::sets_locally(statement) => {}
            // `set_config()` and SET in a block are plain statements to look at, and settings all the same.
            _ => {
                if !same_settings(&self.schema.session, before) {
                    self.session = self.schema.session.clone();
                }
            }
        }
    }

    fn end_transaction(&mut self) {
        self.session.temporary = self.schema.session.temporary;
        self.schema.session = self.session.clone();
        self.drop_on_commit();
    }

    /// Labels that this transaction adds to types are of no use before its end. Only statements
    /// that allocate an identity can have added one.
    fn mark_enum_values(&mut self, before: &Schema) {
        let Some(start) = self.marks.first().map(|mark| mark.schema.clone()) else { return };
        if before.next_oid == self.schema.next_oid {
            return;
        }
        let version = self.schema.builtin.version;
        let labels = |found: &Type| match &found.kind {
            TypeKind::Enum(labels) => labels.len(),
            _ => 0,
        };
        let grown = |found: &&Arc<Type>| {
            let Some(known) = before.types.get(found.oid) else { return false };
            // From PostgreSQL 17 on those of a type that is as new as they are can be used at once (`AddEnumLabel`).
            let is_older = version < 17 || start.types.get(found.oid).is_some();
            is_older && labels(found) > labels(known)
        };
        let grown: Vec<Arc<Type>> = self.schema.types.iter().filter(grown).cloned().collect();
        for found in grown {
            let mut changed = (*found).clone();
            let TypeKind::Enum(labels) = &mut changed.kind else { continue };
            for label in labels.iter_mut().filter(|label| label.oid >= before.next_oid) {
                label.uncommitted = true;
            }
            self.schema.put_type(changed);
            self.has_new_labels = true;
        }
    }

    /// With the transaction's end its labels are like any other.
    fn commit_enum_values(&mut self) {
        if !std::mem::take(&mut self.has_new_labels) {
            return;
        }
        let unsafe_labels = |found: &&Arc<Type>| match &found.kind {
            TypeKind::Enum(labels) => labels.iter().any(|label| label.uncommitted),
            _ => false,
        };
        let found: Vec<Arc<Type>> = self.schema.types.iter().filter(unsafe_labels).cloned().collect();
        for each in found {
            let mut changed = (*each).clone();
            let TypeKind::Enum(labels) = &mut changed.kind else { continue };
            labels.iter_mut().for_each(|label| label.uncommitted = false);
            self.schema.put_type(changed);
        }
    }

    fn drop_on_commit(&mut self) {
        let temporary = self.schema.session.temporary;
        if temporary.is_none() {
            return;
        }
        self.schema = drop_on_commit(&self.schema);
    }

    fn mark(&mut self, name: Option<Arc<str>>) {
        self.marks.push(Mark { name, schema: self.schema.clone(), session: self.session.clone(), mode: self.mode });
    }

    fn control(&mut self, control: &TransactionStatement, statement: &Statement) -> Vec<Problem> {
        match control {
            TransactionStatement::Begin(_) | TransactionStatement::Set(_) | TransactionStatement::Other
                if self.aborted =>
            {
                return vec![refused("25P02", "current transaction is aborted", statement)];
            }
            TransactionStatement::Begin(read_only) => {
                if !self.in_transaction() {
                    self.mode = AccessMode::begin(*read_only, &self.session);
                }
                self.begin();
            }
            TransactionStatement::Set(Some(read_only)) if self.in_transaction() => {
                let problem = self.mode.set(*read_only, self.marks.len() > 1, statement);
                self.aborted |= problem.is_some();
                return problem.into_iter().collect();
            }
            TransactionStatement::Commit(true) | TransactionStatement::Rollback(true) if !self.in_transaction() => {
                return vec![refused("25P01", "AND CHAIN can only be used in transaction blocks", statement)];
            }
            TransactionStatement::Commit(chain) => {
                let mode = self.chained_mode();
                self.commit();
                self.chain(*chain, mode);
            }
            TransactionStatement::Rollback(chain) => {
                let mode = self.chained_mode();
                self.rollback();
                self.chain(*chain, mode);
            }
            TransactionStatement::Savepoint(_) if self.aborted => {
                return vec![refused("25P02", "current transaction is aborted", statement)];
            }
            TransactionStatement::Savepoint(name) if self.in_transaction() => self.mark(Some(name.text.clone())),
            TransactionStatement::Release(name) => return self.release(&name.text, statement),
            TransactionStatement::RollbackTo(name) => return self.rollback_to(&name.text, statement),
            TransactionStatement::Savepoint(_) => {
                return vec![refused("25P01", "SAVEPOINT can only be used in transaction blocks", statement)];
            }
            // What it did is seen by nobody until COMMIT PREPARED, and servers refuse it unless they are told not to.
            TransactionStatement::Prepare => {
                self.rollback();
                return vec![refused("55000", "prepared transactions are disabled", statement)];
            }
            TransactionStatement::Set(_) | TransactionStatement::Other => {}
        }
        Vec::new()
    }

    /// The mode of the transaction that follows with `AND CHAIN`; one that has failed outside of a savepoint leaves none.
    fn chained_mode(&self) -> AccessMode {
        if self.aborted && self.marks.len() == 1 { AccessMode::default() } else { self.mode.chained() }
    }

    fn chain(&mut self, chain: bool, mode: AccessMode) {
        if chain {
            self.mode = mode;
            self.begin();
        }
    }

    fn find_mark(&self, name: &str) -> Option<usize> {
        self.marks.iter().rposition(|mark| mark.name.as_deref() == Some(name))
    }

    fn release(&mut self, name: &str, statement: &Statement) -> Vec<Problem> {
        if let Some(problem) = self.outside("RELEASE SAVEPOINT", statement) {
            return vec![problem];
        }
        match self.find_mark(name) {
            _ if self.aborted => vec![refused("25P02", "current transaction is aborted", statement)],
            Some(at) => {
                self.mode = self.mode.restored(self.marks[at].mode);
                self.cursors.release(at);
                self.marks.truncate(at);
                Vec::new()
            }
            None => self.no_savepoint(name, statement),
        }
    }

    fn rollback_to(&mut self, name: &str, statement: &Statement) -> Vec<Problem> {
        if let Some(problem) = self.outside("ROLLBACK TO SAVEPOINT", statement) {
            return vec![problem];
        }
        let Some(at) = self.find_mark(name) else { return self.no_savepoint(name, statement) };
        let next = self.schema.next_oid;
        let mark = self.marks[at].clone();
        let prepared = self.schema.session.prepared.clone();
        self.cursors.rollback(at);
        self.mode = self.mode.restored(mark.mode);
        self.marks.truncate(at + 1);
        self.schema = mark.schema;
        self.schema.next_oid = next;
        self.session = mark.session;
        self.schema.session.prepared = prepared.clone();
        self.session.prepared = prepared;
        self.aborted = false;
        Vec::new()
    }

    fn outside(&self, what: &str, statement: &Statement) -> Option<Problem> {
        (!self.in_transaction())
            .then(|| refused("25P01", &format!("{what} can only be used in transaction blocks"), statement))
    }

    fn no_savepoint(&mut self, name: &str, statement: &Statement) -> Vec<Problem> {
        self.aborted = true;
        vec![refused("3B001", &format!("savepoint \"{name}\" does not exist"), statement)]
    }
}

/// Statements that commit on their own (`PreventInTransactionBlock`): what the server calls them.
fn outside_only(statement: &Statement) -> Option<&'static str> {
    match &statement.kind {
        StatementKind::Define(definition) => match &**definition {
            Definition::CreateIndex(create) if create.concurrently => Some("CREATE INDEX CONCURRENTLY"),
            Definition::Drop(drop) if drop.concurrently => Some("DROP INDEX CONCURRENTLY"),
            Definition::AlterTable(alter) if detaches_concurrently(alter) => {
                Some("ALTER TABLE ... DETACH CONCURRENTLY")
            }
            _ => None,
        },
        StatementKind::Inert(
            tag @ ("VACUUM" | "CREATE DATABASE" | "DROP DATABASE" | "CREATE TABLESPACE" | "DROP TABLESPACE"
            | "ALTER SYSTEM"),
            _,
        ) => Some(tag),
        StatementKind::Unmodelled(tag @ "DISCARD ALL") => Some(tag),
        _ => None,
    }
}

/// Statements that are analysed before the session's state is asked.
fn looks_first(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::DeclareCursor(..) => true,
        StatementKind::Define(definition) => matches!(**definition, Definition::Grant(_)),
        _ => false,
    }
}

fn same_settings(first: &Session, second: &Session) -> bool {
    first.search_path == second.search_path
        && first.role == second.role
        && first.user == second.user
        && first.settings == second.settings
}

/// Whether a statement may add labels to enums: the one that does, and what runs others inside.
fn may_add_labels(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Define(definition) => matches!(**definition, Definition::AddEnumValue(_)),
        _ => true,
    }
}

/// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`
fn detaches_concurrently(alter: &rollproof_sql::ast::AlterTable) -> bool {
    alter.actions.iter().any(|(action, _)| matches!(action, AlterTableAction::DetachPartition(_, true)))
}

pub(crate) fn refused(sqlstate: &'static str, message: &str, statement: &Statement) -> Problem {
    Problem { kind: ProblemKind::Refused { sqlstate }, message: message.to_owned(), detail: None, span: statement.span }
}
