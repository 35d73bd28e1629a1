//! Routines, operators, casts.

use rollproof_catalog::{
    AggregateKind, AggregatePart, Cast, CastContext, CastMethod, Function, FunctionKind, Oid, Operator, Parameter,
    RoutineBody, StoredStatement,
};
use rollproof_sql::ast::{ParameterMode, QueryBody, StatementKind};
use rollproof_sql::{quote_identifier, quote_literal};

use super::Printer;

impl Printer<'_> {
    pub(crate) fn create_routine(&mut self, function: &Function) {
        let signature = self.signature(function);
        if function.kind == FunctionKind::Aggregate {
            return self.aggregate(function);
        }
        let Some(body) = self.body(function) else { return self.comment(&format!("routine {signature}")) };
        let procedure = function.kind == FunctionKind::Procedure;
        let kind = if procedure { "PROCEDURE" } else { "FUNCTION" };
        let name = self.name(function.namespace, &function.name);
        let mut text = format!("CREATE {kind} {name}({})", self.parameters(&function.parameters, true));
        if !procedure {
            text.push_str(&format!("\n    RETURNS {}", self.returns(function)));
        }
        text.push_str(&format!("\n    LANGUAGE {}", function.language.quoted_name()));
        for (holds, words) in [
            (function.kind == FunctionKind::Window, " WINDOW"),
            (function.volatility == b'i', " IMMUTABLE"),
            (function.volatility == b's', " STABLE"),
            (function.strict, " STRICT"),
            (function.security_definer, " SECURITY DEFINER"),
        ] {
            text.push_str(if holds { words } else { "" });
        }
        for (name, values) in &function.settings {
            let values: Vec<_> = values.iter().map(|value| quote_literal(value)).collect();
            // An extension's setting has a dot in its name.
            let name = name.split('.').map(quote_identifier).collect::<Vec<_>>().join(".");
            text.push_str(&format!("\n    SET {name} TO {}", values.join(", ")));
        }
        self.say(&format!("{text}\n    {body}"));
    }

    /// `schema.f(a, b)`, as DROP and GRANT name a routine.
    pub(crate) fn signature(&self, function: &Function) -> String {
        let output = |mode| matches!(mode, ParameterMode::Out | ParameterMode::Table);
        let inputs = function.parameters.iter().filter(|parameter| !output(parameter.mode));
        let inputs: Vec<_> = inputs.map(|parameter| self.type_name(parameter.data_type)).collect();
        format!("{}({})", self.name(function.namespace, &function.name), inputs.join(", "))
    }

    fn returns(&self, function: &Function) -> String {
        let table = function.parameters.iter().filter(|parameter| parameter.mode == ParameterMode::Table);
        let table: Vec<Parameter> = table.cloned().collect();
        if !table.is_empty() {
            return format!("TABLE({})", self.parameters(&table, false));
        }
        let set = if function.returns_set { "SETOF " } else { "" };
        format!("{set}{}", self.type_name(function.returns))
    }

    /// A list of parameters; columns of RETURNS TABLE are left out where `routine` is set, their mode where it is not.
    fn parameters(&self, parameters: &[Parameter], routine: bool) -> String {
        let shown = parameters.iter().filter(|parameter| !routine || parameter.mode != ParameterMode::Table);
        let one = |parameter: &Parameter| {
            let mode = match parameter.mode {
                ParameterMode::In | ParameterMode::Table => "",
                ParameterMode::Out => "OUT ",
                ParameterMode::InOut => "INOUT ",
                ParameterMode::Variadic => "VARIADIC ",
            };
            let name =
                parameter.name.as_deref().map_or_else(String::new, |name| format!("{} ", quote_identifier(name)));
            let default = parameter.default.as_ref();
            let default = default.map_or_else(String::new, |of| format!(" DEFAULT {}", self.expression(of)));
            format!("{mode}{name}{}{default}", self.type_name(parameter.data_type))
        };
        shown.map(one).collect::<Vec<_>>().join(", ")
    }

    /// The body with the word before it; none where it is not SQL text.
    pub(crate) fn body(&self, function: &Function) -> Option<String> {
        match function.body.as_deref()? {
            RoutineBody::Text { text, range } => Some(format!("AS {}", dollar_quote(range.slice(text)))),
            RoutineBody::Bound(statements) => match &statements[..] {
                [only] if is_return(only) => Some(format!("RETURN {}", self.statement(only))),
                statements => {
                    let lines: Vec<_> =
                        statements.iter().map(|of| format!("        {};\n", self.statement(of))).collect();
                    Some(format!("BEGIN ATOMIC\n{}    END", lines.concat()))
                }
            },
            RoutineBody::Aggregate(_) | RoutineBody::Opaque => None,
        }
    }

    fn aggregate(&mut self, function: &Function) {
        let (Some(RoutineBody::Aggregate(parts)), Some(aggregate)) = (function.body.as_deref(), function.aggregate)
        else {
            return self.comment(&format!("aggregate {}", self.signature(function)));
        };
        let arguments = self.aggregate_arguments(function);
        let mut written: Vec<String> = parts
            .iter()
            .filter(|part| &*part.0 != "hypothetical")
            .map(|(name, part)| match part {
                AggregatePart::Function(oid) => format!("\n    {name} = {}", self.function_name(*oid)),
                AggregatePart::Type(oid) => format!("\n    {name} = {}", self.type_name(*oid)),
                AggregatePart::Text(text) if text.is_empty() => format!("\n    {name}"),
                AggregatePart::Text(text) => format!("\n    {name} = {text}"),
            })
            .collect();
        if aggregate.kind == AggregateKind::HypotheticalSet {
            written.push("\n    hypothetical".to_owned());
        }
        let name = self.name(function.namespace, &function.name);
        self.say(&format!("CREATE AGGREGATE {name}({arguments}) ({}\n)", written.join(",")));
    }

    /// The arguments of an aggregate as DROP and CREATE write them: `*` for none, ORDER BY before aggregated ones.
    pub(crate) fn aggregate_arguments(&self, function: &Function) -> String {
        let direct = function.aggregate.filter(|aggregate| aggregate.kind != AggregateKind::Normal);
        if function.parameters.is_empty() {
            return "*".to_owned();
        }
        match direct {
            Some(aggregate) => {
                let at = usize::try_from(aggregate.direct_arguments).unwrap_or(0).min(function.parameters.len());
                let (before, after) = function.parameters.split_at(at);
                // VARIADIC "any" may stand for both lists.
                let after =
                    if after.is_empty() { before.get(at.saturating_sub(1)..).unwrap_or_default() } else { after };
                format!("{} ORDER BY {}", self.parameters(before, true), self.parameters(after, true))
            }
            None => self.parameters(&function.parameters, true),
        }
    }

    pub(crate) fn create_operator(&mut self, operator: &Operator) {
        let Some(schema) = self.schema.namespace_name(operator.namespace) else { return };
        let name = format!("{}.{}", quote_identifier(schema), operator.name);
        if operator.result.is_none() {
            return self.comment(&format!("operator {name}"));
        }
        let mut parts = vec![format!("FUNCTION = {}", self.function_name(operator.function))];
        for (word, side) in [("LEFTARG", operator.left), ("RIGHTARG", operator.right)] {
            if side.is_some() {
                parts.push(format!("{word} = {}", self.type_name(side)));
            }
        }
        self.say(&format!("CREATE OPERATOR {name} (\n    {}\n)", parts.join(",\n    ")));
    }

    pub(crate) fn create_cast(&mut self, cast: &Cast) {
        let by = match (cast.method, cast.function) {
            (CastMethod::InOut, _) => "WITH INOUT".to_owned(),
            (_, Oid::NONE) => "WITHOUT FUNCTION".to_owned(),
            (_, function) => match self.schema.function(function) {
                Some(function) => format!("WITH FUNCTION {}", self.signature(function)),
                None => return,
            },
        };
        let context = match cast.context {
            CastContext::Implicit => " AS IMPLICIT",
            CastContext::Assignment => " AS ASSIGNMENT",
            CastContext::Explicit => "",
        };
        let [source, target] = [cast.source, cast.target].map(|oid| self.type_name(oid));
        self.say(&format!("CREATE CAST ({source} AS {target}) {by}{context}"));
    }
}

/// `RETURN x` is kept as a query whose only target is `x`.
fn is_return(stored: &StoredStatement) -> bool {
    let StatementKind::Query(query) = &stored.statement.kind else { return false };
    let QueryBody::Select(select) = &query.body else { return false };
    matches!(&select.targets[..], [only] if only.value.span == stored.statement.span)
}

/// The text between dollar quotes that do not occur in it.
fn dollar_quote(text: &str) -> String {
    let mut tag = "$$".to_owned();
    let mut number = 0;
    while text.contains(&tag) || text.ends_with('$') && number == 0 {
        number += 1;
        tag = format!("$body{number}$");
    }
    format!("{tag}{text}{tag}")
}

#[cfg(test)]
mod tests {
    use super::dollar_quote;

    #[test]
    fn quotes_do_not_occur_in_the_body() {
        assert_eq!(dollar_quote("a"), "$$a$$");
        assert_eq!(dollar_quote("a $$ $body1$"), "$body2$a $$ $body1$$body2$");
        assert_eq!(dollar_quote("a$"), "$body1$a$$body1$");
    }
}
