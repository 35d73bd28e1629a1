//! Aggregates, operators, casts, collations (`aggregatecmds.c`, `operatorcmds.c`, `functioncmds.c`, `collationcmds.c`).

use rollproof_catalog::{
    Cast, CastContext, CastMethod, Collation, DependencyKind, Function, ObjectId, Oid, Operator, TypeKind, TypeRef, oid,
};
use rollproof_sql::ast::{
    CreateCast, CreateDefined, DefinitionOption, DefinitionValue, Name, ObjectKind, OtherObject, QualifiedName,
    TypeName,
};

use crate::context::{Context, Outcome, refuse};
use crate::find::shown;
use crate::signature::Routine;
use crate::types::find_option;
use crate::view::option_is_on;

/// `(provider = icu, locale = 'und')`
fn collation_options(options: &[DefinitionOption]) -> String {
    let written = options.iter().map(|option| {
        let value = option.text().map_or_else(|| "none".to_owned(), rollproof_sql::quote_literal);
        format!("{} = {value}", option.name.text)
    });
    format!("({})", written.collect::<Vec<_>>().join(", "))
}

/// The options of a collation, each once (`DefineCollation`).
fn collation_options_fit(options: &[DefinitionOption]) -> Outcome {
    const KNOWN: [&str; 7] = ["locale", "lc_collate", "lc_ctype", "provider", "deterministic", "rules", "version"];
    for (at, option) in options.iter().enumerate() {
        let name = &option.name;
        if !KNOWN.contains(&name.as_str()) {
            let message = format!("collation attribute \"{}\" not recognized", name.text);
            return Err(refuse("42601", message, name.span));
        }
        if options[..at].iter().any(|before| before.name.text == name.text) {
            return Err(refuse("42601", "conflicting or redundant options", name.span));
        }
    }
    let parts = find_option(options, "lc_collate").or_else(|| find_option(options, "lc_ctype"));
    match (find_option(options, "locale"), parts) {
        (Some(_), Some(part)) => Err(refuse("42601", "conflicting or redundant options", part.name.span)),
        _ => Ok(()),
    }
}

/// The name that an option's value is.
pub(crate) fn option_name(option: &DefinitionOption) -> Option<QualifiedName> {
    match option.value.as_ref()? {
        DefinitionValue::Type(name) => Some(name.name.clone()),
        DefinitionValue::Text(text) => {
            let name = Name { text: text.clone(), span: option.name.span };
            Some(QualifiedName { parts: vec![name], span: option.name.span })
        }
        DefinitionValue::Operator(_) | DefinitionValue::None => None,
    }
}

impl Context {
    /// A function by name and inputs (42883).
    pub(crate) fn function_of(&self, name: &QualifiedName, inputs: &[Oid]) -> Outcome<Function> {
        self.note(&name.object().text);
        let schema = name.schema().map(|schema| schema.text.clone());
        let candidates = self.schema.functions_named(schema.as_deref(), name.object().as_str());
        let exact = candidates.iter().find(|each| each.function.inputs[..] == *inputs);
        let fits = |each: &&rollproof_catalog::FunctionCandidate| {
            each.function.inputs.len() == inputs.len()
                && each.function.inputs.iter().zip(inputs).all(|(parameter, input)| {
                    oid::is_polymorphic(*parameter)
                        || oid::is_polymorphic(*input)
                        || *parameter == oid::ANY
                        || crate::index::binary_coercible(&self.schema, *input, *parameter)
                })
        };
        let variadic = |each: &&rollproof_catalog::FunctionCandidate| each.function.variadic.is_some();
        let found = exact.or_else(|| candidates.iter().find(fits)).or_else(|| candidates.iter().find(variadic));
        found.map(|found| found.function.clone()).ok_or_else(|| {
            let types: Vec<String> = inputs.iter().map(|oid| self.schema.format_type(TypeRef::plain(*oid))).collect();
            let message = format!("function {}({}) does not exist", shown(name), types.join(", "));
            refuse("42883", message, name.span)
        })
    }

    /// `CREATE OPERATOR`, `CREATE TYPE t (…)`, `CREATE COLLATION` …
    pub(crate) fn create_defined(&mut self, create: &CreateDefined) -> Outcome {
        match create.kind {
            ObjectKind::Type => self.create_base_type(&create.name, &create.options),
            ObjectKind::Operator => self.create_operator(create),
            ObjectKind::Collation => self.create_collation(create),
            kind => {
                let (name, lenient) = (create.name.clone(), create.if_not_exists);
                self.create_other(&OtherObject { kind, name, lenient, belongs_to: None, relations: Vec::new() })
            }
        }
    }

    fn create_operator(&mut self, create: &CreateDefined) -> Outcome {
        let namespace = self.creation_namespace(&create.name, false)?;
        let symbol = create.name.object().text.clone();
        let find = |name: &str| find_option(&create.options, name);
        let left = find("leftarg").map(|option| self.option_type(option)).transpose()?.unwrap_or(Oid::NONE);
        let right = find_option(&create.options, "rightarg").map(|option| self.option_type(option)).transpose()?;
        let span = create.name.span;
        let procedure = find_option(&create.options, "function").or_else(|| find_option(&create.options, "procedure"));
        let Some(function) = procedure.and_then(option_name) else {
            return Err(refuse("42P13", "operator function must be specified", span));
        };
        let Some(right) = right else {
            let message = if left.is_none() {
                "operator argument types must be specified"
            } else {
                "operator right argument type must be specified"
            };
            return Err(refuse("42P13", message, span));
        };
        let inputs: Vec<Oid> = [left, right].into_iter().filter(|oid| oid.is_some()).collect();
        for option in ["leftarg", "rightarg"].into_iter().filter_map(find) {
            if matches!(&option.value, Some(DefinitionValue::Type(name)) if name.set_of) {
                return Err(refuse("42P13", "SETOF type not allowed for operator argument", span));
            }
        }
        for input in &inputs {
            self.may_use_type(*input, span)?;
        }
        let function = self.function_of(&function, &inputs)?;
        self.may_run(&function, span)?;
        self.may_use_type(function.returns, span)?;
        let known = self
            .schema
            .operators_in(namespace, &symbol)
            .find(|known| known.left == left && known.right == right)
            .cloned();
        if known.as_ref().is_some_and(|known| known.result.is_some()) {
            return Err(refuse("42723", format!("operator {symbol} already exists"), span));
        }
        let oid = known.map_or_else(|| self.schema.allocate(), |known| known.oid);
        self.schema.put_operator(Operator {
            oid,
            namespace,
            name: symbol,
            left,
            right,
            result: function.returns,
            function: function.oid,
            commutator: Oid::NONE,
        });
        let me = ObjectId::Operator(oid);
        self.owned_by_current(me);
        self.depend_on_namespace(me, namespace);
        self.depend(me, ObjectId::Function(function.oid), DependencyKind::Normal);
        for data_type in [left, right, function.returns] {
            self.depend(me, ObjectId::Type(data_type), DependencyKind::Normal);
        }
        Ok(())
    }

    fn create_collation(&mut self, create: &CreateDefined) -> Outcome {
        let namespace = self.creation_namespace(&create.name, false)?;
        let name = create.name.object().text.clone();
        collation_options_fit(&create.options)?;
        let mut needs = Self::collation_needs(&create.options);
        let definition = match &create.from {
            Some(from) => {
                let from = self.collation_ref(from)?;
                if from == oid::DEFAULT_COLLATION {
                    return Err(refuse("42P17", "collation \"default\" cannot be copied", create.name.span));
                }
                let found = self.schema.collation(from);
                needs = found.and_then(|found| found.needs.clone());
                found.map(|found| format!("FROM {}", self.schema.qualified_name(found.namespace, &found.name)))
            }
            None => Some(collation_options(&create.options)),
        };
        if self.schema.collations_in(namespace, &name).next().is_some() {
            if create.if_not_exists {
                return Ok(());
            }
            return Err(refuse("42710", format!("collation \"{name}\" already exists"), create.name.span));
        }
        if let Some(needs) = &needs {
            self.presume(needs, create.name.span);
        }
        let oid = self.schema.allocate();
        let deterministic = option_is_on(&create.options, "deterministic").unwrap_or(true);
        self.schema.put_collation(Collation {
            oid,
            namespace,
            name,
            deterministic,
            definition: definition.map(std::sync::Arc::from),
            needs,
        });
        self.depend_on_namespace(ObjectId::Collation(oid), namespace);
        self.owned_by_current(ObjectId::Collation(oid));
        Ok(())
    }

    /// `CREATE CAST`
    pub(crate) fn create_cast(&mut self, create: &CreateCast) -> Outcome {
        let (source, target) = (self.type_ref(&create.source)?.oid, self.type_ref(&create.target)?.oid);
        self.cast_types_fit(source, target, create)?;
        self.may_use_type(source, create.source.span)?;
        self.may_use_type(target, create.target.span)?;
        let function = match &create.function {
            Some(signature) => self.routine(signature, Routine::Function)?,
            None => Oid::NONE,
        };
        if let Some(function) = self.schema.function(function).filter(|_| function.is_some()) {
            let span = create.source.span;
            if function.inputs.is_empty() || function.inputs.len() > 3 {
                return Err(refuse("42P17", "cast function must take one to three arguments", span));
            }
            if !crate::index::binary_coercible(&self.schema, source, function.inputs[0]) {
                let message = "argument of cast function must match or be binary-coercible from source data type";
                return Err(refuse("42P17", message, span));
            }
            if !crate::index::binary_coercible(&self.schema, function.returns, target) {
                let message = "return data type of cast function must match or be binary-coercible to target data type";
                return Err(refuse("42P17", message, span));
            }
        }
        if self.schema.find_cast(source, target).is_some() {
            let message = format!(
                "cast from type {} to type {} already exists",
                self.schema.format_type(TypeRef::plain(source)),
                self.schema.format_type(TypeRef::plain(target))
            );
            return Err(refuse("42710", message, create.source.span));
        }
        let oid = self.schema.allocate();
        let method = match (create.inout, function.is_some()) {
            (true, _) => CastMethod::InOut,
            (false, true) => CastMethod::Function,
            (false, false) => CastMethod::Binary,
        };
        let context = match create.context {
            'i' => CastContext::Implicit,
            'a' => CastContext::Assignment,
            _ => CastContext::Explicit,
        };
        self.schema.put_cast(Cast { oid, source, target, function, context, method });
        let me = ObjectId::Cast(oid);
        for data_type in [source, target] {
            self.depend(me, ObjectId::Type(data_type), DependencyKind::Normal);
        }
        self.depend(me, ObjectId::Function(function), DependencyKind::Normal);
        Ok(())
    }

    fn cast_types_fit(&self, source: Oid, target: Oid, create: &CreateCast) -> Outcome {
        for (data_type, word, name) in
            [(source, "source", &create.source), (target, "target", &create.target)] as [(Oid, &str, &TypeName); 2]
        {
            if self.schema.type_of(data_type).is_some_and(|found| matches!(found.kind, TypeKind::Pseudo)) {
                let shown = self.schema.format_type(TypeRef::plain(data_type));
                return Err(refuse("42809", format!("{word} data type {shown} is a pseudo-type"), name.span));
            }
        }
        if create.function.is_none() && !create.inout {
            return self.binary_compatible(source, target, create);
        }
        Ok(())
    }

    /// WITHOUT FUNCTION: both are stored alike, as far as that can be seen (`CreateCast`).
    fn binary_compatible(&self, source: Oid, target: Oid, create: &CreateCast) -> Outcome {
        let wrong = |what: &str| Err(refuse("42P17", what, create.source.span));
        let (Some(from), Some(to)) = (self.schema.type_of(source), self.schema.type_of(target)) else { return Ok(()) };
        if from.length != to.length {
            return wrong("source and target data types are not physically compatible");
        }
        for of in [from, to] {
            match of.kind {
                TypeKind::Composite(_) => return wrong("composite data types are not binary-compatible"),
                TypeKind::Enum(_) => return wrong("enum data types are not binary-compatible"),
                _ if of.is_array => return wrong("array data types are not binary-compatible"),
                _ => {}
            }
        }
        Ok(())
    }
}
