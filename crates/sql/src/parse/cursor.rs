//! The kernel that every part of the grammar stands on: looking at tokens, taking them, names, lists, errors.

use std::sync::Arc;

use rollproof_source::TextRange;

use crate::ast::{Name, OperatorName, QualifiedName};
use crate::error::{PResult, ParseError};
use crate::lex::{Punct, Token, TokenKind};

/// How deep brackets, sub-queries and the like may nest: far more than any program writes. An optimized build needs at
/// most 1.3 megabytes of stack for it (a `WITH` in a `WITH` is the worst), an unoptimized one 4.
pub(crate) const MAX_DEPTH: u32 = 200;

/// The end of input, where a token slice is empty.
static END: Token = Token { kind: TokenKind::End, span: TextRange::new(0, 0) };

/// A recursive-descent parser over the tokens of one statement.
pub(crate) struct Parser<'a> {
    /// The text that spans count in.
    pub(crate) text: &'a str,
    tokens: &'a [Token],
    at: usize,
    pub(super) depth: u32,
    /// How tall the tallest expression is that was read since a caller last set it to zero.
    pub(super) height: u32,
    /// Holes met where a clause may stand, for the statement that is being read.
    pub(super) clause_holes: Vec<u32>,
    /// A name may be unknown text: what is looked up by it, if anything, is not known then.
    pub(super) open_names: bool,
    /// The next SQL/JSON aggregate stands where FILTER and OVER may not follow.
    pub(super) windowless: bool,
}

impl<'a> Parser<'a> {
    /// Over tokens that [`crate::lex::lex`] made of `text`: the last one is the end.
    pub(crate) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self {
            text,
            tokens,
            at: 0,
            depth: 0,
            height: 0,
            clause_holes: Vec::new(),
            open_names: false,
            windowless: false,
        }
    }

    /// The next token.
    pub(crate) fn peek(&self) -> &'a Token {
        self.peek_at(0)
    }

    /// The token `ahead` places after the next one.
    pub(crate) fn peek_at(&self, ahead: usize) -> &'a Token {
        self.tokens.get(self.at + ahead).or_else(|| self.tokens.last()).unwrap_or(&END)
    }

    /// Takes a token. The end stays.
    pub(crate) fn advance(&mut self) -> &'a Token {
        let token = self.peek();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    /// Where the next token starts.
    pub(crate) fn position(&self) -> u32 {
        self.peek().span.start
    }

    /// From `start` to the end of the token taken last.
    pub(crate) fn span_from(&self, start: u32) -> TextRange {
        let end = match self.at.checked_sub(1) {
            Some(previous) => self.tokens[previous].span.end,
            None => start,
        };
        TextRange::new(start, end.max(start))
    }

    /// A place to come back to.
    pub(crate) fn save(&self) -> usize {
        self.at
    }

    /// Comes back to a place.
    pub(crate) fn restore(&mut self, place: usize) {
        self.at = place;
    }

    /// Whether all tokens are taken.
    pub(crate) fn at_end(&self) -> bool {
        self.peek().kind == TokenKind::End
    }

    /// The word `ahead` places on, if it is one without quotes.
    pub(crate) fn word_at(&self, ahead: usize) -> Option<&'a str> {
        match &self.peek_at(ahead).kind {
            TokenKind::Ident { text, quoted: false, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether the next token is this keyword (in lower case).
    pub(crate) fn at_keyword(&self, keyword: &str) -> bool {
        self.word_at(0) == Some(keyword)
    }

    /// Whether the token `ahead` places on is this keyword.
    pub(crate) fn keyword_at(&self, ahead: usize, keyword: &str) -> bool {
        self.word_at(ahead) == Some(keyword)
    }

    /// Whether these keywords come next, one after the other.
    pub(crate) fn at_keywords(&self, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(ahead, keyword)| self.word_at(ahead) == Some(keyword))
    }

    /// Whether the next token is one of these keywords.
    pub(crate) fn at_one_of(&self, keywords: &[&str]) -> bool {
        self.word_at(0).is_some_and(|word| keywords.contains(&word))
    }

    /// Takes this keyword, if it comes next.
    pub(crate) fn eat_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.at += usize::from(found);
        found
    }

    /// Takes these keywords, if all of them come next.
    pub(crate) fn eat_keywords(&mut self, keywords: &[&str]) -> bool {
        let found = self.at_keywords(keywords);
        if found {
            self.at += keywords.len();
        }
        found
    }

    /// Takes this keyword.
    pub(crate) fn expect_keyword(&mut self, keyword: &str) -> PResult<()> {
        if self.eat_keyword(keyword) { Ok(()) } else { self.error(&keyword.to_ascii_uppercase()) }
    }

    /// Takes these keywords.
    pub(crate) fn expect_keywords(&mut self, keywords: &[&str]) -> PResult<()> {
        keywords.iter().try_for_each(|keyword| self.expect_keyword(keyword))
    }

    /// Whether this punctuation comes next.
    pub(crate) fn at_punct(&self, punct: Punct) -> bool {
        self.punct_at(0, punct)
    }

    /// Whether this punctuation stands `ahead` places on.
    pub(crate) fn punct_at(&self, ahead: usize, punct: Punct) -> bool {
        self.peek_at(ahead).kind == TokenKind::Punct(punct)
    }

    /// Takes this punctuation, if it comes next.
    pub(crate) fn eat_punct(&mut self, punct: Punct) -> bool {
        let found = self.at_punct(punct);
        self.at += usize::from(found);
        found
    }

    /// Takes this punctuation.
    pub(crate) fn expect_punct(&mut self, punct: Punct) -> PResult<()> {
        if self.eat_punct(punct) { Ok(()) } else { self.error(punct_text(punct)) }
    }

    /// The operator that comes next, if one does.
    pub(crate) fn operator(&self) -> Option<&'a str> {
        self.operator_ahead(0)
    }

    /// The operator `ahead` places on, if one stands there.
    pub(crate) fn operator_ahead(&self, ahead: usize) -> Option<&'a str> {
        match &self.peek_at(ahead).kind {
            TokenKind::Operator(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// Whether this operator comes next.
    pub(crate) fn at_operator(&self, symbol: &str) -> bool {
        self.operator() == Some(symbol)
    }

    /// Takes this operator, if it comes next.
    pub(crate) fn eat_operator(&mut self, symbol: &str) -> bool {
        let found = self.at_operator(symbol);
        self.at += usize::from(found);
        found
    }

    /// Takes this operator.
    pub(crate) fn expect_operator(&mut self, symbol: &str) -> PResult<()> {
        if self.eat_operator(symbol) { Ok(()) } else { self.error(symbol) }
    }

    /// Whether a hole was taken since a place.
    pub(crate) fn hole_since(&self, place: usize) -> bool {
        let taken = self.tokens.get(place..self.at).unwrap_or_default();
        taken.iter().any(|token| matches!(token.kind, TokenKind::Hole(_)))
    }

    /// The hole that comes next, if one does.
    pub(crate) fn at_hole(&self) -> Option<u32> {
        match self.peek().kind {
            TokenKind::Hole(hole) => Some(hole),
            _ => None,
        }
    }

    /// Takes a hole, if one comes next.
    pub(crate) fn eat_hole(&mut self) -> Option<u32> {
        let hole = self.at_hole();
        self.at += usize::from(hole.is_some());
        hole
    }

    /// Whether a `ColId` comes next.
    pub(crate) fn at_name(&self) -> bool {
        self.name_at(0)
    }

    /// Whether a `ColId` stands `ahead` places on.
    pub(crate) fn name_at(&self, ahead: usize) -> bool {
        match &self.peek_at(ahead).kind {
            TokenKind::Ident { category, .. } => category.column,
            TokenKind::Hole(_) => self.open_names,
            _ => false,
        }
    }

    /// Runs `inner`, where a name may be unknown text.
    pub(super) fn with_open_names<T>(&mut self, inner: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        let before = std::mem::replace(&mut self.open_names, true);
        let result = inner(self);
        self.open_names = before;
        result
    }

    /// The name of something that the session makes up itself: nothing in the schema is looked up by it.
    pub(super) fn own_name(&mut self) -> PResult<Name> {
        self.with_open_names(Self::name)
    }

    /// The first hole that was taken since a place.
    pub(super) fn first_hole_since(&self, place: usize) -> Option<u32> {
        self.tokens.get(place..self.at).unwrap_or_default().iter().find_map(|token| match token.kind {
            TokenKind::Hole(hole) => Some(hole),
            _ => None,
        })
    }

    /// Takes the next token as a name, whatever word it is.
    fn take_name(&mut self) -> PResult<Name> {
        let token = self.peek();
        match &token.kind {
            TokenKind::Ident { text, .. } => {
                let name = Name { text: Arc::clone(text), span: token.span };
                self.advance();
                Ok(name)
            }
            // As it is written: what it is called is not known.
            TokenKind::Hole(_) if self.open_names => {
                let written = token.span.slice(self.text);
                let text = match written.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
                    Some(quoted) => quoted.replace("\"\"", "\""),
                    None => written.to_ascii_lowercase(),
                };
                self.advance();
                Ok(Name { text: text.into(), span: token.span })
            }
            _ => self.error("a name"),
        }
    }

    /// `ColId`: a column's, table's or other object's name.
    pub(crate) fn name(&mut self) -> PResult<Name> {
        if self.at_name() { self.take_name() } else { self.error("a name") }
    }

    /// `ColLabel`: any word.
    pub(crate) fn label(&mut self) -> PResult<Name> {
        self.take_name()
    }

    /// Whether a `BareColLabel` comes next: an output name without `AS`.
    pub(crate) fn at_bare_label(&self) -> bool {
        matches!(&self.peek().kind, TokenKind::Ident { category, .. } if category.bare)
    }

    /// `type_function_name`
    pub(crate) fn type_function_name(&mut self) -> PResult<Name> {
        match &self.peek().kind {
            TokenKind::Ident { category, .. } if category.function => self.take_name(),
            _ => self.error("a name"),
        }
    }

    /// `NonReservedWord`: any word but a reserved one.
    pub(crate) fn non_reserved_word(&mut self) -> PResult<Name> {
        match &self.peek().kind {
            TokenKind::Ident { category, .. } if category.column || category.function => self.take_name(),
            _ => self.error("a name"),
        }
    }

    /// `any_name`: a name, then labels after dots.
    pub(crate) fn qualified_name(&mut self) -> PResult<QualifiedName> {
        let first = self.name()?;
        self.rest_of_name(first)
    }

    /// The dotted rest of a name whose first part was taken.
    pub(crate) fn rest_of_name(&mut self, first: Name) -> PResult<QualifiedName> {
        let start = first.span.start;
        let mut parts = vec![first];
        while self.eat_punct(Punct::Dot) {
            parts.push(self.label()?);
        }
        Ok(QualifiedName { parts, span: self.span_from(start) })
    }

    /// `any_operator`: a symbol, maybe with a schema before a dot. (`OPERATOR(…)` around it is the caller's.)
    pub(crate) fn any_operator(&mut self) -> PResult<OperatorName> {
        let mut schema = None;
        while self.at_name() && self.punct_at(1, Punct::Dot) {
            schema = Some(self.name()?);
            self.expect_punct(Punct::Dot)?;
        }
        let token = self.peek();
        match &token.kind {
            TokenKind::Operator(symbol) => {
                self.advance();
                Ok(OperatorName { schema, symbol: Arc::clone(symbol), span: token.span })
            }
            _ => self.error("an operator"),
        }
    }

    /// A string constant and where it stands.
    pub(crate) fn string(&mut self) -> PResult<(Arc<str>, TextRange)> {
        let token = self.peek();
        match &token.kind {
            TokenKind::String(text) => {
                self.advance();
                Ok((Arc::clone(text), token.span))
            }
            _ => self.error("a string"),
        }
    }

    /// `SignedIconst`
    pub(crate) fn integer(&mut self) -> PResult<i32> {
        let negative = self.at_operator("-");
        let ahead = usize::from(negative || self.at_operator("+"));
        match self.peek_at(ahead).kind {
            TokenKind::Integer(value) => {
                self.at += ahead + 1;
                Ok(if negative { -value } else { value })
            }
            _ => self.error("an integer"),
        }
    }

    /// `name_list`
    pub(crate) fn name_list(&mut self) -> PResult<Vec<Name>> {
        self.comma_separated(Self::name)
    }

    /// One or more of `item` with commas between them.
    pub(crate) fn comma_separated<T>(&mut self, mut item: impl FnMut(&mut Self) -> PResult<T>) -> PResult<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat_punct(Punct::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `( item )`
    pub(crate) fn parenthesized<T>(&mut self, item: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        self.expect_punct(Punct::LeftParen)?;
        let inner = self.descend(item)?;
        self.expect_punct(Punct::RightParen)?;
        Ok(inner)
    }

    /// Runs `inner` one level deeper.
    ///
    /// # Errors
    ///
    /// Deeper than [`MAX_DEPTH`], as the server's `stack depth limit exceeded`.
    pub(crate) fn descend<T>(&mut self, inner: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        self.enter()?;
        let result = inner(self);
        self.leave();
        result
    }

    /// Goes one level deeper, if there is room; [`Self::leave`] comes back.
    pub(crate) fn enter(&mut self) -> PResult<()> {
        if self.depth >= MAX_DEPTH {
            return Err(ParseError::too_deep(self.peek().span));
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes back from a level.
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Runs `attempt`; where it fails, comes back to where it began.
    pub(crate) fn attempt<T>(&mut self, attempt: impl FnOnce(&mut Self) -> PResult<T>) -> Option<T> {
        let place = self.save();
        match attempt(self) {
            Ok(found) => Some(found),
            Err(_) => {
                self.restore(place);
                None
            }
        }
    }

    /// The server's syntax error at the next token. `expected` says what would have been read; it may be empty.
    pub(crate) fn error<T>(&self, expected: &str) -> PResult<T> {
        let token = self.peek();
        let mut message = match &token.kind {
            TokenKind::End => "syntax error at end of input".to_owned(),
            _ => format!("syntax error at or near \"{}\"", token.span.slice(self.text)),
        };
        if !expected.is_empty() {
            message.push_str(", expected ");
            message.push_str(expected);
        }
        Err(ParseError::new(message, token.span))
    }

    /// An error in words of its own, at a place.
    pub(crate) fn error_at<T>(&self, message: &str, span: TextRange) -> PResult<T> {
        Err(ParseError::new(message, span))
    }
}

const fn punct_text(punct: Punct) -> &'static str {
    match punct {
        Punct::LeftParen => "(",
        Punct::RightParen => ")",
        Punct::LeftBracket => "[",
        Punct::RightBracket => "]",
        Punct::Comma => ",",
        Punct::Semicolon => ";",
        Punct::Colon => ":",
        Punct::DoubleColon => "::",
        Punct::Dot => ".",
        Punct::DotDot => "..",
        Punct::ColonEquals => ":=",
        Punct::Arrow => "=>",
    }
}
