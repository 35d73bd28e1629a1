//! Statements that jumps lead out of, and the jumps: `switch`, labels, `break` and `continue`.

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{ExprId, GroupTest, Jump, RegionId, RegionKind};

/// A statement that a jump may lead out of.
pub(super) struct Target<'t> {
    label: Option<&'t str>,
    region: RegionId,
    kind: RegionKind,
    /// The case of a `switch` that is lowered.
    pub(super) case: Option<RegionId>,
    /// It is no `switch`, and only jumps that name its label lead out of it.
    by_label: bool,
}

impl Lowering<'_> {
    /// Opens the region of a statement that jumps lead out of; gives the region around it.
    pub(super) fn open_target(&mut self, kind: RegionKind, node: Node<'_>) -> RegionId {
        let outer = self.builder.open_region(kind, range_of(node));
        let by_label = kind == RegionKind::Stretch && self.kind(node) != Kind::SwitchStatement;
        let (region, label) = (self.builder.region, self.label.take());
        self.targets.push(Target { label, region, kind, case: None, by_label });
        outer
    }

    pub(super) fn close_target(&mut self, outer: RegionId) {
        self.targets.pop();
        self.builder.region = outer;
    }

    /// `label: statement`
    pub(super) fn labelled(&mut self, node: Node<'_>) {
        let children = self.children(node);
        let (Some(label), Some(body)) = (children.first(), children.last()) else { return };
        self.label = Some(self.slice(*label));
        if matches!(
            self.kind(*body),
            Kind::ForInStatement
                | Kind::ForStatement
                | Kind::WhileStatement
                | Kind::DoStatement
                | Kind::SwitchStatement
        ) {
            return self.statement(*body);
        }
        let outer = self.open_target(RegionKind::Stretch, node);
        self.statement(*body);
        self.close_target(outer);
    }

    /// `break`, `continue`
    pub(super) fn jump(&mut self, node: Node<'_>) {
        let ends = self.kind(node) == Kind::BreakStatement;
        let label = self.children(node).first().map(|label| self.slice(*label));
        let fits = |target: &&Target<'_>| match label {
            Some(_) => target.label == label,
            None => !target.by_label && (ends || matches!(target.kind, RegionKind::Loop(_))),
        };
        let region = self.builder.region;
        if let Some(target) = self.targets.iter().rfind(fits) {
            // The end of a case is no jump.
            if ends && target.case == Some(region) {
                return;
            }
            let jump = Jump { region, at: node.start_byte() as u32, target: target.region, ends };
            self.builder.facts.jumps.push(jump);
        }
        self.builder.exits();
    }

    pub(super) fn switch_statement(&mut self, node: Node<'_>) {
        let subject = self.part(node, Part::Value).map(|value| self.expression(value));
        let Some(body) = self.part(node, Part::Body) else { return };
        let cases = self.children(body);
        let exhaustive = cases.iter().any(|case| self.kind(*case) == Kind::SwitchDefault);
        let outer = self.open_target(RegionKind::Stretch, node);
        let group = self.builder.group(exhaustive);
        let mut tests: Vec<Option<Vec<ExprId>>> = Vec::new();
        // What falls through to the next case is one arm with it.
        let mut open: Vec<ExprId> = Vec::new();
        let (mut open_default, mut apart) = (false, true);
        let last = cases.len().saturating_sub(1);
        for (at, case) in cases.into_iter().enumerate() {
            let default = self.kind(case) == Kind::SwitchDefault;
            let value = self.part(case, Part::Value);
            let statements = self.children(case).len() - usize::from(value.is_some());
            if statements == 0 && at < last {
                open.extend(value.map(|value| self.expression(value)));
                open_default |= default;
                continue;
            }
            let falls = at < last && !self.ends(case);
            apart &= !falls;
            let value = self.arm(group, case);
            if let Some(region) = self.builder.facts.groups[group as usize].arms.last() {
                self.builder.facts.regions[region.index()].falls = falls;
            }
            let values = std::mem::take(&mut open).into_iter().chain(value).collect();
            tests.push((!default && !open_default).then_some(values));
            open_default = false;
        }
        if let Some(subject) = subject.filter(|_| apart) {
            self.builder.facts.groups[group as usize].test = Some(GroupTest::Switch { subject, cases: tests });
        }
        self.close_target(outer);
    }

    /// Whether what follows a statement is never reached from it.
    fn ends(&self, node: Node<'_>) -> bool {
        let part = |part: Part| self.part(node, part);
        match self.kind(node) {
            Kind::BreakStatement | Kind::ReturnStatement | Kind::ThrowStatement | Kind::ContinueStatement => true,
            Kind::IfStatement => {
                let arms = [part(Part::Consequence), part(Part::Alternative)];
                arms.into_iter().all(|arm| arm.is_some_and(|arm| self.ends(arm)))
            }
            Kind::TryStatement => {
                let body = |part: Part| self.part(self.part(node, part)?, Part::Body);
                let ends = |body: Option<Node<'_>>| body.is_some_and(|body| self.ends(body));
                let caught = part(Part::Handler).is_none() || ends(body(Part::Handler));
                ends(body(Part::Finalizer)) || ends(part(Part::Body)) && caught
            }
            Kind::StatementBlock | Kind::ElseClause | Kind::SwitchCase | Kind::SwitchDefault => {
                let statement =
                    |child: &Node<'_>| self.kind(*child) == Kind::StatementBlock || self.kind(*child).is_statement();
                self.children(node).into_iter().filter(statement).any(|child| self.ends(child))
            }
            _ => false,
        }
    }
}
