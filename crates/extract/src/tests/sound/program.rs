//! Small TypeScript programs as data: what the generator makes, the interpreter runs and the renderer writes down. No name is
//! bound twice in a program, whatever its files, so that one name is one thing everywhere.

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Text(String),
    Number(usize),
    Name(String),
    This,
    Field(Box<Expr>, String),
    /// `object[key]`
    Computed(Box<Expr>, Box<Expr>),
    List(Vec<Part>),
    Object(Vec<Part>),
    /// Of a method where it is called on a field.
    Call(Box<Expr>, Vec<Expr>),
    /// `Object.assign(…)` and the like.
    Library(&'static str, Vec<Expr>),
    New(String, Vec<Expr>),
    Function(Box<Function>),
    Template(Vec<Expr>),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Nullish(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    /// `a === b`
    Same(Box<Expr>, Box<Expr>),
    /// Whether a variable of the environment is set: nobody knows before the program runs.
    Asked(u8),
    Undefined,
}

/// An item of a list, or a field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Item(Expr),
    Field(String, Expr),
    Method(Function),
    Spread(Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) params: Vec<Param>,
    pub(super) body: Vec<Stmt>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Param {
    pub(super) pattern: Pattern,
    pub(super) default: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    Name(String),
    /// Fields and the names that they get, and the name of what is left.
    Object(Vec<(String, String)>, Option<String>),
    List(Vec<String>, Option<String>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) base: Option<String>,
    pub(super) fields: Vec<(String, Expr)>,
    /// `constructor` among them.
    pub(super) methods: Vec<Function>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stmt {
    Declare {
        constant: bool,
        pattern: Pattern,
        value: Expr,
    },
    Function(Function),
    Class(Class),
    Assign {
        place: Expr,
        operator: &'static str,
        value: Expr,
    },
    Do(Expr),
    If {
        condition: Expr,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    /// By a loop, or by `forEach`.
    Each {
        name: String,
        over: Expr,
        body: Vec<Stmt>,
        called: bool,
    },
    /// `for (let i = 0; i < 2; i++) { … }`
    Twice(Vec<Stmt>),
    /// `do { … } while (false)`
    Once(Vec<Stmt>),
    /// `while (true) { …; break; }`
    UntilBreak(Vec<Stmt>),
    Try {
        body: Vec<Stmt>,
        handler: Option<Vec<Stmt>>,
        last: Vec<Stmt>,
    },
    Return(Option<Expr>),
    Break,
    Throw,
    /// `client.query(…)` with the site's number in its text.
    Query {
        site: u32,
        text: Expr,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    pub(super) path: &'static str,
    pub(super) body: Vec<Stmt>,
}

/// The files in the order in which they run. `main` is called when the last of them has; the file after `a.ts` may run or not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Program {
    pub(super) files: Vec<File>,
    pub(super) conditions: u8,
}

/// The file that sends the queries, and the function that is called in it.
pub(super) const SENDER: &str = "a.ts";
pub(super) const MAIN: &str = "main";

/// What stands before what a query is made of.
pub(super) fn start_of(site: u32) -> String {
    format!("SELECT {site} FROM t WHERE b")
}

impl Expr {
    pub(super) fn name(name: &str) -> Self {
        Self::Name(name.to_owned())
    }

    pub(super) fn field(self, name: &str) -> Self {
        Self::Field(Box::new(self), name.to_owned())
    }

    pub(super) fn call(self, method: &str, arguments: Vec<Self>) -> Self {
        Self::Call(Box::new(self.field(method)), arguments)
    }
}
