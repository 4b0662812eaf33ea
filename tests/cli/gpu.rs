//! The program on wgpu. A software adapter is enough: it runs the same shaders.

use crate::support::{QUICK, folder_with_clips, genie, shared};

#[test]
fn a_world_plays_on_wgpu_as_on_the_cpu() {
    let world = shared().join("world.safetensors");
    let play = |device: &str| {
        let arguments = format!(
            "play {} --actions 0,1,2,3 --seed 1 --tokens --device {device}",
            world.display()
        );
        genie(shared(), &arguments).good().out
    };
    let (ours, theirs) = (play("wgpu"), play("cpu"));
    assert_eq!(ours.len(), theirs.len());
    let same = ours
        .bytes()
        .zip(theirs.bytes())
        .filter(|(a, b)| a == b)
        .count();
    // Sums are rounded in another order: now and then a draw goes to the next code.
    assert!(same * 10 >= ours.len() * 9, "{ours}\n{theirs}");
}

#[test]
fn a_training_runs_on_wgpu() {
    let folder = folder_with_clips();
    let arguments = QUICK.replace("--device cpu", "--device wgpu");
    genie(
        folder.path(),
        &format!("train --out run --steps 2 {arguments}"),
    )
    .good();
    let log = std::fs::read_to_string(folder.path().join("run/log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 6);
    assert!(!log.contains("null"), "a figure is not a number: {log}");
}
