//! Leaves the names of functions out of the page's programs: they are a third of their size.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo:rustc-link-arg-bins=--strip-all");
        // wasm-bindgen reads there what the program may use.
        println!("cargo:rustc-link-arg-bins=--keep-section=target_features");
    }
}
