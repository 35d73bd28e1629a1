//! XML functions and `XMLTABLE`.

use super::cursor::Parser;
use crate::ast::{CallSyntax, Expr, ExprKind, Name, SpecialCall, TableExpression, TableExpressionColumn};
use crate::error::{PResult, ParseError};
use crate::lex::Punct;

impl Parser<'_> {
    /// A function of SQL/XML, if the keyword is one; a parenthesis follows it.
    pub(super) fn xml_function(&mut self, word: &str) -> PResult<Option<ExprKind>> {
        let form = match word {
            "xmlexists" => return self.xml_exists().map(Some),
            "xmlconcat" => Self::xml_concat,
            "xmlelement" => Self::xml_element,
            "xmlforest" => Self::labeled_list,
            "xmlparse" => Self::xml_parse,
            "xmlpi" => Self::xml_processing,
            "xmlroot" => Self::xml_root,
            "xmlserialize" => Self::xml_serialize,
            _ => return Ok(None),
        };
        let mut special = self.special()?;
        self.parenthesized(|parser| form(parser, &mut special))?;
        Ok(Some(ExprKind::Special(Box::new(special))))
    }

    fn xml_exists(&mut self) -> PResult<ExprKind> {
        let span = self.advance().span;
        self.parenthesized(|parser| {
            let path = parser.c_expr()?;
            let document = parser.xml_passing()?;
            Ok(parser.system_call("xmlexists", vec![path, document], CallSyntax::Sql, span))
        })
    }

    /// `PASSING [BY REF | VALUE] document [BY REF | VALUE]`
    fn xml_passing(&mut self) -> PResult<Expr> {
        self.expect_keyword("passing")?;
        self.xml_mechanism()?;
        let document = self.c_expr()?;
        self.xml_mechanism()?;
        Ok(document)
    }

    fn xml_mechanism(&mut self) -> PResult<()> {
        if self.eat_keyword("by") && !self.eat_keyword("ref") && !self.eat_keyword("value") {
            return self.error("REF");
        }
        Ok(())
    }

    fn xml_concat(&mut self, special: &mut SpecialCall) -> PResult<()> {
        for value in self.expr_list()? {
            special.add(value, None);
        }
        Ok(())
    }

    /// `labeled_expr_list`
    fn labeled_list(&mut self, special: &mut SpecialCall) -> PResult<()> {
        loop {
            let value = self.expr()?;
            let alias = if self.eat_keyword("as") { Some(self.label()?) } else { implied_name(&value)? };
            special.add(value, alias);
            if !self.eat_punct(Punct::Comma) {
                return Ok(());
            }
        }
    }

    fn xml_element(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.expect_keyword("name")?;
        self.label()?;
        if !self.eat_punct(Punct::Comma) {
            return Ok(());
        }
        if self.at_keyword("xmlattributes") && self.punct_at(1, Punct::LeftParen) {
            self.advance();
            self.parenthesized(|parser| parser.labeled_list(special))?;
            if !self.eat_punct(Punct::Comma) {
                return Ok(());
            }
        }
        self.xml_concat(special)
    }

    fn document_or_content(&mut self) -> PResult<()> {
        if self.eat_keyword("document") || self.eat_keyword("content") { Ok(()) } else { self.error("DOCUMENT") }
    }

    fn xml_parse(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.document_or_content()?;
        special.add(self.expr()?, None);
        if self.eat_keyword("preserve") || self.eat_keyword("strip") {
            self.expect_keyword("whitespace")?;
        }
        Ok(())
    }

    fn xml_processing(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.expect_keyword("name")?;
        self.label()?;
        if self.eat_punct(Punct::Comma) {
            special.add(self.expr()?, None);
        }
        Ok(())
    }

    fn xml_root(&mut self, special: &mut SpecialCall) -> PResult<()> {
        special.add(self.expr()?, None);
        self.expect_punct(Punct::Comma)?;
        self.expect_keyword("version")?;
        if !self.eat_keywords(&["no", "value"]) {
            special.add(self.expr()?, None);
        }
        if self.eat_punct(Punct::Comma) {
            self.expect_keyword("standalone")?;
            if !self.eat_keyword("yes") {
                self.expect_keyword("no")?;
                self.eat_keyword("value");
            }
        }
        Ok(())
    }

    fn xml_serialize(&mut self, special: &mut SpecialCall) -> PResult<()> {
        self.document_or_content()?;
        special.add(self.expr()?, None);
        self.expect_keyword("as")?;
        special.returning = Some(self.simple_type(false)?);
        if !self.eat_keywords(&["no", "indent"]) {
            self.eat_keyword("indent");
        }
        Ok(())
    }

    /// `XMLTABLE (…)`, from its parenthesis on.
    pub(super) fn xml_table(&mut self) -> PResult<TableExpression> {
        self.parenthesized(|parser| {
            let mut arguments = Vec::new();
            if parser.at_keyword("xmlnamespaces") && parser.punct_at(1, Punct::LeftParen) {
                parser.advance();
                arguments = parser.parenthesized(|parser| parser.comma_separated(Self::xml_namespace))?;
                parser.expect_punct(Punct::Comma)?;
            }
            arguments.push(parser.c_expr()?);
            arguments.push(parser.xml_passing()?);
            parser.expect_keyword("columns")?;
            let columns = parser.comma_separated(Self::xml_table_column)?;
            Ok(TableExpression { arguments, columns, ..TableExpression::new(false) })
        })
    }

    fn xml_namespace(&mut self) -> PResult<Expr> {
        if self.eat_keyword("default") {
            return self.b_expr();
        }
        let namespace = self.b_expr()?;
        self.expect_keyword("as")?;
        self.label()?;
        Ok(namespace)
    }

    fn xml_table_column(&mut self) -> PResult<TableExpressionColumn> {
        let name = self.name()?;
        let mut column = TableExpressionColumn::new(name);
        if self.eat_keywords(&["for", "ordinality"]) {
            return Ok(column);
        }
        column.type_name = Some(self.type_name()?);
        loop {
            if self.eat_keywords(&["not", "null"]) || self.eat_keyword("null") {
                continue;
            }
            let default = self.eat_keyword("default");
            if default || self.eat_keyword("path") {
                if default {
                    column.default = Some(column.expressions.len());
                }
                column.expressions.push(self.b_expr()?);
                continue;
            }
            return Ok(column);
        }
    }
}

/// The name of a value that is given none: a column's (`transformXmlExpr`).
fn implied_name(value: &Expr) -> PResult<Option<Name>> {
    match &value.kind {
        ExprKind::Column(column) => Ok(column.fields.last().cloned()),
        ExprKind::Hole(_) | ExprKind::Open(_) => Ok(None),
        _ => Err(ParseError::new("unnamed XML value must be a column reference", value.span)),
    }
}
