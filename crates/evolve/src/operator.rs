//! Aggregates, operators, casts, collations (`aggregatecmds.c`, `operatorcmds.c`, `functioncmds.c`, `collationcmds.c`).

use std::sync::Arc;

use rollproof_catalog::{
    Aggregate, AggregateKind, Cast, CastContext, CastMethod, Collation, DependencyKind, Function, FunctionKind,
    Language, ObjectId, Oid, Operator, OperatorClass, Parameter, TypeKind, TypeRef, oid,
};
use rollproof_sql::ast::{
    CreateAggregate, CreateCast, CreateDefined, DefinitionOption, DefinitionValue, Name, ObjectKind, QualifiedName,
    TypeName,
};

use crate::context::{Context, Outcome, refuse};
use crate::find::shown;
use crate::function::Parameters;
use crate::signature::Routine;
use crate::types::find_option;
use crate::view::option_is_on;

/// What an aggregate is made of.
struct AggregateParts {
    state: Oid,
    returns: Oid,
    functions: Vec<Oid>,
}

/// The name that an option's value is.
fn option_name(option: &DefinitionOption) -> Option<QualifiedName> {
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
    fn function_of(&self, name: &QualifiedName, inputs: &[Oid]) -> Outcome<Function> {
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

    /// `CREATE AGGREGATE`
    pub(crate) fn create_aggregate(&mut self, create: &CreateAggregate) -> Outcome {
        let namespace = self.creation_namespace(&create.name, false)?;
        let name = create.name.object().text.clone();
        let mut parameters = self.parameters(&create.arguments, false, &Language::Internal)?;
        self.base_type_argument(create, &mut parameters)?;
        let (kind, direct) = match create.direct_arguments {
            None => (AggregateKind::Normal, 0),
            Some(direct) if option_is_on(&create.options, "hypothetical").unwrap_or(false) => {
                (AggregateKind::HypotheticalSet, direct)
            }
            Some(direct) => (AggregateKind::OrderedSet, direct),
        };
        let made = self.aggregate_functions(create, &parameters.inputs, kind, direct)?;
        let inputs: Arc<[Oid]> = Arc::from(parameters.inputs.clone());
        let known = self.schema.functions_in(namespace, &name).find(|known| known.inputs == inputs).cloned();
        if let Some(known) = &known {
            self.aggregate_replaceable(known, create, made.returns)?;
        }
        let oid = known.map_or_else(|| self.schema.allocate(), |known| known.oid);
        let owner = self.current_role();
        self.schema.put_function(Function {
            oid,
            namespace,
            name,
            kind: FunctionKind::Aggregate,
            parameters: Arc::from(parameters.all),
            inputs,
            default_count: 0,
            variadic: parameters.variadic,
            returns: made.returns,
            returns_set: false,
            strict: false,
            volatility: b'i',
            security_definer: false,
            language: Language::Internal,
            body: None,
            settings: Vec::new(),
            aggregate: Some(Aggregate { kind, direct_arguments: direct as i16 }),
            owner,
            acl: self.default_acl(b'f', namespace),
        });
        let me = ObjectId::Function(oid);
        self.depend_on_namespace(me, namespace);
        for used in made.functions {
            self.depend(me, ObjectId::Function(used), DependencyKind::Normal);
        }
        self.depend_on_uses(me, &parameters.uses, Oid::NONE, DependencyKind::Normal);
        self.depend(me, ObjectId::Type(made.state), DependencyKind::Normal);
        Ok(())
    }

    /// `BASETYPE = t` of the old syntax.
    fn base_type_argument(&mut self, create: &CreateAggregate, parameters: &mut Parameters) -> Outcome {
        let Some(base) = find_option(&create.options, "basetype") else { return Ok(()) };
        let any = base.text().is_some_and(|text| text.eq_ignore_ascii_case("any"));
        if any || create.star || !create.arguments.is_empty() {
            return Ok(());
        }
        let data_type = self.option_type(base)?;
        if data_type != oid::ANY {
            parameters.inputs.push(data_type);
            let mode = rollproof_sql::ast::ParameterMode::In;
            parameters.all.push(Parameter { name: None, mode, data_type, has_default: false, default: None });
        }
        Ok(())
    }

    /// The functions that an aggregate is made of, its state's type and its result's (`AggregateCreate`).
    fn aggregate_functions(
        &mut self,
        create: &CreateAggregate,
        inputs: &[Oid],
        kind: AggregateKind,
        direct: usize,
    ) -> Outcome<AggregateParts> {
        let option = |names: [&str; 2]| names.iter().find_map(|name| find_option(&create.options, name)).cloned();
        let missing = |what: &str| refuse("42P13", format!("aggregate {what} must be specified"), create.name.span);
        let state = option(["stype", "stype1"]).ok_or_else(|| missing("stype"))?;
        let transition = option(["sfunc", "sfunc1"]).ok_or_else(|| missing("sfunc"))?;
        let state = self.option_type(&state)?;
        let normal = kind == AggregateKind::Normal;
        let aggregated = if normal { inputs } else { inputs.get(direct..).unwrap_or(&[]) };
        let mut parts = AggregateParts { state, returns: state, functions: Vec::new() };
        if let Some(function) = option_name(&transition) {
            let wanted: Vec<Oid> = std::iter::once(state).chain(aggregated.iter().copied()).collect();
            parts.functions.push(self.function_of(&function, &wanted)?.oid);
        }
        if let Some(function) = find_option(&create.options, "finalfunc").and_then(option_name) {
            let mut wanted = vec![state];
            if !normal {
                wanted.extend_from_slice(&inputs[..direct.min(inputs.len())]);
            }
            if option_is_on(&create.options, "finalfunc_extra").unwrap_or(false) {
                wanted.extend_from_slice(aggregated);
            }
            let found = self.function_of(&function, &wanted)?;
            parts.returns = found.returns;
            parts.functions.push(found.oid);
        }
        Ok(parts)
    }

    fn aggregate_replaceable(&self, known: &Function, create: &CreateAggregate, returns: Oid) -> Outcome {
        let span = create.name.span;
        if !create.or_replace {
            let message = format!("function \"{}\" already exists with same argument types", known.name);
            return Err(refuse("42723", message, span));
        }
        if known.kind != FunctionKind::Aggregate {
            return Err(refuse("42809", "cannot change routine kind", span));
        }
        if known.returns != returns {
            return Err(refuse("42P13", "cannot change return type of existing function", span));
        }
        Ok(())
    }

    /// `CREATE OPERATOR`, `CREATE TYPE t (…)`, `CREATE COLLATION` …
    pub(crate) fn create_defined(&mut self, create: &CreateDefined) -> Outcome {
        match create.kind {
            ObjectKind::Type => self.create_base_type(&create.name, &create.options),
            ObjectKind::Operator => self.create_operator(create),
            ObjectKind::Collation => self.create_collation(create),
            ObjectKind::OperatorClass => self.create_operator_class(create),
            kind => {
                if create.if_not_exists && self.find_other(kind, &create.name.object().text).is_some() {
                    return Ok(());
                }
                self.create_other(kind, &create.name.object().text.clone(), create.name.span)
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
        let function = self.function_of(&function, &inputs)?;
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
        self.depend_on_namespace(me, namespace);
        self.depend(me, ObjectId::Function(function.oid), DependencyKind::Normal);
        for data_type in [left, right, function.returns] {
            self.depend(me, ObjectId::Type(data_type), DependencyKind::Normal);
        }
        Ok(())
    }

    fn create_operator_class(&mut self, create: &CreateDefined) -> Outcome {
        let namespace = self.creation_namespace(&create.name, false)?;
        let method: Arc<str> =
            Arc::from(find_option(&create.options, "method").and_then(DefinitionOption::text).unwrap_or("btree"));
        let Some(input) = find_option(&create.options, "type") else {
            return self.create_other(create.kind, &create.name.object().text.clone(), create.name.span);
        };
        let input = self.option_type(input)?;
        let name = create.name.object().text.clone();
        if self.schema.operator_classes_in(namespace, &name).any(|class| class.method == method) {
            let message = format!("operator class \"{name}\" for access method \"{method}\" already exists");
            return Err(refuse("42710", message, create.name.span));
        }
        let oid = self.schema.allocate();
        let is_default = option_is_on(&create.options, "default").unwrap_or(false);
        self.schema.put_operator_class(OperatorClass { oid, namespace, name, method, input, is_default, family: oid });
        self.depend_on_namespace(ObjectId::OperatorClass(oid), namespace);
        self.depend(ObjectId::OperatorClass(oid), ObjectId::Type(input), DependencyKind::Normal);
        Ok(())
    }

    fn create_collation(&mut self, create: &CreateDefined) -> Outcome {
        let namespace = self.creation_namespace(&create.name, false)?;
        let name = create.name.object().text.clone();
        if let Some(from) = &create.from {
            self.collation_ref(from)?;
        }
        if self.schema.collations_in(namespace, &name).next().is_some() {
            if create.if_not_exists {
                return Ok(());
            }
            return Err(refuse("42710", format!("collation \"{name}\" already exists"), create.name.span));
        }
        let oid = self.schema.allocate();
        let deterministic = option_is_on(&create.options, "deterministic").unwrap_or(true);
        self.schema.put_collation(Collation { oid, namespace, name, deterministic });
        self.depend_on_namespace(ObjectId::Collation(oid), namespace);
        Ok(())
    }

    /// `CREATE CAST`
    pub(crate) fn create_cast(&mut self, create: &CreateCast) -> Outcome {
        let (source, target) = (self.type_ref(&create.source)?.oid, self.type_ref(&create.target)?.oid);
        self.cast_types_fit(source, target, create)?;
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
        Ok(())
    }
}
