//! The report as JSON, for scripts: the domain's own names, amounts as decimal strings in euros.

use super::RenderError;
use crate::domain::payback::PaybackReport;

/// UTF-8, indented, ending in a line feed.
pub fn json(report: &PaybackReport) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(report)?;
    bytes.push(b'\n');
    Ok(bytes)
}
