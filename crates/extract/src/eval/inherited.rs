//! What a class gives to the constructor that it inherits from: the fields of its objects are those of that call alone.

use std::sync::Arc;

use super::Evaluator;
use super::value::{ClassRef, Env, Frame, FunctionRef, Value, with_rest};
use crate::ir::{ClassId, ExprId, ExprKind};

/// How long a chain of base classes may be.
const MAX_BASES: usize = 8;

/// A class, and one that it extends.
pub(super) type Descent = ((rollproof_source::FileId, ClassId), (rollproof_source::FileId, ClassId));

impl Evaluator<'_> {
    /// The call of the constructor of `base` by which an object of `class` is made; none where any may be.
    pub(super) fn made_through(&mut self, class: &ClassRef, base: &ClassRef) -> Env {
        let id = |class: &ClassRef| (class.facts.file, class.class);
        if id(class) == id(base) {
            return None;
        }
        let descent: Descent = (id(class), id(base));
        if let Some((known, hangs)) = self.made.get(&descent).cloned() {
            self.note_hanging(&hangs);
            return known;
        }
        // What is asked for again on the way is any object.
        self.made.insert(descent, (None, None));
        let (env, whole, hangs) = self.aside_hanging(|evaluator| evaluator.call_of_base(class, base, None));
        if whole {
            self.made.insert(descent, (env.clone(), hangs));
        } else {
            self.made.remove(&descent);
        }
        env
    }

    /// `given` are the arguments of the `new`, where it is known.
    pub(super) fn call_of_base(
        &mut self,
        class: &ClassRef,
        base: &ClassRef,
        mut given: Option<Vec<Vec<Value>>>,
    ) -> Env {
        // From the second class on, the arguments of the last `super(…)`, which the next constructor gets.
        let mut here = class.clone();
        for _ in 0..MAX_BASES {
            let facts = here.facts.clone();
            let info = &facts.classes[here.class.index()];
            if let Some(constructor) = info.methods.get("constructor").copied() {
                let env = given.take().map(|arguments| self.frame_of_constructor(&here, constructor, arguments));
                if here.facts.file == base.facts.file && here.class == base.class {
                    return env;
                }
                given = Some(self.given_to_base(&here, &env)?);
            } else if here.facts.file == base.facts.file && here.class == base.class {
                return None;
            }
            match self.eval(&facts, info.extends?, &None).into_iter().next() {
                Some(Value::Class(next)) => here = next,
                _ => return None,
            }
        }
        None
    }

    /// The arguments of the `super(…)` in a class's constructor.
    fn given_to_base(&mut self, class: &ClassRef, env: &Env) -> Option<Vec<Vec<Value>>> {
        let facts = &class.facts;
        let mut calls = facts
            .calls_by_name
            .get("super")?
            .iter()
            .filter(|call: &&ExprId| facts.class_at(facts.expr(**call).range.start) == Some(class.class));
        let (call, more) = (*calls.next()?, calls.next());
        let ExprKind::Call(made) = &facts.expr(call).kind else { return None };
        let spread = made.arguments.iter().any(|argument| matches!(facts.expr(*argument).kind, ExprKind::Spread(_)));
        (more.is_none() && !spread)
            .then(|| made.arguments.iter().map(|argument| self.eval(facts, *argument, env)).collect())
    }

    fn frame_of_constructor(
        &mut self,
        class: &ClassRef,
        constructor: crate::ir::FunctionId,
        arguments: Vec<Vec<Value>>,
    ) -> Arc<Frame> {
        let arguments = with_rest(&class.facts.functions[constructor.index()], arguments);
        let function = FunctionRef { facts: class.facts.clone(), function: constructor, env: None, this: None };
        Arc::new(Frame::of_call(&function, arguments, self.next_serial()))
    }
}
