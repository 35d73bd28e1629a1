//! WINDOW and OVER (`transformWindowDefinitions`).

use rollproof_catalog::Oid;
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, Frame, FrameBound, FrameUnits, WindowDefinition};

use super::WindowInfo;
use crate::analyze::{Analyzer, Kind, Output, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types;

/// `int8`
const BIGINT: Oid = Oid(20);

/// What is known of a window that others may be built on.
struct Known<'a> {
    info: WindowInfo<'a>,
    ordered: usize,
    order_type: Option<Oid>,
}

impl<'a> Analyzer<'a> {
    /// All windows of the query, those of WINDOW first, in the order in which they were met.
    pub(crate) fn window_definitions(&mut self, outputs: &mut Vec<Output>) -> Result<()> {
        let windows = self.level().windows.clone();
        let mut known: Vec<Known<'a>> = Vec::new();
        for info in windows {
            if let Some(name) = info.name
                && known.iter().any(|each| each.info.name == Some(name))
            {
                return Err(window_error(format!("window \"{name}\" is already defined"), info.definition.span));
            }
            let window = self.window_definition(info, &known, outputs)?;
            known.push(window);
        }
        Ok(())
    }

    fn window_definition(
        &mut self,
        info: WindowInfo<'a>,
        known: &[Known<'a>],
        outputs: &mut Vec<Output>,
    ) -> Result<Known<'a>> {
        let definition = info.definition;
        let base = match &definition.base {
            None => None,
            Some(name) => {
                let base = known.iter().find(|each| each.info.name == Some(&name.text));
                if base.is_none() && !self.level().open_clauses && !self.level().open_windows {
                    let message = format!("window \"{}\" does not exist", name.text);
                    let kind = ErrorKind::MissingObject(name.text.clone());
                    return Err(Error::fail("42704", message, name.span, kind));
                }
                base
            }
        };
        let several = |sort: &rollproof_sql::ast::SortBy| crate::walk::may_be_several(&sort.value);
        // A base that unknown text defines may be ordered, and so may an order be longer than it looks.
        let open = self.level().open_clauses || definition.order_by.iter().any(several);
        let sorted = self.sort_clause(&definition.order_by, outputs, Kind::WindowOrder, false)?;
        for expr in &definition.partition_by {
            let Some(at) = self.find_output(expr, outputs, Kind::WindowPartition, false)? else { continue };
            let mut output = outputs[at].clone();
            self.check_groupable(&mut output)?;
            outputs[at] = output;
        }
        let mut ordered = sorted.len();
        let mut order_type = sorted.first().map(|at| outputs[*at].typed.oid());
        if let Some(base) = base {
            check_base(definition, base)?;
            if ordered == 0 {
                (ordered, order_type) = (base.ordered, base.order_type);
            }
        }
        if let Some(frame) = &definition.frame {
            self.frame(frame, (!open).then_some((ordered, order_type)))?;
        }
        Ok(Known { info, ordered, order_type })
    }

    /// `order`: how many columns it is ordered by and the type of the first; none where that is not known.
    fn frame(&mut self, frame: &'a Frame, order: Option<(usize, Option<Oid>)>) -> Result<()> {
        let bounds = [Some(&frame.start), frame.end.as_ref()];
        let offsets: Vec<&'a Expr> = bounds
            .into_iter()
            .flatten()
            .filter_map(|bound| match bound {
                FrameBound::Preceding(offset) | FrameBound::Following(offset) => Some(&**offset),
                _ => None,
            })
            .collect();
        let ordered = order.map(|order| order.0);
        match frame.units {
            FrameUnits::Range if !offsets.is_empty() && ordered.is_some_and(|ordered| ordered != 1) => {
                let message = "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column";
                return Err(window_error(message, frame.span));
            }
            FrameUnits::Groups if ordered == Some(0) => {
                return Err(window_error("GROUPS mode requires an ORDER BY clause", frame.span));
            }
            _ => {}
        }
        for offset in offsets {
            self.frame_offset(frame.units, offset, order.and_then(|order| order.1))?;
        }
        Ok(())
    }

    /// `transformFrameOffset`
    fn frame_offset(&mut self, units: FrameUnits, offset: &'a Expr, order_type: Option<Oid>) -> Result<()> {
        let (kind, word) = match units {
            FrameUnits::Rows => (Kind::WindowFrameRows, "ROWS"),
            FrameUnits::Range => (Kind::WindowFrameRange, "RANGE"),
            FrameUnits::Groups => (Kind::WindowFrameGroups, "GROUPS"),
        };
        let mut value = self.expression_of(offset, kind)?;
        if value.open {
            return Ok(());
        }
        if units == FrameUnits::Range {
            self.range_offset(&mut value, order_type)?;
        } else {
            types::coerce_to_specific_type(&mut self.cx, &mut value.typed, BIGINT, word)?;
        }
        self.check_no_columns(&value.tree, word)
    }

    /// The order's type must know how to add the offset (`in_range` of its operator family).
    fn range_offset(&mut self, value: &mut crate::analyze::Expression, order_type: Option<Oid>) -> Result<()> {
        let Some(order) = order_type.filter(|order| order.is_some()) else { return Ok(()) };
        // The in_range functions of the server's own btree families, by numbers of pg_type.
        let offsets: &[u32] = match order.0 {
            21 | 23 => &[21, 23, 20],
            20 => &[20],
            700 | 701 => &[701],
            1700 => &[1700],
            1082 | 1083 | 1114 | 1184 | 1186 | 1266 => &[1186],
            _ => &[],
        };
        let shown = types::format_type(&self.cx, order);
        if offsets.is_empty() {
            if order >= Oid::FIRST_USER {
                return Err(Failure::unknown("whether a user-made type has an in_range function", value.span()));
            }
            let message = format!("RANGE with offset PRECEDING/FOLLOWING is not supported for column type {shown}");
            return Err(unsupported(message, value.span()));
        }
        let given = value.typed.oid();
        let preferred = if given == Oid(705) { order } else { given };
        let mut fitting = Vec::new();
        for offset in offsets {
            if types::can_coerce_type(&mut self.cx, given, Oid(*offset), types::CoercionContext::Implicit) {
                fitting.push(Oid(*offset));
            }
        }
        let problem = match &fitting[..] {
            [] => "is not supported",
            [only] => {
                return types::coerce_to_specific_type(&mut self.cx, &mut value.typed, *only, "RANGE");
            }
            several if several.contains(&preferred) => {
                return types::coerce_to_specific_type(&mut self.cx, &mut value.typed, preferred, "RANGE");
            }
            _ => "has multiple interpretations",
        };
        let offset = types::format_type(&self.cx, given);
        let message =
            format!("RANGE with offset PRECEDING/FOLLOWING {problem} for column type {shown} and offset type {offset}");
        Err(unsupported(message, value.span()))
    }
}

/// What a window that is built on another may not say again.
fn check_base(definition: &WindowDefinition, base: &Known<'_>) -> Result<()> {
    let name = base.info.name.map_or("", |name| &**name);
    if !definition.partition_by.is_empty() {
        return Err(window_error(format!("cannot override PARTITION BY clause of window \"{name}\""), definition.span));
    }
    if !definition.order_by.is_empty() && base.ordered > 0 {
        return Err(window_error(format!("cannot override ORDER BY clause of window \"{name}\""), definition.span));
    }
    if base.info.definition.frame.is_some() {
        let message = format!("cannot copy window \"{name}\" because it has a frame clause");
        return Err(window_error(message, definition.span));
    }
    Ok(())
}

fn window_error(message: impl Into<String>, span: TextRange) -> Failure {
    Error::fail("42P20", message, span, ErrorKind::Grouping)
}
