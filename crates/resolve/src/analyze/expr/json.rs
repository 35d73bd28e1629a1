//! SQL/JSON expressions (`transformJsonObjectConstructor` and its relatives).

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{SpecialCall, TypeName};

use super::{BOOLEAN, TEXT, UNKNOWN};
use crate::analyze::{Analyzer, Expression, Kind, Node, Tag, Tree};
use crate::error::Result;
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
                let kind = crate::error::ErrorKind::Grouping;
                return Err(crate::error::Error::fail("42P20", message, span, kind));
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
