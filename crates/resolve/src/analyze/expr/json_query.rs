//! SQL/JSON functions with a path: `JSON_EXISTS`, `JSON_QUERY`, `JSON_VALUE`, and `JSON_TABLE` with its columns
//! (`transformJsonFuncExpr`).

use rollproof_catalog::{Oid, TypeKind, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, JsonBehavior, JsonBehaviorKind, JsonClauses, JsonFormat, SpecialCall};

use super::json::{Format, Input, JSONB, check_encodings, format_of, result_format};
use super::{BOOLEAN, INTEGER, TEXT};
use crate::analyze::{Analyzer, Expression, Node, Tag, Tree, syntax_error};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::{Shape, Typed};
use crate::types::{self, CoercionContext};

/// `jsonpath`
const JSONPATH: Oid = Oid(4072);

/// `JsonExprOp`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `JSON_EXISTS`
    Exists,
    /// `JSON_QUERY`
    Query,
    /// `JSON_VALUE`
    Value,
    /// `JSON_TABLE`
    Table,
}

impl Operation {
    fn word(self) -> &'static str {
        match self {
            Self::Exists => "JSON_EXISTS",
            Self::Query => "JSON_QUERY",
            Self::Value => "JSON_VALUE",
            Self::Table => "JSON_TABLE",
        }
    }

    fn may(self, kind: JsonBehaviorKind) -> bool {
        use JsonBehaviorKind as Is;
        match self {
            Self::Exists => matches!(kind, Is::Error | Is::True | Is::False | Is::Unknown),
            Self::Query => !matches!(kind, Is::True | Is::False | Is::Unknown),
            Self::Value => matches!(kind, Is::Error | Is::Null | Is::Default),
            Self::Table => matches!(kind, Is::Error | Is::EmptyArray),
        }
    }
}

impl<'a> Analyzer<'a> {
    /// `JSON_EXISTS`, `JSON_QUERY`, `JSON_VALUE`
    pub(crate) fn json_function(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let (operation, construct, default) = match &*special.name.text {
            "json_exists" => (Operation::Exists, "json_exists", BOOLEAN),
            "json_query" => (Operation::Query, "json_query", JSONB),
            _ => (Operation::Value, "json_value", TEXT),
        };
        let format = result_format(&special.formats);
        if let Some(format) = format.filter(|_| operation != Operation::Query) {
            let message = format!("cannot specify FORMAT JSON in RETURNING clause of {}()", operation.word());
            return Err(syntax_error(&message, format.span));
        }
        check_behaviors(operation, &special.json, None, span)?;
        let mut children =
            self.json_subject_and_path(operation, &special.arguments, &special.json, &special.formats)?;
        let output = self.json_output(special.returning.as_ref(), format, false)?;
        let target = output.map_or(TypeRef::plain(default), |(target, _)| target);
        self.json_defaults(&special.json, &special.arguments, target, &mut children)?;
        let typed = Typed::new(target, self.default_collation(target.oid), span);
        Ok(Expression::new(typed, Node::new(Tag::Construct(construct), children, span)))
    }

    /// The document, the path, and what is passed to it.
    pub(crate) fn json_subject_and_path(
        &mut self,
        operation: Operation,
        arguments: &'a [Expr],
        clauses: &JsonClauses,
        formats: &[JsonFormat],
    ) -> Result<Vec<Tree>> {
        check_encodings(formats)?;
        let default = match operation {
            Operation::Exists | Operation::Value => Format::Default,
            Operation::Query | Operation::Table => Format::Jsonb,
        };
        let mut children = Vec::new();
        for (at, argument) in arguments.iter().take(2 + clauses.passing).enumerate() {
            let mut value = self.expression(argument)?;
            let given = format_of(formats, at);
            match at {
                0 => self.json_input(&mut value, Input { given, default, target: Some(JSONB), passing: false })?,
                1 => self.json_path(&mut value)?,
                _ => {
                    self.json_input(&mut value, Input { given, default: Format::Jsonb, target: None, passing: true })?;
                }
            }
            children.push(value.tree);
        }
        Ok(children)
    }

    /// A path is a `jsonpath`.
    pub(crate) fn json_path(&mut self, value: &mut Expression) -> Result<()> {
        if value.open {
            return Ok(());
        }
        let (of, goal) = (value.typed.oid(), TypeRef::plain(JSONPATH));
        if types::coerce_to_target_type(&mut self.cx, &mut value.typed, goal, CoercionContext::Explicit)? {
            return Ok(());
        }
        let shown = types::format_type(&self.cx, of);
        let message = format!("JSON path expression must be of type jsonpath, not of type {shown}");
        Err(Error::fail("42804", message, value.span(), self.json_mismatch(of, "jsonpath")))
    }

    /// The values after DEFAULT (`transformJsonBehavior`).
    pub(crate) fn json_defaults(
        &mut self,
        clauses: &JsonClauses,
        values: &'a [Expr],
        target: TypeRef,
        children: &mut Vec<Tree>,
    ) -> Result<()> {
        for behavior in [&clauses.on_empty, &clauses.on_error].into_iter().flatten() {
            let Some(expr) = behavior.value.and_then(|at| values.get(at)) else { continue };
            let mut value = self.expression(expr)?;
            if !value.open {
                check_default(&value)?;
                self.json_default_collation(&value.typed, target.oid)?;
                self.json_default_type(&mut value, target)?;
            }
            children.push(value.tree);
        }
        Ok(())
    }

    fn json_default_collation(&self, typed: &Typed, target: Oid) -> Result<()> {
        let wanted = self.default_collation(target);
        if wanted.is_some() && typed.collation.is_some() && wanted != typed.collation {
            let message = "collation of DEFAULT expression conflicts with RETURNING clause";
            return Err(Error::fail("42P21", message, typed.span, ErrorKind::CollationMismatch));
        }
        Ok(())
    }

    fn json_default_type(&mut self, value: &mut Expression, target: TypeRef) -> Result<()> {
        let of = value.typed.oid();
        // A length that is applied to NULL is a call, not a constant.
        let sized = value.typed.data_type.modifier >= 0;
        let null = value.typed.is_null_constant() && self.base_of(of) == of && !sized;
        if of == target.oid || of == JSONB || null {
            return Ok(());
        }
        if of == BOOLEAN && self.base_of(target.oid) != INTEGER {
            return Ok(());
        }
        let category = self.schema().type_of(target.oid).map_or(b'U', |of| of.category);
        let context =
            if matches!(category, b'S' | b'V') { CoercionContext::Assignment } else { CoercionContext::Explicit };
        if types::coerce_to_target_type(&mut self.cx, &mut value.typed, target, context)? {
            return Ok(());
        }
        let (from, to) = (types::format_type(&self.cx, of), types::format_type(&self.cx, target.oid));
        let message = format!("cannot cast behavior expression of type {from} to {to}");
        Err(Error::fail("42846", message, value.span(), self.json_mismatch(of, &to)))
    }

    /// What a domain is over at last.
    pub(crate) fn base_of(&self, of: Oid) -> Oid {
        let mut base = of;
        for _ in 0..32 {
            match self.schema().type_of(base).map(|of| &of.kind) {
                Some(TypeKind::Domain { base: under, .. }) => base = under.oid,
                _ => break,
            }
        }
        base
    }
}

/// Which behaviours a function may have, and quotes that nothing keeps.
pub(crate) fn check_behaviors(
    operation: Operation,
    clauses: &JsonClauses,
    column: Option<&str>,
    span: TextRange,
) -> Result<()> {
    if operation == Operation::Query && clauses.omit_quotes == Some(true) && clauses.wrapper == Some(true) {
        let message = "SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used";
        return Err(syntax_error(message, span));
    }
    let said = [("ON EMPTY", &clauses.on_empty), ("ON ERROR", &clauses.on_error)];
    for (event, behavior) in said {
        let refused = |behavior: &&JsonBehavior| !operation.may(behavior.kind);
        let Some(behavior) = behavior.as_ref().filter(refused) else { continue };
        let of = column.map_or(String::new(), |column| format!(" for column \"{column}\""));
        return Err(syntax_error(format!("invalid {event} behavior{of}"), behavior.span));
    }
    Ok(())
}

/// `ValidJsonBehaviorDefaultExpr`: constants, calls and operators without columns.
fn check_default(value: &Expression) -> Result<()> {
    let refusal = if !is_plain(&value.tree, &value.typed) {
        "can only specify a constant, non-aggregate function, or operator expression for DEFAULT"
    } else if value.tree.find_outside_queries(&mut |node| matches!(node.tag, Tag::Var(_))).is_some() {
        "DEFAULT expression must not contain column references"
    } else if value.typed.set_returning {
        "DEFAULT expression must not return a set"
    } else {
        return Ok(());
    };
    Err(Error::fail("42804", refusal, value.span(), ErrorKind::Other))
}

fn is_plain(tree: &Node, typed: &Typed) -> bool {
    if matches!(typed.shape, Shape::UnknownLiteral(_) | Shape::Constant(_) | Shape::NullConstant) {
        return true;
    }
    let mut node = tree;
    loop {
        match &node.tag {
            Tag::Construct("open") => return true,
            Tag::Constant(_) | Tag::Function(_) | Tag::SetReturning(_) => return true,
            Tag::Operator(symbol) if !symbol.starts_with("collate ") => return true,
            Tag::Operator(_) | Tag::Cast(_) => match node.children.first() {
                Some(inner) => node = inner,
                None => return true,
            },
            _ => return false,
        }
    }
}
