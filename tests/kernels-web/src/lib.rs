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

use kernels::check::play::{CachedAttention, Linear, Method, SpatialAttention};
use kernels::check::{Bench, Case, compare};
use kernels::gpu::attention::CachePrecision;
use kernels::gpu::linear::Precision;
use kernels::gpu::{Class, Gpu};
use model::check::{Choice, Embed, Embedding, Pixels};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(message: &str);
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// Compares every kernel at `cases` random shapes, and at the paper's sizes. JSON: `passed`, and for
/// every kernel its `cases`, how many of the `papers` sizes, how many different `kernels` were compiled
/// for them, the `worst` difference, the `failures`, in words, and the `seconds` it took.
#[wasm_bindgen]
pub async fn run(cases: u32) -> String {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
    let gpu = match Gpu::open().await {
        Ok(gpu) => gpu,
        Err(reason) => {
            return json!({ "passed": false, "error": reason.to_string() }).to_string();
        }
    };
    let mut page = Page {
        bench: Bench::new(gpu),
        cases: cases as usize,
        passed: true,
        operations: Vec::new(),
    };
    for method in [Method::Registers, Method::Shared] {
        for precision in [Precision::F32, Precision::F16, Precision::I8] {
            page.compare::<Linear>((method, precision)).await;
        }
    }
    for class in [Class::Software, Class::Hardware] {
        page.compare::<SpatialAttention>(class).await;
    }
    for precision in [CachePrecision::F32, CachePrecision::F16] {
        page.compare::<CachedAttention>(precision).await;
    }
    for embedding in [Embedding::Tokens, Embedding::Codes] {
        page.compare::<Embed>(embedding).await;
    }
    page.compare::<Choice>(()).await;
    page.compare::<Pixels>(()).await;
    json!({ "passed": page.passed, "operations": page.operations }).to_string()
}

/// The comparisons so far.
struct Page {
    bench: Bench,
    cases: usize,
    passed: bool,
    operations: Vec<Value>,
}

impl Page {
    async fn compare<C: Case>(&mut self, variant: C::Variant) {
        let start = now();
        let report = compare::<C>(&mut self.bench, variant, self.cases).await;
        self.passed &= report.failures.is_empty();
        self.operations.push(json!({
            "operation": report.name,
            "cases": report.cases,
            "papers": report.papers,
            "kernels": report.kernels,
            "worst": report.worst,
            "failures": report.failures,
            "seconds": (now() - start) / 1000.0,
        }));
    }
}
