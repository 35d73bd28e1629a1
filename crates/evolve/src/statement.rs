//! Which statement does what. Every kind is named: nothing is inert by a catch-all.

use std::sync::Arc;

use rollproof_catalog::{Privilege, RelationKind, Taint};
use rollproof_resolve::{Environment, Outcome as Resolved};
use rollproof_sql::ast::{Definition, ObjectKind, OtherObject, QualifiedName, RelationRef, Statement, StatementKind};

use crate::context::{Context, DEPTH_LIMIT, Outcome, refuse, unmodelled};
use crate::drop::routine_kind;
use crate::view::into_of;

/// Relations with rows of their own that indexes can be on.
const STORED: &[RelationKind] =
    &[RelationKind::Table, RelationKind::PartitionedTable, RelationKind::MaterializedView, RelationKind::Toast];

impl Context {
    /// Runs a statement inside another one.
    pub(crate) fn nested_statement(&mut self, statement: &Statement) -> Outcome {
        if self.depth >= DEPTH_LIMIT {
            return Err(unmodelled("statements are nested too deep", Vec::new(), statement.span));
        }
        self.depth += 1;
        let outcome = self.statement(statement);
        self.depth -= 1;
        outcome
    }

    /// Runs a statement.
    pub(crate) fn statement(&mut self, statement: &Statement) -> Outcome {
        match &statement.kind {
            StatementKind::Define(definition) => self.define(definition),
            StatementKind::Query(query) => match into_of(query) {
                Some(into) => self.select_into(query, &into.clone()),
                None => self.run_query(statement),
            },
            StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Merge(_)
            | StatementKind::Call(_)
            | StatementKind::Copy(_)
            | StatementKind::Explain(_)
            | StatementKind::DeclareCursor(..) => self.run_query(statement),
            StatementKind::Truncate(relations, _) => self.truncate(relations),
            StatementKind::Lock(relations) => self.lock(relations),
            StatementKind::RefreshMaterializedView(relation) => self.refresh(&relation.name),
            StatementKind::Set(set) => self.set(set),
            StatementKind::Do(language, body, span) => self.do_block(language, body, *span, statement.span),
            // They change nothing that outlives the session, and the statement inside is resolved where it runs.
            StatementKind::Prepare { statement: inner, name, types } => self.prepare(name, types, inner),
            StatementKind::Deallocate(name) => {
                self.deallocate(name.as_ref());
                Ok(())
            }
            StatementKind::Execute(..) | StatementKind::UseCursor(..) | StatementKind::Transaction(_) => Ok(()),
            StatementKind::Unmodelled("DISCARD TEMP") => {
                self.discard_temporary();
                Ok(())
            }
            StatementKind::Unmodelled("DISCARD ALL") => self.discard_all(),
            StatementKind::Inert(tag, names) => self.inert(tag, names),
            StatementKind::Unmodelled(tag) => {
                let message = format!("{tag} is not modelled");
                let taint = Taint::Everything(Arc::from(message.as_str()));
                self.taint(taint, message, statement.span);
                Ok(())
            }
        }
    }

    fn define(&mut self, definition: &Definition) -> Outcome {
        match definition {
            Definition::CreateTable(create) => self.create_table(create),
            Definition::CreateTableAs(create) => self.create_table_as(create),
            Definition::CreateView(create) => self.create_view(create),
            Definition::CreateIndex(create) => self.create_index(create),
            Definition::CreateSequence(create) => self.create_sequence(create),
            Definition::CreateSchema(create) => self.create_schema(create),
            Definition::CreateExtension(create) => self.create_extension(create),
            Definition::CreateFunction(create) => self.create_function(create),
            Definition::CreateAggregate(create) => self.create_aggregate(create),
            Definition::CreateDefined(create) => self.create_defined(create),
            Definition::CreateEnum(name, labels) => self.create_enum(name, labels),
            Definition::CreateComposite(name, columns) => self.create_composite(name, columns),
            Definition::CreateRange(name, options) => self.create_range(name, options),
            Definition::CreateDomain(create) => self.create_domain(create),
            Definition::CreateCast(create) => self.create_cast(create),
            Definition::CreateTrigger(create) => self.create_trigger(create),
            Definition::CreateEventTrigger(name, function) => {
                self.function_without_arguments(function)?;
                let name = QualifiedName { parts: vec![name.clone()], span: name.span };
                let kind = ObjectKind::EventTrigger;
                let (belongs_to, relations) = (None, Vec::new());
                self.create_other(&OtherObject { kind, name, lenient: false, belongs_to, relations })
            }
            Definition::CreateRule(create) => self.create_rule(create),
            Definition::CreatePolicy(create) => self.create_policy(create),
            Definition::AlterPolicy(alter) => self.alter_policy(alter),
            Definition::CreateRole(name, options) => self.create_role(name, options),
            Definition::AlterRole(name, options) => self.alter_role(name, options),
            Definition::CreateOther(create) => self.create_other(create),
            Definition::CreateStatistics(create) => self.create_statistics(create),
            Definition::CreateOperatorClass(create) => self.create_operator_class(create),
            Definition::CreateOperatorFamily(name, method) => self.create_operator_family(name, method),
            Definition::AlterOperatorFamily(alter) => self.alter_operator_family(alter),
            other => self.alter(other),
        }
    }

    fn alter(&mut self, definition: &Definition) -> Outcome {
        match definition {
            Definition::AlterTable(alter) => self.alter_table(alter),
            Definition::AlterSequence(name, if_exists, options) => self.alter_sequence(name, *if_exists, options),
            Definition::AddEnumValue(add) => self.add_enum_value(add),
            Definition::RenameEnumValue(name, from, to) => self.rename_enum_value(name, from, to),
            Definition::AlterDomain(name, action) => self.alter_domain(name, action),
            Definition::AlterFunction(kind, signature, options) => {
                self.alter_function(signature, options, routine_kind(*kind))
            }
            Definition::AlterExtensionUpdate(name) | Definition::AlterExtensionContents(name) => {
                self.extension_named(name).map(|_| ())
            }
            Definition::AlterOther(alter) => self.alter_other(alter),
            Definition::Rename(rename) => self.rename(rename),
            Definition::SetSchema(set) => self.set_schema(set),
            Definition::SetOwner(kind, object, to) => self.set_owner(*kind, object, to),
            Definition::Comment(comment) => self.comment(comment),
            Definition::Drop(drop) => self.drop_statement(drop),
            Definition::Owned(true, roles, cascade) => self.drop_owned(roles, *cascade),
            Definition::Owned(false, roles, _) => self.reassign_owned(roles),
            Definition::Grant(grant) => self.grant(grant),
            Definition::GrantRole(grant) => self.grant_role(grant),
            Definition::DefaultPrivileges(statement) => self.default_privileges(statement),
            Definition::DefaultSetting(statement) => self.default_setting(statement),
            // None is left today; a new one is never taken in silence.
            _ => {
                let message = "this statement is not modelled";
                self.taint(Taint::Everything(Arc::from(message)), message.to_owned(), self.span);
                Ok(())
            }
        }
    }

    /// A statement that changes no schema: it has to resolve in the state it runs in, and what it calls may change it.
    fn run_query(&mut self, statement: &Statement) -> Outcome {
        match rollproof_resolve::resolve(statement, &self.schema, &Environment::default()) {
            Resolved::Resolved(resolution) => self.called(&resolution, statement),
            Resolved::Refused(refusal) => {
                self.looked_up_names(&refusal.depends);
                match refusal.errors.first() {
                    Some(error) => Err(refuse(error.sqlstate, error.message.clone(), error.span)),
                    None => Ok(()),
                }
            }
            Resolved::Unknown(undecided) => {
                let reason = undecided.unknown.reason.clone();
                self.undecided("this statement", &reason, undecided.unknown.span);
                self.called(&undecided.partial, statement)
            }
        }
    }

    fn truncate(&mut self, relations: &[RelationRef]) -> Outcome {
        for relation in relations {
            let found = self.relation_named(&relation.name)?;
            let fits =
                matches!(found.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable);
            if !fits {
                let message = format!("\"{}\" is not a table", found.name);
                return Err(refuse("42809", message, relation.name.span));
            }
            self.may_on(&found, Privilege::Truncate, relation.name.span)?;
        }
        Ok(())
    }

    fn lock(&mut self, relations: &[RelationRef]) -> Outcome {
        for relation in relations {
            let found = self.relation_named(&relation.name)?;
            let fits = matches!(found.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::View);
            if !fits {
                let message = format!("cannot lock relation \"{}\"", found.name);
                return Err(refuse("42809", message, relation.name.span));
            }
            // Which of them is enough depends on the mode; a role without any gets no lock (`LockTableAclCheck`).
            let enough = [Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::Delete];
            let whole = enough.into_iter().chain([Privilege::Truncate, Privilege::Maintain]);
            if whole.into_iter().all(|each| self.schema.may_on_relation(&found, each) == Some(false)) {
                self.may_on(&found, Privilege::Update, relation.name.span)?;
            }
        }
        Ok(())
    }

    /// Statements that can touch neither names nor writes. What they name has to be there where the server looks it up.
    fn inert(&mut self, tag: &str, names: &[QualifiedName]) -> Outcome {
        for name in names {
            let relation = self.relation_named(name)?;
            let (fits, kind): (&[RelationKind], &str) = match tag {
                "REINDEX INDEX" => (&[RelationKind::Index, RelationKind::PartitionedIndex], "an index"),
                "REINDEX" => (STORED, "a table or materialized view"),
                "CLUSTER" => (STORED, "a table"),
                "ALTER INDEX" => (&[RelationKind::Index, RelationKind::PartitionedIndex], "an index"),
                "ALTER MATERIALIZED VIEW" => (&[RelationKind::MaterializedView], "a materialized view"),
                _ => continue,
            };
            if !fits.contains(&relation.kind) {
                return Err(refuse("42809", format!("\"{}\" is not {kind}", relation.name), name.span));
            }
        }
        Ok(())
    }
}
