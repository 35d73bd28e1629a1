pub const COLUMNS: &str = "id, name";
pub static ACTIVE: &str = "active";

pub fn by_name(name: &str) -> &'static str {
    match name {
        "x" => "SELECT 'x' AS x",
        _ => "SELECT 'y' AS y",
    }
}
