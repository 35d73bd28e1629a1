//! What the whole-program tests share: the built program, the repository's folders, cases in Markdown, a real server.

pub mod case;
pub mod judge;
pub mod program;
pub mod schema;
pub mod server;
