//! The page's tables.

use std::fmt::Write;

use anyhow::Result;
use serde_json::Value;

use super::plot::{escape, short};
use crate::evaluate::{Confusion, Control, Evaluation};

/// The most that the colour of a cell covers the page.
const STRONGEST: f64 = 0.6;

/// Every figure that is a number, with its errors beside it.
pub(super) fn figures(figures: &Evaluation) -> Result<String> {
    let json = serde_json::to_value(figures)?;
    let empty = serde_json::Map::new();
    let all = json.as_object().unwrap_or(&empty);
    let mut table = String::from(
        "<div class=\"wide\"><table>\n<thead><tr><th>figure</th><th class=\"n\">value</th><th class=\"n\">standard error over clips</th><th class=\"n\">deviation between seeds</th><th>remark</th></tr></thead>\n<tbody>\n",
    );
    for (name, value) in all {
        let beside = name.ends_with("_error") || name.ends_with("_seeds");
        if beside || !(value.is_number() || value.is_null()) {
            continue;
        }
        let number = |name: &str| number(all.get(name));
        let remark = figures.missing.get(name).map_or("", String::as_str);
        let _ = writeln!(
            table,
            "<tr><td><code>{name}</code></td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            number(name),
            number(&format!("{name}_error")),
            number(&format!("{name}_seeds")),
            escape(remark)
        );
    }
    table.push_str("</tbody></table></div>\n");
    Ok(table)
}

fn number(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::Number(n)) if n.is_u64() => n.to_string(),
        Some(value) => value.as_f64().map_or("–".into(), short),
    }
}

/// Each latent action: its names, its share, its motion.
pub(super) fn actions(names: &[String], control: &Control) -> String {
    let labelled = control.implied_names.get("action");
    let mut table = String::from(
        "<div class=\"wide\"><table>\n<thead><tr><th class=\"n\">action</th><th>name</th><th>by motion</th>",
    );
    if labelled.is_some() {
        table.push_str("<th>by true actions</th>");
    }
    table.push_str("<th class=\"n\">share</th><th class=\"n\">right</th><th class=\"n\">up</th></tr></thead>\n<tbody>\n");
    let moving = control.implied_names.get("motion");
    for (number, (name, motion)) in names.iter().zip(&control.action_motion).enumerate() {
        let implied = |by: Option<&Vec<String>>| by.map_or(String::new(), |n| escape(&n[number]));
        let _ = write!(
            table,
            "<tr><td class=\"n\">{number}</td><td>{}</td><td>{}</td>",
            escape(name),
            implied(moving)
        );
        if labelled.is_some() {
            let _ = write!(table, "<td>{}</td>", implied(labelled));
        }
        let _ = writeln!(
            table,
            "<td class=\"n\">{} %</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            short(motion.share * 100.0),
            signed(motion.right),
            signed(motion.up)
        );
    }
    table.push_str("</tbody></table></div>\n");
    table
}

fn signed(pixels: f64) -> String {
    format!("{pixels:+.2}").replace('-', "−")
}

/// Rows of a confusion table as shares of the row.
pub(super) fn confusion(names: &[String], confusion: &Confusion) -> String {
    // Labels that never occur would only take room.
    let shown: Vec<usize> = (0..confusion.labels.len())
        .filter(|&label| confusion.counts.iter().any(|row| row[label] > 0))
        .collect();
    let mut table = String::from(
        "<div class=\"wide\"><table class=\"heat\">\n<thead><tr><th>latent action</th>",
    );
    for &label in &shown {
        let _ = write!(
            table,
            "<th class=\"n\">{}</th>",
            escape(&confusion.labels[label])
        );
    }
    table.push_str("<th class=\"n\">transitions</th></tr></thead>\n<tbody>\n");
    for (number, (name, row)) in names.iter().zip(&confusion.counts).enumerate() {
        let all: u64 = row.iter().sum();
        let _ = write!(table, "<tr><td>{number}: {}</td>", escape(name));
        for &label in &shown {
            let share = row[label] as f64 / all.max(1) as f64;
            let _ = write!(
                table,
                "<td class=\"n\" style=\"--share: {:.2}\" title=\"{}\">{:.0} %</td>",
                share * STRONGEST,
                row[label],
                share * 100.0
            );
        }
        let _ = writeln!(
            table,
            "<td class=\"n\" style=\"--share: 0\">{all}</td></tr>"
        );
    }
    table.push_str("</tbody></table></div>\n");
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_never_occur_are_left_out() {
        let table = Confusion {
            labels: vec!["a".into(), "never".into(), "<c>".into()],
            counts: vec![vec![3, 0, 1], vec![0, 0, 0]],
        };
        let html = confusion(&["x".into(), "y".into()], &table);
        assert!(html.contains("75 %") && html.contains("25 %") && html.contains("&lt;c&gt;"));
        assert!(!html.contains("never"));
        assert_eq!(html.matches("<tr>").count(), 3);
    }
}
