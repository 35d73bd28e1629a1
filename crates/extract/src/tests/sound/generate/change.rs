//! Statements that change something.

use super::{Expr, Generator, Known, Part, Stmt, Type};

impl Generator {
    pub(super) fn change(&mut self, depth: usize) -> Stmt {
        let kind = if depth == 0 { self.below(70) } else { self.below(100) };
        let made = match kind {
            0..22 => self.list_change(),
            22..42 => self.field_change(),
            42..48 => self.variable_change(),
            48..52 => self.assigned(),
            52..66 => self.called(),
            66..70 => self.under_condition(),
            70..82 => Some(self.decision(depth - 1)),
            82..88 => self.each(depth - 1),
            88..91 => Some(Stmt::Once(self.left_by(Stmt::Break, depth - 1))),
            91..94 => Some(Stmt::UntilBreak(self.left_by(Stmt::Break, depth - 1))),
            _ => Some(self.tried(depth - 1)),
        };
        match made {
            Some(made) => made,
            None if self.known.is_empty() => self.variable(),
            None => self.list_change().unwrap_or_else(|| self.variable()),
        }
    }

    fn list_change(&mut self) -> Option<Stmt> {
        let list = self.some(&Type::List)?.expr;
        let value = if self.chance(70) { self.new_text() } else { self.text(1) };
        let call = match self.below(12) {
            0..6 => list.call("push", vec![value]),
            6..8 => list.call("unshift", vec![value]),
            8 => list.call("reverse", Vec::new()),
            9 => return Some(Stmt::Assign { place: list.field("length"), operator: "=", value: Expr::Number(0) }),
            _ => {
                let method = self.method();
                Expr::Call(Box::new(Expr::Computed(Box::new(list), Box::new(method))), vec![value])
            }
        };
        Some(Stmt::Do(call))
    }

    /// The name of a method that adds to a list.
    fn method(&mut self) -> Expr {
        if self.chance(50) {
            return Expr::Text("push".to_owned());
        }
        let condition = self.condition();
        let (push, unshift) = (Expr::Text("push".to_owned()), Expr::Text("unshift".to_owned()));
        Expr::Choice(Box::new(condition), Box::new(push), Box::new(unshift))
    }

    fn field_change(&mut self) -> Option<Stmt> {
        let field = self.some_where(|known| known.place && matches!(known.expr, Expr::Field(..)))?;
        let value = if field.of == Type::Text && self.chance(70) { self.new_text() } else { self.value(&field.of, 1)? };
        let operator = match (&field.of, self.below(10)) {
            (Type::Text, 0..2) => "+=",
            (_, 2) => "??=",
            (_, 3) => "||=",
            _ => "=",
        };
        let Expr::Field(object, name) = field.expr else { return None };
        let place = match self.below(10) {
            0 => Expr::Computed(object, Box::new(Expr::Text(name))),
            1 => {
                let (condition, name) = (self.asked(), Box::new(Expr::Text(name)));
                Expr::Computed(object, Box::new(Expr::Choice(Box::new(condition), name.clone(), name)))
            }
            _ => Expr::Field(object, name),
        };
        Some(Stmt::Assign { place, operator, value })
    }

    fn variable_change(&mut self) -> Option<Stmt> {
        let name = self.some_where(|known| known.place && matches!(known.expr, Expr::Name(_)))?;
        let value = self.value(&name.of, 1)?;
        let operator = if name.of == Type::Text && self.chance(40) { "+=" } else { "=" };
        Some(Stmt::Assign { place: name.expr, operator, value })
    }

    fn assigned(&mut self) -> Option<Stmt> {
        let object = self.some_where(|known| matches!(known.of, Type::Object(_)))?;
        let Type::Object(fields) = &object.of else { return None };
        let (name, of) = self.one(&super::plain(fields))?;
        let value = self.value(&of, 1)?;
        let from = Expr::Object(vec![Part::Field(name, value)]);
        Some(Stmt::Do(Expr::Library("Object.assign", vec![object.expr, from])))
    }

    fn called(&mut self) -> Option<Stmt> {
        let function = self.some_where(|known| matches!(known.of, Type::Function(_)))?;
        self.call(&function, 1).map(Stmt::Do)
    }

    /// `condition && list.push(…)`
    fn under_condition(&mut self) -> Option<Stmt> {
        let Some(Stmt::Do(call)) = self.list_change() else { return None };
        let condition = self.asked();
        Some(Stmt::Do(Expr::And(Box::new(condition), Box::new(call))))
    }

    fn decision(&mut self, depth: usize) -> Stmt {
        let condition = self.condition();
        let then = self.block(depth);
        let otherwise = if self.chance(35) { self.block(depth) } else { Vec::new() };
        Stmt::If { condition, then, otherwise }
    }

    fn each(&mut self, depth: usize) -> Option<Stmt> {
        let many = self.some_where(|known| matches!(known.of, Type::Many(_)));
        let name = self.new_name("e");
        let twice = self.chance(20);
        let (over, of) = match many {
            Some(Known { expr, of: Type::Many(fields), .. }) if self.chance(70) => (expr, Type::Object(fields)),
            _ => {
                let items = (0..1 + self.below(2)).map(|_| Part::Item(self.new_text())).collect();
                (Expr::List(items), Type::Text)
            }
        };
        let loops = std::mem::replace(&mut self.loops, true);
        let at = self.known.len();
        if !twice {
            self.learn(&name, of, false);
        }
        let body = self.block(depth);
        self.known.truncate(at);
        self.loops = loops;
        let called = self.chance(30);
        Some(if twice { Stmt::Twice(body) } else { Stmt::Each { name, over, body, called } })
    }

    /// A block that may be left in its middle.
    fn left_by(&mut self, jump: Stmt, depth: usize) -> Vec<Stmt> {
        let mut body = self.block(depth);
        if self.chance(60) {
            let condition = self.condition();
            let leaves = Stmt::If { condition, then: vec![jump], otherwise: Vec::new() };
            let at = self.below(body.len() + 1);
            body.insert(at, leaves);
        }
        body
    }

    fn tried(&mut self, depth: usize) -> Stmt {
        let body = self.left_by(Stmt::Throw, depth);
        let handler = if self.chance(80) { Some(self.block(depth)) } else { None };
        let last = if self.chance(30) { self.block(depth) } else { Vec::new() };
        Stmt::Try { body, handler, last }
    }
}
