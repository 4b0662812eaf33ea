//! `genie actions`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use data::{ClipStore, TrueActions};
use model::LatentActionModel;
use model::World;
use model::world::rename_actions;
use serde_json::{Value, json};
use train::checkpoint::write_atomically;
use train::evaluate::{by_label, by_motion, label_actions, measure_actions};
use train::export::load_encoder;

use crate::device::DeviceArgument;
use crate::eval::{at_least_one, bar};
use crate::misuse::misuse;
use crate::world;

#[derive(clap::Args)]
pub struct Arguments {
    /// The world file; its action encoder lies beside it.
    world: PathBuf,
    /// Clips whose true actions are known: a latent action is named after the true one that it most often
    /// goes with.
    #[arg(long, value_name = "STORE", conflicts_with = "data")]
    labelled: Option<PathBuf>,
    /// Clips to name actions by: after the motion that they go with.
    #[arg(long, value_name = "STORE", required_unless_present = "labelled")]
    data: Option<PathBuf>,
    /// Transitions whose true actions are looked at.
    #[arg(long, default_value_t = 200, value_parser = at_least_one, conflicts_with = "data")]
    samples: usize,
    /// Clips whose motion is looked at.
    #[arg(long, default_value_t = 64, value_parser = at_least_one, conflicts_with = "labelled")]
    clips: usize,
    /// Which transitions are drawn.
    #[arg(long, default_value_t = 0, conflicts_with = "data")]
    seed: u64,
    /// Where to write the world with its new names; by default where it is.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Only say what the names would be.
    #[arg(long, conflicts_with = "out")]
    dry_run: bool,
    /// Print names and counts as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArgument,
}

/// Names, and what speaks for them.
struct Named {
    names: Vec<String>,
    /// A line for each action.
    why: Vec<String>,
    json: Value,
    /// For people.
    summary: String,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let chosen = arguments.device.choose()?;
    let path = &arguments.world;
    let world = world::in_tensors(path, &chosen)?;
    let encoder = load_encoder(path, &world, &chosen.device)?;
    let named = match (&arguments.labelled, &arguments.data) {
        (Some(store), _) => by_labels(arguments, &world, &encoder, store)?,
        (None, Some(store)) => by_movement(arguments, &world, &encoder, store)?,
        (None, None) => return Err(misuse("--labelled or --data says what to name actions by")),
    };
    let out = arguments.out.as_ref().unwrap_or(path);
    if !arguments.dry_run {
        let bytes =
            fs::read(path).with_context(|| format!("can't read the world {}", path.display()))?;
        let renamed =
            rename_actions(&bytes, &named.names).with_context(|| path.display().to_string())?;
        write_atomically(out, &renamed)?;
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&named.json)?);
        return Ok(());
    }
    let old = &world.card.actions;
    for (action, (name, why)) in named.names.iter().zip(&named.why).enumerate() {
        println!("{action}: {:<16} → {name:<16} {why}", old[action]);
    }
    println!("{}", named.summary);
    if arguments.dry_run {
        println!("nothing was written");
    } else {
        println!("the names are in {}", out.display());
    }
    Ok(())
}

fn by_labels(
    arguments: &Arguments,
    world: &World,
    encoder: &LatentActionModel,
    path: &PathBuf,
) -> Result<Named> {
    let store = ClipStore::open(path)?;
    let truth = TrueActions::open(path)?;
    let bar = bar();
    bar.set_message("clips");
    let labelled = label_actions(
        world,
        encoder,
        &store,
        &truth,
        arguments.samples,
        arguments.seed,
        &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        },
    )?;
    bar.finish_and_clear();
    let table = &labelled.table;
    let names = by_label(table, &labelled.directions);
    let samples: u64 = table.counts.iter().flatten().sum();
    let why = table
        .counts
        .iter()
        .map(|row| {
            let all: u64 = row.iter().sum();
            let mut seen: Vec<(u64, &str)> = row
                .iter()
                .zip(&table.labels)
                .filter(|(count, _)| **count > 0)
                .map(|(&count, label)| (count, label.as_str()))
                .collect();
            seen.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
            let seen: Vec<String> = seen
                .iter()
                .map(|(count, label)| format!("{count} {label}"))
                .collect();
            format!("{all} samples: {}", seen.join(", "))
        })
        .collect();
    Ok(Named {
        json: json!({
            "names": names, "samples": samples, "agreement": labelled.agreement,
            "labels": table.labels, "counts": table.counts,
        }),
        summary: format!(
            "{samples} labelled transitions; each, asked about after the names were taken from the others, agrees with its name in {:.0} % of cases",
            labelled.agreement * 100.0
        ),
        names,
        why,
    })
}

fn by_movement(
    arguments: &Arguments,
    world: &World,
    encoder: &LatentActionModel,
    path: &PathBuf,
) -> Result<Named> {
    let store = ClipStore::open(path)?;
    let motions = measure_actions(world, encoder, &store, arguments.clips)?;
    let names = by_motion(&motions);
    let why = motions
        .iter()
        .map(|m| {
            format!(
                "{:+.2} right, {:+.2} up, {:.0} % of transitions",
                m.right,
                m.up,
                m.share * 100.0
            )
        })
        .collect();
    Ok(Named {
        json: json!({ "names": names, "action_motion": motions }),
        summary: format!(
            "named by the direction in which most of their transitions move the view, in {} clips; means in pixels a frame",
            arguments.clips.min(store.len() as usize)
        ),
        names,
        why,
    })
}
