//! SQL/JSON expressions (`transformJsonObjectConstructor` and its relatives).

use rollproof_catalog::{Oid, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{SpecialCall, TypeName};

use super::{BOOLEAN, TEXT, UNKNOWN};
use crate::analyze::{Analyzer, Expression, Kind, Node, Tag, Tree};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::Typed;
use crate::types;

/// `json`, `jsonb`
const JSON: Oid = Oid(114);
const JSONB: Oid = Oid(3802);

impl<'a> Analyzer<'a> {
    /// SQL/JSON syntax.
    pub(crate) fn json(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let mut values = self.expressions(&special.arguments)?;
        for value in &mut values {
            if !value.open && value.typed.oid() == UNKNOWN {
                types::resolve_unknown(&mut self.cx, &mut value.typed)?;
            }
        }
        self.check_formats(special, &values)?;
        let jsonb_input = values.iter().any(|value| value.typed.oid() == JSONB);
        let mut children: Vec<Tree> = values.into_iter().map(|value| value.tree).collect();
        let name = &*special.name.text;
        // A constructor makes jsonb where anything it is given is.
        let made = if jsonb_input { JSONB } else { JSON };
        if matches!(name, "json_objectagg" | "json_arrayagg") {
            return self.json_aggregate(special, made, children, span);
        }
        let (construct, default) = match name {
            "json_object" => ("json_object", made),
            "json_array" => ("json_array", made),
            "json_scalar" => ("json_scalar", JSON),
            "json_serialize" => ("json_serialize", TEXT),
            "json" => ("json", JSON),
            "json_exists" => ("json_exists", BOOLEAN),
            "json_query" => ("json_query", JSONB),
            "json_value" => ("json_value", TEXT),
            _ => ("json special", JSON),
        };
        if let Some(filter) = &special.filter {
            children.push(self.condition(filter, Kind::Filter, "FILTER")?.tree);
        }
        self.json_result(construct, special.returning.as_ref(), default, children, span)
    }

    /// `FORMAT JSON` of values (`transformJsonValueExpr`) and of the result (`checkJsonOutputFormat`).
    fn check_formats(&mut self, special: &'a SpecialCall, values: &[Expression]) -> Result<()> {
        for format in &special.formats {
            let of = match (format.argument, &special.returning) {
                (Some(at), _) => values.get(at).filter(|value| !value.open).map(|value| value.typed.oid()),
                (None, Some(name)) => Some(types::type_name(&mut self.cx, name)?.oid),
                (None, None) => None,
            };
            let Some(of) = of else { continue };
            let encoding = format.encoding.as_ref().map(|name| name.text.to_ascii_lowercase());
            if let Some(name) = encoding.as_deref().filter(|name| !matches!(*name, "utf8" | "utf16" | "utf32")) {
                let message = format!("unrecognized JSON encoding: {name}");
                return Err(Error::fail("22023", message, format.span, ErrorKind::Other));
            }
            let refusal = match format.argument {
                Some(_) => self.refused_input(of, encoding.is_some()),
                None => self.refused_output(of, encoding.as_deref(), &special.name.text),
            };
            if let Some((sqlstate, message)) = refusal {
                return Err(Error::fail(sqlstate, message, format.span, ErrorKind::Other));
            }
        }
        Ok(())
    }

    fn refused_input(&self, of: Oid, encoded: bool) -> Option<(&'static str, &'static str)> {
        if encoded && of != oid::BYTEA {
            return Some(("42804", "JSON ENCODING clause is only allowed for bytea input type"));
        }
        let fits = matches!(of, JSON | JSONB | oid::BYTEA) || self.is_string(of);
        (!fits).then_some(("42804", "cannot use non-string types with explicit FORMAT JSON clause"))
    }

    fn refused_output(&self, of: Oid, encoding: Option<&str>, name: &str) -> Option<(&'static str, &'static str)> {
        let fits = matches!(of, JSON | JSONB | oid::BYTEA) || self.is_string(of);
        if !fits && name != "json_query" {
            return Some(("22023", "cannot use JSON format with non-string output types"));
        }
        match encoding {
            Some(_) if of != oid::BYTEA => Some(("0A000", "cannot set JSON encoding for non-bytea output types")),
            Some("utf16" | "utf32") => Some(("0A000", "unsupported JSON encoding")),
            _ => None,
        }
    }

    fn is_string(&self, of: Oid) -> bool {
        self.schema().type_of(of).is_some_and(|of| of.category == b'S')
    }

    fn json_result(
        &mut self,
        construct: &'static str,
        returning: Option<&'a TypeName>,
        default: Oid,
        children: Vec<Tree>,
        span: TextRange,
    ) -> Result<Expression> {
        let data_type = match returning {
            Some(name) => types::type_name(&mut self.cx, name)?,
            None => TypeRef::plain(default),
        };
        let mut typed = Typed::new(data_type, self.default_collation(data_type.oid), span);
        typed.nullable = !matches!(construct, "json_object" | "json_array");
        Ok(Expression::new(typed, Node::new(Tag::Construct(construct), children, span)))
    }

    /// `json_objectagg` and `json_arrayagg`: aggregates by another syntax.
    fn json_aggregate(
        &mut self,
        special: &'a SpecialCall,
        made: Oid,
        mut children: Vec<Tree>,
        span: TextRange,
    ) -> Result<Expression> {
        for sort in &special.order_by {
            children.push(self.expression_of(&sort.value, Kind::OrderBy)?.tree);
        }
        let filter = match &special.filter {
            Some(filter) => Some(self.condition(filter, Kind::Filter, "FILTER")?.tree),
            None => None,
        };
        let data_type = match &special.returning {
            Some(name) => types::type_name(&mut self.cx, name)?,
            None => TypeRef::plain(made),
        };
        let typed = Typed::new(data_type, self.default_collation(data_type.oid), span);
        if let Some(over) = &special.over {
            if let Some(message) = self.level().kind.refuses_window() {
                let kind = ErrorKind::Grouping;
                return Err(Error::fail("42P20", message, span, kind));
            }
            if let rollproof_sql::ast::Over::Window(definition) = &**over {
                let info = crate::analyze::clause::WindowInfo { name: None, definition };
                self.level().windows.push(info);
            }
            self.level().has_windows = true;
            return Ok(Expression::new(typed, Node::new(Tag::Window(Oid::NONE, 0), children, span)));
        }
        let depth = self.check_aggregate_level(&children, &[], filter.as_ref(), false, span)?;
        children.extend(filter);
        let tag = Tag::Aggregate { depth, function: Oid::NONE, direct: 0, form: 0 };
        Ok(Expression::new(typed, Node::new(tag, children, span)))
    }
}
