//! Types: enums, composites, ranges, shells and base types (`typecmds.c`, `pg_enum.c`).

use std::sync::Arc;

use rollproof_catalog::{
    Cast, CastContext, CastMethod, DependencyKind, EnumLabel, Function, FunctionKind, Language, ObjectId, Oid,
    Parameter, RelationKind, Type, TypeKind, TypeRef, oid,
};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    AddEnumValue, ColumnSpec, DefinitionOption, DefinitionValue, Name, ParameterMode, QualifiedName, TypeName,
};

use crate::columns::{NewColumn, NotNull};
use crate::context::{Context, Outcome, refuse};
use crate::names::multirange_name;
use crate::relation::{empty_relation, plain_type};

/// A qualified name as a type's name.
pub(crate) fn as_type_name(name: &QualifiedName) -> TypeName {
    TypeName {
        name: name.clone(),
        modifiers: Vec::new(),
        interval_fields: None,
        array_bounds: Vec::new(),
        set_of: false,
        percent_type: false,
        span: name.span,
    }
}

impl Context {
    /// A type that an extension which is not modelled may have: kept as a type that nothing is known of.
    pub(crate) fn opaque_type(&mut self, name: &TypeName) -> Option<TypeRef> {
        self.schema.unknown_extension()?;
        let namespace = match name.name.schema() {
            Some(schema) => self.schema.find_namespace(&schema.text)?,
            None => self.schema.creation_namespace()?,
        };
        let text = name.name.object().text.clone();
        let known = self.schema.types_in(namespace, &text).next().map(|found| found.oid);
        let oid = match known {
            Some(oid) => oid,
            None => {
                let oid = self.schema.allocate();
                let owner = self.current_role();
                let mut made = plain_type(oid, namespace, text, TypeKind::Base, owner);
                made.takes_modifier = true;
                self.add_type_with_array(made).ok()?;
                oid
            }
        };
        let found = if name.array_bounds.is_empty() { oid } else { self.schema.array_of(oid)? };
        Some(TypeRef::plain(found))
    }

    /// A name for a new type (42710 where it is taken by anything but a shell).
    pub(crate) fn new_type_name(&mut self, name: &QualifiedName) -> Outcome<(Oid, Arc<str>)> {
        let namespace = self.creation_namespace(name, false)?;
        let text = name.object().text.clone();
        self.type_name_free(namespace, &text, name.span)?;
        Ok((namespace, text))
    }

    /// `CREATE TYPE t AS ENUM (…)`
    pub(crate) fn create_enum(&mut self, name: &QualifiedName, labels: &[(Arc<str>, TextRange)]) -> Outcome {
        let (namespace, text) = self.new_type_name(name)?;
        let mut kept: Vec<EnumLabel> = Vec::new();
        for (label, span) in labels {
            check_label(label, *span)?;
            if kept.iter().any(|known| known.label == *label) {
                let message = "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"";
                return Err(refuse("23505", message, *span));
            }
            kept.push(EnumLabel::new(self.schema.allocate(), label.clone()));
        }
        self.add_user_type(namespace, text, TypeKind::Enum(kept)).map(|_| ())
    }

    /// Adds a type of the current role with its array.
    pub(crate) fn add_user_type(&mut self, namespace: Oid, name: Arc<str>, kind: TypeKind) -> Outcome<Oid> {
        let owner = self.current_role();
        let shell = self.schema.types_in(namespace, &name).next().filter(|known| matches!(known.kind, TypeKind::Shell));
        let oid = shell.map(|known| known.oid);
        let oid = oid.unwrap_or_else(|| self.schema.allocate());
        let acl = self.default_acl(b'T', namespace);
        self.add_type_with_array(Type { acl, ..plain_type(oid, namespace, name, kind, owner) })?;
        self.depend_on_namespace(ObjectId::Type(oid), namespace);
        Ok(oid)
    }

    fn enum_named(&mut self, name: &QualifiedName) -> Outcome<Type> {
        let found = self.type_ref(&as_type_name(name))?;
        match self.schema.type_of(found.oid) {
            Some(known) if matches!(known.kind, TypeKind::Enum(_)) => {
                self.owns_type(known, name.span).map(|()| known.clone())
            }
            _ => Err(refuse("42809", format!("{} is not an enum", self.schema.format_type(found)), name.span)),
        }
    }

    /// `ALTER TYPE … ADD VALUE`
    pub(crate) fn add_enum_value(&mut self, add: &AddEnumValue) -> Outcome {
        let mut known = self.enum_named(&add.type_name)?;
        check_label(&add.label, add.type_name.span)?;
        let oid = self.schema.allocate();
        let TypeKind::Enum(labels) = &mut known.kind else { return Ok(()) };
        if labels.iter().any(|label| label.label == add.label) {
            if add.if_not_exists {
                return Ok(());
            }
            let message = format!("enum label \"{}\" already exists", add.label);
            return Err(refuse("42710", message, add.type_name.span));
        }
        let at = match &add.neighbour {
            None => labels.len(),
            Some((neighbour, after)) => {
                let Some(at) = labels.iter().position(|label| label.label == *neighbour) else {
                    let message = format!("\"{neighbour}\" is not an existing enum label");
                    return Err(refuse("22023", message, add.type_name.span));
                };
                at + usize::from(*after)
            }
        };
        labels.insert(at, EnumLabel::new(oid, add.label.clone()));
        self.schema.put_type(known);
        Ok(())
    }

    /// `ALTER TYPE … RENAME VALUE`
    pub(crate) fn rename_enum_value(&mut self, name: &QualifiedName, from: &Arc<str>, to: &Arc<str>) -> Outcome {
        let mut known = self.enum_named(name)?;
        let TypeKind::Enum(labels) = &mut known.kind else { return Ok(()) };
        let Some(at) = labels.iter().position(|label| label.label == *from) else {
            return Err(refuse("22023", format!("\"{from}\" is not an existing enum label"), name.span));
        };
        if labels.iter().any(|label| label.label == *to) {
            return Err(refuse("42710", format!("enum label \"{to}\" already exists"), name.span));
        }
        labels[at].label = to.clone();
        self.schema.put_type(known);
        Ok(())
    }

    /// `CREATE TYPE t AS (…)`: a relation without rows, and its row type.
    pub(crate) fn create_composite(&mut self, name: &QualifiedName, columns: &[ColumnSpec]) -> Outcome {
        let (namespace, text) = self.new_type_name(name)?;
        self.relation_name_free(namespace, &text, name.span)?;
        let mut made = Vec::new();
        for (number, spec) in (1..).zip(columns) {
            if columns[..number as usize - 1].iter().any(|before| before.name.text == spec.name.text) {
                let message = format!("column \"{}\" specified more than once", spec.name.text);
                return Err(refuse("42701", message, spec.name.span));
            }
            let column = self.attribute(spec)?;
            made.push(Self::catalog_column(&column, number));
        }
        let oid = self.schema.allocate();
        let owner = self.current_role();
        let mut relation = empty_relation(oid, namespace, text, RelationKind::Composite, owner);
        relation.columns = made;
        self.add_relation(relation, name.span)?;
        let row_type = self.relation(oid)?.row_type;
        self.depend_on_namespace(ObjectId::Type(row_type), namespace);
        if let (Some(acl), Some(mut made)) = (self.default_acl(b'T', namespace), self.schema.type_of(row_type).cloned())
        {
            made.acl = Some(acl);
            self.schema.put_type(made);
        }
        Ok(())
    }

    /// An attribute of a composite type.
    pub(crate) fn attribute(&mut self, spec: &ColumnSpec) -> Outcome<NewColumn> {
        let (data_type, collation, dimensions) =
            self.column_type(&spec.name, &spec.type_name, spec.collation.as_ref())?;
        Ok(NewColumn {
            name: spec.name.text.clone(),
            data_type,
            collation,
            dimensions,
            not_null: None::<NotNull>,
            default: None,
            is_local: true,
            inherit_count: 0,
            span: spec.name.span,
        })
    }

    /// The collation that the bounds of a range are compared under; none where none is written.
    fn range_collation(&mut self, subtype: Oid, options: &[DefinitionOption]) -> Outcome<Oid> {
        let Some(written) = find_option(options, "collation").and_then(crate::operator::option_name) else {
            return Ok(Oid::NONE);
        };
        let collation = self.collation_ref(&written)?;
        if self.schema.type_of(subtype).is_some_and(|of| of.collation.is_none()) {
            let message = "range collation specified but subtype does not support collation";
            return Err(refuse("42809", message, written.span));
        }
        Ok(collation)
    }

    /// `CREATE TYPE t AS RANGE (…)`: the range, its multirange, and the functions that make them.
    pub(crate) fn create_range(&mut self, name: &QualifiedName, options: &[DefinitionOption]) -> Outcome {
        let (namespace, text) = self.new_type_name(name)?;
        let Some(subtype) = find_option(options, "subtype") else {
            return Err(refuse("42601", "type attribute \"subtype\" is required", name.span));
        };
        let subtype = self.option_type(subtype)?;
        self.may_use_type(subtype, name.span)?;
        let collation = self.range_collation(subtype, options)?;
        if find_option(options, "subtype_opclass").is_none() {
            self.default_class(TypeRef::plain(subtype), "btree", name.span)?;
        }
        if let Some(function) = find_option(options, "subtype_diff").and_then(crate::operator::option_name) {
            let found = self.function_of(&function, &[subtype, subtype])?;
            if found.returns != oid::FLOAT8 {
                let message = format!("range subtype diff function {} must return type double precision", found.name);
                return Err(refuse("42P17", message, name.span));
            }
        }
        let (place, multi_name) = self.multirange_of(namespace, &text, options);
        if place != namespace {
            return Err(refuse("42710", format!("type \"{multi_name}\" already exists"), name.span));
        }
        let range = self.add_user_type(namespace, text.clone(), TypeKind::Shell)?;
        self.type_name_free(namespace, &multi_name, name.span)?;
        let multirange = self.add_user_type(namespace, multi_name.clone(), TypeKind::Multirange(range))?;
        let mut made = self.schema.type_of(range).cloned().ok_or_else(|| self.lost(ObjectId::Type(range)))?;
        made.kind = TypeKind::Range { subtype, multirange };
        made.category = b'R';
        made.length = -1;
        self.schema.put_type(made);
        self.depend(ObjectId::Type(range), ObjectId::Type(subtype), DependencyKind::Normal);
        self.depend(ObjectId::Type(range), ObjectId::Collation(collation), DependencyKind::Normal);
        self.depend(ObjectId::Type(multirange), ObjectId::Type(range), DependencyKind::Internal);
        let array = self.schema.array_of(range).unwrap_or(Oid::NONE);
        self.constructor(namespace, &text, range, &[subtype, subtype], Oid::NONE);
        self.constructor(namespace, &text, range, &[subtype, subtype, oid::TEXT], Oid::NONE);
        self.constructor(namespace, &multi_name, multirange, &[], Oid::NONE);
        let function = self.constructor(namespace, &multi_name, multirange, &[range], Oid::NONE);
        self.constructor(namespace, &multi_name, multirange, &[array], range);
        let cast = self.schema.allocate();
        let (context, method) = (CastContext::Explicit, CastMethod::Function);
        self.schema.put_cast(Cast { oid: cast, source: range, target: multirange, function, context, method });
        self.depend(ObjectId::Cast(cast), ObjectId::Type(multirange), DependencyKind::Internal);
        Ok(())
    }

    /// What a range's multirange is called and where it is to be. One of the grammar's own types (`int`) is in `pg_catalog`.
    fn multirange_of(&self, namespace: Oid, range: &str, options: &[DefinitionOption]) -> (Oid, Arc<str>) {
        let Some(option) = find_option(options, "multirange_type_name") else {
            return (namespace, multirange_name(range));
        };
        let text: Arc<str> = Arc::from(option.text().unwrap_or_default());
        match &option.value {
            Some(DefinitionValue::Type(name))
                if !name.name.object().span.slice(&self.source).trim_matches('"').eq_ignore_ascii_case(&text) =>
            {
                (rollproof_catalog::Schema::PG_CATALOG, text)
            }
            _ => (namespace, text),
        }
    }

    /// A function that makes a value of a range type (`makeRangeConstructors`).
    fn constructor(&mut self, namespace: Oid, name: &Arc<str>, returns: Oid, inputs: &[Oid], variadic: Oid) -> Oid {
        let oid = self.schema.allocate();
        let owner = self.current_role();
        let mode = if variadic.is_some() { ParameterMode::Variadic } else { ParameterMode::In };
        let parameter =
            |data_type: &Oid| Parameter { name: None, mode, data_type: *data_type, has_default: false, default: None };
        self.schema.put_function(Function {
            oid,
            namespace,
            name: name.clone(),
            kind: FunctionKind::Function,
            parameters: inputs.iter().map(parameter).collect(),
            inputs: Arc::from(inputs),
            default_count: 0,
            variadic,
            returns,
            returns_set: false,
            strict: inputs.len() == 1,
            volatility: b'i',
            security_definer: false,
            language: Language::Internal,
            body: None,
            settings: Vec::new(),
            aggregate: None,
            owner,
            acl: None,
        });
        self.depend(ObjectId::Function(oid), ObjectId::Type(returns), DependencyKind::Internal);
        oid
    }

    /// The type that an option names.
    pub(crate) fn option_type(&mut self, option: &DefinitionOption) -> Outcome<Oid> {
        match &option.value {
            Some(DefinitionValue::Type(name)) => Ok(self.type_ref(name)?.oid),
            Some(DefinitionValue::Text(text)) => {
                let name = Name { text: text.clone(), span: option.name.span };
                let name = QualifiedName { parts: vec![name], span: option.name.span };
                Ok(self.type_ref(&as_type_name(&name))?.oid)
            }
            _ => {
                let message = format!("argument of {} must be a type name", option.name.text);
                Err(refuse("42601", message, option.name.span))
            }
        }
    }

    /// A type of which only the name is known yet.
    pub(crate) fn add_shell(&mut self, namespace: Oid, name: Arc<str>) -> Oid {
        let oid = self.schema.allocate();
        let owner = self.current_role();
        self.schema.put_type(plain_type(oid, namespace, name, TypeKind::Shell, owner));
        self.depend_on_namespace(ObjectId::Type(oid), namespace);
        oid
    }
}

/// The option of this name.
pub(crate) fn find_option<'a>(options: &'a [DefinitionOption], name: &str) -> Option<&'a DefinitionOption> {
    options.iter().find(|option| &*option.name.text == name)
}

fn check_label(label: &str, span: TextRange) -> Outcome {
    if label.len() > crate::names::NAME_LENGTH {
        return Err(refuse("42602", format!("invalid enum label \"{label}\""), span));
    }
    Ok(())
}
