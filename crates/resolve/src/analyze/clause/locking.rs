//! FOR UPDATE and its like (`transformLockingClause`).

use rollproof_catalog::RelationKind;
use rollproof_source::TextRange;
use rollproof_sql::ast::{LockStrength, Locking, QualifiedName, QueryBody, StatementKind};

use crate::analyze::{Analyzer, EntryKind, syntax_error, unsupported};
use crate::error::{Error, ErrorKind, Result};

/// What a query has that rows cannot be locked through.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LockObstacle {
    /// The phrase of the message.
    pub phrase: Option<&'static str>,
}

impl<'a> Analyzer<'a> {
    /// Whether an alias is among those that a locking clause around names, or is locked by one without OF.
    pub(crate) fn is_locked(&mut self, _name: &str) -> bool {
        self.level().locked
    }

    /// The locking clauses of a query, which must not have what hides which row a result comes from.
    pub(crate) fn locking_clauses(&mut self, locking: &[&'a Locking], obstacle: LockObstacle) -> Result<()> {
        for clause in locking {
            let word = strength(clause.strength);
            if let Some(phrase) = obstacle.phrase {
                return Err(unsupported(format!("{word} is not allowed with {phrase}"), clause.span));
            }
            if clause.of.is_empty() {
                self.lock_all(word, clause.span)?;
            } else {
                for name in &clause.of {
                    self.lock_one(word, name)?;
                }
            }
        }
        Ok(())
    }

    /// Every relation of FROM. What cannot be locked is passed over.
    fn lock_all(&mut self, word: &str, span: TextRange) -> Result<()> {
        for at in 0..self.level().entries.len() {
            if let Some(phrase) = self.level().entries[at].obstacle {
                return Err(unsupported(format!("{word} is not allowed with {phrase}"), span));
            }
            if self.level().entries[at].in_from
                && let EntryKind::Relation(oid, kind) = self.level().entries[at].kind
            {
                let locked = self.check_lockable(kind, at, word, span);
                self.refuse_later(locked)?;
                self.read_of(oid, span).locked = true;
            }
        }
        Ok(())
    }

    fn lock_one(&mut self, word: &str, name: &'a QualifiedName) -> Result<()> {
        if name.parts.len() > 1 {
            return Err(syntax_error(format!("{word} must specify unqualified relation names"), name.span));
        }
        let wanted = &name.object().text;
        let level = self.level();
        // An alias that an unnamed join or query was given is no name.
        let found = level.entries.iter().position(|entry| {
            entry.in_from
                && entry.name == *wanted
                && (entry.aliased || !matches!(entry.kind, EntryKind::Join | EntryKind::Subquery))
        });
        let Some(at) = found else {
            if level.open_from {
                return Ok(());
            }
            let joined = level.items.iter().any(|item| {
                item.relation_visible && item.name == *wanted && level.entries[item.entry].kind == EntryKind::Join
            });
            if joined {
                return Err(unsupported(format!("{word} cannot be applied to a join"), name.span));
            }
            let message = format!("relation \"{wanted}\" in {word} clause not found in FROM clause");
            let kind = ErrorKind::MissingRelation { schema: None, name: wanted.clone() };
            return Err(Error::fail("42P01", message, name.span, kind));
        };
        let what = match level.entries[at].kind {
            EntryKind::Relation(oid, kind) => {
                let locked = self.check_lockable(kind, at, word, name.span);
                self.refuse_later(locked)?;
                self.read_of(oid, name.span).locked = true;
                return Ok(());
            }
            EntryKind::Subquery if level.entries[at].obstacle.is_some() => {
                let phrase = level.entries[at].obstacle.unwrap_or_default();
                return Err(unsupported(format!("{word} is not allowed with {phrase}"), name.span));
            }
            EntryKind::Subquery | EntryKind::Open | EntryKind::Excluded(_) => return Ok(()),
            EntryKind::Join => "a join",
            EntryKind::Function => "a function",
            EntryKind::Table => "a table function",
            EntryKind::Values => "VALUES",
            EntryKind::Cte => "a WITH query",
        };
        Err(unsupported(format!("{word} cannot be applied to {what}"), name.span))
    }

    /// What a view's rows cannot be locked through, as far as its clauses show it (`markQueryForLocking`).
    fn view_obstacle(&self, view: rollproof_catalog::Oid) -> Option<&'static str> {
        let stored = self.schema().relation(view)?.view.as_ref()?;
        let StatementKind::Query(query) = &stored.query.statement.kind else { return None };
        match &query.body {
            QueryBody::SetOperation(_) => Some("UNION/INTERSECT/EXCEPT"),
            QueryBody::Select(select) if select.distinct.is_some() => Some("DISTINCT clause"),
            QueryBody::Select(select) if !select.group_by.is_empty() => Some("GROUP BY clause"),
            QueryBody::Select(select) if select.having.is_some() => Some("HAVING clause"),
            _ => None,
        }
    }

    /// What the planner and the executor refuse to lock (`make_outerjoininfo`, `CheckValidRowMarkRel`).
    fn check_lockable(&mut self, kind: RelationKind, entry: usize, word: &str, span: TextRange) -> Result<()> {
        let of = &self.level().entries[entry];
        let name = of.name.clone();
        if of.nulled {
            let message = format!("{word} cannot be applied to the nullable side of an outer join");
            return Err(unsupported(message, span));
        }
        if let EntryKind::Relation(oid, RelationKind::View) = of.kind
            && let Some(phrase) = self.view_obstacle(oid)
        {
            return Err(unsupported(format!("{word} is not allowed with {phrase}"), span));
        }
        let what = match kind {
            RelationKind::Sequence => "sequence",
            RelationKind::Toast => "TOAST relation",
            RelationKind::MaterializedView => "materialized view",
            _ => return Ok(()),
        };
        let message = format!("cannot lock rows in {what} \"{name}\"");
        Err(Error::fail("42809", message, span, ErrorKind::ReadOnly(name)))
    }
}

/// `LCS_asString`
pub(crate) fn strength(strength: LockStrength) -> &'static str {
    match strength {
        LockStrength::Update => "FOR UPDATE",
        LockStrength::NoKeyUpdate => "FOR NO KEY UPDATE",
        LockStrength::Share => "FOR SHARE",
        LockStrength::KeyShare => "FOR KEY SHARE",
    }
}
