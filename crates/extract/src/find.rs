//! From facts to sites: sinks, the project's own functions that reach them, tags, and texts that nobody takes.

use std::sync::Arc;

use rayon::prelude::*;
use rollproof_source::{FileId, Span};
use rollproof_sql::MappedText;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::coverage::Coverage;
use crate::eval::choice::agree;
use crate::eval::value::{ParamRef, Piece, Pieces, Value};
use crate::eval::{Evaluator, span};
use crate::holes::first_open_hole;
use crate::ir::{ExprId, ExprKind, Facts, Fate};
use crate::matching::{Target, only_param};
use crate::program::Program;
use crate::render::render;
use crate::sinks::Placeholders;
use crate::{ExtractedQuery, FailureMode, QUERY_BUILDER, ResultUse, Site, SiteKind, Unknown, looks};

/// How many functions may pass a text on, one to the next.
const MAX_HOPS: usize = 2_000;

/// A call of a function of the project that passes the text on: by whom it is called, and which parameter it is.
type Passing = FxHashMap<(Arc<str>, ExprId), Vec<(Target, ParamRef, Arc<Facts>)>>;

/// What is known of a program before its sites are listed.
pub(crate) struct Finder<'p> {
    program: &'p Program<'p>,
    /// Calls of functions that pass their argument on.
    passing: Passing,
    /// Parameters that reach a sink and have callers.
    forwarded: FxHashSet<ParamRef>,
}

/// The sites of one file, and the expressions that they account for.
#[derive(Default)]
struct FileSites {
    sites: Vec<Site>,
    touched: Texts,
    used_tags: Texts,
}

/// What the sinks of a wave are given, by file: all that the search for callers and the list of sites both ask for.
pub(crate) struct Survey {
    files: Vec<FileSurvey>,
}

/// What is sent in one file.
#[derive(Default)]
struct FileSurvey {
    /// The calls that are sinks, in source order, and the values of their text argument.
    sinks: Vec<(ExprId, Target, Vec<Value>)>,
    /// The parameters in those and in tags.
    params: Vec<ParamRef>,
    /// The parameters in texts that no sink takes.
    text_params: Vec<ParamRef>,
    /// Texts that the sinks and tags went through, and tags that are a part of another.
    touched: Texts,
    used_tags: Texts,
}

impl Survey {
    pub(crate) fn new(program: &Program<'_>) -> Self {
        let surveyed = program.wave.par_iter().map(|facts| {
            let mut found = survey(program, facts);
            found.text_params = params_of_texts(program, facts, &found.touched);
            found
        });
        Self { files: surveyed.collect() }
    }

    /// The same for more files. What texts that no sink takes are made of depends little on who calls: those of the files
    /// that were there before are not evaluated again.
    pub(crate) fn again(self, program: &Program<'_>, before: &[Arc<Facts>]) -> Self {
        let known = before.iter().zip(self.files).map(|(facts, file)| (facts.file, file.text_params));
        let known: FxHashMap<FileId, Vec<ParamRef>> = known.collect();
        let surveyed = program.wave.par_iter().map(|facts| {
            let mut found = survey(program, facts);
            found.text_params = match known.get(&facts.file) {
                Some(params) => params.clone(),
                None => params_of_texts(program, facts, &found.touched),
            };
            found
        });
        Self { files: surveyed.collect() }
    }
}

type Texts = FxHashSet<(FileId, ExprId)>;

/// The parameters in a file's texts that read as SQL: one that no sink takes is a site too.
fn params_of_texts(program: &Program<'_>, facts: &Arc<Facts>, touched: &Texts) -> Vec<ParamRef> {
    let mut evaluator = Evaluator::new(program);
    let mut params = Vec::new();
    for expr in &facts.texts {
        if may_read_as_sql(facts, *expr) && !touched.contains(&(facts.file, *expr)) {
            evaluator.begin();
            params.extend(evaluator.eval(facts, *expr, &None).iter().flat_map(params_of));
        }
    }
    params
}

fn survey(program: &Program<'_>, facts: &Arc<Facts>) -> FileSurvey {
    let mut evaluator = Evaluator::new(program);
    let mut found = FileSurvey::default();
    for expr in &facts.calls {
        evaluator.begin();
        match &facts.expr(*expr).kind {
            ExprKind::Call(call) => {
                let Some(target) = evaluator.sink_of(facts, *expr) else { continue };
                let values = evaluator.argument_values(facts, call, &target);
                found.params.extend(values.iter().flat_map(params_of));
                found.sinks.push((*expr, target, values));
            }
            // A tag may be a part of another that stands in another file: all are evaluated before any is judged.
            ExprKind::Tagged { .. } => {
                found.params.extend(evaluator.eval(facts, *expr, &None).iter().flat_map(params_of));
            }
            _ => {}
        }
    }
    found.touched = std::mem::take(&mut evaluator.touched);
    found.used_tags = std::mem::take(&mut evaluator.spliced);
    found
}

/// Names of the functions whose parameters reach a sink, wholly or as a part of the text: those that stand around the
/// sinks, and all of them, through however many calls.
pub(crate) fn functions_to_follow(
    program: &Program<'_>,
    survey: &Survey,
) -> (FxHashSet<Arc<str>>, FxHashSet<Arc<str>>) {
    let mut open: Vec<ParamRef> =
        survey.files.iter().flat_map(|file| file.params.iter().chain(&file.text_params).cloned()).collect();
    let name = |param: &ParamRef| {
        let facts = program.facts(&param.path)?;
        program.called_as(&facts, param.param.function)
    };
    let near: FxHashSet<Arc<str>> = open.iter().filter_map(name).collect();
    let mut seen: FxHashSet<ParamRef> = FxHashSet::default();
    let mut names = FxHashSet::default();
    let mut evaluator = Evaluator::new(program);
    while let Some(param) = open.pop() {
        if seen.len() > MAX_HOPS || seen.contains(&param) {
            continue;
        }
        seen.insert(param.clone());
        let Some(facts) = program.facts(&param.path) else { continue };
        names.extend(name(&param));
        evaluator.begin();
        for (caller, call) in program.callers(&mut evaluator, &facts, param.param.function).iter() {
            evaluator.begin();
            let at = span(caller, *call);
            open.extend(evaluator.given(caller, *call, &facts, &param, at).iter().flat_map(params_of));
        }
    }
    (near, names)
}

fn params_of(value: &Value) -> Vec<ParamRef> {
    match value {
        Value::Param(param, _) => vec![param.clone()],
        Value::Text(pieces) | Value::Fragment(pieces, ..) => pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Param(param, _) => Some(param.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What the calls of all files account for.
struct Taken<'t> {
    /// Texts that some sink or tag went through.
    touched: &'t Texts,
    /// Tags that are a part of another, or are sent.
    used_tags: &'t Texts,
    /// What stands in the sites' texts and calls.
    coverage: &'t Coverage,
}

impl Taken<'_> {
    /// Whether a text is some site's. One that was only looked at, as a value that some caller gives, is not.
    fn has(&self, facts: &Facts, expr: ExprId) -> bool {
        self.touched.contains(&(facts.file, expr)) && self.coverage.touches(facts.file, facts.expr(expr).range)
    }
}

/// Every site of the program's wave, in order of path and place.
pub(crate) fn sites(program: &Program<'_>, survey: Survey) -> Vec<Site> {
    let mut finder = Finder { program, passing: Passing::default(), forwarded: FxHashSet::default() };
    finder.follow_helpers(&survey);
    let files = program.wave.par_iter().zip(&survey.files);
    let files: Vec<FileSites> = files.map(|(facts, surveyed)| finder.sinks(facts, surveyed)).collect();
    let mut touched = FxHashSet::default();
    let mut used_tags = FxHashSet::default();
    for file in survey.files {
        touched.extend(file.touched);
        used_tags.extend(file.used_tags);
    }
    let mut sites: Vec<Vec<Site>> = Vec::new();
    for file in files {
        touched.extend(file.touched);
        used_tags.extend(file.used_tags);
        sites.push(file.sites);
    }
    let coverage = Coverage::of(sites.iter().flatten());
    let taken = Taken { touched: &touched, used_tags: &used_tags, coverage: &coverage };
    let rest: Vec<Vec<Site>> = program.wave.par_iter().map(|facts| finder.leftovers(facts, &taken)).collect();
    let mut all = Vec::new();
    for (mut sites, rest) in sites.into_iter().zip(rest) {
        sites.extend(rest);
        sites.sort_by_key(|site| (site.span.range.start, site.span.range.end));
        all.extend(sites);
    }
    crate::workers::mark(program, &mut all);
    all
}

impl Finder<'_> {
    /// Finds the functions that pass a parameter on to a sink, and their callers, until nothing new is found.
    fn follow_helpers(&mut self, survey: &Survey) {
        let program = self.program;
        let mut open: Vec<(Target, ParamRef)> = Vec::new();
        for (_, target, values) in survey.files.iter().flat_map(|file| &file.sinks) {
            open.extend(values.iter().filter_map(only_param).map(|param| (target.clone(), param.clone())));
        }
        open.reverse();
        let mut evaluator = Evaluator::new(program);
        let mut seen: FxHashSet<ParamRef> = FxHashSet::default();
        while let Some((target, param)) = open.pop() {
            if seen.len() > MAX_HOPS || !seen.insert(param.clone()) {
                continue;
            }
            let Some(facts) = program.facts(&param.path) else { continue };
            evaluator.begin();
            let callers = program.callers(&mut evaluator, &facts, param.param.function);
            for (caller, call) in callers.iter() {
                evaluator.begin();
                let at = span(caller, *call);
                let given = evaluator.given(caller, *call, &facts, &param, at);
                let values = evaluator.text_values(given, &target, at);
                // Another overload: this caller gives an object where a text is meant, or the other way round.
                if values.is_empty() {
                    continue;
                }
                self.forwarded.insert(param.clone());
                open.extend(values.iter().filter_map(only_param).map(|param| (target.clone(), param.clone())));
                let entry = self.passing.entry((caller.path.clone(), *call)).or_default();
                entry.push((target.clone(), param.clone(), facts.clone()));
            }
        }
    }

    /// The sites of a file's calls.
    fn sinks(&self, facts: &Arc<Facts>, surveyed: &FileSurvey) -> FileSites {
        let mut evaluator = Evaluator::new(self.program);
        let mut out = FileSites::default();
        let mut sinks = surveyed.sinks.iter().peekable();
        for expr in &facts.calls {
            evaluator.begin();
            let ExprKind::Call(call) = &facts.expr(*expr).kind else { continue };
            let at = span(facts, *expr);
            let failure = failure_of(facts, call.fate);
            if let Some((_, target, values)) = sinks.next_if(|(sink, ..)| sink == expr) {
                self.note_tags(values, &mut out);
                let names = evaluator.bound_names(facts, call, target);
                let bound = call.arguments.len() > target.argument + 1 || is_object(facts, call, target.argument);
                let always = target.file || target.style == Placeholders::PgTypedFile;
                let style = if bound || always { target.style } else { Placeholders::Dollar };
                let site =
                    self.site(&mut evaluator, values, (&target.name, SiteKind::Sink), style, &names, at, target.grows);
                let by = result_use(call.type_argument.as_deref(), &target.name);
                let site = site.filter(|site| !target.part || is_statement(site));
                let site = site.map(|site| if target.builds { part_of_built(site) } else { site });
                out.sites.extend(site.map(|mut site| {
                    site.queries.iter_mut().for_each(|query| query.result = by);
                    Site { failure, database: target.database.clone(), declares_types: target.declares_types, ..site }
                }));
                continue;
            }
            if let Some(passing) = self.passing.get(&(facts.path.clone(), *expr)) {
                let mut values: Vec<Value> = Vec::new();
                for (target, param, callee) in passing {
                    let given = evaluator.given(facts, *expr, callee, param, at);
                    let given = evaluator.text_values(given, target, at);
                    given.into_iter().for_each(|value| crate::eval::value::add(&mut values, value));
                }
                let Some((target, ..)) = passing.first() else { continue };
                self.note_tags(&values, &mut out);
                let style = target.style;
                let database = target.database.clone();
                let site = self.site(&mut evaluator, &values, (&target.name, SiteKind::Helper), style, &[], at, false);
                let declares_types = passing.iter().any(|(target, ..)| target.declares_types);
                out.sites.extend(site.map(|site| Site { failure, database, declares_types, ..site }));
                continue;
            }
            // One site for a chain of calls.
            let chained = out
                .sites
                .last()
                .is_some_and(|last| last.kind == SiteKind::QueryBuilder && last.span.range.start == at.range.start);
            if !chained && let Some(name) = evaluator.builder_of(facts, *expr) {
                out.sites.push(Site::of_builder(at, name));
            }
        }
        out.touched = std::mem::take(&mut evaluator.touched);
        out.used_tags.extend(std::mem::take(&mut evaluator.spliced));
        out
    }

    fn note_tags(&self, values: &[Value], out: &mut FileSites) {
        for value in values {
            if let Value::Fragment(_, file, expr) = value {
                out.used_tags.insert((*file, *expr));
            }
        }
    }

    /// Tags and texts that no site accounts for.
    fn leftovers(&self, facts: &Arc<Facts>, taken: &Taken<'_>) -> Vec<Site> {
        let mut evaluator = Evaluator::new(self.program);
        let mut sites = Vec::new();
        let mut templates = FxHashSet::default();
        for expr in &facts.calls {
            let ExprKind::Tagged { tag, quasi } = facts.expr(*expr).kind else { continue };
            templates.insert(quasi);
            if taken.used_tags.contains(&(facts.file, *expr)) {
                continue;
            }
            evaluator.begin();
            let values = evaluator.eval(facts, *expr, &None);
            if !values
                .iter()
                .any(|value| matches!(value, Value::Fragment(pieces, ..) | Value::Text(pieces) if is_sql_start(pieces)))
            {
                continue;
            }
            let path = crate::eval::call::callee_path(facts, tag);
            let name: Arc<str> = self.program.tag_name(facts, &path).into();
            let at = span(facts, *expr);
            let style = self.program.tag_placeholders(facts, &path);
            let site = self.site(&mut evaluator, &values, (&name, SiteKind::Sink), style, &[], at, false);
            let failure = facts.tag_fates.get(expr).and_then(|fate| failure_of(facts, *fate));
            let declares_types = self.program.tag_declares_types(facts, &path);
            sites.extend(site.map(|site| Site { failure, declares_types, ..site }));
        }
        self.texts(facts, &mut evaluator, taken, &templates, &mut sites);
        sites
    }

    /// `templates` are those of tags, which are told by their tags.
    fn texts(
        &self,
        facts: &Arc<Facts>,
        evaluator: &mut Evaluator<'_>,
        taken: &Taken<'_>,
        templates: &FxHashSet<ExprId>,
        sites: &mut Vec<Site>,
    ) {
        let mut end = 0;
        for expr in &facts.texts {
            let range = facts.expr(*expr).range;
            if range.start < end || templates.contains(expr) || taken.has(facts, *expr) {
                continue;
            }
            if !may_read_as_sql(facts, *expr) {
                continue;
            }
            evaluator.begin();
            let values = evaluator.eval(facts, *expr, &None);
            let at = span(facts, *expr);
            let name: Arc<str> = "text".into();
            let site = self.site(evaluator, &values, (&name, SiteKind::Text), Placeholders::Dollar, &[], at, false);
            let Some(site) = site else { continue };
            if site.queries.iter().any(|query| looks::reads_as_sql(&query.text.text)) {
                end = range.end;
                let database = self.program.other_database(facts).map(Arc::from);
                sites.push(Site { database, ..part_of_built(site) });
            }
        }
    }

    /// A site of these values.
    #[expect(clippy::too_many_arguments, reason = "one call per kind of site; a struct would only name them twice")]
    fn site(
        &self,
        evaluator: &mut Evaluator<'_>,
        values: &[Value],
        (sink, kind): (&Arc<str>, SiteKind),
        style: Placeholders,
        names: &[Option<String>],
        at: Span,
        grows: bool,
    ) -> Option<Site> {
        let passed_on = |value: &Value| only_param(value).is_some_and(|param| self.forwarded.contains(param));
        let own: Vec<Value> = values.iter().filter(|value| !passed_on(value)).cloned().collect();
        // Which library a text without a sink reaches is not known.
        let declares_types = kind == SiteKind::Text;
        let mut site = Site { declares_types, ..Site::new(at, sink.clone(), kind) };
        if own.is_empty() && !values.is_empty() {
            site.kind = SiteKind::Forwarder;
            return Some(site);
        }
        if own.is_empty() {
            site.unknown = Some(Unknown { reason: "no text argument".into(), at });
            return Some(site);
        }
        let texts = evaluator.value_texts(&own, at);
        for text in texts {
            for text in evaluator.expand(&text, at) {
                self.add_query(&mut site, &text, style, names, at);
            }
        }
        site.refused = drop_impossible(&mut site.queries);
        if grows {
            site.unknown = Some(Unknown { reason: QUERY_BUILDER.into(), at });
        }
        Some(site)
    }

    fn add_query(&self, site: &mut Site, text: &[Piece], style: Placeholders, names: &[Option<String>], at: Span) {
        let unknown = text.iter().find_map(|piece| match piece {
            Piece::Unknown(reason, at) => Some(Unknown { reason: reason.clone(), at: *at }),
            Piece::Param(_, at) => Some(Unknown { reason: "parameter".into(), at: *at }),
            _ => None,
        });
        let query = render(text, style, names, at);
        // The hole may have become a placeholder of the program's own numbering.
        let open = first_open_hole(&query.text);
        let holes = open.map(|hole| Unknown { reason: hole.reason.clone(), at: hole.at });
        let bare = query.text.text.chars().all(|character| character == MappedText::HOLE || character.is_whitespace());
        if bare {
            let empty = Unknown { reason: "empty text".into(), at };
            site.unknown = site.unknown.take().or(unknown).or(Some(empty));
            return;
        }
        site.unknown = site.unknown.take().or(holes);
        if !site.queries.iter().any(|known| same_query(known, &query)) {
            site.queries.push(query);
        }
    }
}

/// A site whose texts are operands counts as the query builder's that they are given to.
fn part_of_built(site: Site) -> Site {
    if site.queries.is_empty() || !site.queries.iter().all(|query| is_operand(&query.text.text)) {
        return site;
    }
    Site::of_builder(site.span, site.sink)
}

/// `(SELECT …) AS name`: an operand of a query that is built, where no query begins.
fn is_operand(text: &str) -> bool {
    let text = text.trim();
    if !text.starts_with('(') {
        return false;
    }
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let mut rest = text[at + 1..].split_whitespace();
            let first = rest.next();
            return first
                .is_none_or(|word| word.eq_ignore_ascii_case("as") && rest.next().is_some() && rest.next().is_none());
        }
    }
    false
}

/// Drops combinations of parts that are no SQL, where others are: branches that exclude each other (`WHERE a WHERE b`), an
/// empty list of conditions that the program tests for. No migration decides whether a text is SQL. Returns how many.
fn drop_impossible(queries: &mut Vec<ExtractedQuery>) -> usize {
    let all = queries.len();
    if all < 2 {
        return 0;
    }
    if queries.iter().any(|query| !looks::empty_clause(&query.text.text)) {
        queries.retain(|query| !looks::empty_clause(&query.text.text));
    }
    let reads = |query: &ExtractedQuery| query.text.holes().next().is_some() || reads_as_statements(&query.text.text);
    let read: Vec<bool> = queries.iter().map(reads).collect();
    if read.contains(&true) {
        let mut kept = read.iter();
        queries.retain(|_| kept.next().copied().unwrap_or(true));
    }
    all - queries.len()
}

fn reads_as_statements(text: &str) -> bool {
    rollproof_sql::parse_script(text).iter().all(|(_, parsed)| parsed.is_ok())
}

fn same_query(left: &ExtractedQuery, right: &ExtractedQuery) -> bool {
    left.text.text == right.text.text
}

fn is_statement(site: &Site) -> bool {
    site.queries.iter().any(|query| looks::statement_head(&query.text.text))
}

fn is_sql_start(pieces: &Pieces) -> bool {
    let first = pieces
        .iter()
        .find(|piece| !matches!(piece, Piece::Text { text, .. } if looks::without_comments(text).is_empty()));
    match first {
        Some(Piece::Text { text, .. }) => looks::statement_head(text),
        _ => false,
    }
}

/// The text stands in an object, its values beside it.
fn is_object(facts: &Facts, call: &crate::ir::Call, argument: usize) -> bool {
    call.arguments.get(argument).is_some_and(|argument| matches!(facts.expr(*argument).kind, ExprKind::Object(_)))
}

/// A look at the literal head alone, before anything is evaluated.
fn may_read_as_sql(facts: &Facts, expr: ExprId) -> bool {
    let mut next = expr;
    for _ in 0..8 {
        match &facts.expr(next).kind {
            ExprKind::Concat(parts) => match parts.first() {
                Some(first) => next = *first,
                None => return false,
            },
            ExprKind::Template(_) => {
                let text = facts.expr(next).range.slice(&facts.text);
                let text = text.trim_start_matches(['"', '\'', '`', '\\', 'n', 'r', '#']);
                return looks::statement_head(text);
            }
            _ => return false,
        }
    }
    false
}

/// sqlx: macros and scalars read by position, `query_as` by name unless the type is a tuple.
fn result_use(type_argument: Option<&str>, sink: &str) -> ResultUse {
    match (sink, type_argument) {
        (sink, _) if sink.ends_with("scalar!") || sink.ends_with("::query_scalar") => ResultUse::ByPosition,
        ("sqlx::query_as", Some("(")) => ResultUse::ByPosition,
        ("sqlx::query_as" | "sqlx::query_as!" | "match_query_as!", _) => ResultUse::ByName,
        _ => ResultUse::Unknown,
    }
}

fn failure_of(facts: &Facts, fate: Fate) -> Option<FailureMode> {
    let (why, range) = match fate {
        Fate::Heard => return None,
        Fate::Swallowed(range) => ("caught and not rethrown", range),
        Fate::NotAwaited(range) => ("not awaited", range),
    };
    Some(FailureMode { swallowed: true, why: why.into(), at: Span { file: facts.file, range } })
}

impl Evaluator<'_> {
    /// A text with its parameters replaced by what the callers give.
    pub(crate) fn expand(&mut self, text: &Pieces, at: Span) -> Vec<Vec<Piece>> {
        let mut open: Vec<Vec<Piece>> = vec![text.to_vec()];
        for _ in 0..12 {
            let Some(found) = open.iter().flatten().find_map(|piece| match piece {
                Piece::Param(param, at) => Some((param.clone(), *at)),
                _ => None,
            }) else {
                return without_given_schemas(open);
            };
            let values = self.callers_give(&found.0, found.1);
            let choices = self.value_texts(&values, found.1);
            // A parameter that comes back as itself would be replaced for ever.
            let mut choices: Vec<Pieces> = choices.into_iter().filter(|choice| !mentions(choice, &found.0)).collect();
            if open.iter().any(|text| is_schema(text, &found.0)) {
                crate::eval::text::prefer_known(&mut choices);
            }
            open = self.replace_param(&open, &found.0, &choices, at);
        }
        open
    }

    fn replace_param(&self, texts: &[Vec<Piece>], param: &ParamRef, choices: &[Pieces], at: Span) -> Vec<Vec<Piece>> {
        let limit = self.limit();
        let mut all: Vec<Vec<Piece>> = Vec::new();
        let unknown: Pieces = vec![Piece::Unknown(format!("more than {limit} variants").into(), at)].into();
        let none: Pieces = vec![Piece::Unknown("parameter".into(), at)].into();
        let wide =
            texts.iter().map(|text| choices.iter().filter(|choice| agree(text, choice)).count()).sum::<usize>() > limit;
        let choices: &[Pieces] = if wide { std::slice::from_ref(&unknown) } else { choices };
        let choices: &[Pieces] = if choices.is_empty() { std::slice::from_ref(&none) } else { choices };
        for text in texts {
            if !mentions(text, param) {
                all.push(text.clone());
                continue;
            }
            for choice in choices.iter().filter(|choice| agree(text, choice)) {
                let mut replaced = Vec::with_capacity(text.len());
                for piece in text {
                    match piece {
                        Piece::Param(other, _) if other == param => replaced.extend(choice.iter().cloned()),
                        other => replaced.push(other.clone()),
                    }
                }
                if !all.contains(&replaced) {
                    all.push(replaced);
                }
            }
        }
        all
    }

    /// The known texts of the bindings that follow the text, for identifiers among them.
    fn bound_names(&mut self, facts: &Arc<Facts>, call: &crate::ir::Call, target: &Target) -> Vec<Option<String>> {
        let Some(bindings) = call.arguments.get(target.argument + 1) else { return Vec::new() };
        if target.style == Placeholders::Dollar {
            return Vec::new();
        }
        match self.eval(facts, *bindings, &None).as_slice() {
            [Value::List(items)] => items.iter().map(|item| item.values.first().and_then(Value::constant)).collect(),
            [one] => vec![one.constant()],
            _ => Vec::new(),
        }
    }
}

/// Without the texts whose schema is given from outside, where others have its default.
fn without_given_schemas(mut texts: Vec<Vec<Piece>>) -> Vec<Vec<Piece>> {
    let given = |text: &Vec<Piece>| {
        text.windows(2).any(|pair| match pair {
            [Piece::Unknown(..), Piece::Text { text, .. }] => crate::eval::text::names_schema(text),
            _ => false,
        })
    };
    if texts.len() > 1 && !texts.iter().all(given) {
        texts.retain(|text| !given(text));
    }
    texts
}

/// The parameter stands where a schema's name does: before a dot.
fn is_schema(pieces: &[Piece], param: &ParamRef) -> bool {
    pieces.windows(2).any(|pair| match pair {
        [Piece::Param(other, _), Piece::Text { text, .. }] => other == param && crate::eval::text::names_schema(text),
        _ => false,
    })
}

fn mentions(pieces: &[Piece], param: &ParamRef) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Param(other, _) if other == param))
}
