//! Schemas and extensions (`schemacmds.c`, `extension.c`), and objects that nothing looks into.

use rollproof_catalog::{ExtensionError, Namespace, Oid, Taint};
use rollproof_sql::ast::{CreateExtension, CreateSchema, Definition, Name, Statement, StatementKind};

use crate::context::{Context, Outcome, refuse};

impl Context {
    /// `CREATE SCHEMA`
    pub(crate) fn create_schema(&mut self, create: &CreateSchema) -> Outcome {
        let owner = match &create.authorization {
            Some(name) => self.role(name)?,
            None => self.current_role(),
        };
        let name = match (&create.name, &create.authorization) {
            (Some(name), _) | (None, Some(name)) => name.clone(),
            (None, None) => return Ok(()),
        };
        let text = match (&create.name, &*name.text) {
            (None, "current_user" | "current_role" | "session_user") => {
                self.schema.role(owner).map_or_else(|| name.text.clone(), |role| role.name.clone())
            }
            _ => name.text.clone(),
        };
        self.may_make_schemas(name.span)?;
        self.may_give(self.current_role(), owner, &format!("schema {text}"), name.span)?;
        if text.starts_with("pg_") {
            return Err(refuse("42939", format!("unacceptable schema name \"{text}\""), name.span));
        }
        if self.schema.find_namespace(&text).is_some() {
            if create.if_not_exists {
                return Ok(());
            }
            return Err(refuse("42P06", format!("schema \"{text}\" already exists"), name.span));
        }
        let oid = self.schema.allocate();
        let acl = self.default_acl(b'n', Oid::NONE);
        self.schema.put_namespace(Namespace { oid, name: text.clone(), owner, acl });
        let path = self.schema.session.search_path.clone();
        self.schema.session.search_path = [text].into_iter().chain(path.iter().cloned()).collect();
        // Its elements run kind by kind, whatever their order is (transformCreateSchemaStmtElements).
        let mut elements: Vec<&Statement> = create.elements.iter().collect();
        elements.sort_by_key(|element| element_rank(element));
        for element in elements {
            if let Some(other) = element_schema(element)
                && self.schema.find_namespace(&other.text) != Some(oid)
            {
                let message = format!(
                    "CREATE specifies a schema ({}) different from the one being created ({})",
                    other.text, name.text
                );
                return Err(refuse("42P15", message, other.span));
            }
            self.nested_statement(element)?;
        }
        self.schema.session.search_path = path;
        Ok(())
    }

    /// `CREATE EXTENSION`
    pub(crate) fn create_extension(&mut self, create: &CreateExtension) -> Outcome {
        let name = &create.name;
        if self.schema.find_extension(&name.text).is_some() {
            if create.if_not_exists {
                return Ok(());
            }
            return Err(refuse("42710", format!("extension \"{}\" already exists", name.text), name.span));
        }
        let namespace = match &create.schema {
            Some(schema) => Some(self.namespace(schema)?),
            None => None,
        };
        let installed = self.schema.install_extension(&name.text, namespace, create.cascade);
        let oid = installed.map_err(|error| extension_error(&error, name))?;
        if self.schema.extension(oid).is_some_and(|found| !found.modelled) {
            let message =
                format!("extension \"{}\" is not modelled: names that are not found may be its own", name.text);
            self.taint(Taint::Extension(name.text.clone()), message, name.span);
        }
        Ok(())
    }

    /// `ALTER EXTENSION … ADD` and `UPDATE`: the extension has to be there.
    pub(crate) fn extension_named(&self, name: &Name) -> Outcome<Oid> {
        let missing = || refuse("42704", format!("extension \"{}\" does not exist", name.text), name.span);
        self.schema.find_extension(&name.text).map(|found| found.oid).ok_or_else(missing)
    }
}

/// Sequences, tables, views, indexes, triggers, the rest.
fn element_rank(element: &Statement) -> u8 {
    let StatementKind::Define(definition) = &element.kind else { return 5 };
    match &**definition {
        Definition::CreateSequence(_) => 0,
        Definition::CreateTable(_) => 1,
        Definition::CreateView(_) => 2,
        Definition::CreateIndex(_) => 3,
        Definition::CreateTrigger(_) => 4,
        _ => 5,
    }
}

/// The schema that an element of CREATE SCHEMA names for what it makes.
fn element_schema(element: &Statement) -> Option<&Name> {
    let StatementKind::Define(definition) = &element.kind else { return None };
    match &**definition {
        Definition::CreateTable(create) => create.name.schema(),
        Definition::CreateView(create) => create.name.schema(),
        Definition::CreateSequence(create) => create.name.schema(),
        Definition::CreateIndex(create) => create.table.schema(),
        Definition::CreateTrigger(create) => create.table.schema(),
        _ => None,
    }
}

fn extension_error(error: &ExtensionError, name: &Name) -> Box<crate::context::Stop> {
    let text = &name.text;
    match error {
        ExtensionError::Exists => refuse("42710", format!("extension \"{text}\" already exists"), name.span),
        ExtensionError::MissingRequirement(other) => {
            refuse("42704", format!("required extension \"{other}\" is not installed"), name.span)
        }
        ExtensionError::NoSchema => refuse("3F000", "no schema has been selected to create in", name.span),
        ExtensionError::WrongSchema(schema) => {
            refuse("0A000", format!("extension \"{text}\" must be installed in schema \"{schema}\""), name.span)
        }
        ExtensionError::Cycle => {
            refuse("42P17", format!("cyclic dependency detected between extensions \"{text}\""), name.span)
        }
    }
}
