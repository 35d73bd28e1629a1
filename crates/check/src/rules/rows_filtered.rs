//! Row security, a rule or a view's query now decides which rows the query sees or writes.

use rollproof_catalog::{ObjectId, Oid, Policy, Relation, RelationKind, Schema, StoredExpr};
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::WriteAction;

use crate::rule::{Hit, Rule, Subject};
use crate::views::{Change, MOST, below, change};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("rows-filtered"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("rows_filtered.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((_, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let (before, after) = (baseline.schema, subject.now.schema);
    let reads = now.reads.iter().map(|read| (read.relation, read.span, None));
    let writes = now.writes.iter().flat_map(|write| {
        let through = (write.base != write.relation).then_some((write.relation, write.span, Some(write.action)));
        through.into_iter().chain([(write.base, write.span, Some(write.action))])
    });
    let mut hits: Vec<Hit> = Vec::new();
    for (used, span, action) in reads.chain(writes) {
        for (oid, runner) in runners(after, used) {
            let known = hits.iter().any(|hit| hit.object == Some(ObjectId::Relation(oid)));
            let action = action.filter(|_| oid == used);
            let Some((why, help)) = why((before, after), oid, runner, action).filter(|_| !known) else { continue };
            let name = after.relation(oid).map_or("?", |relation| &relation.name);
            hits.push(
                Hit::new(format!("{why} \"{name}\""), span, "other rows in this state", name)
                    .with_object(Some(ObjectId::Relation(oid)))
                    .with_help(help),
            );
        }
    }
    hits
}

/// A relation that is used and those under it, each with the role that reads it there: none for the application's own,
/// under a view its owner, unless the view says otherwise.
fn runners(schema: &Schema, used: Oid) -> Vec<(Oid, Option<Oid>)> {
    let mut found = vec![(used, None)];
    let mut at = 0;
    while at < found.len() && found.len() < MOST {
        let (oid, runner) = found[at];
        at += 1;
        let Some(relation) = schema.relation(oid) else { continue };
        let Some(view) = relation.view.as_ref().filter(|_| relation.kind == RelationKind::View) else { continue };
        let inside = if view.security_invoker { runner } else { Some(relation.owner) };
        let new: Vec<Oid> = below(view).filter(|oid| !found.iter().any(|(known, _)| known == oid)).collect();
        found.extend(new.into_iter().map(|oid| (oid, inside)));
    }
    found
}

/// What decides otherwise than before which rows there are, as the beginning of a sentence, and what to do.
fn why(
    (before, now): (&Schema, &Schema),
    oid: Oid,
    runner: Option<Oid>,
    action: Option<WriteAction>,
) -> Option<(&'static str, &'static str)> {
    const POLICY: &str = "make sure that the role which the old code uses has a policy that lets its rows through";
    let (was, is) = (before.relation(oid)?, now.relation(oid)?);
    if let Some(why) = security(was, is).filter(|_| applies(now, is, runner)) {
        return Some((why, POLICY));
    }
    if rules(was, action) != rules(is, action) {
        return Some(("rewrite rules changed on", "let the old code finish before the rule takes its writes"));
    }
    (change(before, now, oid) == Some(Change::Rows))
        .then_some(("another query stands behind", "give the new query a view of its own"))
}

/// Rules on what is done here.
fn rules(relation: &Relation, action: Option<WriteAction>) -> Vec<(Oid, char)> {
    let event = match action {
        None | Some(WriteAction::Truncate) => "select",
        Some(WriteAction::Insert) => "insert",
        Some(WriteAction::Update) => "update",
        Some(WriteAction::Delete) => "delete",
    };
    relation.rules.iter().filter(|rule| &*rule.event == event).map(|rule| (rule.oid, rule.enabled)).collect()
}

fn security(was: &Relation, is: &Relation) -> Option<&'static str> {
    if is.row_security && !was.row_security {
        return Some("row security was enabled on");
    }
    if was.row_security && !is.row_security {
        return Some("row security was disabled on");
    }
    let forced = is.force_row_security != was.force_row_security;
    let same = was.policies.iter().map(|each| meaning(each)).eq(is.policies.iter().map(|each| meaning(each)));
    (is.row_security && (forced || !same)).then_some("row security policies changed on")
}

/// Whether row security asks this role at all (`check_enable_rls`). Where nothing says which role the application runs as,
/// it is taken to.
fn applies(schema: &Schema, relation: &Relation, runner: Option<Oid>) -> bool {
    let named = schema.session.role.as_deref().and_then(|name| schema.find_role(name)).map(|role| role.oid);
    let Some(oid) = runner.or(named) else { return true };
    let free = schema.role(oid).is_some_and(|role| role.superuser || role.bypass_row_security);
    let owns = schema.roles_of(oid).contains(&relation.owner) && !relation.force_row_security;
    // Who made the schema is taken for a superuser for want of knowing better: that it is one proves nothing here.
    (!free || oid == Schema::SUPERUSER) && !owns
}

/// What a policy says, its name left out.
fn meaning(policy: &Policy) -> (Oid, bool, &str, &[Oid], Option<&str>, Option<&str>) {
    let (using, with_check) = (policy.using.as_ref().map(written), policy.with_check.as_ref().map(written));
    (policy.oid, policy.permissive, &policy.command, &policy.roles, using, with_check)
}

fn written(expr: &StoredExpr) -> &str {
    expr.text.range.slice(&expr.text.text)
}
