//! Expressions of some type.

use super::{Expr, Fields, Generator, Known, Part, Type, fits};

impl Generator {
    pub(super) fn text(&mut self, depth: usize) -> Expr {
        let kind = self.below(if depth == 0 { 60 } else { 100 });
        let found = match kind {
            0..30 => None,
            30..60 => self.some(&Type::Text).map(|known| known.expr),
            60..75 => self.some(&Type::List).map(|list| list.expr.call("join", vec![Expr::Text(String::new())])),
            75..85 => self.result_of(&Type::Text, depth),
            85..92 => {
                let (left, right) = (self.text(depth - 1), self.text(depth - 1));
                Some(Expr::Template(vec![left, right]))
            }
            92..98 => self.choice(&Type::Text, depth),
            _ => {
                let (left, right) = (self.text(depth - 1), self.text(depth - 1));
                Some(if self.chance(50) {
                    Expr::Or(Box::new(left), Box::new(right))
                } else {
                    Expr::Nullish(Box::new(left), Box::new(right))
                })
            }
        };
        found.unwrap_or_else(|| self.literal())
    }

    pub(super) fn choice(&mut self, of: &Type, depth: usize) -> Option<Expr> {
        let condition = self.condition();
        let (yes, no) = (self.value(of, depth - 1)?, self.value(of, depth - 1)?);
        Some(Expr::Choice(Box::new(condition), Box::new(yes), Box::new(no)))
    }

    /// A call of something that gives such a value.
    pub(super) fn result_of(&mut self, of: &Type, depth: usize) -> Option<Expr> {
        let gives = |known: &Known| match &known.of {
            Type::Function(signature) => signature.result.as_ref().is_some_and(|result| fits(result, of)),
            _ => false,
        };
        let function = self.some_where(gives)?;
        self.call(&function, depth)
    }

    pub(super) fn call(&mut self, function: &Known, depth: usize) -> Option<Expr> {
        let Type::Function(signature) = &function.of else { return None };
        let mut arguments = Vec::new();
        for param in &signature.params {
            arguments.push(self.value(param, depth.saturating_sub(1))?);
        }
        let mut callee = function.expr.clone();
        if let (Expr::Field(object, name), true) = (&callee, self.chance(25)) {
            callee = Expr::Computed(object.clone(), Box::new(Expr::Text(name.clone())));
        }
        Some(Expr::Call(Box::new(callee), arguments))
    }

    pub(super) fn list(&mut self, depth: usize) -> Expr {
        let kind = if depth == 0 { self.below(70) } else { self.below(100) };
        let found = match kind {
            0..40 => None,
            40..70 => self.some(&Type::List).map(|known| known.expr),
            70..80 => self.some(&Type::List).map(|known| {
                let more = self.new_text();
                Expr::List(vec![Part::Spread(known.expr), Part::Item(more)])
            }),
            80..85 => self.some(&Type::List).map(|known| known.expr.call("slice", Vec::new())),
            85..93 => self.result_of(&Type::List, depth),
            93..96 => {
                let (left, right) = (self.some(&Type::List), self.some(&Type::List));
                left.zip(right).map(|(left, right)| left.expr.call("concat", vec![right.expr]))
            }
            _ => self.choice(&Type::List, depth),
        };
        if let Some(found) = found {
            return found;
        }
        let count = self.below(3);
        Expr::List((0..count).map(|_| Part::Item(self.text(0))).collect())
    }

    pub(super) fn object(&mut self, fields: &Fields, depth: usize) -> Option<Expr> {
        let of = Type::Object(fields.clone());
        let found = match if depth == 0 { self.below(70) } else { self.below(100) } {
            0..35 => None,
            35..65 => self.some(&of).map(|known| known.expr),
            65..85 => self.some(&of).map(|known| {
                let mut parts = vec![Part::Spread(known.expr)];
                let plain = fields.iter().find(|(_, of)| *of == Type::Text).map(|(name, _)| name.clone());
                if let (Some(name), true) = (plain, self.chance(50)) {
                    let value = self.text(0);
                    parts.push(Part::Field(name, value));
                }
                Expr::Object(parts)
            }),
            85..95 => self.result_of(&of, depth),
            _ => self.choice(&of, depth),
        };
        if found.is_some() {
            return found;
        }
        let mut parts = Vec::new();
        for (name, of) in fields.iter() {
            if matches!(of, Type::Function(_)) {
                return self.some(&Type::Object(fields.clone())).map(|known| known.expr);
            }
            parts.push(Part::Field(name.clone(), self.value(of, depth.saturating_sub(1))?));
        }
        Some(Expr::Object(parts))
    }

    pub(super) fn value(&mut self, of: &Type, depth: usize) -> Option<Expr> {
        Some(match of {
            Type::Text => self.text(depth),
            Type::List => self.list(depth),
            Type::Object(fields) => self.object(fields, depth)?,
            Type::Many(fields) => {
                if let (Some(known), true) = (self.some(of), self.chance(40)) {
                    return Some(known.expr);
                }
                let count = 1 + self.below(2);
                let items: Option<Vec<Part>> =
                    (0..count).map(|_| Some(Part::Item(self.object(fields, depth.saturating_sub(1))?))).collect();
                Expr::List(items?)
            }
            Type::Function(signature) => {
                if let (Some(known), true) = (self.some(of), self.chance(50)) {
                    return Some(known.expr);
                }
                let signature = signature.clone();
                Expr::Function(Box::new(self.function("", &signature.params, signature.result.as_ref())))
            }
        })
    }
}
