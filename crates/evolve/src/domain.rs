//! Domains (`DefineDomain`, `AlterDomain…`).

use std::sync::Arc;

use rollproof_catalog::{
    Constraint, ConstraintKind, DependencyKind, ObjectId, Oid, StoredExpr, Type, TypeKind, TypeRef,
};
use rollproof_resolve::ExpressionPlace;
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    AlterDomainAction, ConstraintDefinition, ConstraintKind as Written, CreateDomain, Expr, Name, QualifiedName,
};

use crate::bind::no_scope;
use crate::constraint::plain_constraint;
use crate::context::{Context, Outcome, refuse};
use crate::names::constraint_name;
use crate::types::as_type_name;

impl Context {
    /// `CREATE DOMAIN`
    pub(crate) fn create_domain(&mut self, create: &CreateDomain) -> Outcome {
        let (namespace, name) = self.new_type_name(&create.name)?;
        let base = self.type_ref(&create.base)?;
        let base_type = self.schema.type_of(base.oid).cloned();
        if base_type.as_ref().is_some_and(|found| matches!(found.kind, TypeKind::Pseudo)) {
            let message = format!("\"{}\" is not a valid base type for a domain", self.schema.format_type(base));
            return Err(refuse("42804", message, create.base.span));
        }
        self.may_use_type(base.oid, create.base.span)?;
        let mut collation = base_type.as_ref().map_or(Oid::NONE, |found| found.collation);
        if let Some(written) = &create.collation {
            let found = self.collation_ref(written)?;
            if collation.is_none() {
                let message = format!("collations are not supported by type {}", self.schema.format_type(base));
                return Err(refuse("42804", message, written.span));
            }
            collation = found;
        }
        let default = self.domain_default_of(create, base)?;
        let not_null = domain_nullability(create)?;
        let kind =
            TypeKind::Domain { base, not_null, default: default.clone().map(|bound| bound.0), checks: Vec::new() };
        let oid = self.add_user_type(namespace, name, kind)?;
        if let (Some(mut made), Some(base_type)) = (self.schema.type_of(oid).cloned(), base_type) {
            made.category = base_type.category;
            made.length = base_type.length;
            made.element = base_type.element;
            made.subscriptable = base_type.subscriptable;
            made.collation = collation;
            let array = made.array;
            self.schema.put_type(made);
            if let Some(mut array) = self.schema.type_of(array).cloned() {
                array.collation = collation;
                self.schema.put_type(array);
            }
        }
        self.depend(ObjectId::Type(oid), ObjectId::Type(base.oid), DependencyKind::Normal);
        if let Some((_, uses)) = default {
            self.depend_on_uses(ObjectId::Type(oid), &uses, Oid::NONE, DependencyKind::Normal);
        }
        for definition in &create.constraints {
            if let Written::Check(value) = &definition.kind {
                self.add_domain_check(oid, definition, value)?;
            }
        }
        if not_null {
            self.name_domain_not_null(oid, &create.constraints)?;
        }
        Ok(())
    }

    fn domain_default_of(
        &mut self,
        create: &CreateDomain,
        base: TypeRef,
    ) -> Outcome<Option<(StoredExpr, std::collections::BTreeSet<ObjectId>)>> {
        let mut found = None;
        for definition in &create.constraints {
            match &definition.kind {
                Written::Default(_) if found.is_some() => {
                    return Err(refuse("42601", "multiple default expressions", definition.span));
                }
                Written::Default(value) => {
                    let bound = self.bind(value, &no_scope(), &ExpressionPlace::DomainDefault(base))?;
                    found = Some((bound.stored, bound.uses));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// PostgreSQL 17 and later keep NOT NULL of a domain as a constraint with a name.
    fn name_domain_not_null(&mut self, domain: Oid, definitions: &[ConstraintDefinition]) -> Outcome {
        if self.schema.builtin.version < 17 {
            return Ok(());
        }
        let known = self.domain(domain)?;
        let written = definitions
            .iter()
            .find(|each| matches!(each.kind, Written::NotNull(_)))
            .and_then(|definition| definition.name.as_ref().map(|name| name.text.clone()));
        let name = written
            .unwrap_or_else(|| constraint_name(&self.schema, &known.name, None, "not_null", known.namespace, &[]));
        let oid = self.schema.allocate();
        self.add_domain_constraint(domain, plain_constraint(oid, name, ConstraintKind::NotNull, Vec::new()))
    }

    fn domain(&self, oid: Oid) -> Outcome<Type> {
        self.schema.type_of(oid).cloned().ok_or_else(|| self.lost(ObjectId::Type(oid)))
    }

    fn add_domain_constraint(&mut self, domain: Oid, constraint: Constraint) -> Outcome {
        self.depend(ObjectId::Constraint(constraint.oid), ObjectId::Type(domain), DependencyKind::Automatic);
        let mut known = self.domain(domain)?;
        if let TypeKind::Domain { checks, .. } = &mut known.kind {
            checks.push(Arc::new(constraint));
        }
        self.schema.put_type(known);
        Ok(())
    }

    fn add_domain_check(&mut self, domain: Oid, definition: &ConstraintDefinition, value: &Expr) -> Outcome {
        let known = self.domain(domain)?;
        let TypeKind::Domain { base, checks, .. } = &known.kind else { return Ok(()) };
        let bound = self.bind(value, &no_scope(), &ExpressionPlace::DomainCheck(*base))?;
        let name = match &definition.name {
            Some(name) if checks.iter().any(|check| check.name == name.text) => {
                let message = format!("constraint \"{}\" for domain \"{}\" already exists", name.text, known.name);
                return Err(refuse("42710", message, name.span));
            }
            Some(name) => name.text.clone(),
            None => constraint_name(&self.schema, &known.name, None, "check", known.namespace, &[]),
        };
        let oid = self.schema.allocate();
        let mut constraint = plain_constraint(oid, name, ConstraintKind::Check(bound.stored), Vec::new());
        constraint.validated = !definition.not_valid;
        self.add_domain_constraint(domain, constraint)?;
        self.depend_on_uses(ObjectId::Constraint(oid), &bound.uses, Oid::NONE, DependencyKind::Normal);
        Ok(())
    }

    /// A domain by name (42809 where the type is something else).
    pub(crate) fn domain_named(&mut self, name: &QualifiedName) -> Outcome<Type> {
        let found = self.type_ref(&as_type_name(name))?;
        match self.schema.type_of(found.oid) {
            Some(known) if matches!(known.kind, TypeKind::Domain { .. }) => {
                self.owns_type(known, name.span).map(|()| known.clone())
            }
            _ => Err(refuse("42809", format!("{} is not a domain", self.schema.format_type(found)), name.span)),
        }
    }

    /// `ALTER DOMAIN`
    pub(crate) fn alter_domain(&mut self, name: &QualifiedName, action: &AlterDomainAction) -> Outcome {
        let known = self.domain_named(name)?;
        let TypeKind::Domain { base, .. } = known.kind else { return Ok(()) };
        match action {
            AlterDomainAction::Default(None) => self.change_domain(known.oid, |_, default, _| *default = None),
            AlterDomainAction::Default(Some(value)) => {
                let bound = self.bind(value, &no_scope(), &ExpressionPlace::DomainDefault(base))?;
                self.depend_on_uses(ObjectId::Type(known.oid), &bound.uses, Oid::NONE, DependencyKind::Normal);
                self.change_domain(known.oid, |_, default, _| *default = Some(bound.stored))
            }
            AlterDomainAction::NotNull(on) => {
                let changes = matches!(known.kind, TypeKind::Domain { not_null, .. } if not_null != *on);
                self.change_domain(known.oid, |not_null, _, checks| {
                    *not_null = *on;
                    if !on {
                        checks.retain(|check| !matches!(check.kind, ConstraintKind::NotNull));
                    }
                })?;
                if *on && changes { self.name_domain_not_null(known.oid, &[]) } else { Ok(()) }
            }
            AlterDomainAction::Add(definition) => match &definition.kind {
                Written::Check(value) => self.add_domain_check(known.oid, definition, value),
                Written::NotNull(_) => {
                    self.change_domain(known.oid, |not_null, _, _| *not_null = true)?;
                    self.name_domain_not_null(known.oid, std::slice::from_ref(definition))
                }
                _ => Err(refuse("42601", "only CHECK and NOT NULL constraints are allowed here", definition.span)),
            },
            AlterDomainAction::DropConstraint(constraint, if_exists, cascade) => {
                self.drop_domain_constraint(&known, constraint, *if_exists, *cascade)
            }
            AlterDomainAction::Validate(constraint) => {
                let found = self.domain_constraint(&known, constraint)?;
                self.change_domain(known.oid, |_, _, checks| {
                    if let Some(check) = checks.iter_mut().find(|check| check.oid == found) {
                        Arc::make_mut(check).validated = true;
                    }
                })
            }
        }
    }

    /// A constraint of a domain by name (42704).
    pub(crate) fn domain_constraint(&self, domain: &Type, name: &Name) -> Outcome<Oid> {
        let TypeKind::Domain { checks, .. } = &domain.kind else { return Ok(Oid::NONE) };
        let missing = format!("constraint \"{}\" of domain \"{}\" does not exist", name.text, domain.name);
        let found = checks.iter().find(|check| check.name == name.text);
        found.map(|check| check.oid).ok_or_else(|| refuse("42704", missing, name.span))
    }

    fn drop_domain_constraint(&mut self, domain: &Type, name: &Name, if_exists: bool, cascade: bool) -> Outcome {
        match self.domain_constraint(domain, name) {
            Ok(oid) => self.drop_objects(&[ObjectId::Constraint(oid)], cascade, name.span),
            Err(_) if if_exists => Ok(()),
            Err(stop) => Err(stop),
        }
    }

    /// Changes a domain: NOT NULL, default, constraints.
    pub(crate) fn change_domain(
        &mut self,
        domain: Oid,
        change: impl FnOnce(&mut bool, &mut Option<StoredExpr>, &mut Vec<Arc<Constraint>>),
    ) -> Outcome {
        let mut known = self.domain(domain)?;
        if let TypeKind::Domain { not_null, default, checks, .. } = &mut known.kind {
            change(not_null, default, checks);
        }
        self.schema.put_type(known);
        Ok(())
    }
}

fn domain_nullability(create: &CreateDomain) -> Outcome<bool> {
    let mut found: Option<bool> = None;
    for definition in &create.constraints {
        let (said, span): (bool, TextRange) = match &definition.kind {
            Written::NotNull(_) => (true, definition.span),
            Written::Null => (false, definition.span),
            Written::Check(_) | Written::Default(_) => continue,
            Written::PrimaryKey(_) => return Err(unfit("primary key", definition.span)),
            Written::Unique(_) => return Err(unfit("unique", definition.span)),
            Written::Exclude { .. } => return Err(unfit("exclusion", definition.span)),
            Written::ForeignKey { .. } => return Err(unfit("foreign key", definition.span)),
            Written::Identity(..) | Written::Generated(..) => {
                return Err(refuse("42601", "specifying GENERATED not supported for domains", definition.span));
            }
        };
        if found.is_some_and(|before| before != said) {
            return Err(refuse("42601", "conflicting NULL/NOT NULL constraints", span));
        }
        found = Some(said);
    }
    Ok(found.unwrap_or(false))
}

fn unfit(what: &str, span: TextRange) -> Box<crate::context::Stop> {
    refuse("42601", format!("{what} constraints not possible for domains"), span)
}
