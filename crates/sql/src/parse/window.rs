//! Windows and their frames.

use super::cursor::Parser;
use crate::ast::{Frame, FrameBound, FrameUnits, WindowDefinition};
use crate::error::PResult;

impl Parser<'_> {
    /// `window_specification`
    pub(super) fn window_specification(&mut self) -> PResult<WindowDefinition> {
        let start = self.position();
        let mut window = self.parenthesized(|parser| {
            let clause = parser.at_one_of(&["partition", "range", "rows", "groups"]);
            let base = if parser.at_name() && !clause { Some(parser.name()?) } else { None };
            let partition_by = if parser.eat_keywords(&["partition", "by"]) { parser.expr_list()? } else { Vec::new() };
            let order_by = parser.optional_order_by()?;
            let frame = parser.frame()?;
            Ok(WindowDefinition { base, partition_by, order_by, frame, span: parser.span_from(start) })
        })?;
        window.span = self.span_from(start);
        Ok(window)
    }

    /// `opt_frame_clause`
    fn frame(&mut self) -> PResult<Option<Frame>> {
        let start = self.position();
        let units = match self.word_at(0) {
            Some("rows") => FrameUnits::Rows,
            Some("range") => FrameUnits::Range,
            Some("groups") => FrameUnits::Groups,
            _ => return Ok(None),
        };
        self.advance();
        let (first, last) = if self.eat_keyword("between") {
            let first = self.frame_bound()?;
            self.expect_keyword("and")?;
            (first, Some(self.frame_bound()?))
        } else {
            (self.frame_bound()?, None)
        };
        if let Some(message) = misplaced_bound(&first, last.as_ref()) {
            return self.error_at(message, self.span_from(start)).map_err(|error| error.with_sqlstate("42P20"));
        }
        self.exclusion()?;
        Ok(Some(Frame { units, start: first, end: last, span: self.span_from(start) }))
    }

    fn frame_bound(&mut self) -> PResult<FrameBound> {
        if self.eat_keywords(&["unbounded", "preceding"]) {
            return Ok(FrameBound::UnboundedPreceding);
        }
        if self.eat_keywords(&["unbounded", "following"]) {
            return Ok(FrameBound::UnboundedFollowing);
        }
        if self.eat_keywords(&["current", "row"]) {
            return Ok(FrameBound::CurrentRow);
        }
        let offset = Box::new(self.expr()?);
        if self.eat_keyword("preceding") {
            return Ok(FrameBound::Preceding(offset));
        }
        self.expect_keyword("following")?;
        Ok(FrameBound::Following(offset))
    }

    /// `opt_window_exclusion_clause`: names nothing.
    fn exclusion(&mut self) -> PResult<()> {
        if !self.eat_keyword("exclude")
            || self.eat_keywords(&["current", "row"])
            || self.eat_keyword("group")
            || self.eat_keyword("ties")
            || self.eat_keywords(&["no", "others"])
        {
            return Ok(());
        }
        self.error("CURRENT ROW")
    }
}

/// The checks that gram.y makes of `frame_extent`.
fn misplaced_bound(first: &FrameBound, last: Option<&FrameBound>) -> Option<&'static str> {
    match (first, last) {
        (FrameBound::UnboundedFollowing, _) => Some("frame start cannot be UNBOUNDED FOLLOWING"),
        (_, Some(FrameBound::UnboundedPreceding)) => Some("frame end cannot be UNBOUNDED PRECEDING"),
        (FrameBound::Following(_), None) => Some("frame starting from following row cannot end with current row"),
        (FrameBound::CurrentRow, Some(FrameBound::Preceding(_))) => {
            Some("frame starting from current row cannot have preceding rows")
        }
        (FrameBound::Following(_), Some(FrameBound::Preceding(_) | FrameBound::CurrentRow)) => {
            Some("frame starting from following row cannot have preceding rows")
        }
        _ => None,
    }
}
