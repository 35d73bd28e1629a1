//! Functions and procedures (`functioncmds.c`, `ProcedureCreate`).

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{
    DependencyKind, Function, FunctionKind, Language, ObjectId, Oid, Parameter, RoutineBody, TypeKind, TypeRef, oid,
};
use rollproof_resolve::ExpressionPlace;
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    CreateFunction, FunctionBody, FunctionOption, FunctionParameter, ParameterMode, Signature, TypeName,
};

use crate::bind::no_scope;
use crate::context::{Context, Outcome, refuse, refuse_with};
use crate::signature::{Routine, given_to};

/// What the parameters of a routine amount to.
#[derive(Default)]
pub(crate) struct Parameters {
    /// All of them.
    pub(crate) all: Vec<Parameter>,
    /// The signature.
    pub(crate) inputs: Vec<Oid>,
    /// Types of OUT, INOUT and TABLE parameters.
    pub(crate) outputs: Vec<Oid>,
    /// How many inputs have defaults.
    pub(crate) defaults: u16,
    /// Element type of a VARIADIC parameter.
    pub(crate) variadic: Oid,
    /// What types and defaults use.
    pub(crate) uses: BTreeSet<ObjectId>,
}

impl Parameters {
    /// The types that an object of this name may not have again: of a procedure without its OUT parameters.
    fn given(&self) -> Vec<Oid> {
        let outputs = [ParameterMode::Out, ParameterMode::Table];
        self.all.iter().filter(|each| !outputs.contains(&each.mode)).map(|each| each.data_type).collect()
    }
}

/// The options that matter here.
struct Options {
    language: Option<Arc<str>>,
    volatility: u8,
    strict: bool,
    security_definer: bool,
    window: bool,
    settings: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

fn read_options(options: &[FunctionOption], before: Option<&Function>) -> Options {
    let mut read = Options {
        language: None,
        volatility: before.map_or(b'v', |known| known.volatility),
        strict: before.is_some_and(|known| known.strict),
        security_definer: before.is_some_and(|known| known.security_definer),
        window: before.is_some_and(|known| known.kind == FunctionKind::Window),
        settings: before.map_or_else(Vec::new, |known| known.settings.clone()),
    };
    for option in options {
        match option {
            FunctionOption::Language(name) => read.language = Some(name.clone()),
            FunctionOption::Volatility(letter) => read.volatility = *letter as u8,
            FunctionOption::Strict(on) => read.strict = *on,
            FunctionOption::SecurityDefiner(on) => read.security_definer = *on,
            FunctionOption::Window => read.window = true,
            FunctionOption::Set(name, values) => {
                read.settings.retain(|known| known.0 != *name);
                if let Some(values) = values {
                    read.settings.push((name.clone(), values.clone()));
                }
            }
            FunctionOption::Leakproof(_) | FunctionOption::Support(_) | FunctionOption::Other => {}
        }
    }
    read
}

/// A language by name.
pub(crate) fn language(name: &str) -> Language {
    match name {
        "internal" | "c" => Language::Internal,
        "sql" => Language::Sql,
        "plpgsql" => Language::PlPgSql,
        other => Language::Other(Arc::from(other)),
    }
}

impl Context {
    /// A parameter's type; where C code may make it, an unknown one becomes a shell (`interpret_function_parameter_list`).
    fn parameter_type(&mut self, name: &TypeName, may_be_shell: bool) -> Outcome<TypeRef> {
        let schema = name.name.schema().map(|schema| schema.text.clone());
        let known = self.schema.find_type(schema.as_deref(), name.name.object().as_str());
        if let Some(shell) = known.filter(|known| matches!(known.kind, TypeKind::Shell) && name.array_bounds.is_empty())
        {
            // A shell can only be named where the function makes it whole (a NOTICE on the server).
            return Ok(TypeRef::plain(shell.oid));
        }
        match self.type_ref(name) {
            Err(stop) if may_be_shell && name.array_bounds.is_empty() && !name.percent_type => {
                let namespace = self.creation_namespace(&name.name, false).map_err(|_| stop)?;
                let oid = self.add_shell(namespace, name.name.object().text.clone());
                Ok(TypeRef::plain(oid))
            }
            found => found,
        }
    }

    /// `interpret_function_parameter_list`
    pub(crate) fn parameters(
        &mut self,
        written: &[FunctionParameter],
        procedure: bool,
        language: &Language,
    ) -> Outcome<Parameters> {
        let mut read = Parameters::default();
        let mut names: Vec<(Arc<str>, bool, bool)> = Vec::new();
        for parameter in written {
            let span = parameter.type_name.span;
            let data_type = self.parameter_type(&parameter.type_name, *language == Language::Internal)?.oid;
            if parameter.type_name.set_of {
                return Err(refuse("42P13", "functions cannot accept set arguments", span));
            }
            self.parameter_fits(data_type, language, parameter)?;
            self.may_use_type(data_type, span)?;
            let input = matches!(parameter.mode, ParameterMode::In | ParameterMode::InOut | ParameterMode::Variadic);
            let output = matches!(parameter.mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table);
            if read.variadic.is_some() && input {
                return Err(refuse("42P13", "VARIADIC parameter must be the last input parameter", span));
            }
            if procedure && output && read.variadic.is_some() {
                return Err(refuse("42P13", "VARIADIC parameter must be the last parameter", span));
            }
            if procedure && parameter.mode == ParameterMode::Out && read.defaults > 0 {
                let message = "procedure OUT parameters cannot appear after one with a default value";
                return Err(refuse("42P13", message, span));
            }
            if input || (procedure && output) {
                read.inputs.push(data_type);
            }
            if output {
                read.outputs.push(data_type);
            }
            if parameter.mode == ParameterMode::Variadic {
                read.variadic = self.variadic_element(data_type, span)?;
            }
            if let Some(name) = &parameter.name {
                // An input and an output that is none may share a name, but for PL/pgSQL, where both are variables.
                let variables = *language == Language::PlPgSql;
                let clash = |known: &(Arc<str>, bool, bool)| {
                    known.0 == name.text && (variables || known.1 && input || known.2 && output)
                };
                if names.iter().any(clash) {
                    let message = format!("parameter name \"{}\" used more than once", name.text);
                    return Err(refuse("42P13", message, name.span));
                }
                names.push((name.text.clone(), input, output));
            }
            let default = self.parameter_default(parameter, data_type, input, &mut read)?;
            read.uses.insert(ObjectId::Type(data_type));
            read.all.push(Parameter {
                name: parameter.name.as_ref().map(|name| name.text.clone()),
                mode: parameter.mode,
                data_type,
                has_default: default.is_some(),
                default,
            });
        }
        Ok(read)
    }

    fn parameter_default(
        &mut self,
        parameter: &FunctionParameter,
        data_type: Oid,
        input: bool,
        read: &mut Parameters,
    ) -> Outcome<Option<rollproof_catalog::StoredExpr>> {
        let span = parameter.type_name.span;
        let Some(value) = &parameter.default else {
            if input && read.defaults > 0 && parameter.mode != ParameterMode::Variadic {
                let message = "input parameters after one with a default value must also have defaults";
                return Err(refuse("42P13", message, span));
            }
            return Ok(None);
        };
        if !input {
            return Err(refuse("42P13", "only input parameters can have default values", span));
        }
        let place = ExpressionPlace::ParameterDefault(TypeRef::plain(data_type));
        let bound = self.bind(value, &no_scope(), &place)?;
        read.defaults += 1;
        read.uses.extend(bound.uses.iter().copied());
        Ok(Some(bound.stored))
    }

    fn variadic_element(&self, data_type: Oid, span: TextRange) -> Outcome<Oid> {
        match data_type {
            oid::ANY => Ok(oid::ANY),
            oid::ANYARRAY => Ok(oid::ANYELEMENT),
            oid::ANYCOMPATIBLEARRAY => Ok(oid::ANYCOMPATIBLE),
            other => self
                .schema
                .element_of(other)
                .ok_or_else(|| refuse("42P13", "VARIADIC parameter must be an array", span)),
        }
    }

    /// SQL functions take no pseudo-types but the polymorphic ones (42P13).
    fn parameter_fits(&self, data_type: Oid, language: &Language, parameter: &FunctionParameter) -> Outcome {
        let pseudo = self.schema.type_of(data_type).is_some_and(|found| matches!(found.kind, TypeKind::Pseudo));
        let allowed = !pseudo
            || oid::is_polymorphic(data_type)
            || match language {
                Language::Sql => data_type == oid::RECORD && self.schema.builtin.version >= 14,
                Language::PlPgSql => matches!(data_type, oid::RECORD),
                _ => true,
            };
        if allowed {
            return Ok(());
        }
        let shown = self.schema.format_type(TypeRef::plain(data_type));
        let output = matches!(parameter.mode, ParameterMode::Out | ParameterMode::Table);
        let (code, message) = match language {
            Language::PlPgSql => ("0A000", format!("PL/pgSQL functions cannot accept type {shown}")),
            _ if output => ("42P13", format!("SQL functions cannot return type {shown}")),
            _ => ("42P13", format!("SQL functions cannot have arguments of type {shown}")),
        };
        Err(refuse(code, message, parameter.type_name.span))
    }

    /// `CREATE [OR REPLACE] FUNCTION | PROCEDURE`
    pub(crate) fn create_function(&mut self, create: &CreateFunction) -> Outcome {
        let namespace = self.creation_namespace(&create.name, false)?;
        let name = create.name.object().text.clone();
        let mut options = read_options(&create.options, None);
        let language = self.function_language(create, &options)?;
        let of_functions = |option: &FunctionOption| {
            matches!(option, FunctionOption::Window | FunctionOption::Volatility(_) | FunctionOption::Strict(_))
        };
        if create.procedure && create.options.iter().any(of_functions) {
            return Err(refuse("42P13", "invalid attribute in procedure definition", create.name.span));
        }
        let parameters = self.parameters(&create.parameters, create.procedure, &language)?;
        let (returns, returns_set) = self.result_type(create, &parameters, &language)?;
        self.polymorphic_result(returns, &parameters, create)?;
        let kind = match (create.procedure, options.window) {
            (true, _) => FunctionKind::Procedure,
            (false, true) => FunctionKind::Window,
            (false, false) => FunctionKind::Function,
        };
        self.superuser_options(&create.options, create.name.span)?;
        let given = parameters.given();
        let known = self.schema.functions_in(namespace, &name).find(|known| given_to(known) == given).cloned();
        if let Some(known) = &known {
            self.owns_function(known, create.name.span)?;
            self.replaceable(known, create, kind, &parameters, (returns, returns_set))?;
        }
        let oid = match &known {
            Some(known) => known.oid,
            None => self.schema.allocate(),
        };
        let owner = known.as_ref().map_or_else(|| self.current_role(), |known| known.owner);
        let acl = match &known {
            Some(known) => known.acl.clone(),
            None => self.default_acl(b'f', namespace),
        };
        let function = Function {
            oid,
            namespace,
            name,
            kind,
            parameters: Arc::from(parameters.all),
            inputs: Arc::from(parameters.inputs),
            default_count: parameters.defaults,
            variadic: parameters.variadic,
            returns,
            returns_set,
            strict: options.strict,
            volatility: options.volatility,
            security_definer: options.security_definer,
            language: language.clone(),
            body: self.body_of(create),
            settings: std::mem::take(&mut options.settings),
            aggregate: None,
            owner,
            acl,
        };
        self.schema.put_function(function);
        let me = ObjectId::Function(oid);
        let extension = self.extension_of(me);
        self.schema.dependencies.clear_uses(me);
        if let Some(extension) = extension {
            self.depend(me, extension, DependencyKind::Extension);
        }
        self.depend_on_namespace(me, namespace);
        self.depend(me, ObjectId::Type(returns), DependencyKind::Normal);
        self.depend_on_uses(me, &parameters.uses, Oid::NONE, DependencyKind::Normal);
        self.validate_body(oid, create)
    }

    fn function_language(&mut self, create: &CreateFunction, options: &Options) -> Outcome<Language> {
        let bound = matches!(create.body, FunctionBody::Return(_) | FunctionBody::Atomic(_));
        let name = match &options.language {
            Some(name) => name.clone(),
            None if bound => Arc::from("sql"),
            None => return Err(refuse("42P13", "no language specified", create.name.span)),
        };
        let found = language(&name);
        if let Language::Other(other) = &found {
            let key = format!("language {other}");
            let known = self.schema.other(Oid::NONE, &key).is_some()
                || self.schema.find_extension(other).is_some()
                || self.schema.unknown_extension().is_some();
            if !known {
                return Err(refuse("42704", format!("language \"{other}\" does not exist"), create.name.span));
            }
        }
        let complaint = match create.body {
            FunctionBody::Missing => Some("no function body specified".to_owned()),
            FunctionBody::Twice => Some("duplicate function body specified".to_owned()),
            FunctionBody::Library if &*name != "c" => Some(format!("only one AS item needed for language \"{name}\"")),
            _ => None,
        };
        if let Some(message) = complaint {
            return Err(refuse("42P13", message, create.name.span));
        }
        if bound && found != Language::Sql {
            let message = "inline SQL function body only valid for language SQL";
            return Err(refuse("42P13", message, create.name.span));
        }
        Ok(found)
    }

    /// What the routine returns (`compute_return_type`, and OUT parameters).
    fn result_type(
        &mut self,
        create: &CreateFunction,
        parameters: &Parameters,
        language: &Language,
    ) -> Outcome<(Oid, bool)> {
        let from_outputs = match parameters.outputs[..] {
            [] => None,
            [only] if !create.procedure => Some(only),
            _ => Some(oid::RECORD),
        };
        let table = create.parameters.iter().any(|parameter| parameter.mode == ParameterMode::Table);
        let Some(returns) = &create.returns else {
            return match (from_outputs, create.procedure) {
                (Some(found), _) => Ok((found, table)),
                (None, true) => Ok((oid::VOID, false)),
                (None, false) => Err(refuse("42P13", "function result type must be specified", create.name.span)),
            };
        };
        let found = self.parameter_type(returns, *language == Language::Internal)?.oid;
        self.may_use_type(found, returns.span)?;
        let forbidden = match language {
            Language::Sql => self.is_pseudo(found) && !matches!(found, oid::VOID | oid::RECORD),
            Language::PlPgSql => {
                self.is_pseudo(found) && !matches!(found, oid::VOID | oid::RECORD | oid::TRIGGER | oid::EVENT_TRIGGER)
            }
            _ => false,
        };
        if forbidden && !oid::is_polymorphic(found) {
            let shown = self.schema.format_type(TypeRef::plain(found));
            let (code, word) = if *language == Language::Sql { ("42P13", "SQL") } else { ("0A000", "PL/pgSQL") };
            return Err(refuse(code, format!("{word} functions cannot return type {shown}"), returns.span));
        }
        if let Some(expected) = from_outputs
            && !table
            && expected != found
        {
            let shown = self.schema.format_type(TypeRef::plain(expected));
            let message = format!("function result type must be {shown} because of OUT parameters");
            return Err(refuse("42P13", message, returns.span));
        }
        Ok((if table { from_outputs.unwrap_or(found) } else { found }, returns.set_of || table))
    }

    fn is_pseudo(&self, data_type: Oid) -> bool {
        self.schema.type_of(data_type).is_some_and(|found| matches!(found.kind, TypeKind::Pseudo))
    }

    /// A polymorphic result needs a polymorphic argument to tell what it is (42P13).
    fn polymorphic_result(&self, returns: Oid, parameters: &Parameters, create: &CreateFunction) -> Outcome {
        let outputs = parameters.outputs.iter().copied().chain([returns]);
        for output in outputs.filter(|output| oid::is_polymorphic(*output)) {
            if !has_origin(output, &parameters.inputs) {
                let shown = self.schema.format_type(TypeRef::plain(output));
                let family = if is_compatible_family(output) {
                    "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange"
                } else {
                    "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange"
                };
                let detail = format!("A result of type {shown} requires at least one input of type {family}.");
                return Err(refuse_with("42P13", "cannot determine result data type", detail, create.name.span));
            }
        }
        Ok(())
    }

    /// What OR REPLACE may not change (`ProcedureCreate`).
    fn replaceable(
        &self,
        known: &Function,
        create: &CreateFunction,
        kind: FunctionKind,
        parameters: &Parameters,
        (returns, returns_set): (Oid, bool),
    ) -> Outcome {
        let span = create.name.span;
        if !create.or_replace {
            let message = format!("function \"{}\" already exists with same argument types", known.name);
            return Err(refuse("42723", message, span));
        }
        if known.kind != kind {
            return Err(refuse("42809", "cannot change routine kind", span));
        }
        if known.returns != returns || known.returns_set != returns_set {
            let message = match kind {
                FunctionKind::Procedure => "cannot change whether a procedure has output parameters",
                _ => "cannot change return type of existing function",
            };
            return Err(refuse("42P13", message, span));
        }
        let outputs = |parameters: &[Parameter]| -> Vec<(Option<Arc<str>>, Oid)> {
            let is_output = |each: &&Parameter| {
                matches!(each.mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table)
            };
            parameters.iter().filter(is_output).map(|each| (each.name.clone(), each.data_type)).collect()
        };
        if returns == oid::RECORD && outputs(&known.parameters) != outputs(&parameters.all) {
            let detail = "Row type defined by OUT parameters is different.".to_owned();
            return Err(refuse_with("42P13", "cannot change return type of existing function", detail, span));
        }
        let is_input =
            |each: &&Parameter| matches!(each.mode, ParameterMode::In | ParameterMode::InOut | ParameterMode::Variadic);
        let old = known.parameters.iter().filter(is_input);
        for (old, new) in old.zip(parameters.all.iter().filter(is_input)) {
            if let Some(name) = &old.name
                && new.name.as_ref() != Some(name)
            {
                let message = format!("cannot change name of input parameter \"{name}\"");
                return Err(refuse("42P13", message, span));
            }
        }
        if known.default_count > parameters.defaults {
            let message = "cannot remove parameter defaults from existing function";
            return Err(refuse("42P13", message, span));
        }
        Ok(())
    }

    /// The extension that an object belongs to.
    pub(crate) fn extension_of(&self, object: ObjectId) -> Option<ObjectId> {
        let uses = self.schema.dependencies.uses(object).iter();
        uses.copied().find(|edge| edge.1 == DependencyKind::Extension).map(|edge| edge.0)
    }

    fn body_of(&self, create: &CreateFunction) -> Option<Arc<RoutineBody>> {
        let body = match &create.body {
            FunctionBody::Text(text, span) => {
                // A dollar-quoted body is a stretch of the script itself, so that places in it can be shown.
                let quoted = span.slice(&self.source);
                match quoted.find(&**text).filter(|_| quoted.starts_with('$') && !text.is_empty()) {
                    Some(at) => {
                        let start = span.start + at as u32;
                        let range = TextRange::new(start, start + text.len() as u32);
                        RoutineBody::Text { text: self.source.clone(), range }
                    }
                    None => RoutineBody::Text { text: text.clone(), range: TextRange::new(0, text.len() as u32) },
                }
            }
            FunctionBody::Library | FunctionBody::Missing | FunctionBody::Twice => RoutineBody::Opaque,
            FunctionBody::Return(_) | FunctionBody::Atomic(_) => RoutineBody::Bound(Vec::new()),
        };
        Some(Arc::new(body))
    }

    /// `ALTER FUNCTION … options`
    pub(crate) fn alter_function(
        &mut self,
        signature: &Signature,
        options: &[FunctionOption],
        kind: Routine,
    ) -> Outcome {
        let oid = self.routine(signature, kind)?;
        let Some(mut function) = self.schema.function(oid).cloned() else { return Ok(()) };
        self.own_function(&function, signature.name.span)?;
        let of_functions = |option: &FunctionOption| {
            matches!(
                option,
                FunctionOption::Volatility(_)
                    | FunctionOption::Strict(_)
                    | FunctionOption::Leakproof(_)
                    | FunctionOption::Support(_)
            )
        };
        if function.kind == FunctionKind::Procedure && options.iter().any(of_functions) {
            let message = "invalid attribute in procedure definition";
            return Err(refuse("42P13", message, signature.name.span));
        }
        self.superuser_options(options, signature.name.span)?;
        let read = read_options(options, Some(&function));
        function.volatility = read.volatility;
        function.strict = read.strict;
        function.security_definer = read.security_definer;
        function.settings = read.settings;
        self.schema.put_function(function);
        Ok(())
    }

    /// LEAKPROOF and SUPPORT are for superusers (42501); the support function has to be there (42883).
    fn superuser_options(&self, options: &[FunctionOption], span: TextRange) -> Outcome {
        let superuser = self.schema.is_superuser(self.current_role());
        for option in options {
            match option {
                FunctionOption::Leakproof(true) if !superuser => {
                    return Err(refuse("42501", "only superuser can define a leakproof function", span));
                }
                FunctionOption::Support(_) if !superuser => {
                    return Err(refuse("42501", "must be superuser to specify a support function", span));
                }
                FunctionOption::Support(name) => {
                    self.function_of(name, &[oid::INTERNAL])?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Built-in routines are not changed.
    pub(crate) fn own_function(&self, function: &Function, span: TextRange) -> Outcome {
        if function.oid < Oid::FIRST_USER {
            let message = format!("function {} is a system function", function.name);
            return Err(refuse("42501", message, span));
        }
        self.owns_function(function, span)
    }
}

fn is_compatible_family(data_type: Oid) -> bool {
    (oid::ANYCOMPATIBLE.0..=oid::ANYCOMPATIBLERANGE.0).contains(&data_type.0)
        || data_type == oid::ANYCOMPATIBLEMULTIRANGE
}

/// Whether some input tells what a polymorphic result is (`check_valid_polymorphic_signature`).
pub(crate) fn has_origin(output: Oid, inputs: &[Oid]) -> bool {
    let is_range = |data_type: Oid| {
        matches!(data_type, oid::ANYRANGE | oid::ANYMULTIRANGE | oid::ANYCOMPATIBLERANGE | oid::ANYCOMPATIBLEMULTIRANGE)
    };
    // A range cannot be told from its elements: several types may have the same ones.
    inputs.iter().any(|input| {
        oid::is_polymorphic(*input)
            && is_compatible_family(*input) == is_compatible_family(output)
            && (!is_range(output) || is_range(*input))
    })
}
