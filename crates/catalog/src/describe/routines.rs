//! Routines, operators, casts.

use rollproof_sql::ast::ParameterMode;
use rollproof_sql::quote_identifier;

use super::Description;
use crate::{CastContext, Function, FunctionKind, ObjectId, Oid, Privilege, RoutineBody};

impl Description<'_> {
    pub(super) fn routines(&mut self) {
        let schema = self.schema;
        for function in schema.functions.iter() {
            let object = ObjectId::Function(function.oid);
            if self.is_own(function.oid, function.namespace, object) && !self.is_internal(object) {
                self.routine(function);
            }
        }
    }

    fn routine(&mut self, function: &Function) {
        let signature = self.signature(function);
        let kind = match function.kind {
            FunctionKind::Function => "function",
            FunctionKind::Procedure => "procedure",
            FunctionKind::Aggregate => "aggregate",
            FunctionKind::Window => "window function",
        };
        let set = if function.returns_set { "setof " } else { "" };
        let returns = self.schema.format_type_plain(function.returns);
        let mut line = format!("{kind} {signature} returns {set}{returns}");
        line.push_str(&format!(" parameters ({})", self.parameters(function)));
        if function.kind != FunctionKind::Aggregate {
            line.push_str(&format!(" language {}", function.language.quoted_name()));
            line.push_str(match function.volatility {
                b'i' => " immutable",
                b's' => " stable",
                _ => " volatile",
            });
            line.push_str(if function.strict { " strict" } else { "" });
        }
        line.push_str(if function.security_definer { " security definer" } else { "" });
        for (name, _) in &function.settings {
            line.push_str(&format!(" set {name}"));
        }
        self.lines.push(line);
        if let Some(RoutineBody::Text { text, range }) = function.body.as_deref() {
            let body = range.slice(text).replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
            self.lines.push(format!("body {signature} {body}"));
        }
        if let Some(RoutineBody::Bound(_)) = function.body.as_deref() {
            self.uses(&format!("body {signature}"), ObjectId::Function(function.oid));
        }
        self.routine_grants(function, &signature);
    }

    /// `f(a, b)`: what a server has in `proargtypes`, which leaves out what a procedure gives back.
    pub(super) fn signature(&self, function: &Function) -> String {
        let output =
            |parameter: &&crate::Parameter| matches!(parameter.mode, ParameterMode::Out | ParameterMode::Table);
        let inputs = function.parameters.iter().filter(|parameter| !output(parameter));
        let inputs: Vec<_> = inputs.map(|parameter| self.schema.format_type_plain(parameter.data_type)).collect();
        format!("{}({})", self.name(function.namespace, &function.name), inputs.join(", "))
    }

    /// Modes, names and types, and which have defaults.
    fn parameters(&self, function: &Function) -> String {
        let parameters = function.parameters.iter().map(|parameter| {
            let mode = match parameter.mode {
                ParameterMode::In => "",
                ParameterMode::Out => "out ",
                ParameterMode::InOut => "inout ",
                ParameterMode::Variadic => "variadic ",
                ParameterMode::Table => "table ",
            };
            let name =
                parameter.name.as_deref().map_or_else(String::new, |name| format!("{} ", quote_identifier(name)));
            let default = if parameter.has_default { " default" } else { "" };
            format!("{mode}{name}{}{default}", self.schema.format_type_plain(parameter.data_type))
        });
        parameters.collect::<Vec<_>>().join(", ")
    }

    /// Everyone may run a routine unless it was revoked, which is what is said.
    fn routine_grants(&mut self, function: &Function, signature: &str) {
        let Some(acl) = function.acl.as_deref() else { return };
        let execute = Privilege::Execute as u16;
        let everyone = acl.entries.iter().any(|entry| entry.grantee.is_none() && entry.privileges & execute != 0);
        if !everyone {
            self.lines.push(format!("revoke EXECUTE on routine {signature} from PUBLIC"));
        }
        let mut named = acl.clone();
        named.entries.retain(|entry| entry.grantee.is_some());
        self.grants("routine", signature, function.owner, Some(&named));
    }

    pub(super) fn operator_classes(&mut self) {
        let schema = self.schema;
        for class in schema.operator_classes.iter() {
            if self.is_own(class.oid, class.namespace, ObjectId::OperatorClass(class.oid)) {
                let default = if class.is_default { " default" } else { "" };
                let (name, input) = (self.name(class.namespace, &class.name), schema.format_type_plain(class.input));
                self.lines.push(format!("operator class {name} for {input} using {}{default}", class.method));
            }
        }
    }

    pub(super) fn operators(&mut self) {
        let schema = self.schema;
        for operator in schema.operators.iter() {
            if self.is_own(operator.oid, operator.namespace, ObjectId::Operator(operator.oid)) {
                let namespace = schema.namespace_name(operator.namespace).map_or("?", |name| name);
                let [left, right, result] = [operator.left, operator.right, operator.result]
                    .map(|oid| if oid.is_none() { "none".to_owned() } else { schema.format_type_plain(oid) });
                let (namespace, function) = (quote_identifier(namespace), self.function_name(operator.function));
                let name = &operator.name;
                self.lines
                    .push(format!("operator {namespace}.{name} ({left}, {right}) returns {result} by {function}"));
            }
        }
        for cast in schema.casts.iter() {
            let object = ObjectId::Cast(cast.oid);
            if !self.is_own(cast.oid, Oid::NONE, object) || self.is_internal(object) {
                continue;
            }
            let context = match cast.context {
                CastContext::Implicit => "implicit",
                CastContext::Assignment => "assignment",
                CastContext::Explicit => "explicit",
            };
            let [source, target] = [cast.source, cast.target].map(|oid| schema.format_type_plain(oid));
            let function = self.function_name(cast.function);
            let by = if cast.function.is_some() { format!(" by {function}") } else { String::new() };
            self.lines.push(format!("cast ({source} as {target}) {context}{by}"));
        }
    }
}
