//! Routines by signature (`LookupFuncWithArgs`).

use rollproof_catalog::{Function, FunctionKind, Oid, TypeRef};
use rollproof_sql::ast::{FunctionParameter, ParameterMode, QualifiedName, Signature};

use crate::context::{Context, Outcome, refuse};
use crate::find::shown;

impl Context {
    /// A routine by signature (`LookupFuncWithArgs`): 42883 where there is none, 42725 where a bare name means several.
    pub(crate) fn routine(&mut self, signature: &Signature, kind: Routine) -> Outcome<Oid> {
        let name = &signature.name;
        self.note(&name.object().text);
        let word = kind.word();
        if let Some(schema) = name.schema() {
            self.namespace(schema)?;
        }
        let inputs = match &signature.arguments {
            None => None,
            Some(arguments) => Some(self.signature_types(arguments, kind)?),
        };
        let schema = name.schema().map(|schema| schema.text.clone());
        let candidates = self.schema.functions_named(schema.as_deref(), name.object().as_str());
        let mut found: Vec<&Function> = Vec::new();
        for candidate in candidates {
            let function = candidate.function;
            let fits = inputs.as_ref().is_none_or(|inputs| inputs.fit(function));
            let hidden = found.iter().any(|known| given_to(known) == given_to(function));
            if fits && !hidden && kind.may_be(function.kind) {
                found.push(function);
            }
        }
        match found[..] {
            [only] => kind.check(only, &self.schema, signature).map(|()| only.oid),
            [] if inputs.is_some() && kind != Routine::Any => {
                let exact = self.schema.functions_named(schema.as_deref(), name.object().as_str());
                let other = exact.iter().find(|each| inputs.as_ref().is_some_and(|inputs| inputs.fit(each.function)));
                match other {
                    Some(other) => {
                        let shown = self.schema.function_signature(other.function);
                        let article = if kind == Routine::Aggregate { "an" } else { "a" };
                        Err(refuse("42809", format!("{shown} is not {article} {word}"), name.span))
                    }
                    None => Err(self.no_routine(signature, inputs.map(|inputs| inputs.given), kind)),
                }
            }
            [] => Err(self.no_routine(signature, inputs.map(|inputs| inputs.given), kind)),
            [first, ..] if inputs.is_some() && kind != Routine::Procedure => {
                kind.check(first, &self.schema, signature).map(|()| first.oid)
            }
            _ => {
                let message = format!("{word} name \"{}\" is not unique", shown(name));
                Err(refuse("42725", message, name.span))
            }
        }
    }

    /// The types that a signature names.
    fn signature_types(&mut self, arguments: &[FunctionParameter], kind: Routine) -> Outcome<SignatureTypes> {
        let mut given = Vec::new();
        for argument in arguments {
            let data_type = self.type_ref(&argument.type_name)?.oid;
            if !matches!(argument.mode, ParameterMode::Out | ParameterMode::Table) {
                given.push(data_type);
            }
        }
        let open = matches!(kind, Routine::Procedure | Routine::Any) && !arguments.iter().any(|each| each.explicit);
        Ok(SignatureTypes { given, open })
    }

    fn no_routine(&self, signature: &Signature, inputs: Option<Vec<Oid>>, kind: Routine) -> Box<crate::context::Stop> {
        let (name, word) = (shown(&signature.name), kind.word());
        let message = match inputs {
            None if kind == Routine::Function || kind == Routine::Any => {
                format!("could not find a function named \"{name}\"")
            }
            None => format!("could not find a {word} named \"{name}\""),
            Some(_) if signature.star => format!("aggregate {name}(*) does not exist"),
            Some(inputs) => {
                let types: Vec<String> =
                    inputs.iter().map(|oid| self.schema.format_type(TypeRef::plain(*oid))).collect();
                let word = if kind == Routine::Any { "function" } else { word };
                format!("{word} {name}({}) does not exist", types.join(", "))
            }
        };
        refuse("42883", message, signature.name.span)
    }

    /// A function by name that takes no arguments, as triggers name them.
    pub(crate) fn function_without_arguments(&self, name: &QualifiedName) -> Outcome<Oid> {
        self.note(&name.object().text);
        let schema = name.schema().map(|schema| schema.text.clone());
        let candidates = self.schema.functions_named(schema.as_deref(), name.object().as_str());
        let found = candidates.iter().find(|candidate| candidate.function.inputs.is_empty());
        found
            .map(|found| found.function.oid)
            .ok_or_else(|| refuse("42883", format!("function {}() does not exist", shown(name)), name.span))
    }
}

/// What a signature says: the types of the inputs, and whether they may also be those of inputs and OUT parameters, which
/// SQL has in a procedure's signature: only where no mode is written.
struct SignatureTypes {
    given: Vec<Oid>,
    open: bool,
}

impl SignatureTypes {
    fn fit(&self, function: &Function) -> bool {
        let all = || function.kind == FunctionKind::Procedure && function.inputs[..] == self.given[..];
        given_to(function) == self.given || self.open && all()
    }
}

/// The types of a procedure's inputs, its OUT parameters left out: `DROP PROCEDURE` may name it so, too.
pub(crate) fn given_to(function: &Function) -> Vec<Oid> {
    if function.kind != FunctionKind::Procedure {
        return function.inputs.to_vec();
    }
    let outputs = [ParameterMode::Out, ParameterMode::Table];
    let inputs = function.parameters.iter().filter(|parameter| !outputs.contains(&parameter.mode));
    inputs.map(|parameter| parameter.data_type).collect()
}

/// What kind of routine a statement names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routine {
    /// FUNCTION: aggregates and window functions are functions too, procedures are not.
    Function,
    /// PROCEDURE
    Procedure,
    /// AGGREGATE
    Aggregate,
    /// ROUTINE
    Any,
}

impl Routine {
    fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Any => "routine",
        }
    }

    fn may_be(self, kind: FunctionKind) -> bool {
        match self {
            Self::Procedure => kind == FunctionKind::Procedure,
            Self::Function => kind != FunctionKind::Procedure,
            Self::Aggregate | Self::Any => true,
        }
    }

    /// Names that fit, but not the kind (42809).
    fn check(self, function: &Function, schema: &rollproof_catalog::Schema, signature: &Signature) -> Outcome {
        let wrong = match self {
            Self::Aggregate => function.kind != FunctionKind::Aggregate,
            _ => false,
        };
        if wrong {
            let message = format!("function {} is not an aggregate", schema.function_signature(function));
            return Err(refuse("42809", message, signature.name.span));
        }
        Ok(())
    }
}
