//! What becomes of an error, form by form: whether somebody hears of it.

use super::run;
use crate::Options;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";

/// Each query of `body` names a table; `expected` says of each table what becomes of the error, `-` where it is heard.
#[track_caller]
fn check(body: &str, expected: &[(&str, &str)]) {
    let (extraction, sources) = run(&[("a.ts", &format!("{PG}{body}"))], &Options::default());
    let mut found: Vec<(String, String)> = Vec::new();
    for site in &extraction.sites {
        let Some(query) = site.queries.first() else { continue };
        let table = query.text.text.split_whitespace().last().unwrap_or_default().to_owned();
        let failure = site.failure.as_ref().map_or("-".to_owned(), |failure| {
            assert!(failure.swallowed);
            format!("{} {}", failure.why, sources.locate(failure.at).1.line - 1)
        });
        found.push((table, failure));
    }
    let expected: Vec<(String, String)> =
        expected.iter().map(|(table, failure)| ((*table).to_owned(), (*failure).to_owned())).collect();
    assert_eq!(found, expected);
}

const CAUGHT: &str = "caught and not rethrown";

#[test]
fn a_catch_swallows_what_it_waits_for_and_does_not_throw() {
    check(
        "async function f() {
           try { await pool.query('DELETE FROM a'); return pool.query('DELETE FROM b'); }
           catch (error) { console.error(error); }
           try { await pool.query('DELETE FROM c'); } catch (error) { if (error.code !== '23505') throw error; }
           try { return await pool.query('DELETE FROM d'); } catch { return null; }
         }",
        &[("a", &format!("{CAUGHT} 3")), ("b", "-"), ("c", "-"), ("d", &format!("{CAUGHT} 5"))],
    );
}

#[test]
fn what_is_thrown_again_goes_to_the_next_handler() {
    check(
        "async function f() {
           try {
             try { await pool.query('DELETE FROM a'); } catch (error) { throw new Error('a', { cause: error }); }
             try { await pool.query('DELETE FROM b'); } catch (error) { next(error); }
           } catch {}
         }",
        &[("a", &format!("{CAUGHT} 5")), ("b", "-")],
    );
}

#[test]
fn an_error_that_is_kept_or_given_back_is_heard_of() {
    check(
        "async function f(ctx) {
           let failure; const errors = [];
           try { await pool.query('DELETE FROM a'); } catch (error) { failure = error; }
           try { await pool.query('DELETE FROM b'); } catch (error) { errors.push(error); }
           try { await pool.query('DELETE FROM c'); } catch (error) { ctx.status = 500; }
           try { await pool.query('DELETE FROM d'); } catch (error) { return { ok: false, error }; }
           try { await pool.query('DELETE FROM e'); } catch (error) { return logger.warn('failed', error); }
           try { await pool.query('DELETE FROM f'); } catch (error) { ctx.body = error.message; }
           await pool.query('DELETE FROM g').catch((error) => error as Error);
           await pool.query('DELETE FROM h').catch((error) => console.error(error));
           try { await pool.query('DELETE FROM i'); } catch (error) { this.emit('error', error); }
           try { await pool.query('DELETE FROM j'); } catch (error) { return { message: error.message }; }
           if (failure) throw failure;
         }",
        &[
            ("a", "-"),
            ("b", "-"),
            ("c", "-"),
            ("d", "-"),
            ("e", &format!("{CAUGHT} 7")),
            ("f", &format!("{CAUGHT} 8")),
            ("g", "-"),
            ("h", &format!("{CAUGHT} 10")),
            ("i", "-"),
            ("j", "-"),
        ],
    );
}

#[test]
fn a_finally_that_returns_swallows() {
    check(
        "async function f() {
           try { await pool.query('DELETE FROM a'); } finally { return 1; }
           try { await pool.query('DELETE FROM b'); } finally { client.release(); list.map(() => { return 1; }); }
         }",
        &[("a", &format!("{CAUGHT} 2")), ("b", "-")],
    );
}

#[test]
fn handlers_of_promises() {
    check(
        "function log(error) { console.error(error); }
         const fatal = (error) => { throw error; };
         async function f() {
           await pool.query('DELETE FROM a').catch(() => {});
           await pool.query('DELETE FROM b').catch(log);
           await pool.query('DELETE FROM c').catch(fatal);
           await pool.query('DELETE FROM d').then((r) => r.rows).catch((error) => null).finally(() => done());
           await pool.query('DELETE FROM e').then((r) => r.rows, reject);
           await pool.query('DELETE FROM f').then(() => pool.query('DELETE FROM g')).catch(() => {});
         }",
        &[
            ("a", &format!("{CAUGHT} 4")),
            ("b", &format!("{CAUGHT} 5")),
            ("c", "-"),
            ("d", &format!("{CAUGHT} 7")),
            ("e", "-"),
            ("f", &format!("{CAUGHT} 9")),
            ("g", &format!("{CAUGHT} 9")),
        ],
    );
}

#[test]
fn promises_that_nobody_waits_for() {
    check(
        "async function f() {
           pool.query('DELETE FROM a');
           void pool.query('DELETE FROM b');
           Promise.all([pool.query('DELETE FROM c')]);
           (async () => { await pool.query('DELETE FROM d'); })();
           (async () => { await pool.query('DELETE FROM e'); })().catch(() => {});
           await (async () => { await pool.query('DELETE FROM f'); })();
           const kept = pool.query('DELETE FROM g');
           return pool.query('DELETE FROM h');
         }",
        &[
            ("a", "not awaited 2"),
            ("b", "not awaited 3"),
            ("c", "not awaited 4"),
            ("d", "not awaited 5"),
            ("e", &format!("{CAUGHT} 6")),
            ("f", "-"),
            ("g", "-"),
            ("h", "-"),
        ],
    );
}

#[test]
fn several_promises_at_once() {
    check(
        "async function f(ids) {
           await Promise.all([pool.query('DELETE FROM a'), pool.query('DELETE FROM b').catch(() => {})]);
           await Promise.allSettled([pool.query('DELETE FROM c')]);
           const results = await Promise.allSettled([pool.query('DELETE FROM d')]);
           try { await Promise.all(ids.map(async (id) => { await pool.query('DELETE FROM e'); })); } catch {}
           await Promise.allSettled(ids.map((id) => pool.query('DELETE FROM f')));
         }",
        &[
            ("a", "-"),
            ("b", &format!("{CAUGHT} 2")),
            ("c", &format!("{CAUGHT} 3")),
            ("d", "-"),
            ("e", &format!("{CAUGHT} 5")),
            ("f", &format!("{CAUGHT} 6")),
        ],
    );
}

#[test]
fn functions_that_nobody_waits_for() {
    check(
        "emitter.on('saved', async () => { await pool.query('DELETE FROM a'); });
         setInterval(() => pool.query('DELETE FROM b'), 1000);
         ids.forEach(async (id) => { await pool.query('DELETE FROM c'); });
         emitter.on('gone', async () => { try { await pool.query('DELETE FROM d'); } catch (e) { throw e; } });
         emitter.on('kept', async () => { await pool.query('DELETE FROM e').catch(next); });
         app.get('/', async () => { await pool.query('DELETE FROM f'); });",
        &[
            ("a", "not awaited 1"),
            ("b", "not awaited 2"),
            ("c", "not awaited 3"),
            ("d", "not awaited 4"),
            ("e", "-"),
            ("f", "-"),
        ],
    );
}

#[test]
fn callbacks_get_the_error() {
    check(
        "pool.query('DELETE FROM a', (err, rows) => { rows.forEach(print); });
         pool.query('DELETE FROM b', (err, rows) => { if (err) return callback(err); });
         pool.query('DELETE FROM c', (err) => { if (err) throw err; });
         pool.query('DELETE FROM d', function (error, rows) { done(); console.log(rows); });",
        &[("a", &format!("{CAUGHT} 1")), ("b", "-"), ("c", "-"), ("d", &format!("{CAUGHT} 4"))],
    );
}

#[test]
fn transactions_end_as_what_runs_in_them() {
    check(
        "async function f() {
           try { await db.transaction(async (tx) => { await tx.query('DELETE FROM a'); }); } catch {}
           await db.transaction(async (tx) => { await tx.query('DELETE FROM b'); });
         }",
        &[("a", &format!("{CAUGHT} 2")), ("b", "-")],
    );
}

#[test]
fn what_a_function_swallows_its_callers_never_hear() {
    check(
        "async function run(text) { try { return await pool.query(text); } catch { return null; } }
         async function loud(text) { return pool.query(text); }
         export async function f() {
           await run('DELETE FROM a');
           await loud('DELETE FROM b');
           try { await loud('DELETE FROM c'); } catch {}
         }",
        &[("a", &format!("{CAUGHT} 1")), ("b", "-"), ("c", &format!("{CAUGHT} 6"))],
    );
}
