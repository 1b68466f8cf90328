//! The answer to a request about a run: its report, with the files that are worth showing.

use std::collections::BTreeMap;

use codemode_raster::Picture;
use codemode_run::{Report, RunHandle};
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, ProtocolVersion};
use rmcp::service::RequestContext;

use super::Shared;
use crate::present::{Shown, Style, candidates, failed, result, to_draw};

/// How the client of this request takes results.
pub(super) fn style(shared: &Shared, context: &RequestContext<RoleServer>) -> Style {
    let version = context.protocol_version();
    let links = version.is_none_or(|version| version.as_str() >= ProtocolVersion::V_2025_06_18.as_str());
    Style { links, structured: shared.options.structured_output }
}

/// Answers with the end of a run, or with what there is of one that goes on.
pub(super) async fn answer(shared: &Shared, run: &RunHandle, style: Style) -> CallToolResult {
    match run.report() {
        None => result(&run.so_far(), &[], &BTreeMap::new(), style),
        Some(end) => match &*end {
            Ok(report) => answer_with(shared, report, style).await,
            Err(error) => failed(error, style),
        },
    }
}

/// Answers with this report of a run that is over.
pub(super) async fn answer_with(shared: &Shared, report: &Report, style: Style) -> CallToolResult {
    let files = files(shared, report).await;
    let pictures = pictures(shared, report, &files).await;
    result(report, &files, &pictures, style)
}

/// Draws what clients do not show. What cannot be drawn is given as it is.
async fn pictures(shared: &Shared, report: &Report, files: &[Shown<'_>]) -> BTreeMap<usize, Picture> {
    let mut pictures = BTreeMap::new();
    let Some(rasteriser) = &shared.options.rasteriser else { return pictures };
    for (place, bytes, mime_type) in to_draw(report, files) {
        match rasteriser.draw(bytes, mime_type).await {
            Ok(picture) => drop(pictures.insert(place, picture)),
            Err(error) => tracing::info!(%error, run_id = report.run_id, mime_type, "a picture is not drawn"),
        }
    }
    pictures
}

/// Reads the files to show now, and not when the run ended: reports that are kept would keep them all in memory.
async fn files<'a>(shared: &Shared, report: &'a Report) -> Vec<Shown<'a>> {
    let mut files = Vec::new();
    for (file, bytes_max) in candidates(&report.files) {
        let read = shared.runs.runner().read_file(report.session_id.as_deref(), &file.name, bytes_max);
        files.push((file, read.await.ok()));
    }
    files
}
