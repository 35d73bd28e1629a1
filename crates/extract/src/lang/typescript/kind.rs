//! The kinds and fields of the grammar's nodes as numbers: asking the parser for their names, and comparing those, took a
//! fifth of the time of extraction.

use std::sync::OnceLock;

use tree_sitter::Language;

use super::component::{holds_jsx, is_component};

/// An enum of names that the grammar knows.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant),* }

        impl $name {
            const ALL: &[($name, &'static str)] = &[$(($name::$variant, $text)),*];
        }
    };
}

named!(
    /// What a node is, as far as lowering tells nodes apart.
    Kind {
    AbstractClassDeclaration = "abstract_class_declaration",
    AccessibilityModifier = "accessibility_modifier",
    AddingTypeAnnotation = "adding_type_annotation",
    AmbientDeclaration = "ambient_declaration",
    Array = "array",
    ArrayPattern = "array_pattern",
    ArrayType = "array_type",
    ArrowFunction = "arrow_function",
    AsExpression = "as_expression",
    AssertsAnnotation = "asserts_annotation",
    AssignmentExpression = "assignment_expression",
    AssignmentPattern = "assignment_pattern",
    AugmentedAssignmentExpression = "augmented_assignment_expression",
    AwaitExpression = "await_expression",
    BinaryExpression = "binary_expression",
    BreakStatement = "break_statement",
    CallExpression = "call_expression",
    Class = "class",
    ClassDeclaration = "class_declaration",
    ClassHeritage = "class_heritage",
    ClassStaticBlock = "class_static_block",
    Comment = "comment",
    ComputedPropertyName = "computed_property_name",
    ContinueStatement = "continue_statement",
    DebuggerStatement = "debugger_statement",
    Decorator = "decorator",
    Default = "default",
    DoStatement = "do_statement",
    ElseClause = "else_clause",
    EmptyStatement = "empty_statement",
    EnumDeclaration = "enum_declaration",
    EscapeSequence = "escape_sequence",
    ExportClause = "export_clause",
    ExportStatement = "export_statement",
    ExpressionStatement = "expression_statement",
    ExtendsClause = "extends_clause",
    ExtendsTypeClause = "extends_type_clause",
    False = "false",
    FieldDefinition = "field_definition",
    ForInStatement = "for_in_statement",
    ForStatement = "for_statement",
    FunctionDeclaration = "function_declaration",
    FunctionExpression = "function_expression",
    FunctionSignature = "function_signature",
    GeneratorFunction = "generator_function",
    GeneratorFunctionDeclaration = "generator_function_declaration",
    GenericType = "generic_type",
    Get = "get",
    Set = "set",
    Identifier = "identifier",
    IfStatement = "if_statement",
    ImplementsClause = "implements_clause",
    ImportClause = "import_clause",
    ImportRequireClause = "import_require_clause",
    ImportStatement = "import_statement",
    IndexTypeQuery = "index_type_query",
    InstantiationExpression = "instantiation_expression",
    InterfaceBody = "interface_body",
    InterfaceDeclaration = "interface_declaration",
    InternalModule = "internal_module",
    IntersectionType = "intersection_type",
    LabeledStatement = "labeled_statement",
    LiteralType = "literal_type",
    LexicalDeclaration = "lexical_declaration",
    LookupType = "lookup_type",
    MemberExpression = "member_expression",
    MethodDefinition = "method_definition",
    Module = "module",
    NamedImports = "named_imports",
    NamespaceExport = "namespace_export",
    NamespaceImport = "namespace_import",
    NestedTypeIdentifier = "nested_type_identifier",
    NewExpression = "new_expression",
    NonNullExpression = "non_null_expression",
    Null = "null",
    Number = "number",
    Object = "object",
    ObjectAssignmentPattern = "object_assignment_pattern",
    ObjectPattern = "object_pattern",
    ObjectType = "object_type",
    OmittingTypeAnnotation = "omitting_type_annotation",
    OptingTypeAnnotation = "opting_type_annotation",
    OptionalParameter = "optional_parameter",
    OverrideModifier = "override_modifier",
    Pair = "pair",
    PairPattern = "pair_pattern",
    ParenthesizedExpression = "parenthesized_expression",
    ParenthesizedType = "parenthesized_type",
    PredefinedType = "predefined_type",
    PropertySignature = "property_signature",
    PublicFieldDefinition = "public_field_definition",
    Readonly = "readonly",
    ReadonlyType = "readonly_type",
    RestPattern = "rest_pattern",
    Program = "program",
    ReturnStatement = "return_statement",
    SatisfiesExpression = "satisfies_expression",
    SequenceExpression = "sequence_expression",
    ShorthandPropertyIdentifier = "shorthand_property_identifier",
    ShorthandPropertyIdentifierPattern = "shorthand_property_identifier_pattern",
    SpreadElement = "spread_element",
    StatementBlock = "statement_block",
    String = "string",
    SubscriptExpression = "subscript_expression",
    Super = "super",
    SwitchBody = "switch_body",
    SwitchCase = "switch_case",
    SwitchDefault = "switch_default",
    SwitchStatement = "switch_statement",
    TemplateString = "template_string",
    TemplateSubstitution = "template_substitution",
    TernaryExpression = "ternary_expression",
    This = "this",
    ThrowStatement = "throw_statement",
    True = "true",
    TryStatement = "try_statement",
    TypeAliasDeclaration = "type_alias_declaration",
    TypeAnnotation = "type_annotation",
    TypeArguments = "type_arguments",
    TypeAssertion = "type_assertion",
    TypeIdentifier = "type_identifier",
    TypeParameters = "type_parameters",
    TypePredicateAnnotation = "type_predicate_annotation",
    TypeQuery = "type_query",
    UnaryExpression = "unary_expression",
    Undefined = "undefined",
    UnionType = "union_type",
    UpdateExpression = "update_expression",
    VariableDeclaration = "variable_declaration",
    VariableDeclarator = "variable_declarator",
    WhileStatement = "while_statement",
    WithStatement = "with_statement",
    YieldExpression = "yield_expression",
    Other = "",
});

named!(
    /// The fields of nodes.
    Part {
    Alias = "alias",
    Alternative = "alternative",
    Argument = "argument",
    Arguments = "arguments",
    Body = "body",
    Condition = "condition",
    Consequence = "consequence",
    Constructor = "constructor",
    Declaration = "declaration",
    Finalizer = "finalizer",
    Function = "function",
    Handler = "handler",
    Index = "index",
    Key = "key",
    Left = "left",
    Module = "module",
    Name = "name",
    Object = "object",
    Operator = "operator",
    Parameter = "parameter",
    Parameters = "parameters",
    Pattern = "pattern",
    Property = "property",
    Right = "right",
    Source = "source",
    Type = "type",
    TypeArguments = "type_arguments",
    Value = "value",
});

impl Kind {
    pub(super) fn is_statement(self) -> bool {
        use Kind::*;
        matches!(
            self,
            BreakStatement
                | ContinueStatement
                | DebuggerStatement
                | DoStatement
                | EmptyStatement
                | ExportStatement
                | ExpressionStatement
                | ForInStatement
                | ForStatement
                | IfStatement
                | ImportStatement
                | LabeledStatement
                | ReturnStatement
                | SwitchStatement
                | ThrowStatement
                | TryStatement
                | WhileStatement
                | WithStatement
        )
    }

    pub(super) fn is_declaration(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AbstractClassDeclaration
                | AmbientDeclaration
                | ClassDeclaration
                | EnumDeclaration
                | FunctionDeclaration
                | GeneratorFunctionDeclaration
                | InterfaceDeclaration
                | LexicalDeclaration
                | TypeAliasDeclaration
                | VariableDeclaration
        )
    }

    pub(super) fn is_annotation(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AddingTypeAnnotation
                | AssertsAnnotation
                | OmittingTypeAnnotation
                | OptingTypeAnnotation
                | TypeAnnotation
                | TypePredicateAnnotation
        )
    }
}

/// One of the two grammars, TypeScript and TSX: which number is which kind or field.
#[derive(Debug)]
pub(super) struct Grammar {
    pub(super) language: Language,
    kinds: Vec<Kind>,
    /// By `Part`, in its order.
    fields: Vec<u16>,
}

impl Grammar {
    /// The grammar that a file is read with: a type assertion (`<T>x`) and JSX exclude each other.
    pub(super) fn of(path: &str, text: &str) -> &'static Self {
        static TYPESCRIPT: OnceLock<Grammar> = OnceLock::new();
        static TSX: OnceLock<Grammar> = OnceLock::new();
        let typed = [".ts", ".mts", ".cts"].iter().any(|extension| path.ends_with(extension));
        if typed || is_component(path) && !holds_jsx(path, text) {
            TYPESCRIPT.get_or_init(|| Self::new(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()))
        } else {
            TSX.get_or_init(|| Self::new(tree_sitter_typescript::LANGUAGE_TSX.into()))
        }
    }

    fn new(language: Language) -> Self {
        let known = |name: &str| Kind::ALL.iter().find(|(_, text)| *text == name).map(|(kind, _)| *kind);
        let kind = |id: usize| language.node_kind_for_id(id as u16).and_then(known).unwrap_or(Kind::Other);
        let kinds = (0..language.node_kind_count()).map(kind).collect();
        let field = |(_, name): &(Part, &str)| language.field_id_for_name(name).map_or(0, u16::from);
        let fields = Part::ALL.iter().map(field).collect();
        Self { language, kinds, fields }
    }

    /// What the kind with this number is; errors have a number of their own.
    pub(super) fn kind(&self, id: u16) -> Kind {
        self.kinds.get(usize::from(id)).copied().unwrap_or(Kind::Other)
    }

    /// The number of a field.
    pub(super) fn field(&self, part: Part) -> u16 {
        self.fields[part as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammars_know_every_name() {
        for path in ["a.ts", "a.tsx"] {
            let grammar = Grammar::of(path, "");
            for (kind, name) in Kind::ALL.iter().filter(|(kind, _)| *kind != Kind::Other) {
                // The grammar of TypeScript has no such nodes, the one of JavaScript that it builds on has.
                let other = matches!(kind, Kind::FieldDefinition) || path == "a.tsx" && *kind == Kind::TypeAssertion;
                assert!(grammar.kinds.contains(kind) || other, "{path}: {name}");
            }
            assert!(Part::ALL.iter().all(|(part, _)| grammar.field(*part) != 0), "{path}");
        }
    }

    #[test]
    fn every_statement_is_known_as_one() {
        for path in ["a.ts", "a.tsx"] {
            let grammar = Grammar::of(path, "");
            for id in 0..grammar.language.node_kind_count() as u16 {
                let name = grammar.language.node_kind_for_id(id).unwrap_or("");
                let kind = grammar.kind(id);
                assert_eq!(kind.is_statement(), name.ends_with("_statement"), "{path}: {name}");
                assert_eq!(kind.is_declaration(), name.ends_with("_declaration"), "{path}: {name}");
                assert_eq!(kind.is_annotation(), name.ends_with("_annotation"), "{path}: {name}");
            }
        }
    }
}
