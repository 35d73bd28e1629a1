//! `CREATE EXTENSION`: the objects of an extension with fresh identities.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::builtin::ExtensionContents;
use crate::builtin::read;
use crate::builtin::record::{Fields, parse_acl};
use crate::{
    Cast, Column, DependencyKind, Extension, Function, FunctionKind, Namespace, ObjectId, Oid, Operator, OperatorClass,
    OperatorFamily, Parameter, Relation, RelationKind, Schema, Taint, Type, TypeKind, TypeRef, oid,
};

/// Why an extension cannot be installed (`CreateExtension`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionError {
    /// 42710: it is installed.
    Exists,
    /// 42704: this extension must be installed first (or CASCADE be written).
    MissingRequirement(Arc<str>),
    /// 3F000: there is no schema to make it in.
    NoSchema,
    /// 0A000: it must be installed in this schema.
    WrongSchema(Arc<str>),
    /// Extensions that need each other.
    Cycle,
}

/// Requirements are followed this far.
const REQUIREMENT_DEPTH: usize = 16;

impl Schema {
    /// Installs an extension: its objects with fresh identities, each a member of it. Without data for it, the extension
    /// is recorded as not modelled, with a taint. `namespace` is what `SCHEMA` says; `cascade` installs what it needs.
    ///
    /// # Errors
    ///
    /// What the server refuses; nothing is changed then.
    pub fn install_extension(
        &mut self,
        name: &str,
        namespace: Option<Oid>,
        cascade: bool,
    ) -> Result<Oid, ExtensionError> {
        let mut changed = self.clone();
        let oid = changed.install(name, namespace, cascade, REQUIREMENT_DEPTH)?.0;
        *self = changed;
        Ok(oid)
    }

    /// The same, with the names in its data that lead nowhere (none, as a test makes sure).
    pub(crate) fn install(
        &mut self,
        name: &str,
        namespace: Option<Oid>,
        cascade: bool,
        depth: usize,
    ) -> Result<(Oid, Vec<String>), ExtensionError> {
        if self.find_extension(name).is_some() {
            return Err(ExtensionError::Exists);
        }
        let contents = self.builtin.extension(name);
        let requires = contents.as_ref().map_or(&[][..], |contents| &contents.requires);
        for required in requires {
            if self.find_extension(required).is_some() {
                continue;
            }
            if !cascade {
                return Err(ExtensionError::MissingRequirement(Arc::from(*required)));
            }
            let deeper = depth.checked_sub(1).ok_or(ExtensionError::Cycle)?;
            self.install(required, None, cascade, deeper)?;
        }
        let namespace = self.extension_namespace(contents.as_ref(), namespace)?;
        let oid = self.allocate();
        let modelled = contents.as_ref().is_some_and(|contents| contents.complete);
        self.put_extension(Extension { oid, name: Arc::from(name), namespace, modelled });
        let this = ObjectId::Extension(oid);
        self.dependencies.add(this, ObjectId::Namespace(namespace), DependencyKind::Normal);
        if !modelled {
            self.taints.push(Taint::Extension(Arc::from(name)));
        }
        let Some(contents) = contents else { return Ok((oid, Vec::new())) };
        for required in &contents.requires {
            if let Some(required) = self.find_extension(required).map(|required| ObjectId::Extension(required.oid)) {
                self.dependencies.add(this, required, DependencyKind::Normal);
            }
        }
        let owner = self.current_role().unwrap_or(Self::SUPERUSER);
        let mut installer =
            Installer { schema: self, extension: oid, namespace, owner, types: FxHashMap::default(), lost: Vec::new() };
        installer.run(&contents);
        Ok((oid, installer.lost))
    }

    /// Where an extension's objects go: the schema that its control file fixes (made if need be), the one that the
    /// statement names, or the first of the path.
    fn extension_namespace(
        &mut self,
        contents: Option<&ExtensionContents>,
        namespace: Option<Oid>,
    ) -> Result<Oid, ExtensionError> {
        let Some(fixed) = contents.and_then(|contents| contents.schema) else {
            return namespace.or_else(|| self.creation_namespace()).ok_or(ExtensionError::NoSchema);
        };
        let known = self.find_namespace(fixed);
        if namespace.is_some() && namespace != known {
            return Err(ExtensionError::WrongSchema(Arc::from(fixed)));
        }
        Ok(known.unwrap_or_else(|| {
            let (oid, owner) = (self.allocate(), self.current_role().unwrap_or(Self::SUPERUSER));
            self.put_namespace(Namespace { oid, name: Arc::from(fixed), owner, acl: None });
            oid
        }))
    }
}

/// Makes the objects of one extension.
struct Installer<'a> {
    schema: &'a mut Schema,
    extension: Oid,
    namespace: Oid,
    owner: Oid,
    /// The extension's own types by name, arrays included.
    types: FxHashMap<String, Oid>,
    /// Names that lead nowhere.
    lost: Vec<String>,
}

impl Installer<'_> {
    fn run(&mut self, contents: &ExtensionContents) {
        for name in contents.of_kind("namespace") {
            let oid = self.schema.allocate();
            self.schema.put_namespace(Namespace { oid, name: Arc::from(name), owner: self.owner, acl: None });
            self.own(ObjectId::Namespace(oid));
        }
        for name in contents.of_kind("language") {
            let oid = self.schema.allocate();
            let key = Arc::from(format!("language {name}"));
            self.schema.others.put(Arc::new(crate::Other { oid, namespace: Oid::NONE, key }));
            self.own(ObjectId::Language(oid));
        }
        for fields in contents.of_kind("method") {
            let (oid, name) = (self.schema.allocate(), Fields::new(fields).text());
            let key = Arc::from(format!("access method {name}"));
            self.schema.others.put(Arc::new(crate::Other { oid, namespace: Oid::NONE, key }));
            self.own(ObjectId::Other(oid));
        }
        for name in contents.of_kind("wrapper") {
            let oid = self.schema.allocate();
            let key = Arc::from(format!("foreign-data wrapper {name}"));
            self.schema.others.put(Arc::new(crate::Other { oid, namespace: Oid::NONE, key }));
            self.own(ObjectId::Other(oid));
        }
        // Names first, since types, relations and functions refer to each other.
        let types: Vec<_> = contents.of_kind("type").map(|fields| self.name_type(fields)).collect();
        let relations: Vec<_> = contents.of_kind("relation").map(|fields| self.name_relation(fields)).collect();
        types.into_iter().for_each(|named| self.make_type(named));
        relations.into_iter().for_each(|named| self.make_relation(named));
        contents.of_kind("function").for_each(|fields| self.make_function(fields));
        contents.of_kind("operator").for_each(|fields| self.make_operator(fields));
        self.link_commutators(contents);
        contents.of_kind("cast").for_each(|fields| self.make_cast(fields));
        contents.of_kind("family").for_each(|fields| self.make_family(fields));
        contents.of_kind("class").for_each(|fields| self.make_class(fields));
    }

    /// Makes an object a member.
    fn own(&mut self, object: ObjectId) {
        self.schema.dependencies.add(object, ObjectId::Extension(self.extension), DependencyKind::Extension);
    }

    /// The namespace and the bare name of `schema.name` or `name`; an operator's symbol may hold a dot only after it.
    fn place(&self, name: &str) -> (Oid, Arc<str>) {
        let qualified = name.split_once('.').filter(|(schema, _)| !schema.is_empty());
        match qualified.and_then(|(schema, name)| Some((self.schema.find_namespace(schema)?, name))) {
            Some((namespace, name)) => (namespace, Arc::from(name)),
            None => (self.namespace, Arc::from(name)),
        }
    }

    /// A type by the name that a data file calls it.
    fn type_named(&mut self, name: &str) -> Oid {
        if name.is_empty() || name == "-" {
            return Oid::NONE;
        }
        if let Some(oid) = self.types.get(name) {
            return *oid;
        }
        let (namespace, bare) = self.place(name);
        let in_catalog = self.schema.find_type(Some("pg_catalog"), name);
        let found = in_catalog.or_else(|| self.schema.types_in(namespace, &bare).next()).or_else(|| {
            let elsewhere = self.schema.extensions.iter();
            elsewhere.filter_map(|extension| self.schema.types_in(extension.namespace, name).next()).next()
        });
        let oid = found.map_or(Oid::NONE, |found| found.oid);
        if oid.is_none() {
            self.lost.push(format!("type {name}"));
        }
        oid
    }

    /// Gives identities to a type and its array type.
    fn name_type(&mut self, fields: &'static str) -> NamedType {
        let mut fields = Fields::new(fields);
        let (namespace, name) = self.place(fields.text());
        let (kind, category, flags) = (fields.text(), fields.text(), fields.text());
        let named = self.reserve(namespace, &name, flags.contains('n'));
        NamedType {
            named,
            kind,
            category,
            flags,
            length: fields.number(),
            element: fields.text(),
            extra: fields.text(),
        }
    }

    fn reserve(&mut self, namespace: Oid, name: &Arc<str>, no_array: bool) -> Named {
        let oid = self.schema.allocate();
        self.types.insert(name.to_string(), oid);
        let array = if no_array { Oid::NONE } else { self.schema.allocate() };
        let array_name = self.schema.array_type_name(namespace, name);
        if array.is_some() {
            self.types.insert(array_name.to_string(), array);
        }
        Named { oid, array, namespace, name: name.clone(), array_name }
    }

    fn make_type(&mut self, of: NamedType) {
        let kind = self.type_kind(&of);
        let Named { oid, array, namespace, name, array_name } = of.named;
        let element = self.type_named(of.element);
        let base = match &kind {
            TypeKind::Domain { base, .. } => self.schema.type_of(base.oid).cloned(),
            _ => None,
        };
        let collation = if of.flags.contains('c') { oid::DEFAULT_COLLATION } else { Oid::NONE };
        let made = Type {
            kind,
            category: of.category.bytes().next().unwrap_or(b'U'),
            preferred: of.flags.contains('p'),
            element,
            array,
            length: of.length,
            subscriptable: of.flags.contains('s'),
            collation: base.map_or(collation, |base| base.collation),
            takes_modifier: of.flags.contains('m'),
            owner: self.owner,
            ..Type::new(oid, namespace, name)
        };
        self.own(ObjectId::Type(oid));
        self.make_array(&made, array_name);
        if let TypeKind::Range { multirange, .. } = made.kind
            && let Some(name) = of.extra.split(' ').nth(1)
        {
            let kind = TypeKind::Multirange(oid);
            let made = Type { kind, category: b'R', ..Type::new(multirange, namespace, Arc::from(name)) };
            self.schema.put_type(made);
            self.schema.dependencies.add(ObjectId::Type(multirange), ObjectId::Type(oid), DependencyKind::Internal);
        }
        self.schema.put_type(made);
    }

    fn make_array(&mut self, element: &Type, name: Arc<str>) {
        if element.array.is_none() {
            return;
        }
        self.schema.put_type(Type {
            collation: element.collation,
            takes_modifier: element.takes_modifier,
            owner: self.owner,
            ..Type::array_over(element.array, element.namespace, name, element.oid)
        });
        let (array, element) = (ObjectId::Type(element.array), ObjectId::Type(element.oid));
        self.schema.dependencies.add(array, element, DependencyKind::Internal);
    }

    fn type_kind(&mut self, of: &NamedType) -> TypeKind {
        match of.kind {
            _ if of.flags.contains('?') => TypeKind::Shell,
            "e" => {
                let labels = of.extra.split('|').map(Arc::from);
                let label = |label| crate::EnumLabel::new(self.schema.allocate(), label);
                TypeKind::Enum(labels.map(label).collect())
            }
            "d" => {
                let base = TypeRef::plain(self.type_named(of.extra.trim_end_matches(" !")));
                TypeKind::Domain { base, not_null: of.extra.ends_with('!'), default: None, checks: Vec::new() }
            }
            "r" => {
                let subtype = self.type_named(of.extra.split(' ').next().unwrap_or_default());
                let multirange = self.schema.allocate();
                if let Some(name) = of.extra.split(' ').nth(1) {
                    self.types.insert(name.to_owned(), multirange);
                }
                TypeKind::Range { subtype, multirange }
            }
            "p" => TypeKind::Pseudo,
            _ => TypeKind::Base,
        }
    }

    /// Gives identities to a relation and its row types.
    fn name_relation(&mut self, fields: &'static str) -> NamedRelation {
        let mut fields = Fields::new(fields);
        let (namespace, name) = self.place(fields.text());
        let kind = match fields.text() {
            "v" => RelationKind::View,
            "m" => RelationKind::MaterializedView,
            "S" => RelationKind::Sequence,
            "c" => RelationKind::Composite,
            _ => RelationKind::Table,
        };
        let oid = self.schema.allocate();
        let row = (kind != RelationKind::Sequence).then(|| self.reserve(namespace, &name, false));
        NamedRelation { oid, namespace, name, kind, row, columns: fields.text(), acl: fields.text() }
    }

    fn make_relation(&mut self, of: NamedRelation) {
        let columns = of.columns.split(", ").zip(1..).filter(|(text, _)| !text.is_empty());
        let columns: Vec<_> = columns.map(|(text, number)| Arc::new(self.column(text, number))).collect();
        let row_type = of.row.as_ref().map_or(Oid::NONE, |row| row.oid);
        let (kind, acl, owner) = (of.kind, parse_acl(of.acl), self.owner);
        let made = Relation { kind, columns, row_type, acl, owner, ..Relation::new(of.oid, of.namespace, of.name) };
        let relation = ObjectId::Relation(of.oid);
        self.schema.put_relation(made);
        let Some(Named { oid, array, namespace, name, array_name }) = of.row else { return self.own(relation) };
        let kind = TypeKind::Composite(of.oid);
        let row = Type { kind, category: b'C', array, owner, ..Type::new(oid, namespace, name) };
        self.make_array(&row, array_name);
        self.schema.put_type(row);
        // A composite type owns its relation; any other relation owns its row type.
        let (member, part) = match of.kind {
            RelationKind::Composite => (ObjectId::Type(oid), relation),
            _ => (relation, ObjectId::Type(oid)),
        };
        self.own(member);
        self.schema.dependencies.add(part, member, DependencyKind::Internal);
    }

    /// `name: type modifier !`
    fn column(&mut self, text: &str, number: i16) -> Column {
        let (name, rest) = text.split_once(": ").unwrap_or((text, ""));
        let mut parts = rest.split(' ');
        let oid = self.type_named(parts.next().unwrap_or_default());
        let modifier = parts.clone().next().and_then(|modifier| modifier.parse().ok()).unwrap_or(-1);
        let collation = self.schema.type_of(oid).map_or(Oid::NONE, |of| of.collation);
        let not_null = rest.ends_with('!');
        Column { collation, not_null, ..Column::new(number, Arc::from(name), TypeRef { oid, modifier }) }
    }

    fn make_function(&mut self, fields: &'static str) {
        let mut fields = Fields::new(fields);
        let (namespace, name) = self.place(fields.text());
        let flags = fields.text();
        let kind = read::function_kind(flags);
        let parameters = fields.text().split(", ").filter(|text| !text.is_empty());
        let parameters: Vec<_> = parameters.map(|text| self.parameter(text)).collect();
        let oid = self.schema.allocate();
        let inputs: Vec<_> = parameters.iter().filter(|each| is_input(each, kind)).map(|each| each.data_type).collect();
        let variadic = parameters.iter().find(|each| each.mode == rollproof_sql::ast::ParameterMode::Variadic);
        let variadic = variadic.map_or(Oid::NONE, |each| self.schema.element_of(each.data_type).unwrap_or(oid::ANY));
        let default_count = parameters.iter().filter(|each| each.has_default).count();
        let returns = self.type_named(fields.text());
        let made = Function {
            kind,
            parameters: Arc::from(parameters),
            default_count: u16::try_from(default_count).unwrap_or(0),
            variadic,
            returns_set: flags.contains('*'),
            strict: flags.contains('!'),
            volatility: flags.bytes().last().unwrap_or(b'v'),
            security_definer: flags.contains('d'),
            aggregate: read::aggregate(fields.text()),
            owner: self.owner,
            acl: parse_acl(fields.text()),
            ..Function::new(oid, namespace, name, &inputs, returns)
        };
        self.schema.put_function(made);
        self.own(ObjectId::Function(oid));
    }

    /// `mode name: type =`
    fn parameter(&mut self, text: &str) -> Parameter {
        let (text, has_default) = text.strip_suffix(" =").map_or((text, false), |text| (text, true));
        let modes = [("out ", b'o'), ("inout ", b'b'), ("variadic ", b'v'), ("table ", b't')];
        let written = modes.iter().find_map(|(mode, letter)| Some((text.strip_prefix(mode)?, *letter)));
        let (text, letter) = written.unwrap_or((text, b'i'));
        let (name, type_name) = text.split_once(": ").map_or((None, text), |(name, rest)| (Some(name), rest));
        Parameter {
            name: name.map(Arc::from),
            mode: crate::builtin::record::parse_mode(letter),
            data_type: self.type_named(type_name),
            has_default,
            default: None,
        }
    }

    /// A function by its name and types; the extension's own, then a built-in one.
    fn function_named(&mut self, text: &str) -> Oid {
        let Some((name, types)) = text.trim_end_matches(')').split_once('(') else { return Oid::NONE };
        let inputs = types.split(", ").filter(|name| !name.is_empty());
        let inputs: Vec<_> = inputs.map(|name| self.type_named(name)).collect();
        let (namespace, name) = self.place(name);
        let required = self.schema.extensions.iter().map(|extension| extension.namespace);
        let found = [namespace, Schema::PG_CATALOG].into_iter().chain(required).find_map(|namespace| {
            self.schema.functions_in(namespace, &name).find(|function| *function.inputs == inputs[..])
        });
        let oid = found.map_or(Oid::NONE, |function| function.oid);
        if oid.is_none() {
            self.lost.push(format!("function {text}"));
        }
        oid
    }

    fn make_operator(&mut self, fields: &'static str) {
        let mut fields = Fields::new(fields);
        let (namespace, name) = self.place(fields.text());
        let oid = self.schema.allocate();
        let (left, right) = (self.type_named(fields.text()), self.type_named(fields.text()));
        let (result, function) = (self.type_named(fields.text()), self.function_named(fields.text()));
        let commutator = Oid::NONE;
        self.schema.put_operator(Operator { oid, namespace, name, left, right, result, function, commutator });
        self.own(ObjectId::Operator(oid));
    }

    /// Commutators come once all operators are there: the one of that symbol with the types swapped.
    fn link_commutators(&mut self, contents: &ExtensionContents) {
        for fields in contents.of_kind("operator") {
            let mut fields = Fields::new(fields);
            let (namespace, name) = self.place(fields.text());
            let (left, right) = (self.type_named(fields.text()), self.type_named(fields.text()));
            let (_, _, other) = (fields.text(), fields.text(), fields.text());
            let (other_namespace, other) = self.place(other);
            let find = |namespace, name: &str, left, right| {
                let mut all = self.schema.operators_in(namespace, name);
                all.find(|operator| operator.left == left && operator.right == right).cloned()
            };
            let found = find(namespace, &name, left, right).zip(find(other_namespace, &other, right, left));
            if let Some((mut operator, other)) = found {
                operator.commutator = other.oid;
                self.schema.put_operator(operator);
            }
        }
    }

    fn make_cast(&mut self, fields: &'static str) {
        let mut fields = Fields::new(fields);
        let oid = self.schema.allocate();
        let (source, target) = (self.type_named(fields.text()), self.type_named(fields.text()));
        let function = self.function_named(fields.text());
        let (context, method) = (read::cast_context(fields.text()), read::cast_method(fields.text()));
        self.schema.put_cast(Cast { oid, source, target, function, context, method });
        self.own(ObjectId::Cast(oid));
    }

    fn make_family(&mut self, fields: &'static str) {
        let mut fields = Fields::new(fields);
        let (oid, (namespace, name)) = (self.schema.allocate(), self.place(fields.text()));
        let method = Arc::from(fields.text());
        self.schema.put_operator_family(OperatorFamily { oid, namespace, name, method, members: Vec::new() });
        self.own(ObjectId::OperatorFamily(oid));
    }

    fn make_class(&mut self, fields: &'static str) {
        let mut fields = Fields::new(fields);
        let (oid, (namespace, name)) = (self.schema.allocate(), self.place(fields.text()));
        let method: Arc<str> = Arc::from(fields.text());
        let input = self.type_named(fields.text());
        let is_default = fields.text() == "d";
        let (family_namespace, family) = self.place(fields.text());
        let own = |each: &&OperatorFamily| each.method == method;
        let family = self.schema.operator_families_in(family_namespace, &family).find(own).map(|family| family.oid);
        let builtin = || self.schema.find_operator_family(Some("pg_catalog"), &method, &name).map(|family| family.oid);
        let family = family.or_else(builtin).unwrap_or_default();
        self.schema.put_operator_class(OperatorClass { oid, namespace, name, method, input, is_default, family });
        self.own(ObjectId::OperatorClass(oid));
    }
}

/// Whether a parameter is part of the signature: a procedure's OUT parameters are.
fn is_input(parameter: &Parameter, kind: FunctionKind) -> bool {
    use rollproof_sql::ast::ParameterMode::{Out, Table};
    match parameter.mode {
        Out => kind == FunctionKind::Procedure,
        Table => false,
        _ => true,
    }
}

/// The identities and names of a type and its array.
struct Named {
    oid: Oid,
    array: Oid,
    namespace: Oid,
    name: Arc<str>,
    array_name: Arc<str>,
}

/// A line of a type, its names reserved.
struct NamedType {
    named: Named,
    kind: &'static str,
    category: &'static str,
    flags: &'static str,
    length: i16,
    element: &'static str,
    extra: &'static str,
}

/// A line of a relation, its names reserved.
struct NamedRelation {
    oid: Oid,
    namespace: Oid,
    name: Arc<str>,
    kind: RelationKind,
    row: Option<Named>,
    columns: &'static str,
    acl: &'static str,
}
