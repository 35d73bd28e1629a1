//! Aggregates (`aggregatecmds.c`, `pg_aggregate.c`).

use std::sync::Arc;

use rollproof_catalog::{
    Aggregate, AggregateKind, AggregatePart, DependencyKind, Function, FunctionCandidate, FunctionKind, Language,
    ObjectId, Oid, Parameter, RoutineBody, TypeKind, TypeRef, oid,
};
use rollproof_resolve::types::CoercionContext;
use rollproof_sql::ast::{CreateAggregate, DefinitionOption, DefinitionValue, ParameterMode, QualifiedName};

use crate::context::{Context, Outcome, refuse};
use crate::find::shown;
use crate::function::{Parameters, has_origin};
use crate::index::binary_coercible;
use crate::operator::option_name;
use crate::types::find_option;
use crate::view::option_is_on;

/// What an aggregate is made of.
struct Parts {
    state: Oid,
    returns: Oid,
    functions: Vec<Oid>,
    written: Vec<(Arc<str>, AggregatePart)>,
}

/// The parts that are looked up.
const KNOWN_PARTS: [&str; 6] = ["sfunc", "sfunc1", "stype", "stype1", "finalfunc", "basetype"];

/// A part that is kept as it is written.
fn written_part(option: &DefinitionOption) -> AggregatePart {
    let quoted = |name: &QualifiedName| {
        let parts: Vec<String> = name.parts.iter().map(|part| rollproof_sql::quote_identifier(&part.text)).collect();
        parts.join(".")
    };
    AggregatePart::Text(Arc::from(match &option.value {
        None | Some(DefinitionValue::None) => String::new(),
        Some(DefinitionValue::Type(name)) => quoted(&name.name),
        Some(DefinitionValue::Text(text)) => rollproof_sql::quote_literal(text),
        Some(DefinitionValue::Operator(operator)) => operator.symbol.to_string(),
    }))
}

/// The arguments that the functions of an aggregate are looked up with.
struct Arguments<'a> {
    /// All inputs.
    all: &'a [Oid],
    /// Those that are aggregated: all but the direct ones.
    aggregated: &'a [Oid],
    /// The direct ones.
    direct: &'a [Oid],
}

impl Context {
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
            self.aggregate_replaceable(known, create, made.returns, kind)?;
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
            body: Some(Arc::new(RoutineBody::Aggregate(made.written))),
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
        if create.star || !create.arguments.is_empty() || create.direct_arguments.is_some() {
            return Ok(());
        }
        let Some(base) = find_option(&create.options, "basetype") else {
            return Err(refuse("42P13", "aggregate input type must be specified", create.name.span));
        };
        if base.text().is_some_and(|text| text.eq_ignore_ascii_case("any")) {
            return Ok(());
        }
        let data_type = self.option_type(base)?;
        if data_type != oid::ANY {
            parameters.inputs.push(data_type);
            let mode = ParameterMode::In;
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
    ) -> Outcome<Parts> {
        let span = create.name.span;
        let option = |names: [&str; 2]| names.iter().find_map(|name| find_option(&create.options, name)).cloned();
        let missing = |what: &str| refuse("42P13", format!("aggregate {what} must be specified"), span);
        let state = option(["stype", "stype1"]).ok_or_else(|| missing("stype"))?;
        let transition = option(["sfunc", "sfunc1"]).ok_or_else(|| missing("sfunc"))?;
        let state = self.option_type(&state)?;
        let normal = kind == AggregateKind::Normal;
        let (before, mut after) = inputs.split_at(if normal { 0 } else { direct.min(inputs.len()) });
        if after.is_empty() && !normal {
            // A direct VARIADIC argument and the aggregated one are one.
            after = before.last().map_or(&[], std::slice::from_ref);
        }
        let arguments = Arguments { all: inputs, aggregated: after, direct: before };
        self.state_type_fits(state, &arguments, create)?;
        let others = create.options.iter().filter(|option| !KNOWN_PARTS.contains(&&*option.name.text));
        let mut written: Vec<_> = others.map(|option| (option.name.text.clone(), written_part(option))).collect();
        written.push((Arc::from("stype"), AggregatePart::Type(state)));
        let mut parts = Parts { state, returns: state, functions: Vec::new(), written };
        let initial = option(["initcond", "initcond1"]);
        if let Some(name) = option_name(&transition) {
            let found = self.transition_function(&name, state, &arguments, "transition")?;
            let first = arguments.aggregated.first();
            let compatible = first.is_some_and(|first| binary_coercible(&self.schema, *first, state));
            if found.strict && initial.is_none() && !compatible {
                let message = "must not omit initial value when the transition function is strict and the transition \
                               type is not compatible with the input type";
                return Err(refuse("42P13", message, span));
            }
            parts.written.push((Arc::from("sfunc"), AggregatePart::Function(found.oid)));
            parts.functions.push(found.oid);
        }
        self.moving_functions(create, &arguments, &mut parts)?;
        if let Some(name) = find_option(&create.options, "finalfunc").and_then(option_name) {
            let extra = option_is_on(&create.options, "finalfunc_extra").unwrap_or(false);
            let passed = if extra { arguments.all } else { arguments.direct };
            let wanted: Vec<Oid> = std::iter::once(state).chain(passed.iter().copied()).collect();
            let (found, returns) = self.aggregate_function(&name, &wanted)?;
            parts.returns = returns;
            parts.written.push((Arc::from("finalfunc"), AggregatePart::Function(found.oid)));
            parts.functions.push(found.oid);
        }
        self.partial_functions(create, state, &mut parts)?;
        if oid::is_polymorphic(parts.returns) && !has_origin(parts.returns, inputs) {
            return Err(refuse("42P13", "cannot determine result data type", span));
        }
        let safety = find_option(&create.options, "parallel").and_then(DefinitionOption::text);
        if safety.is_some_and(|text| !matches!(&*text.to_lowercase(), "safe" | "restricted" | "unsafe")) {
            let message = "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE";
            return Err(refuse("42601", message, span));
        }
        Ok(parts)
    }

    fn state_type_fits(&self, state: Oid, arguments: &Arguments, create: &CreateAggregate) -> Outcome {
        let span = create.name.span;
        if oid::is_polymorphic(state) {
            if has_origin(state, arguments.all) {
                return Ok(());
            }
            return Err(refuse("42P13", "cannot determine transition data type", span));
        }
        let pseudo = self.schema.type_of(state).is_some_and(|found| matches!(found.kind, TypeKind::Pseudo));
        if pseudo && state != oid::INTERNAL {
            let shown = self.schema.format_type(TypeRef::plain(state));
            return Err(refuse("42P13", format!("aggregate transition data type cannot be {shown}"), span));
        }
        Ok(())
    }

    fn transition_function(
        &self,
        name: &QualifiedName,
        state: Oid,
        arguments: &Arguments,
        which: &str,
    ) -> Outcome<Function> {
        let wanted: Vec<Oid> = std::iter::once(state).chain(arguments.aggregated.iter().copied()).collect();
        let (found, returns) = self.aggregate_function(name, &wanted)?;
        self.returns_state(name, returns, state, which)?;
        Ok(found)
    }

    fn returns_state(&self, name: &QualifiedName, returns: Oid, state: Oid, which: &str) -> Outcome {
        if returns == state {
            return Ok(());
        }
        let expected = self.schema.format_type(TypeRef::plain(state));
        let message = format!("return type of {which} function {} is not {expected}", shown(name));
        Err(refuse("42804", message, name.span))
    }

    /// What moves a window's frame: all of its parts or none.
    fn moving_functions(&mut self, create: &CreateAggregate, arguments: &Arguments, parts: &mut Parts) -> Outcome {
        let span = create.name.span;
        let find = |name: &str| find_option(&create.options, name);
        let invalid = |message: &str| Err(refuse("42P13", message, span));
        let Some(state) = find("mstype") else {
            for part in ["msfunc", "minvfunc", "mfinalfunc", "msspace", "minitcond"] {
                if find(part).is_some() {
                    return invalid(&format!("aggregate {part} must not be specified without mstype"));
                }
            }
            return Ok(());
        };
        let state = self.option_type(state)?;
        let (Some(forward), Some(inverse)) =
            (find("msfunc").and_then(option_name), find("minvfunc").and_then(option_name))
        else {
            return invalid("aggregate msfunc and minvfunc must be specified when mstype is specified");
        };
        let onward = self.transition_function(&forward, state, arguments, "transition")?;
        let back = self.transition_function(&inverse, state, arguments, "inverse transition")?;
        if onward.strict != back.strict {
            return invalid("strictness of aggregate's forward and inverse transition functions must match");
        }
        parts.functions.extend([onward.oid, back.oid]);
        Ok(())
    }

    /// What parallel workers need: `COMBINEFUNC`, `SERIALFUNC`, `DESERIALFUNC`.
    fn partial_functions(&mut self, create: &CreateAggregate, state: Oid, parts: &mut Parts) -> Outcome {
        let span = create.name.span;
        let name = |option: &str| find_option(&create.options, option).and_then(option_name);
        if let Some(combine) = name("combinefunc") {
            let (found, returns) = self.aggregate_function(&combine, &[state, state])?;
            self.returns_state(&combine, returns, state, "combine")?;
            if state == oid::INTERNAL && found.strict {
                let message = "combine function with transition type internal must not be declared STRICT";
                return Err(refuse("42P13", message, span));
            }
            parts.functions.push(found.oid);
        }
        let (serial, deserial) = (name("serialfunc"), name("deserialfunc"));
        if serial.is_some() != deserial.is_some() {
            let message = "must specify both or neither of serialization and deserialization functions";
            return Err(refuse("42P13", message, span));
        }
        let (Some(serial), Some(deserial)) = (serial, deserial) else { return Ok(()) };
        if state != oid::INTERNAL {
            let message = "serialization functions may be specified only when the aggregate transition data type is \
                           internal";
            return Err(refuse("42P13", message, span));
        }
        let (found, returns) = self.aggregate_function(&serial, &[oid::INTERNAL])?;
        self.returns_state(&serial, returns, oid::BYTEA, "serialization")?;
        let (other, returns) = self.aggregate_function(&deserial, &[oid::BYTEA, oid::INTERNAL])?;
        self.returns_state(&deserial, returns, oid::INTERNAL, "deserialization")?;
        parts.functions.extend([found.oid, other.oid]);
        Ok(())
    }

    /// A function by name and inputs, which may be polymorphic types themselves, and what it returns for them
    /// (`lookup_agg_function`).
    fn aggregate_function(&self, name: &QualifiedName, inputs: &[Oid]) -> Outcome<(Function, Oid)> {
        self.note(&name.object().text);
        let schema = name.schema().map(|schema| schema.text.clone());
        let candidates = self.schema.functions_named(schema.as_deref(), name.object().as_str());
        let plain = |each: &&FunctionCandidate| each.function.kind == FunctionKind::Function;
        let fits = |each: &&FunctionCandidate| self.takes(each.function, inputs);
        let smooth = |each: &&FunctionCandidate| !self.converts_at_runtime(each.function, inputs);
        let exact = candidates.iter().filter(plain).find(|each| each.function.inputs[..] == *inputs);
        let found = exact
            .or_else(|| candidates.iter().filter(plain).filter(fits).find(smooth))
            .or_else(|| candidates.iter().filter(plain).find(fits));
        let Some(found) = found else {
            let types: Vec<String> = inputs.iter().map(|oid| self.schema.format_type(TypeRef::plain(*oid))).collect();
            let message = format!("function {}({}) does not exist", shown(name), types.join(", "));
            return Err(refuse("42883", message, name.span));
        };
        let function = found.function.clone();
        if function.returns_set {
            return Err(refuse("42804", format!("function {} returns a set", shown(name)), name.span));
        }
        if self.converts_at_runtime(&function, inputs) {
            let signature = self.schema.function_signature(&function);
            return Err(refuse("42804", format!("function {signature} requires run-time type coercion"), name.span));
        }
        let returns = self.result_for(&function, inputs);
        Ok((function, returns))
    }

    /// Whether a function can be called with these types.
    fn takes(&self, function: &Function, inputs: &[Oid]) -> bool {
        let mut element: Option<Oid> = None;
        let fits = |(parameter, input): (&Oid, &Oid)| match *parameter {
            parameter if parameter == *input && !oid::is_polymorphic(parameter) => true,
            oid::ANY | oid::ANYCOMPATIBLE => true,
            // One element type stands behind all of the family.
            oid::ANYELEMENT | oid::ANYNONARRAY | oid::ANYENUM => *element.get_or_insert(*input) == *input,
            oid::ANYARRAY if *input == oid::ANYARRAY => *element.get_or_insert(oid::ANYELEMENT) == oid::ANYELEMENT,
            oid::ANYARRAY => self
                .schema
                .type_of(*input)
                .is_some_and(|found| found.is_array && *element.get_or_insert(found.element) == found.element),
            parameter if oid::is_polymorphic(parameter) => {
                *input == parameter || binary_coercible(&self.schema, *input, parameter)
            }
            parameter => {
                !oid::is_polymorphic(*input)
                    && (binary_coercible(&self.schema, *input, parameter)
                        || self.can_coerce(*input, parameter, CoercionContext::Implicit))
            }
        };
        function.inputs.len() == inputs.len() && function.inputs.iter().zip(inputs).all(fits)
    }

    /// Whether an input would be converted while the aggregate runs.
    fn converts_at_runtime(&self, function: &Function, inputs: &[Oid]) -> bool {
        let pairs = || function.inputs.iter().zip(inputs);
        let converted = pairs().any(|(parameter, input)| {
            *parameter != oid::ANY
                && !oid::is_polymorphic(*parameter)
                && !binary_coercible(&self.schema, *input, *parameter)
        });
        // What is compatible is converted to a common type, unless all are the same.
        let mut common = pairs().filter_map(|(parameter, input)| self.compatible_element(*parameter, *input));
        let first = common.next();
        converted || first.is_some_and(|first| common.any(|other| other != first))
    }

    fn compatible_element(&self, parameter: Oid, input: Oid) -> Option<Oid> {
        match parameter {
            oid::ANYCOMPATIBLE | oid::ANYCOMPATIBLENONARRAY => Some(input),
            oid::ANYCOMPATIBLEARRAY if input == parameter => Some(oid::ANYCOMPATIBLE),
            oid::ANYCOMPATIBLEARRAY => self.schema.type_of(input).map(|found| found.element),
            _ => None,
        }
    }

    /// What a polymorphic function returns for these types (`enforce_generic_type_consistency` with `allow_poly`).
    fn result_for(&self, function: &Function, inputs: &[Oid]) -> Oid {
        if !oid::is_polymorphic(function.returns) {
            return function.returns;
        }
        let pairs = || function.inputs.iter().zip(inputs);
        let as_is = pairs().find(|(parameter, _)| **parameter == function.returns).map(|(_, input)| *input);
        let element = || {
            pairs().find_map(|(parameter, input)| match *parameter {
                oid::ANYELEMENT | oid::ANYNONARRAY | oid::ANYENUM => Some(*input),
                oid::ANYARRAY if *input == oid::ANYARRAY => Some(oid::ANYELEMENT),
                oid::ANYARRAY => self.schema.type_of(*input).map(|found| found.element),
                parameter => self.compatible_element(parameter, *input),
            })
        };
        let derived = || match function.returns {
            oid::ANYARRAY if element()? == oid::ANYELEMENT => Some(oid::ANYARRAY),
            oid::ANYARRAY | oid::ANYCOMPATIBLEARRAY => {
                self.schema.type_of(element()?).map(|found| found.array).filter(|array| array.is_some())
            }
            oid::ANYELEMENT | oid::ANYNONARRAY | oid::ANYENUM | oid::ANYCOMPATIBLE | oid::ANYCOMPATIBLENONARRAY => {
                element()
            }
            _ => None,
        };
        as_is.or_else(derived).unwrap_or(function.returns)
    }

    fn aggregate_replaceable(
        &self,
        known: &Function,
        create: &CreateAggregate,
        returns: Oid,
        kind: AggregateKind,
    ) -> Outcome {
        let span = create.name.span;
        if !create.or_replace {
            let message = format!("function \"{}\" already exists with same argument types", known.name);
            return Err(refuse("42723", message, span));
        }
        self.own_function(known, span)?;
        if known.aggregate.as_ref().is_none_or(|aggregate| aggregate.kind != kind) {
            return Err(refuse("42809", "cannot change routine kind", span));
        }
        if known.returns != returns {
            return Err(refuse("42P13", "cannot change return type of existing function", span));
        }
        Ok(())
    }
}
