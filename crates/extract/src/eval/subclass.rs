//! What `this` is in a class that others extend: each of them may be what a method of the class runs on.

use std::sync::Arc;

use rollproof_source::{FileId, Span};
use rustc_hash::FxHashMap;

use super::Evaluator;
use super::choice::{at_class, at_object, told_apart};
use super::value::{ClassRef, Env, Frame, Made, Value, number_of};
use crate::ir::{ClassId, ExprId, ExprKind, Facts};

/// How long a chain of base classes may be.
const MAX_BASES: usize = 8;

/// How many classes that extend one are told apart.
const MAX_CLASSES: usize = 64;

/// Objects whose methods and fields are read, by their class and the call that made them.
pub(super) type Objects = FxHashMap<(FileId, ClassId, usize), Arc<Frame>>;

/// The classes that extend each class, directly.
pub(crate) type Extending = FxHashMap<(FileId, ClassId), Vec<ClassRef>>;

impl Evaluator<'_> {
    /// What an expression is worth where no call is being evaluated, for each class that `this` may be of.
    pub(crate) fn eval_of_any_class(&mut self, facts: &Arc<Facts>, expr: ExprId) -> Vec<Value> {
        let at = facts.expr(expr).range.start;
        self.of_any_class(facts, at, |evaluator, env| evaluator.eval(facts, expr, env))
    }

    /// What `find` finds at a place for each class that `this` may be of there: what belongs to one class stays together.
    pub(crate) fn of_any_class(
        &mut self,
        facts: &Arc<Facts>,
        at: u32,
        mut find: impl FnMut(&mut Self, &Env) -> Vec<Value>,
    ) -> Vec<Value> {
        let Some(class) = facts.class_at(at) else { return find(self, &None) };
        let extending = self.all_extending(facts, class);
        if extending.is_empty() {
            return find(self, &None);
        }
        let mut ways = Vec::new();
        // Nothing is made of a class that is abstract.
        if !facts.classes[class.index()].is_abstract {
            ways.push(find(self, &None));
        }
        for (count, class) in extending.iter().enumerate() {
            if count == MAX_CLASSES {
                let at = rollproof_source::Span::new(facts.file, at, at);
                ways.push(vec![Value::unknown(&format!("more than {MAX_CLASSES} subclasses"), at)]);
                break;
            }
            let env = self.this_of(class, &None);
            ways.push(find(self, &env));
        }
        told_apart(at_class(facts, class), ways)
    }

    /// The classes that extend one, those that extend them included; those of which nothing is made are left out.
    fn all_extending(&mut self, facts: &Arc<Facts>, class: ClassId) -> Vec<ClassRef> {
        let extending = self.program.extending(|| self.find_extending());
        let mut found: Vec<ClassRef> = Vec::new();
        let mut open = vec![ClassRef { facts: facts.clone(), class }];
        while let Some(base) = open.pop() {
            let key = (base.facts.file, base.class);
            let elsewhere = self.program.extending_in(base.facts.file, || self.find_heirs(&base.facts));
            let heirs = extending.get(&key).into_iter().chain(elsewhere.get(&key)).flatten();
            for class in heirs {
                if !found.contains(class) && found.len() < MAX_CLASSES * 4 {
                    open.push(class.clone());
                    found.push(class.clone());
                }
            }
        }
        found.retain(|class| !class.facts.classes[class.class.index()].is_abstract);
        found.sort_by(|left, right| (&left.facts.path, left.class).cmp(&(&right.facts.path, right.class)));
        found
    }

    /// A member of an object of which no more is known than its declared class: it may be of any that extends that.
    pub(super) fn member_of_any_class(
        &mut self,
        (class, made): (&ClassRef, &Arc<Made>),
        name: &Arc<str>,
        at: Span,
    ) -> Vec<Value> {
        let object = |class: &ClassRef| Value::Instance(class.clone(), Some(made.clone()));
        let own = object(class);
        let heirs = if made.is_declared() { self.all_extending(&class.facts, class.class) } else { Vec::new() };
        let heirs: Vec<ClassRef> = heirs.into_iter().filter(|heir| self.replaces_some(heir, class)).collect();
        if heirs.is_empty() {
            return self.class_member(class, &own, name, at);
        }
        let mut ways = Vec::new();
        if !class.facts.classes[class.class.index()].is_abstract {
            ways.push(self.class_member(class, &own, name, at));
        }
        for (count, heir) in heirs.iter().enumerate() {
            if count == MAX_CLASSES {
                ways.push(vec![Value::unknown(&format!("more than {MAX_CLASSES} subclasses"), at)]);
                break;
            }
            ways.push(self.class_member(heir, &object(heir), name, at));
        }
        told_apart(at_object(made), ways)
    }

    /// Whether a class puts something in the place of what a class that it extends has.
    fn replaces_some(&mut self, heir: &ClassRef, class: &ClassRef) -> bool {
        let mut heir = heir.clone();
        let base = &class.facts.classes[class.class.index()];
        let has = |name: &Arc<str>| base.methods.contains_key(name) || base.fields.contains_key(name);
        if base.is_abstract || base.extends.is_some() {
            return true;
        }
        // What stands between the two may, too.
        for _ in 0..MAX_BASES {
            let facts = heir.facts.clone();
            let here = &facts.classes[heir.class.index()];
            let mut own = here.methods.keys().chain(here.fields.keys());
            if own.any(|name| name.as_ref() != "constructor" && has(name)) {
                return true;
            }
            let Some(extends) = here.extends else { return true };
            match self.eval(&facts, extends, &None).into_iter().next() {
                Some(Value::Class(between)) if between != *class => heir = between,
                Some(Value::Class(_)) => return false,
                _ => return true,
            }
        }
        true
    }

    fn find_extending(&self) -> Extending {
        self.extending_among(&self.program.wave)
    }

    /// The classes that extend those of one file, whatever they call them.
    fn find_heirs(&self, facts: &Arc<Facts>) -> Extending {
        if self.program.is_rust() || facts.classes.is_empty() {
            return Extending::default();
        }
        let paths = self.program.heirs_of(facts);
        let files: Vec<Arc<Facts>> = paths.iter().filter_map(|path| self.program.facts(path)).collect();
        let files: Vec<Arc<Facts>> = files.into_iter().chain([facts.clone()]).collect();
        self.extending_among(&files)
    }

    fn extending_among(&self, files: &[Arc<Facts>]) -> Extending {
        let mut evaluator = Evaluator::new(self.program);
        let mut extending = Extending::default();
        for facts in files {
            for (index, class) in facts.classes.iter().enumerate() {
                let Some(base) = class.extends else { continue };
                // What a call makes of a class is not followed.
                if !matches!(facts.expr(base).kind, ExprKind::Binding(_) | ExprKind::Member { .. }) {
                    continue;
                }
                evaluator.begin();
                for value in evaluator.eval(facts, base, &None) {
                    let Value::Class(base) = value else { continue };
                    let class = ClassRef { facts: facts.clone(), class: ClassId(index as u32) };
                    extending.entry((base.facts.file, base.class)).or_default().push(class);
                }
            }
        }
        extending
    }

    /// No call, but a `this`; `outer` is the call that made it.
    pub(super) fn this_of(&mut self, class: &ClassRef, outer: &Env) -> Env {
        let made = outer.as_ref().map_or(0, |frame| Arc::as_ptr(frame) as usize);
        let known = self.objects.entry((class.facts.file, class.class, made));
        let frame = known.or_insert_with(|| {
            let serial = number_of(&(class.facts.file, class.class));
            let this = Some(Value::Instance(class.clone(), None));
            Arc::new(Frame { this, depth: 0, ..Frame::without_call(class.facts.file, outer.clone(), serial) })
        });
        Some(frame.clone())
    }
}
