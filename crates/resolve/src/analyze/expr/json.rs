//! SQL/JSON constructors (`transformJsonObjectConstructor` and its relatives); [`super::json_query`] has the functions with a
//! path.

use rollproof_catalog::{Oid, TypeKind, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, JsonFormat, SpecialCall, SubLinkKind, TypeName};

use super::{TEXT, UNKNOWN};
use crate::analyze::{Analyzer, Expression, Kind, Node, Tag, Tree, syntax_error, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::Typed;
use crate::types::{self, CoercionContext};

/// `json`, `jsonb`
const JSON: Oid = Oid(114);
pub(super) const JSONB: Oid = Oid(3802);

/// How a text is read as JSON (`JsonFormatType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// As it is.
    Default,
    /// As `json`.
    Json,
    /// As `jsonb`.
    Jsonb,
}

/// What a value is wanted for (`transformJsonValueExpr`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'f> {
    /// The `FORMAT JSON` after it.
    pub given: Option<&'f JsonFormat>,
    /// Its format without one.
    pub default: Format,
    /// The type it must have.
    pub target: Option<Oid>,
    /// It stands in PASSING.
    pub passing: bool,
}

impl<'f> Input<'f> {
    /// A value that a constructor takes in.
    fn of(given: Option<&'f JsonFormat>) -> Self {
        Self { given, default: Format::Default, target: None, passing: false }
    }
}

impl<'a> Analyzer<'a> {
    /// SQL/JSON syntax.
    pub(crate) fn json(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        check_encodings(&special.formats)?;
        self.check_json_version(special, span)?;
        match &*special.name.text {
            "json_object" | "json_objectagg" => self.json_object(special, span),
            "json_array" | "json_arrayagg" => self.json_array(special, span),
            "json_scalar" => self.json_scalar(special, span),
            "json_serialize" => self.json_serialize(special, span),
            "json" => self.json_parse(special, span),
            _ => self.json_function(special, span),
        }
    }

    /// Servers that do not know the syntax yet take it for a call of an ordinary function, or refuse it.
    fn check_json_version(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<()> {
        let name = &special.name.text;
        let since = match &**name {
            "json_object" | "json_array" | "json_objectagg" | "json_arrayagg" => 16,
            _ => 17,
        };
        if self.version() >= since {
            return Ok(());
        }
        let clauses = &special.json;
        let keyed = matches!(&**name, "json_object" | "json_objectagg") && !special.arguments.is_empty();
        let behaves = clauses.on_empty.is_some() || clauses.on_error.is_some();
        let quoted = clauses.wrapper.is_some() || clauses.omit_quotes.is_some() || clauses.unique_keys;
        let written = special.returning.is_some() || !special.formats.is_empty() || clauses.passing > 0;
        if keyed || behaves || quoted || written || special.arguments.iter().any(is_query) {
            let message = format!("syntax error: this form of {name} is not known before PostgreSQL {since}");
            return Err(syntax_error(message, span));
        }
        let mut inputs = Vec::new();
        for argument in &special.arguments {
            let value = self.expression(argument)?;
            inputs.push(types::format_type(&self.cx, value.typed.oid()));
        }
        if !self.schema().functions_named(None, name).is_empty() {
            return Err(Failure::unknown(format!("which function {name} is meant before PostgreSQL {since}"), span));
        }
        let message = format!("function {name}({}) does not exist", inputs.join(", "));
        let kind = ErrorKind::MissingFunction { schema: None, name: name.clone() };
        Err(Error::fail("42883", message, span, kind))
    }

    /// Keys and values in turns: a key stays as it is.
    fn json_object(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let mut values = Vec::new();
        for (at, argument) in special.arguments.iter().enumerate() {
            let mut value = self.expression(argument)?;
            if at % 2 == 1 {
                self.json_input(&mut value, Input::of(format_of(&special.formats, at)))?;
            }
            values.push(value);
        }
        self.json_constructor(special, values, span)
    }

    fn json_array(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let mut values = Vec::new();
        for (at, argument) in special.arguments.iter().enumerate() {
            let mut value = self.expression(argument)?;
            if is_query(argument) {
                self.element_of(&mut value);
            } else {
                self.json_input(&mut value, Input::of(format_of(&special.formats, at)))?;
            }
            values.push(value);
        }
        self.json_constructor(special, values, span)
    }

    /// `JSON_ARRAY(SELECT …)` gathers the query's column, not an array.
    fn element_of(&mut self, value: &mut Expression) {
        let element = self.schema().type_of(value.typed.oid()).map_or(Oid::NONE, |of| of.element);
        if element.is_some() {
            value.typed = Typed::new(TypeRef::plain(element), self.default_collation(element), value.typed.span);
        }
    }

    /// `transformJsonConstructorOutput`: a constructor makes jsonb where anything it is given is.
    fn json_constructor(
        &mut self,
        special: &'a SpecialCall,
        values: Vec<Expression>,
        span: TextRange,
    ) -> Result<Expression> {
        let given = self.json_output(special.returning.as_ref(), result_format(&special.formats), true)?;
        let (target, format) = given.unwrap_or_else(|| {
            let jsonb = values.iter().any(|value| value.typed.oid() == JSONB);
            if jsonb { (TypeRef::plain(JSONB), Format::Jsonb) } else { (TypeRef::plain(JSON), Format::Json) }
        });
        let made = if format == Format::Jsonb { JSONB } else { JSON };
        let children: Vec<Tree> = values.into_iter().map(|value| value.tree).collect();
        match &*special.name.text {
            "json_object" => self.json_result("json_object", made, target, children, span),
            "json_array" => self.json_result("json_array", made, target, children, span),
            _ => self.json_aggregate(special, (made, target), children, span),
        }
    }

    fn json_scalar(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let mut children = Vec::new();
        for argument in &special.arguments {
            let mut value = self.expression(argument)?;
            if !value.open {
                types::resolve_unknown(&mut self.cx, &mut value.typed)?;
            }
            children.push(value.tree);
        }
        self.json_result("json_scalar", JSON, TypeRef::plain(JSON), children, span)
    }

    fn json_serialize(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let mut children = Vec::new();
        for (at, argument) in special.arguments.iter().enumerate() {
            let mut value = self.expression(argument)?;
            let input = Input { default: Format::Json, ..Input::of(format_of(&special.formats, at)) };
            self.json_input(&mut value, input)?;
            children.push(value.tree);
        }
        let given = self.json_output(special.returning.as_ref(), result_format(&special.formats), true)?;
        let (target, format) = given.unwrap_or((TypeRef::plain(TEXT), Format::Json));
        if target.oid != oid::BYTEA && !self.is_string(target.oid) {
            return Err(self.refused_returning(target.oid, "JSON_SERIALIZE()", span));
        }
        let made = if format == Format::Jsonb { JSONB } else { JSON };
        self.json_result("json_serialize", made, target, children, span)
    }

    fn refused_returning(&self, of: Oid, function: &str, span: TextRange) -> Failure {
        let message = format!("cannot use type {} in RETURNING clause of {function}", types::format_type(&self.cx, of));
        Error::fail("42804", message, span, self.json_mismatch(of, "json"))
    }

    /// `JSON(…)`: a cast, or with unique keys a text that is looked at.
    fn json_parse(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let mut children = Vec::new();
        for (at, argument) in special.arguments.iter().enumerate() {
            let mut value = self.expression(argument)?;
            let given = format_of(&special.formats, at);
            if special.json.unique_keys {
                self.json_parsed_text(&mut value, given, span)?;
            } else {
                let input = Input { given, default: Format::Json, target: Some(JSON), passing: false };
                self.json_input(&mut value, input)?;
            }
            children.push(value.tree);
        }
        self.json_result("json", JSON, TypeRef::plain(JSON), children, span)
    }

    fn json_parsed_text(&mut self, value: &mut Expression, given: Option<&JsonFormat>, span: TextRange) -> Result<()> {
        if value.open || value.typed.oid() == oid::BYTEA {
            return Ok(());
        }
        let stringy = value.typed.oid() == UNKNOWN || self.is_string(value.typed.oid());
        types::resolve_unknown(&mut self.cx, &mut value.typed)?;
        if given.is_some_and(|given| given.encoding.is_some()) {
            let message = "cannot use JSON FORMAT ENCODING clause for non-bytea input types";
            return Err(unsupported(message, value.span()));
        }
        if !stringy {
            let message = "cannot use non-string types with WITH UNIQUE KEYS clause";
            return Err(Error::fail("42804", message, span, ErrorKind::Other));
        }
        Ok(())
    }

    /// `transformJsonValueExpr`
    pub(crate) fn json_input(&mut self, value: &mut Expression, input: Input<'_>) -> Result<()> {
        if value.open {
            return Ok(());
        }
        types::resolve_unknown(&mut self.cx, &mut value.typed)?;
        let of = value.typed.oid();
        let is_json = matches!(of, JSON | JSONB);
        let format = match input.given {
            Some(given) if given.encoding.is_some() && of != oid::BYTEA => {
                let message = "JSON ENCODING clause is only allowed for bytea input type";
                return Err(Error::fail("42804", message, given.span, ErrorKind::Other));
            }
            Some(_) if is_json => Format::Default,
            Some(_) => Format::Json,
            None if input.passing && self.passes_directly(of) => return Ok(()),
            None if is_json && !input.passing => Format::Default,
            None => input.default,
        };
        if format == Format::Default && input.target.is_none_or(|target| target == of) {
            return Ok(());
        }
        if !input.passing && input.target.is_none() && of != oid::BYTEA && !self.is_string(of) {
            let which = if input.given.is_some() { "explicit" } else { "implicit" };
            let message = format!("cannot use non-string types with {which} FORMAT JSON clause");
            return Err(Error::fail("42804", message, value.span(), self.json_mismatch(of, "json")));
        }
        let (nullable, span) = (value.typed.nullable, value.span());
        if format == Format::Json && of == oid::BYTEA {
            value.typed = Typed::new(TypeRef::plain(TEXT), self.default_collation(TEXT), span);
        }
        let target = input.target.unwrap_or(if format == Format::Jsonb { JSONB } else { JSON });
        let goal = TypeRef::plain(target);
        if !types::coerce_to_target_type(&mut self.cx, &mut value.typed, goal, CoercionContext::Explicit)? {
            if input.target.is_some() {
                return Err(types::cannot_cast(&self.cx, of, target, span));
            }
            // What no cast takes, `to_json` does.
            value.typed = Typed::new(goal, Oid::NONE, span);
        }
        value.typed.nullable = nullable;
        Ok(())
    }

    pub(super) fn json_mismatch(&self, from: Oid, to: &str) -> ErrorKind {
        ErrorKind::TypeMismatch { from: types::format_type(&self.cx, from).into(), to: to.into() }
    }

    /// Values that a path takes as they are (`GetJsonPathVar`).
    fn passes_directly(&self, of: Oid) -> bool {
        let plain = [16, 20, 21, 23, 25, 700, 701, 1043, 1082, 1083, 1114, 1184, 1266, 1700];
        plain.contains(&of.0) || self.is_string(of)
    }

    /// `transformJsonOutput`: RETURNING, if it is said.
    pub(crate) fn json_output(
        &mut self,
        returning: Option<&'a TypeName>,
        format: Option<&JsonFormat>,
        constructor: bool,
    ) -> Result<Option<(TypeRef, Format)>> {
        let Some(name) = returning else { return Ok(None) };
        let target = types::type_name(&mut self.cx, name)?;
        if name.set_of {
            let message = "returning SETOF types is not supported in SQL/JSON functions";
            return Err(unsupported(message, name.span));
        }
        if self.schema().type_of(target.oid).is_some_and(|of| matches!(of.kind, TypeKind::Pseudo)) {
            let message = "returning pseudo-types is not supported in SQL/JSON functions";
            return Err(unsupported(message, name.span));
        }
        let Some(given) = format else {
            let format = if target.oid == JSONB { Format::Jsonb } else { Format::Json };
            return Ok(Some((target, format)));
        };
        let plain = matches!(target.oid, JSON | JSONB | oid::BYTEA) || self.is_string(target.oid);
        if !constructor && !plain {
            return Err(unsupported("cannot use JSON format with non-string output types", given.span));
        }
        if let Some(encoding) = &given.encoding {
            if target.oid != oid::BYTEA {
                return Err(unsupported("cannot set JSON encoding for non-bytea output types", given.span));
            }
            if !encoding.text.eq_ignore_ascii_case("utf8") {
                return Err(unsupported("unsupported JSON encoding", given.span));
            }
        }
        Ok(Some((target, Format::Json)))
    }

    pub(crate) fn is_string(&self, of: Oid) -> bool {
        self.schema().type_of(of).is_some_and(|of| of.category == b'S')
    }

    /// `coerceJsonFuncExpr`: what was made becomes what is returned.
    fn json_coerced(&mut self, made: Oid, target: TypeRef, span: TextRange) -> Result<Typed> {
        let mut typed = Typed::new(TypeRef::plain(made), Oid::NONE, span);
        if target.oid == made {
            return Ok(typed);
        }
        if target.oid != oid::BYTEA
            && !types::coerce_to_target_type(&mut self.cx, &mut typed, target, CoercionContext::Assignment)?
        {
            return Err(types::cannot_cast(&self.cx, made, target.oid, span));
        }
        Ok(Typed::new(target, self.default_collation(target.oid), span))
    }

    fn json_result(
        &mut self,
        construct: &'static str,
        made: Oid,
        target: TypeRef,
        children: Vec<Tree>,
        span: TextRange,
    ) -> Result<Expression> {
        let mut typed = self.json_coerced(made, target, span)?;
        typed.nullable = !matches!(construct, "json_object" | "json_array");
        Ok(Expression::new(typed, Node::new(Tag::Construct(construct), children, span)))
    }

    /// `json_objectagg` and `json_arrayagg`: aggregates by another syntax (`transformJsonAggConstructor`).
    fn json_aggregate(
        &mut self,
        special: &'a SpecialCall,
        (made, target): (Oid, TypeRef),
        mut children: Vec<Tree>,
        span: TextRange,
    ) -> Result<Expression> {
        let filter = match &special.filter {
            Some(filter) => Some(self.condition(filter, Kind::Filter, "FILTER")?.tree),
            None => None,
        };
        if let Some(over) = &special.over {
            if !special.order_by.is_empty() {
                return Err(unsupported("aggregate ORDER BY is not implemented for window functions", span));
            }
            if let Some(message) = self.level().kind.refuses_window() {
                let kind = ErrorKind::Grouping;
                return Err(Error::fail("42P20", message, span, kind));
            }
            let holder = Node::new(Tag::Construct("arguments"), children, span);
            self.refuse_nested_windows(&holder)?;
            if let Some(set) = holder.find_outside_queries(&mut |node| matches!(node.tag, Tag::SetReturning(_))) {
                // The executor sees it first.
                let message = "set-valued function called in context that cannot accept a set";
                self.refuse_later(Err(unsupported(message, set.span)))?;
            }
            children = holder.children.clone();
            if let rollproof_sql::ast::Over::Window(definition) = &**over {
                let info = crate::analyze::clause::WindowInfo { name: None, definition };
                self.level().windows.push(info);
            }
            self.level().has_windows = true;
            let typed = self.json_coerced(made, target, span)?;
            return Ok(Expression::new(typed, Node::new(Tag::Window(Oid::NONE, 0), children, span)));
        }
        for sort in &special.order_by {
            let mut value = self.expression_of(&sort.value, Kind::OrderBy)?;
            self.check_sortable(&mut value, sort.using.as_ref())?;
            children.push(value.tree);
        }
        let depth = self.check_aggregate_level(&children, &[], filter.as_ref(), false, span)?;
        children.extend(filter);
        let tag = Tag::Aggregate { depth, function: Oid::NONE, direct: 0, form: 0 };
        let typed = self.json_coerced(made, target, span)?;
        Ok(Expression::new(typed, Node::new(tag, children, span)))
    }
}

/// The `FORMAT JSON` of a value.
pub(crate) fn format_of(formats: &[JsonFormat], argument: usize) -> Option<&JsonFormat> {
    formats.iter().find(|format| format.argument == Some(argument))
}

/// The `FORMAT JSON` of the result.
pub(crate) fn result_format(formats: &[JsonFormat]) -> Option<&JsonFormat> {
    formats.iter().find(|format| format.argument.is_none())
}

/// Encodings are known ones (`makeJsonEncoding`, before anything is looked up).
pub(crate) fn check_encodings(formats: &[JsonFormat]) -> Result<()> {
    for format in formats {
        let Some(encoding) = &format.encoding else { continue };
        let name = encoding.text.to_ascii_lowercase();
        if !matches!(&*name, "utf8" | "utf16" | "utf32") {
            let message = format!("unrecognized JSON encoding: {name}");
            return Err(Error::fail("22023", message, format.span, ErrorKind::Other));
        }
    }
    Ok(())
}

fn is_query(argument: &Expr) -> bool {
    matches!(&argument.kind, ExprKind::SubLink(link) if matches!(link.kind, SubLinkKind::Array))
}
