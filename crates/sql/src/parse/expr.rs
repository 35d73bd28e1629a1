//! Operators: `a_expr` and `b_expr`, by gram.y's table of precedence.

use rollproof_source::TextRange;

use super::cursor::Parser;
use super::paren::Paren;
use crate::ast::{
    BetweenKind, BooleanTestKind, CallSyntax, CastSyntax, Expr, ExprKind, IsJsonKind, LikeKind, Literal, OperatorName,
    QualifiedName, SubLink, SubLinkKind,
};
use crate::error::{PResult, ParseError};
use crate::lex::{Punct, TokenKind};

/// How tall a tree of expressions may grow: a chain like `a || b || c …` leans left without nesting in the text, and
/// what walks the tree later recurses.
pub(crate) const MAX_HEIGHT: u32 = 500;

/// gram.y's levels, from the loosest. A right operand is read from the next level up, but for `NOT`.
mod level {
    pub(super) const ANY: u8 = 0;
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const IS: u8 = 4;
    pub(super) const COMPARISON: u8 = 5;
    pub(super) const LIKE: u8 = 6;
    pub(super) const OPERATOR: u8 = 10;
    pub(super) const SUM: u8 = 11;
    pub(super) const PRODUCT: u8 = 12;
    pub(super) const POWER: u8 = 13;
    pub(super) const AT: u8 = 14;
    pub(super) const COLLATE: u8 = 15;
    pub(super) const SIGN: u8 = 16;
    pub(super) const CAST: u8 = 19;
}

/// Which of the two grammars an expression is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// `a_expr`
    Full,
    /// `b_expr`: without the logical operators, `IN`, `LIKE`, `BETWEEN`, so that `AND` may end it.
    Basic,
}

/// What stands between or after operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Infix {
    Symbol,
    QualifiedSymbol,
    Cast,
    Collate,
    At,
    Or,
    And,
    Is,
    IsNull,
    NotNull,
    Between,
    In,
    Like(LikeKind),
}

/// An operator ahead.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    infix: Infix,
    level: u8,
    /// `NOT` comes before it.
    negated: bool,
}

/// An operator and whether the next one of its level is a syntax error (`a < b < c`).
type Step = (Expr, bool);

pub(super) fn expr_at(kind: ExprKind, span: TextRange) -> Expr {
    Expr { kind, span }
}

/// An operand that unknown text goes on with. What AND and OR make is boolean whatever the text is.
fn open(operand: Expr) -> Expr {
    let stays = matches!(
        operand.kind,
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Hole(_) | ExprKind::Open(_) | ExprKind::Default
    );
    let span = operand.span;
    if stays { operand } else { expr_at(ExprKind::Open(Box::new(operand)), span) }
}

impl Parser<'_> {
    /// `a_expr`
    pub(crate) fn expr(&mut self) -> PResult<Expr> {
        self.operand(level::ANY, Grammar::Full)
    }

    /// `b_expr`
    pub(crate) fn b_expr(&mut self) -> PResult<Expr> {
        self.operand(level::ANY, Grammar::Basic)
    }

    /// `expr_list`
    pub(crate) fn expr_list(&mut self) -> PResult<Vec<Expr>> {
        self.comma_separated(Self::expr)
    }

    /// An expression whose first operand was read already.
    pub(super) fn expr_after(&mut self, left: Expr) -> PResult<Expr> {
        let outer = std::mem::take(&mut self.height);
        let left = self.after_row(left, Grammar::Full)?;
        let whole = self.infix(left, level::ANY, Grammar::Full, outer + 1)?;
        self.height = self.height.max(outer);
        Ok(whole)
    }

    fn operand(&mut self, least: u8, grammar: Grammar) -> PResult<Expr> {
        self.descend(|parser| {
            let outer = std::mem::take(&mut parser.height);
            let left = parser.prefix(grammar)?;
            let height = parser.height + 1;
            let whole = parser.infix(left, least, grammar, height)?;
            parser.height = parser.height.max(outer);
            Ok(whole)
        })
    }

    /// Reads operators of at least the level `least`. Leaves the height of the whole in `self.height`.
    fn infix(&mut self, mut left: Expr, least: u8, grammar: Grammar, mut height: u32) -> PResult<Expr> {
        let mut refused = None;
        // `${"a = b"}::text`: what binds closer than the text's own operators goes to its last operand.
        let begins_open = matches!(left.kind, ExprKind::Hole(_));
        left = self.before_hole(left);
        while let Some(ahead) = self.operator_ahead_of(grammar) {
            if ahead.level < least {
                break;
            }
            if refused == Some(ahead.level) {
                return self.error("");
            }
            self.height = 0;
            let flat =
                matches!((ahead.infix, &left.kind), (Infix::And, ExprKind::And(_)) | (Infix::Or, ExprKind::Or(_)));
            let (whole, alone) = self.step(left, ahead, grammar)?;
            left = if begins_open { open(whole) } else { self.before_hole(whole) };
            refused = alone.then_some(ahead.level);
            height = height.max(self.height + 1) + u32::from(!flat);
            if height > MAX_HEIGHT {
                return Err(ParseError::too_deep(left.span));
            }
        }
        self.height = height;
        Ok(left)
    }

    /// The operand that was just read: where unknown text comes next, the text may go on with it.
    fn before_hole(&self, operand: Expr) -> Expr {
        if self.at_hole().is_none() { operand } else { open(operand) }
    }

    fn operator_ahead_of(&self, grammar: Grammar) -> Option<Ahead> {
        let plain = |infix, level| Some(Ahead { infix, level, negated: false });
        match &self.peek().kind {
            TokenKind::Operator(symbol) => plain(Infix::Symbol, symbol_level(symbol)),
            TokenKind::Punct(Punct::DoubleColon) => plain(Infix::Cast, level::CAST),
            TokenKind::Ident { text, quoted: false, category } if !category.identifier => {
                self.word_ahead(text, grammar)
            }
            TokenKind::Hole(_) if grammar == Grammar::Full => match self.word_at(1) {
                // A hole between conjuncts is one more of them.
                Some("and") => plain(Infix::And, level::AND),
                Some("or") => plain(Infix::Or, level::OR),
                _ => None,
            },
            _ => None,
        }
    }

    fn word_ahead(&self, word: &str, grammar: Grammar) -> Option<Ahead> {
        let plain = |infix, level| Some(Ahead { infix, level, negated: false });
        match word {
            "operator" if self.punct_at(1, Punct::LeftParen) => {
                return plain(Infix::QualifiedSymbol, level::OPERATOR);
            }
            "is" if grammar == Grammar::Full || self.is_basic_test() => {
                return if self.operand_may_follow(1) { plain(Infix::Is, level::IS) } else { None };
            }
            _ => {}
        }
        if grammar == Grammar::Basic {
            return None;
        }
        match word {
            "isnull" => plain(Infix::IsNull, level::IS),
            "notnull" => plain(Infix::NotNull, level::IS),
            "at" if matches!(self.word_at(1), Some("time" | "local")) => plain(Infix::At, level::AT),
            _ if !self.operand_may_follow(1) => None,
            "collate" => plain(Infix::Collate, level::COLLATE),
            "or" => plain(Infix::Or, level::OR),
            "and" => plain(Infix::And, level::AND),
            "not" => {
                let next = self.word_at(1)?;
                let infix = self.predicate(next, 2)?;
                Some(Ahead { infix, level: level::LIKE, negated: true })
            }
            _ => plain(self.predicate(word, 1)?, level::LIKE),
        }
    }

    /// `IN`, `LIKE` and the like. `after` is how far ahead the word after it stands.
    fn predicate(&self, word: &str, after: usize) -> Option<Infix> {
        match word {
            "between" => Some(Infix::Between),
            "in" => Some(Infix::In),
            "like" => Some(Infix::Like(LikeKind::Like)),
            "ilike" => Some(Infix::Like(LikeKind::ILike)),
            "similar" if self.keyword_at(after, "to") => Some(Infix::Like(LikeKind::SimilarTo)),
            _ => None,
        }
    }

    /// `IS [NOT] DISTINCT FROM`, `IS [NOT] DOCUMENT`: what `b_expr` has of `IS`.
    fn is_basic_test(&self) -> bool {
        let skip = if self.keyword_at(1, "not") { 2 } else { 1 };
        matches!(self.word_at(skip), Some("distinct" | "document"))
    }

    /// Whether the token `ahead` may go on with an expression; if not, a keyword before it is an output name (`SELECT a
    /// in FROM t` names its column "in").
    fn operand_may_follow(&self, ahead: usize) -> bool {
        match &self.peek_at(ahead).kind {
            TokenKind::End | TokenKind::Punct(Punct::Comma | Punct::RightParen | Punct::Semicolon) => false,
            TokenKind::Ident { text, quoted: false, .. } => !matches!(&**text, "from" | "into" | "where"),
            _ => true,
        }
    }

    fn step(&mut self, left: Expr, ahead: Ahead, grammar: Grammar) -> PResult<Step> {
        match ahead.infix {
            Infix::Symbol | Infix::QualifiedSymbol => self.symbol_step(left, ahead, grammar),
            Infix::Cast => {
                self.advance();
                let target = self.cast_type_name()?;
                self.wrap(left, |value| ExprKind::Cast { value, target, syntax: CastSyntax::Colons })
            }
            Infix::Collate => {
                self.advance();
                let collation = self.qualified_name()?;
                self.wrap(left, |value| ExprKind::Collate(value, collation))
            }
            Infix::At => self.at_step(left),
            Infix::Or | Infix::And => self.logic_step(left, ahead),
            Infix::Is => self.is_step(left, grammar),
            Infix::IsNull | Infix::NotNull => {
                self.advance();
                let negated = ahead.infix == Infix::NotNull;
                self.wrap(left, |value| ExprKind::NullTest { value, negated })
            }
            Infix::Between => self.between_step(left, ahead.negated),
            Infix::In => self.in_step(left, ahead.negated),
            Infix::Like(kind) => self.like_step(left, kind, ahead.negated),
        }
    }

    /// A postfix form, whose end no other operator can contest.
    fn wrap(&self, left: Expr, kind: impl FnOnce(Box<Expr>) -> ExprKind) -> PResult<Step> {
        let start = left.span.start;
        Ok((expr_at(kind(Box::new(left)), self.span_from(start)), false))
    }

    /// `qual_Op` and the operators that gram.y knows by themselves.
    pub(super) fn operator_name(&mut self) -> PResult<OperatorName> {
        if self.eat_keyword("operator") { self.parenthesized(Self::any_operator) } else { self.any_operator() }
    }

    fn symbol_step(&mut self, left: Expr, ahead: Ahead, grammar: Grammar) -> PResult<Step> {
        let start = left.span.start;
        let operator = self.operator_name()?;
        if grammar == Grammar::Full && self.at_one_of(&["any", "some", "all"]) && self.punct_at(1, Punct::LeftParen) {
            return self.quantified(left, operator);
        }
        let right = self.operand(ahead.level + 1, grammar)?;
        let kind = ExprKind::Operator { operator, left: Some(Box::new(left)), right: Box::new(right) };
        Ok((expr_at(kind, self.span_from(start)), ahead.level == level::COMPARISON))
    }

    /// `x op ANY (…)`: of a query or of an array.
    fn quantified(&mut self, left: Expr, operator: OperatorName) -> PResult<Step> {
        let all = self.eat_keyword("all");
        if !all {
            self.advance();
        }
        let inner = self.paren()?;
        self.wrap(left, |test| match inner {
            Paren::Query(query) => {
                let kind = match all {
                    true => SubLinkKind::All { test, operator },
                    false => SubLinkKind::Any { test, operator: Some(operator) },
                };
                ExprKind::SubLink(SubLink { kind, query })
            }
            Paren::List(mut list, span) => {
                let right = match (list.pop(), list.is_empty()) {
                    (Some(only), true) => only,
                    (last, _) => {
                        list.extend(last);
                        expr_at(ExprKind::Row(list, false), span)
                    }
                };
                ExprKind::AnyAll { operator, left: test, right: Box::new(right), all }
            }
        })
    }

    fn at_step(&mut self, left: Expr) -> PResult<Step> {
        let span = self.advance().span;
        let start = left.span.start;
        let arguments = if self.eat_keyword("local") {
            vec![left]
        } else {
            self.expect_keywords(&["time", "zone"])?;
            vec![self.operand(level::AT + 1, Grammar::Full)?, left]
        };
        let call = self.system_call("timezone", arguments, CallSyntax::Sql, span);
        Ok((expr_at(call, self.span_from(start)), false))
    }

    fn logic_step(&mut self, left: Expr, ahead: Ahead) -> PResult<Step> {
        let start = left.span.start;
        let is_and = ahead.infix == Infix::And;
        let mut terms = match left.kind {
            ExprKind::And(terms) if is_and => terms,
            ExprKind::Or(terms) if !is_and => terms,
            _ => vec![left],
        };
        let hole_span = self.peek().span;
        let hole = self.eat_hole();
        terms.extend(hole.map(|hole| expr_at(ExprKind::Hole(hole), hole_span)));
        self.advance();
        let term = self.operand(ahead.level + 1, Grammar::Full)?;
        // The text may end in `BETWEEN a`: then what comes after AND is no condition.
        let last = terms.last().map(|last| &last.kind);
        let may_be_a_bound = is_and && matches!(last, Some(ExprKind::Hole(_) | ExprKind::Open(_)));
        terms.push(if may_be_a_bound { open(term) } else { term });
        let kind = if is_and { ExprKind::And(terms) } else { ExprKind::Or(terms) };
        Ok((expr_at(kind, self.span_from(start)), false))
    }

    fn is_step(&mut self, left: Expr, grammar: Grammar) -> PResult<Step> {
        let operator_span = self.advance().span;
        let start = left.span.start;
        let negated = self.eat_keyword("not");
        if self.eat_keyword("distinct") {
            self.expect_keyword("from")?;
            let right = Box::new(self.operand(level::IS + 1, grammar)?);
            let kind = ExprKind::IsDistinct { left: Box::new(left), right, negated, operator_span };
            return Ok((expr_at(kind, self.span_from(start)), true));
        }
        let word = self.word_at(0);
        let tested = match word {
            Some("true") => Some(BooleanTestKind::True),
            Some("false") => Some(BooleanTestKind::False),
            Some("unknown") => Some(BooleanTestKind::Unknown),
            _ => None,
        };
        if let Some(kind) = tested {
            self.advance();
            return self.wrap(left, |value| ExprKind::BooleanTest { value, kind, negated });
        }
        match word {
            Some("null") => {
                self.advance();
                self.wrap(left, |value| ExprKind::NullTest { value, negated })
            }
            Some("document") => {
                self.advance();
                self.wrap(left, |value| ExprKind::IsDocument { value, negated })
            }
            Some("json") => {
                self.advance();
                let kind = self.json_kind();
                self.json_unique_keys()?;
                self.wrap(left, |value| ExprKind::IsJson { value, kind, negated })
            }
            _ => self.normalized_test(left, negated, operator_span),
        }
    }

    /// `IS [NOT] [NFC | NFD | NFKC | NFKD] NORMALIZED`: a call of `is_normalized`.
    fn normalized_test(&mut self, left: Expr, negated: bool, span: TextRange) -> PResult<Step> {
        let start = left.span.start;
        let mut arguments = vec![left];
        arguments.extend(self.normal_form());
        self.expect_keyword("normalized")?;
        let call = self.system_call("is_normalized", arguments, CallSyntax::Sql, span);
        let whole = self.span_from(start);
        let test = expr_at(call, whole);
        Ok((if negated { expr_at(ExprKind::Not(Box::new(test)), whole) } else { test }, false))
    }

    fn json_kind(&mut self) -> IsJsonKind {
        let kind = match self.word_at(0) {
            Some("value") => IsJsonKind::Value,
            Some("object") => IsJsonKind::Object,
            Some("array") => IsJsonKind::Array,
            Some("scalar") => IsJsonKind::Scalar,
            _ => return IsJsonKind::Value,
        };
        self.advance();
        kind
    }

    fn between_step(&mut self, left: Expr, negated: bool) -> PResult<Step> {
        let operator_start = self.position();
        self.eat_keyword("not");
        self.advance();
        let operator_span = self.span_from(operator_start);
        let kind = if self.eat_keyword("symmetric") {
            BetweenKind::Symmetric
        } else {
            self.eat_keyword("asymmetric");
            BetweenKind::Plain
        };
        let start = left.span.start;
        let low = Box::new(self.b_expr()?);
        self.expect_keyword("and")?;
        let high = Box::new(self.operand(level::LIKE + 1, Grammar::Full)?);
        let kind = ExprKind::Between { kind, negated, value: Box::new(left), low, high, operator_span };
        Ok((expr_at(kind, self.span_from(start)), true))
    }

    fn in_step(&mut self, left: Expr, negated: bool) -> PResult<Step> {
        let operator_start = self.position();
        self.eat_keyword("not");
        self.advance();
        let operator_span = self.span_from(operator_start);
        let start = left.span.start;
        let inner = if let Some(hole) = self.at_hole() {
            let span = self.advance().span;
            Paren::List(vec![expr_at(ExprKind::Hole(hole), span)], span)
        } else {
            self.paren()?
        };
        let (step, alone) = self.wrap(left, |left| match inner {
            Paren::Query(query) => {
                let kind = SubLinkKind::Any { test: left, operator: None };
                ExprKind::SubLink(SubLink { kind, query })
            }
            Paren::List(list, _) => ExprKind::In { left, list, negated, operator_span },
        })?;
        // gram.y puts NOT around the sub-link, and keeps it inside the list.
        if negated && matches!(step.kind, ExprKind::SubLink(_)) {
            return Ok((expr_at(ExprKind::Not(Box::new(step)), self.span_from(start)), alone));
        }
        Ok((step, alone))
    }

    fn like_step(&mut self, left: Expr, kind: LikeKind, negated: bool) -> PResult<Step> {
        let operator_start = self.position();
        self.eat_keyword("not");
        self.advance();
        if kind == LikeKind::SimilarTo {
            self.expect_keyword("to")?;
        }
        let operator_span = self.span_from(operator_start);
        let quantified = self.at_one_of(&["any", "some", "all"]) && self.punct_at(1, Punct::LeftParen);
        if quantified && kind != LikeKind::SimilarTo {
            let symbol = match (kind, negated) {
                (LikeKind::ILike, false) => "~~*",
                (LikeKind::ILike, true) => "!~~*",
                (_, false) => "~~",
                (_, true) => "!~~",
            };
            return self.quantified(left, OperatorName { schema: None, symbol: symbol.into(), span: operator_span });
        }
        let start = left.span.start;
        let right = Box::new(self.operand(level::LIKE + 1, Grammar::Full)?);
        let escape = match self.eat_keyword("escape") {
            true => Some(Box::new(self.operand(level::LIKE + 1, Grammar::Full)?)),
            false => None,
        };
        let kind = ExprKind::Like { kind, negated, left: Box::new(left), right, escape, operator_span };
        Ok((expr_at(kind, self.span_from(start)), true))
    }

    fn prefix(&mut self, grammar: Grammar) -> PResult<Expr> {
        let start = self.position();
        match &self.peek().kind {
            TokenKind::Operator(symbol) => match &**symbol {
                "+" | "-" => self.signed(grammar),
                "*" | "/" | "%" | "^" | "<" | ">" | "=" | "<=" | ">=" | "<>" => self.error("an expression"),
                _ => self.prefix_symbol(grammar),
            },
            TokenKind::Ident { text, quoted: false, category } if !category.identifier => match &**text {
                "operator" if self.punct_at(1, Punct::LeftParen) => self.prefix_symbol(grammar),
                "not" if grammar == Grammar::Full => {
                    self.advance();
                    let inner = self.operand(level::NOT, grammar)?;
                    Ok(expr_at(ExprKind::Not(Box::new(inner)), self.span_from(start)))
                }
                "default" if grammar == Grammar::Full => {
                    let span = self.advance().span;
                    Ok(expr_at(ExprKind::Default, span))
                }
                _ => self.row_or_primary(grammar),
            },
            _ => self.row_or_primary(grammar),
        }
    }

    fn row_or_primary(&mut self, grammar: Grammar) -> PResult<Expr> {
        let left = self.c_expr()?;
        self.after_row(left, grammar)
    }

    /// `row OVERLAPS row`
    fn after_row(&mut self, left: Expr, grammar: Grammar) -> PResult<Expr> {
        if grammar == Grammar::Basic || !self.at_keyword("overlaps") {
            return Ok(left);
        }
        let ExprKind::Row(mut arguments, _) = left.kind else {
            return Ok(left);
        };
        let span = self.advance().span;
        let right = self.c_expr()?;
        let ExprKind::Row(others, _) = right.kind else {
            return self.error_at("syntax error: OVERLAPS needs rows", right.span);
        };
        for (side, count) in [("left", arguments.len()), ("right", others.len())] {
            if count != 2 {
                let message = format!("wrong number of parameters on {side} side of OVERLAPS expression");
                return self.error_at(&message, left.span);
            }
        }
        arguments.extend(others);
        let call = self.system_call("overlaps", arguments, CallSyntax::Sql, span);
        Ok(expr_at(call, self.span_from(left.span.start)))
    }

    fn prefix_symbol(&mut self, grammar: Grammar) -> PResult<Expr> {
        let start = self.position();
        let operator = self.operator_name()?;
        let right = Box::new(self.operand(level::OPERATOR + 1, grammar)?);
        Ok(expr_at(ExprKind::Operator { operator, left: None, right }, self.span_from(start)))
    }

    /// A sign; gram.y's `doNegate` folds it into a number.
    fn signed(&mut self, grammar: Grammar) -> PResult<Expr> {
        let start = self.position();
        let operator = self.any_operator()?;
        let right = self.operand(level::SIGN, grammar)?;
        let span = self.span_from(start);
        let kind = match right.kind {
            ExprKind::Literal(Literal::Integer(value)) if &*operator.symbol == "-" => {
                ExprKind::Literal(Literal::Integer(value.wrapping_neg()))
            }
            ExprKind::Literal(Literal::Number(value)) if &*operator.symbol == "-" => {
                let negated = match value.strip_prefix('-') {
                    Some(positive) => positive.into(),
                    None => format!("-{value}").into(),
                };
                ExprKind::Literal(Literal::Number(negated))
            }
            kind => ExprKind::Operator { operator, left: None, right: Box::new(expr_at(kind, right.span)) },
        };
        Ok(expr_at(kind, span))
    }

    /// `COLLATE any_name`, where a clause has it of its own.
    pub(crate) fn optional_collation(&mut self) -> PResult<Option<QualifiedName>> {
        if self.eat_keyword("collate") { self.qualified_name().map(Some) } else { Ok(None) }
    }
}

fn symbol_level(symbol: &str) -> u8 {
    match symbol {
        "^" => level::POWER,
        "*" | "/" | "%" => level::PRODUCT,
        "+" | "-" => level::SUM,
        "<" | ">" | "=" | "<=" | ">=" | "<>" => level::COMPARISON,
        _ => level::OPERATOR,
    }
}
