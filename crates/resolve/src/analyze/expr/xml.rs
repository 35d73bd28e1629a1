//! XML expressions (`transformXmlExpr`, `transformXmlSerialize`).

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::SpecialCall;

use super::{BOOLEAN, INTEGER, TEXT};
use crate::analyze::{Analyzer, Expression, Node, Tag};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::Typed;
use crate::types;

/// `xml`
const XML: Oid = Oid(142);

impl<'a> Analyzer<'a> {
    /// XML syntax.
    pub(crate) fn xml(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        let construct = construct_of(&special.name.text);
        if construct == "xmlelement" {
            check_attributes(special)?;
        }
        let mut children = Vec::new();
        // One after the other: what the first decides of a parameter holds for the next.
        for (at, argument) in special.arguments.iter().enumerate() {
            let mut value = self.expression(argument)?;
            if value.open {
                children.push(value.tree);
                continue;
            }
            let target = match (construct, at) {
                ("xmlconcat", _) | ("xmlserialize", _) | ("xmlroot", 0) => Some(XML),
                ("xmlparse" | "xmlpi", 0) | ("xmlroot", 1) => Some(TEXT),
                ("xmlparse", 1) => Some(BOOLEAN),
                ("xmlroot", _) => Some(INTEGER),
                _ => None,
            };
            let word = construct.to_uppercase();
            match target {
                Some(target) => types::coerce_to_specific_type(&mut self.cx, &mut value.typed, target, &word)?,
                // Contents, attributes and forests take values as they are.
                None if matches!(construct, "xmlelement" | "xmlforest") => {}
                None => types::resolve_unknown(&mut self.cx, &mut value.typed)?,
            }
            children.push(value.tree);
        }
        if construct == "xmlserialize"
            && let Some(target) = &special.returning
        {
            return self.xml_serialize(target, children, span);
        }
        let oid = if construct == "xmlexists" { BOOLEAN } else { XML };
        Ok(self.simple(construct, oid, true, children, span))
    }

    fn xml_serialize(
        &mut self,
        target: &'a rollproof_sql::ast::TypeName,
        children: Vec<crate::analyze::Tree>,
        span: TextRange,
    ) -> Result<Expression> {
        let data_type = types::type_name(&mut self.cx, target)?;
        let mut text = Typed::new(TypeRef::plain(TEXT), self.default_collation(TEXT), span);
        let implicit = types::CoercionContext::Implicit;
        if !types::coerce_to_target_type(&mut self.cx, &mut text, data_type, implicit)? {
            let shown = types::format_type(&self.cx, data_type.oid);
            let message = format!("cannot cast XMLSERIALIZE result to {shown}");
            let kind = ErrorKind::TypeMismatch { from: "text".into(), to: shown.into() };
            return Err(Error::fail("42846", message, span, kind));
        }
        let typed = Typed::new(data_type, self.default_collation(data_type.oid), span);
        Ok(Expression::new(typed, Node::new(Tag::Construct("xmlserialize"), children, span)))
    }
}

/// Attributes are the named ones, each name once.
fn check_attributes(special: &SpecialCall) -> Result<()> {
    let mut seen: Vec<&str> = Vec::new();
    for name in special.aliases.iter().flatten() {
        if seen.contains(&name.as_str()) {
            let message = format!("XML attribute name \"{}\" appears more than once", name.text);
            return Err(crate::analyze::syntax_error(message, name.span));
        }
        seen.push(name.as_str());
    }
    Ok(())
}

fn construct_of(name: &str) -> &'static str {
    match name {
        "xmlconcat" => "xmlconcat",
        "xmlelement" => "xmlelement",
        "xmlforest" => "xmlforest",
        "xmlparse" => "xmlparse",
        "xmlpi" => "xmlpi",
        "xmlroot" => "xmlroot",
        "xmlserialize" => "xmlserialize",
        "xmlexists" => "xmlexists",
        _ => "xml",
    }
}
