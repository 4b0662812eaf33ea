//! The WGSL kernels against their plain twins in a browser: the comparisons of `kernels::check`, as
//! `crates/kernels/tests/wgsl.rs` makes them natively. `index.html` runs them and leaves the result
//! in `window.__result`. To build it, from the root of the repository (the page is named as well so that
//! both share one build of burn):
//!
//! ```text
//! cargo build --profile wasm --target wasm32-unknown-unknown -p pocket-genie-web -p pocket-genie-kernels-web
//! wasm-bindgen --target web --out-dir tests/kernels-web/pkg <target>/wasm32-unknown-unknown/wasm/kernels_web.wasm
//! ```
//!
//! then serve `tests/kernels-web` and open `index.html?cases=20`.
#![cfg(target_family = "wasm")]

use burn::tensor::Device;
use kernels::check::{Case, Operation, TOLERANCE};
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(message: &str);
}

/// Makes `cases` comparisons of every operation. JSON: `passed`, and for every operation its
/// `cases`, the `worst` difference and the `failures`, in words. Call it once: cubecl starts a
/// device once.
#[wasm_bindgen]
pub async fn run(cases: u32) -> String {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
    let device = match Device::wgpu_options().init_async().await {
        Ok(device) => device,
        Err(reason) => {
            return json!({ "passed": false, "error": reason.to_string() }).to_string();
        }
    };
    let mut passed = true;
    let mut operations = Vec::new();
    for operation in Operation::ALL {
        let mut worst = 0f32;
        let mut failures = Vec::new();
        for seed in 0..cases {
            let case = Case::random(operation, u64::from(seed));
            let difference = case.difference(&device).await;
            worst = worst.max(difference);
            if difference > TOLERANCE {
                failures.push(format!("{difference} off: {case:?}"));
            }
        }
        passed &= failures.is_empty();
        operations.push(json!({
            "operation": format!("{operation:?}"),
            "cases": cases,
            "worst": worst,
            "failures": failures,
        }));
    }
    json!({ "passed": passed, "operations": operations }).to_string()
}
