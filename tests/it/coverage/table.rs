//! Who gets what from every route: the rights of contract 2 as the doors keep them. A new route without a row fails.
//!
//! The columns: method, route, what is sent, and then one cell for each caller: a stranger, the clerk of the town that
//! the thing belongs to, the clerk of the town beside it, a supervisor, the auditor, the administrator and the security
//! officer of the county, and a program with a token of the first clerk.
//!
//! Cells: `ok` let in: done, or refused for what was sent (2xx, 303, 409, 412, 422); `in` sent to the page where one signs
//! in; `401`, `403`, `404` exactly so.
//!
//! What is sent: `-` nothing; `form` a form with the session's token and these fields; `json` this body; `file` an upload
//! without its file. `<verb>` and the like are filled with what stands after `|`.

/// The table.
pub const TABLE: &str = include_str!("rights.txt");
