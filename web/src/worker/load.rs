//! From a world's name or file to a world on a device.

use model::World;
use model::world::Card;
use web::protocol::{
    DeviceKind, DeviceReport, FromWorker, Sampling, Stage, WorldSource, WorldSummary,
};

use super::{device, download, post};

/// A world that can be played.
pub struct Loaded {
    pub world: World,
    pub summary: WorldSummary,
    pub device: DeviceReport,
}

/// Downloads, checks and builds a world; the device is sought meanwhile.
pub async fn load(
    source: WorldSource,
    asked: Option<DeviceKind>,
    folder: &str,
) -> Result<Loaded, String> {
    let (file, device) = futures::join!(file(source, folder), device::choose(asked));
    let ((name, bytes), (device, report)) = (file?, device?);
    let loaded = bytes.len() as u64;
    post(FromWorker::Progress {
        stage: Stage::Build,
        loaded,
        total: None,
    });
    let world = World::from_bytes(&bytes, &device).map_err(|e| e.to_string())?;
    let summary = summary(name, &world.card);
    Ok(Loaded {
        world,
        summary,
        device: report,
    })
}

/// The name and the bytes of a world's file.
async fn file(source: WorldSource, folder: &str) -> Result<(String, Vec<u8>), String> {
    let wanted = match source {
        WorldSource::File { name, bytes } => return Ok((name, bytes)),
        WorldSource::Named(name) => Some(name),
        WorldSource::First => None,
    };
    let list = download::list(folder).await?;
    post(FromWorker::Worlds(list.clone()));
    let entry = match &wanted {
        Some(name) => list.into_iter().find(|w| w.name == *name),
        None => list.into_iter().next(),
    };
    let entry = entry.ok_or_else(|| match &wanted {
        Some(name) => format!("this page has no world called “{name}”"),
        None => "this page has no worlds yet; open a world file of your own".into(),
    })?;
    // The name becomes part of an address: it must stay in the folder.
    if !entry
        .name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    {
        return Err(format!("“{}” is no name for a world", entry.name));
    }
    let url = format!("{folder}{}.safetensors", entry.name);
    let bytes = download::fetch(&url, Stage::World, entry.bytes).await?;
    Ok((entry.name, bytes))
}

fn summary(name: String, card: &Card) -> WorldSummary {
    WorldSummary {
        name,
        about: card.about.clone(),
        licence: card.licence.clone(),
        height: card.config.height,
        width: card.config.width,
        fps: card.config.fps,
        actions: card.actions.clone(),
        gallery: card.gallery.iter().map(|p| p.name.clone()).collect(),
        sampling: Sampling {
            steps: card.play.steps,
            temperature: card.play.temperature,
            seed: 0,
        },
    }
}
