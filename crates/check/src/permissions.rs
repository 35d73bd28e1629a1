//! What the role that runs a statement must be allowed (`execMain.c`, `ExecCheckPermissions`; `aclchk.c`).

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{Generated, ObjectId, Oid, Privilege, Relation, RelationKind, Role, Schema, StoredText, View};
use rollproof_resolve::{Resolution, Write, WriteAction};
use rollproof_source::TextRange;

use crate::supply::omitted;

/// Views over views are followed this deep.
const DEPTH: usize = 32;

/// Something that the role may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    /// The server's words.
    pub(crate) message: String,
    /// The name of the object, for the fingerprint.
    pub(crate) name: Arc<str>,
    /// Where in the statement.
    pub(crate) span: TextRange,
    /// The object.
    pub(crate) object: ObjectId,
}

/// Everything that the session's role may not do of what a statement does, in the order in which it is looked at.
/// Nothing is denied to a role that the schema does not know: what it may do was not said.
pub(crate) fn denied(schema: &Schema, resolution: &Resolution) -> Vec<Denied> {
    if schema.current_role().is_none_or(|role| schema.is_superuser(role)) {
        return Vec::new();
    }
    let mut found = namespaces(schema, resolution);
    for read in &resolution.reads {
        let Some(relation) = schema.relation(read.relation) else { continue };
        let written = resolution.writes.iter().any(|write| write.relation == read.relation);
        // The target of a write is read only where a column of it is.
        let reads = !written || !read.columns.is_empty();
        let selects = !reads || may_read(schema, relation, &read.columns);
        if !selects || read.locked && schema.may_on_relation(relation, Privilege::Update) == Some(false) {
            found.push(on_relation(relation, read.span));
        }
        under_view(schema, relation, None, read.span, 0, &mut found);
    }
    for write in &resolution.writes {
        let Some(relation) = schema.relation(write.relation) else { continue };
        if !may_write(schema, relation, write) {
            found.push(on_relation(relation, write.span));
        }
        under_view(schema, relation, Some(write), write.span, 0, &mut found);
        sequences(schema, write, &mut found);
    }
    for (oid, span) in &resolution.routines {
        let Some(function) = schema.function(*oid) else { continue };
        if schema.may_execute(function) == Some(false) {
            found.push(Denied {
                message: format!("permission denied for function {}", function.name),
                name: function.name.clone(),
                span: *span,
                object: ObjectId::Function(*oid),
            });
        }
    }
    found
}

/// Roles that could run the statement in `before` and cannot in `now`, with the first thing that each of them may not do.
/// Asked where it is not known which role runs it. The last one stands for a role that has only what PUBLIC has.
pub(crate) fn roles_that_lost(
    before: (&Schema, &Resolution),
    now: (&Schema, &Resolution),
) -> Option<(Option<Arc<str>>, Denied)> {
    if now.0.session.role.is_some() || same_rights(before.0, now.0, now.1) {
        return None;
    }
    let nobody: Arc<str> = Arc::from("a role that was granted nothing");
    let names = now.0.roles.iter().filter(|role| !role.superuser).map(|role| (Some(&role.name), role.oid));
    for (name, _) in names.chain([(None, Oid::NONE)]) {
        let name = name.cloned();
        let as_role = |schema: &Schema| {
            let mut schema = schema.clone();
            if name.is_none() {
                let oid = schema.allocate();
                schema.put_role(Role::new(oid, nobody.clone()));
            }
            schema.session.role = Some(name.clone().unwrap_or_else(|| nobody.clone()));
            schema
        };
        if before.0.find_role(name.as_deref().unwrap_or_default()).is_none() && name.is_some() {
            continue;
        }
        if let Some(first) = denied(&as_role(now.0), now.1).into_iter().next()
            && denied(&as_role(before.0), before.1).is_empty()
        {
            return Some((name, first));
        }
    }
    None
}

/// Whether nothing changed about who may do what a statement does: most migrations leave that alone.
fn same_rights(before: &Schema, now: &Schema, resolution: &Resolution) -> bool {
    let acl = |relation: &Relation| {
        let columns =
            relation.columns.iter().filter_map(|column| Some((column.number, (**column.acl.as_ref()?).clone())));
        (relation.owner, relation.acl.as_deref().cloned(), columns.collect::<Vec<_>>())
    };
    let same = |oid: Oid| match (before.relation(oid), now.relation(oid)) {
        (Some(was), Some(is)) => std::ptr::eq(was, is) || acl(was) == acl(is),
        _ => false,
    };
    let runs = |oid: Oid| match (before.functions.get(oid), now.functions.get(oid)) {
        (Some(was), Some(is)) => was.owner == is.owner && was.acl == is.acl,
        (None, None) => true,
        _ => false,
    };
    let reads = resolution.reads.iter().map(|read| read.relation);
    let writes = resolution.writes.iter().flat_map(|write| [write.relation, write.base]);
    let mut used: Vec<Oid> = reads.chain(writes).collect();
    let mut at = 0;
    while at < used.len() && used.len() < 1000 {
        let view = now.relation(used[at]).and_then(|relation| relation.view.as_ref());
        used.extend(view.into_iter().flat_map(|view| crate::views::below(view)).collect::<BTreeSet<_>>());
        at += 1;
    }
    before.roles.same_as(&now.roles)
        && before.namespaces.same_as(&now.namespaces)
        && used.into_iter().all(same)
        && resolution.routines.iter().all(|(oid, _)| runs(*oid))
}

/// Schemas that names are qualified with (`LookupExplicitNamespace`).
fn namespaces(schema: &Schema, resolution: &Resolution) -> Vec<Denied> {
    let lookups = &resolution.depends;
    let written = lookups.relations.keys().chain(lookups.types.keys()).chain(lookups.functions.keys());
    let names: BTreeSet<&Arc<str>> = written.filter_map(|(qualifier, _)| qualifier.as_ref()).collect();
    let namespaces = names.into_iter().filter_map(|name| schema.namespace(schema.find_namespace(name)?));
    namespaces
        .filter(|namespace| {
            namespace.oid != schema.session.temporary
                && schema.may_on_namespace(namespace, Privilege::Usage) == Some(false)
        })
        .map(|namespace| Denied {
            message: format!("permission denied for schema {}", namespace.name),
            name: namespace.name.clone(),
            span: resolution.reads.first().map(|read| read.span).unwrap_or_default(),
            object: ObjectId::Namespace(namespace.oid),
        })
        .collect()
}

fn on_relation(relation: &Relation, span: TextRange) -> Denied {
    let word = match relation.kind {
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Sequence => "sequence",
        RelationKind::ForeignTable => "foreign table",
        _ => "table",
    };
    Denied {
        message: format!("permission denied for {word} {}", relation.name),
        name: relation.name.clone(),
        span,
        object: ObjectId::Relation(relation.oid),
    }
}

/// `ExecCheckOneRelPerms`: the whole relation, or every column that is read; any column where none is.
fn may_read(schema: &Schema, relation: &Relation, columns: &BTreeSet<i16>) -> bool {
    if schema.may_on_relation(relation, Privilege::Select) != Some(false) {
        return true;
    }
    let may = |number: i16| schema.may_on_column(relation, number, Privilege::Select) != Some(false);
    if columns.is_empty() {
        return relation.live_columns().any(|column| may(column.number));
    }
    columns.iter().all(|number| match number {
        0 => relation.live_columns().all(|column| may(column.number)),
        number => may(*number),
    })
}

fn may_write(schema: &Schema, relation: &Relation, write: &Write) -> bool {
    let privilege = match write.action {
        WriteAction::Insert => Privilege::Insert,
        WriteAction::Update => Privilege::Update,
        WriteAction::Delete => Privilege::Delete,
        WriteAction::Truncate => Privilege::Truncate,
    };
    if schema.may_on_relation(relation, privilege) != Some(false) {
        return true;
    }
    if matches!(write.action, WriteAction::Delete | WriteAction::Truncate) {
        return false;
    }
    let may = |number: i16| schema.may_on_column(relation, number, privilege) != Some(false);
    if write.columns.is_empty() {
        return relation.live_columns().any(|column| may(column.number));
    }
    write.columns.iter().all(|column| may(column.number))
}

/// What lies under a view is read and written by the view's owner, or by the role itself where the view says so.
fn under_view(
    schema: &Schema,
    relation: &Relation,
    write: Option<&Write>,
    span: TextRange,
    depth: usize,
    found: &mut Vec<Denied>,
) {
    let Some(view) = relation.view.as_ref().filter(|_| relation.kind == RelationKind::View && depth < DEPTH) else {
        return;
    };
    let inside = as_runner(schema, relation, view);
    if inside.current_role().is_some_and(|role| inside.is_superuser(role)) {
        return;
    }
    for (oid, columns) in read_in(&view.query.text) {
        let Some(below) = inside.relation(oid) else { continue };
        if !may_read(&inside, below, &columns) {
            found.push(on_relation(below, span));
        }
        under_view(&inside, below, None, span, depth + 1, found);
    }
    let base = write.and_then(|write| inside.relation(write.base).filter(|_| write.base != relation.oid));
    if let (Some(write), Some(base)) = (write, base) {
        // The columns are the view's: which of the table's they are matters to grants by column only.
        let whole = Write { columns: Vec::new(), ..write.clone() };
        if !may_write(&inside, base, &whole) {
            found.push(on_relation(base, span));
        }
    }
}

/// The schema as it is for whoever runs a view's query.
pub(crate) fn as_runner(schema: &Schema, relation: &Relation, view: &View) -> Schema {
    let mut inside = schema.clone();
    if !view.security_invoker {
        inside.session.role = schema.roles.get(relation.owner).map(|role| role.name.clone());
        // An owner that is no role of the schema's is the one that the session began as, whoever it became.
        inside.session.user = None;
    }
    inside
}

/// Relations that a kept text names, with the columns that it uses of each.
fn read_in(text: &StoredText) -> Vec<(Oid, BTreeSet<i16>)> {
    let mut relations: Vec<(Oid, BTreeSet<i16>)> = Vec::new();
    for (_, object) in &*text.bindings {
        if let ObjectId::Relation(oid) = object
            && !relations.iter().any(|(known, _)| known == oid)
        {
            relations.push((*oid, BTreeSet::new()));
        }
    }
    for (_, object) in &*text.bindings {
        if let ObjectId::Column(id) = object
            && let Some((_, columns)) = relations.iter_mut().find(|(known, _)| *known == id.relation)
        {
            columns.insert(id.number);
        }
    }
    relations
}

/// Sequences behind defaults that an INSERT leaves to itself: `nextval` asks for USAGE or UPDATE. An identity column's own
/// sequence asks for nothing (`NextValueExpr`).
fn sequences(schema: &Schema, write: &Write, found: &mut Vec<Denied>) {
    let Some(table) = schema.relation(write.base).filter(|_| write.action == WriteAction::Insert) else { return };
    let left = omitted(schema, write);
    let defaults = table.live_columns().filter(|column| {
        left.contains(&column.number) && column.generated != Some(Generated::Stored) && column.identity.is_none()
    });
    for default in defaults.filter_map(|column| column.default.as_ref()) {
        for (_, object) in &*default.text.bindings {
            let ObjectId::Relation(oid) = object else { continue };
            let Some(sequence) = schema.relation(*oid).filter(|each| each.kind == RelationKind::Sequence) else {
                continue;
            };
            let may = |privilege| schema.may_on_relation(sequence, privilege) != Some(false);
            if !may(Privilege::Usage) && !may(Privilege::Update) {
                found.push(on_relation(sequence, write.span));
            }
        }
    }
}
