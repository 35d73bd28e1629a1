//! Row security as the rewriter applies it (`check_enable_rls` of rls.c, `fireRIRrules` of rewriteHandler.c): what it refuses
//! whatever the rows are.

use rollproof_catalog::{ObjectId, Oid, Policy, Relation, RelationKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::{FromItem, FromKind, Query, QueryBody};

use super::Analyzer;
use crate::error::{Error, ErrorKind, Result};
use crate::walk::sub_queries;

/// Views and policies in each other are followed this far.
const DEEPEST: usize = 32;

impl Analyzer<'_> {
    /// Refuses what row security would filter while `row_security` is off (42501), and policies that read their own table
    /// (42P17).
    pub(crate) fn check_row_security(&self) -> Result<()> {
        let schema = self.schema();
        // The bootstrap superuser is never filtered.
        let Some(role) = schema.current_role().filter(|role| !schema.is_superuser(*role)) else { return Ok(()) };
        let off = schema
            .session
            .settings
            .get("row_security")
            .is_some_and(|value| ["off", "false", "no", "0"].iter().any(|word| value.eq_ignore_ascii_case(word)));
        let reads = self.out.reads.iter().map(|read| (read.relation, read.span));
        let writes = self.out.writes.iter().map(|write| (write.relation, write.span));
        for (oid, span) in reads.chain(writes) {
            let Some(relation) = schema.relation(oid) else { continue };
            if off && self.is_filtered(relation, role) {
                let message =
                    format!("query would be affected by row-level security policy for table \"{}\"", relation.name);
                return Err(Error::fail("42501", message, span, ErrorKind::Other));
            }
            if let Some(recursive) = self.recursive_policy(oid, role, &mut Vec::new(), DEEPEST) {
                let name = schema.relation(recursive).map(|of| of.name.clone()).unwrap_or_default();
                let message = format!("infinite recursion detected in policy for relation \"{name}\"");
                return Err(Error::fail("42P17", message, span, ErrorKind::Other));
            }
        }
        Ok(())
    }

    /// Whether policies decide which rows the role sees.
    fn is_filtered(&self, relation: &Relation, role: Oid) -> bool {
        let schema = self.schema();
        let exempt = schema.is_superuser(role) || schema.role(role).is_some_and(|role| role.bypass_row_security);
        let owns = schema.roles_of(role).contains(&relation.owner);
        relation.row_security && !exempt && (!owns || relation.force_row_security)
    }

    /// The relation whose policies are met inside of themselves.
    fn recursive_policy(&self, oid: Oid, role: Oid, path: &mut Vec<Oid>, depth: usize) -> Option<Oid> {
        let relation = self.schema().relation(oid)?;
        let depth = depth.checked_sub(1)?;
        if relation.kind == RelationKind::View {
            let view = relation.view.as_ref()?;
            let reader = if view.security_invoker { role } else { relation.owner };
            let objects = view.query.text.bindings.iter().map(|(_, object)| *object);
            return objects.filter_map(as_relation).find_map(|oid| self.recursive_policy(oid, reader, path, depth));
        }
        if !self.is_filtered(relation, role) {
            return None;
        }
        if path.contains(&oid) {
            return Some(oid);
        }
        path.push(oid);
        let roles = self.schema().roles_of(role);
        let applies = |policy: &Policy| {
            matches!(&*policy.command, "all" | "select")
                && (policy.roles.is_empty() || policy.roles.iter().any(|each| each.is_none() || roles.contains(each)))
        };
        let found = relation.policies.iter().filter(|policy| applies(policy)).find_map(|policy| {
            let read = relations_in(policy);
            read.into_iter().find_map(|oid| self.recursive_policy(oid, role, path, depth))
        });
        path.pop();
        found
    }
}

fn as_relation(object: ObjectId) -> Option<Oid> {
    match object {
        ObjectId::Relation(oid) => Some(oid),
        _ => None,
    }
}

/// Relations that the queries of a policy's USING read.
fn relations_in(policy: &Policy) -> Vec<Oid> {
    let Some(using) = &policy.using else { return Vec::new() };
    let mut places = Vec::new();
    sub_queries(&using.expr, &mut |query| sources(query, &mut places));
    let bound = using.text.bindings.iter().filter(|(span, _)| places.contains(span));
    bound.filter_map(|(_, object)| as_relation(*object)).collect()
}

/// Places of the names in FROM.
fn sources(query: &Query, places: &mut Vec<TextRange>) {
    let mut pending = vec![&query.body];
    while let Some(body) = pending.pop() {
        match body {
            QueryBody::Select(select) => {
                select.from.iter().for_each(|item| from_sources(item, places));
                if let Some(filter) = &select.filter {
                    sub_queries(filter, &mut |inner| sources(inner, places));
                }
            }
            QueryBody::Table(reference) => places.push(reference.name.span),
            QueryBody::SetOperation(operation) => pending.extend([&operation.left, &operation.right]),
            QueryBody::Nested(inner) => pending.push(&inner.body),
            QueryBody::Values(_) | QueryBody::Hole(_) => {}
        }
    }
}

fn from_sources(item: &FromItem, places: &mut Vec<TextRange>) {
    match &item.kind {
        FromKind::Relation(reference) => places.push(reference.name.span),
        FromKind::Sample { relation, .. } => places.push(relation.name.span),
        FromKind::Subquery { query, .. } => sources(query, places),
        FromKind::Join(join) => {
            from_sources(&join.left, places);
            from_sources(&join.right, places);
        }
        _ => {}
    }
}
