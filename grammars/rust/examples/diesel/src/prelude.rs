use diesel::prelude::*;

pub fn of(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    users::table.select(users::name).load(conn)
}
