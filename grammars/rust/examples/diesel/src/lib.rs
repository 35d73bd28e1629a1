use diesel::sql_query;

pub fn queries() {
    sql_query("SELECT id FROM users WHERE id = $1");
    diesel::sql_query(format!("SELECT id FROM {}", "users"));
}

pub mod built {
    use diesel::prelude::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    pub fn of(conn: &mut PgConnection, ready: &AtomicBool, names: &[String]) -> QueryResult<Vec<String>> {
        diesel::insert_into(users::table).values(users::name.eq("a")).execute(conn)?;
        users::table.filter(users::id.eq(1)).first::<User>(conn)?;
        db_run! { conn: {
            diesel::delete(users::table.filter(users::id.eq(2))).execute(conn)
        } }
        db_run! { conn:
            postgresql {
                diesel::sql_query("SELECT name FROM users").load::<User>(conn)
            }
        }
        if ready.load(Ordering::Relaxed) {
            names.first();
        }
        users::table.select(users::name).load(conn)
    }
}
