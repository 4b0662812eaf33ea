//! The WGSL kernels of play against their plain twins in a browser: the comparisons of `kernels::check`
//! and `model::check`, as `crates/kernels/tests/play.rs` and `crates/model/tests/kernels.rs` make them
//! natively. `index.html` runs them and leaves the result in `window.__result`. To build it, from the
//! root of the repository (the page is named as well so that both share one build of burn):
//!
//! ```text
//! cargo build --profile wasm --target wasm32-unknown-unknown -p pocket-genie-web -p pocket-genie-kernels-web
//! wasm-bindgen --target web --out-dir tests/kernels-web/pkg <target>/wasm32-unknown-unknown/wasm/kernels_web.wasm
//! ```
//!
//! then serve `tests/kernels-web` and open `index.html?cases=200`.
#![cfg(target_family = "wasm")]

use kernels::check::Bench;
use kernels::gpu::Gpu;
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(message: &str);
}

/// Compares every kernel at `cases` random shapes, and at the paper's sizes. JSON: `passed`, and for
/// every kernel its `cases`, how many of the `papers` sizes, how many different `kernels` were compiled
/// for them, the `worst` difference and the `failures`, in words.
#[wasm_bindgen]
pub async fn run(cases: u32) -> String {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
    let gpu = match Gpu::open().await {
        Ok(gpu) => gpu,
        Err(reason) => {
            return json!({ "passed": false, "error": reason.to_string() }).to_string();
        }
    };
    let mut bench = Bench::new(gpu);
    let mut reports = kernels::check::play::compare_all(&mut bench, cases as usize).await;
    reports.extend(model::check::compare_all(&mut bench, cases as usize).await);
    let operations: Vec<_> = reports
        .iter()
        .map(|report| {
            json!({
                "operation": report.name,
                "cases": report.cases,
                "papers": report.papers,
                "kernels": report.kernels,
                "worst": report.worst,
                "failures": report.failures,
            })
        })
        .collect();
    let passed = reports.iter().all(|report| report.failures.is_empty());
    json!({ "passed": passed, "operations": operations }).to_string()
}
