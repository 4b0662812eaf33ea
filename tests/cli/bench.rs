//! `genie bench play`, on both devices, and `genie bench train`.

use serde_json::Value;

use crate::support::{genie, shared};

const EVERYWHERE: [&str; 24] = [
    "steps",
    "frames_measured",
    "ms_per_frame_at_20",
    "ms_per_frame_at_23",
    "far_over_near",
    "ms_per_frame_without_cache",
    "without_cache_over_with",
    "ms_per_pass",
    "ms_passes",
    "ms_decode",
    "ms_per_pass_generic",
    "generic_over_ours",
    "gflop_per_pass",
    "gflop_per_frame",
    "bytes_moved_per_pass",
    "bytes_moved_per_frame",
    "gflops",
    "peak_gflops",
    "gflops_over_peak",
    "gb_per_s",
    "copy_gb_per_s",
    "gb_per_s_over_copy",
    "resident_bytes_at_20",
    "resident_bytes_at_23",
];

/// The figures of a bench of the tiny world, each of `names` checked.
fn figures(device: &str, names: &[&str]) -> Value {
    let world = shared().join("world.safetensors");
    let arguments = format!(
        "bench play {} --device {device} --far 23 --frames 2 --steps 3 --json",
        world.display()
    );
    let out = genie(shared(), &arguments).good().out;
    let figures: Value = serde_json::from_str(&out).unwrap();
    for name in EVERYWHERE.iter().chain(names) {
        let number = figures[name].as_f64();
        assert!(
            number.is_some_and(|x| x.is_finite() && x > 0.0),
            "{name} is {}",
            figures[name]
        );
    }
    assert_eq!(figures["steps"], 3);
    assert_eq!(figures["world"], "tiny");
    assert!(!figures["device"].as_str().unwrap().is_empty());
    figures
}

#[test]
fn the_cpu_is_measured() {
    let figures = figures("cpu", &["ms_remember"]);
    assert_eq!(figures["device_class"], "cpu");
    assert!(figures.get("launches_per_frame").is_none());
}

#[test]
fn a_graphics_processor_is_measured_and_its_launches_add_up() {
    let figures = figures(
        "wgpu",
        &["ms_first_pass", "ms_read_back", "ms_host", "memory_bytes"],
    );
    // Blocks of 8 launches: one in the dynamics, two in the decoder.
    let pass = 1 + 8 + 1 + 2;
    let decode = 1 + 16 + 2;
    assert_eq!(figures["launches_per_pass"], pass);
    assert_eq!(figures["launches_per_frame"], 1 + 3 * pass + decode);
    for part in ["frame", "pass"] {
        let kernels = figures[format!("launches_per_{part}_by_kernel")].as_object();
        let sum: u64 = kernels.unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(figures[format!("launches_per_{part}")], sum);
    }
}

#[test]
fn a_table_is_for_people_and_the_generic_pass_can_be_left_out() {
    let arguments = "bench play world.safetensors --device cpu --far 21 --frames 1 --no-generic";
    let out = genie(shared(), arguments).good().out;
    assert!(out.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.len() == 2 && words[0] == "frames_measured" && words[1] == "1"
    }));
    assert!(!out.contains("generic"), "{out}");
}

#[test]
fn what_can_t_be_measured_is_told() {
    let bench = |options: &str| {
        genie(
            shared(),
            &format!("bench play world.safetensors --device cpu {options}"),
        )
    };
    bench("--far 30").bad(2, &["a far frame of 30", "40 at least"]);
    bench("--far 30 --frames 0").bad(2, &["no frame to measure"]);
    bench("--steps 0 --far 40").bad(2, &["0 MaskGIT steps"]);
    genie(shared(), "bench play nowhere.safetensors --device cpu").bad(1, &["nowhere.safetensors"]);
}

#[test]
fn a_training_step_is_measured() {
    let sizes = "--width 32 --blocks 2 --batch 2 --frames 3 --tokens 5 --head-size 16";
    let arguments = format!("bench train {sizes} --repetitions 3 --json");
    let out = genie(shared(), &arguments).good().out;
    let figures: Value = serde_json::from_str(&out).unwrap();
    let number = |name: &str| figures.pointer(name).and_then(Value::as_f64).unwrap();
    for name in [
        "/gflops",
        "/peak_gflops",
        "/median_seconds",
        "/seconds_by_part/products",
        "/seconds_by_part/attention",
        "/seconds_by_part/elementwise",
        "/seconds_by_part/optimizer",
    ] {
        assert!(number(name) > 0.0, "{name} is {}", number(name));
    }
    assert_eq!(figures["seconds"].as_array().unwrap().len(), 3);
    assert!((0.0..1.0).contains(&number("/share_outside_products")));
    assert!(number("/losses/1") < number("/losses/0"));
    let text = genie(shared(), &format!("bench train {sizes} --repetitions 1"))
        .good()
        .out;
    assert!(text.contains("peak_gflops"), "{text}");
}
