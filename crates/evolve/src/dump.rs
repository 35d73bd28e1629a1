//! Dumps: what `pg_dump --schema-only` prints.

use std::sync::Arc;

use rollproof_catalog::{Oid, Role, Schema};
use rollproof_sql::ast::{AlterTableAction, Definition, Name, Statement, StatementKind};

use crate::{SessionWalker, SourceText};

/// The schema after a dump, read as psql reads it: what is refused is passed over.
///
/// Roles belong to a server, not to a database: a dump names those that it needs and makes none. They are taken to be
/// there, as roles without any option.
#[must_use]
pub fn read_dump(mut schema: Schema, text: &str) -> Schema {
    let statements = rollproof_sql::parse_script(text);
    for (_, parsed) in &statements {
        if let Ok(Statement { kind: StatementKind::Define(definition), .. }) = parsed {
            roles_of(definition, &mut |name| ensure_role(&mut schema, &name.text));
        }
    }
    let source = SourceText::new(text);
    let mut walker = SessionWalker::new(schema);
    for (_, parsed) in statements {
        if let Ok(statement) = parsed {
            let _ = walker.step(&statement, &source);
        }
    }
    walker.finish()
}

fn roles_of(definition: &Definition, found: &mut dyn FnMut(&Name)) {
    match definition {
        Definition::SetOwner(_, _, owner) => found(owner),
        Definition::Grant(grant) => grant.grantees.iter().for_each(found),
        Definition::DefaultPrivileges(default) => default.roles.iter().chain(&default.grantees).for_each(found),
        Definition::CreatePolicy(policy) => policy.roles.iter().flatten().for_each(found),
        Definition::CreateSchema(create) => create.authorization.iter().for_each(found),
        Definition::AlterTable(alter) => {
            for (action, _) in &alter.actions {
                if let AlterTableAction::Owner(owner) = action {
                    found(owner);
                }
            }
        }
        _ => {}
    }
}

fn ensure_role(schema: &mut Schema, name: &Arc<str>) {
    // The superuser that made the server is called postgres nearly everywhere; here it is the one who runs everything.
    let special = ["public", "current_user", "current_role", "session_user", "postgres"];
    if special.contains(&&**name) || schema.find_role(name).is_some() {
        return;
    }
    let oid: Oid = schema.allocate();
    schema.put_role(Role::new(oid, name.clone()));
}
