//! A play in words.

use super::Link;

/// What was done, for people: a line for each stretch's settings, then the actions as a recorded play has
/// them, `right 12, jump right 3`, under the names of the world's actions.
pub fn text(link: &Link, names: &[String]) -> String {
    let mut text = format!("# Pocket Genie, {}\n", link.world);
    for stretch in &link.play {
        let sampling = &stretch.sampling;
        text += &format!(
            "# seed {}, steps {}, temperature {}, order {}\n",
            sampling.seed,
            sampling.steps,
            sampling.temperature,
            sampling.order.id()
        );
        let runs = stretch.actions.chunk_by(|a, b| a == b);
        let said: Vec<String> = runs
            .map(|run| format!("{} {}", name(run[0], names), run.len()))
            .collect();
        text += &said.join(", ");
        text.push('\n');
    }
    text
}

/// An action without a name has its number, counted as on its button.
fn name(action: u16, names: &[String]) -> String {
    match names.get(usize::from(action)) {
        Some(name) if !name.trim().is_empty() => name.replace([',', '\n', '\r'], " "),
        _ => format!("action-{}", action + 1),
    }
}
