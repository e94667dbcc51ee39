//! Reports as JSON, for scripts: the domain's own names, amounts as decimal strings in euros.

use serde::Serialize;

use super::amortisation::RenderError;

/// UTF-8, indented, ending in a line feed.
pub fn json<T: Serialize + ?Sized>(report: &T) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(report)?;
    bytes.push(b'\n');
    Ok(bytes)
}
