//! Base types: what their functions have to look like (`DefineType` in `typecmds.c`).

use rollproof_catalog::{DependencyKind, ObjectId, Oid, Type, TypeKind, TypeRef, oid};
use rollproof_sql::ast::{DefinitionOption, QualifiedName};

use crate::context::{Context, Outcome, refuse};
use crate::find::shown;
use crate::operator::option_name;
use crate::types::find_option;

/// A function of a base type: its option, what it may take (`none` stands for the type itself), what it returns, and how
/// a message calls it.
struct Support {
    option: &'static str,
    takes: &'static [&'static [Option<Oid>]],
    returns: Option<Oid>,
    word: &'static str,
}

const SUPPORT: &[Support] = &[
    Support {
        option: "input",
        takes: &[&[Some(oid::CSTRING)], &[Some(oid::CSTRING), Some(oid::OID), Some(oid::INT4)]],
        returns: None,
        word: "type input",
    },
    Support { option: "output", takes: &[&[None]], returns: Some(oid::CSTRING), word: "type output" },
    Support {
        option: "receive",
        takes: &[&[Some(oid::INTERNAL)], &[Some(oid::INTERNAL), Some(oid::OID), Some(oid::INT4)]],
        returns: None,
        word: "type receive",
    },
    Support { option: "send", takes: &[&[None]], returns: Some(oid::BYTEA), word: "type send" },
    Support { option: "typmod_in", takes: &[&[Some(oid::CSTRING_ARRAY)]], returns: Some(oid::INT4), word: "typmod_in" },
    Support { option: "typmod_out", takes: &[&[Some(oid::INT4)]], returns: Some(oid::CSTRING), word: "typmod_out" },
    Support { option: "analyze", takes: &[&[Some(oid::INTERNAL)]], returns: Some(oid::BOOL), word: "type analyze" },
    Support {
        option: "subscript",
        takes: &[&[Some(oid::INTERNAL)]],
        returns: Some(oid::INTERNAL),
        word: "type subscripting",
    },
];

impl Context {
    /// The functions that a base type is made of (42883 where one is not there, 42P17 where it does not fit).
    fn base_type_functions(&self, own: Oid, name: &QualifiedName, options: &[DefinitionOption]) -> Outcome<Vec<Oid>> {
        let mut functions = Vec::new();
        for support in SUPPORT {
            let Some(function) = find_option(options, support.option).and_then(option_name) else { continue };
            let schema = function.schema().map(|schema| schema.text.clone());
            let candidates = self.schema.functions_named(schema.as_deref(), function.object().as_str());
            let takes = |inputs: &[Oid]| {
                support.takes.iter().any(|wanted| {
                    wanted.len() == inputs.len()
                        && wanted.iter().zip(inputs).all(|(wanted, input)| wanted.unwrap_or(own) == *input)
                })
            };
            self.note(&function.object().text);
            let Some(found) = candidates.iter().find(|each| takes(&each.function.inputs)).map(|each| each.function)
            else {
                let first = support.takes[0].iter().map(|wanted| wanted.unwrap_or(own));
                let first: Vec<String> = first.map(|oid| self.schema.format_type(TypeRef::plain(oid))).collect();
                let message = format!("function {}({}) does not exist", shown(&function), first.join(", "));
                return Err(refuse("42883", message, function.span));
            };
            let wanted = support.returns.unwrap_or(own);
            if found.returns != wanted {
                let wanted = self.schema.format_type(TypeRef::plain(wanted));
                let message = format!("{} function {} must return type {wanted}", support.word, shown(&function));
                return Err(refuse("42P17", message, name.span));
            }
            functions.push(found.oid);
        }
        Ok(functions)
    }

    /// `CREATE TYPE t` (a shell) and `CREATE TYPE t (INPUT = …)` (a base type).
    pub(crate) fn create_base_type(&mut self, name: &QualifiedName, options: &[DefinitionOption]) -> Outcome {
        let namespace = self.creation_namespace(name, false)?;
        let text = name.object().text.clone();
        let known = self.schema.types_in(namespace, &text).next().cloned();
        let is_shell = known.as_ref().is_some_and(|known| matches!(known.kind, TypeKind::Shell));
        if options.is_empty() {
            if known.as_ref().is_some_and(|known| !known.is_array) {
                return Err(refuse("42710", format!("type \"{text}\" already exists"), name.span));
            }
            self.add_shell(namespace, text);
            return Ok(());
        }
        self.type_name_free(namespace, &text, name.span)?;
        if !is_shell {
            return Err(refuse("42710", format!("type \"{}\" does not exist", shown(name)), name.span));
        }
        for required in ["input", "output"] {
            if find_option(options, required).is_none() {
                return Err(refuse("42P17", format!("type {required} function must be specified"), name.span));
            }
        }
        if !self.schema.is_superuser(self.current_role()) {
            return Err(refuse("42501", "must be superuser to create a base type", name.span));
        }
        let shell = known.as_ref().map_or(Oid::NONE, |known| known.oid);
        let functions = self.base_type_functions(shell, name, options)?;
        let oid = self.add_user_type(namespace, text, TypeKind::Base)?;
        for function in functions {
            self.depend(ObjectId::Type(oid), ObjectId::Function(function), DependencyKind::Normal);
        }
        let Some(mut made) = self.schema.type_of(oid).cloned() else { return Ok(()) };
        self.base_type_options(&mut made, options)?;
        self.schema.put_type(made);
        Ok(())
    }

    fn base_type_options(&mut self, made: &mut Type, options: &[DefinitionOption]) -> Outcome {
        if let Some(category) = find_option(options, "category").and_then(DefinitionOption::text) {
            made.category = category.bytes().next().unwrap_or(b'U');
        }
        made.preferred = crate::view::option_is_on(options, "preferred").unwrap_or(false);
        made.takes_modifier = find_option(options, "typmod_in").is_some();
        if let Some(element) = find_option(options, "element") {
            made.element = self.option_type(element)?;
            made.subscriptable = true;
        }
        made.subscriptable |= find_option(options, "subscript").is_some();
        if crate::view::option_is_on(options, "collatable").unwrap_or(false) {
            made.collation = oid::DEFAULT_COLLATION;
        }
        if let Some(like) = find_option(options, "like") {
            let like = self.option_type(like)?;
            made.length = self.schema.type_of(like).map_or(-1, |like| like.length);
        } else {
            let length = find_option(options, "internallength").and_then(DefinitionOption::text);
            made.length = length.and_then(|text| text.parse().ok()).unwrap_or(-1);
        }
        Ok(())
    }
}
