//! From a world's name or file to a world on a device.

use burn::tensor::Device;
use model::gpu::{Gpu, Progress, Storage};
use model::world::Card;
use model::{Error, World, maskgit};
use percent_encoding::percent_decode_str;
use web::protocol::{
    DeviceKind, DeviceReason, DeviceReport, FromWorker, Order, Sampling, Stage, WorldSource,
    WorldSummary,
};

use super::{device, download, keep, post};

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
    let (File { name, bytes, key }, (gpu, report)) = (file?, device?);
    let loaded = bytes.len() as u64;
    post(FromWorker::Progress {
        stage: Stage::Build,
        loaded,
        total: None,
        ms: 0.0,
    });
    let world = World::from_bytes(&bytes, &Device::flex()).map_err(|e| e.to_string())?;
    let digest = keep::digest(&bytes);
    let key = match key {
        Key::Kept => None,
        Key::OfFile => Some(keep::key(&digest)),
        Key::Address(address) => Some(address),
    };
    if let Some(key) = key {
        keep::keep(&key, &name, &bytes, &digest).await;
    }
    drop(bytes);
    let insist = asked == Some(DeviceKind::WebGpu);
    let (world, report) = place(world, gpu, report, insist).await?;
    let summary = summary(name, digest, &world.card);
    Ok(Loaded {
        world,
        summary,
        device: report,
    })
}

/// Brings a world to the graphics processor, if there is one that can take it; else it stays on the
/// processor, which the report says. With `insist` that is an error.
pub async fn place(
    world: World,
    gpu: Option<Gpu>,
    report: DeviceReport,
    insist: bool,
) -> Result<(World, DeviceReport), String> {
    let Some(gpu) = gpu else {
        return Ok((world, report));
    };
    let tell = &mut |Progress { done, all }| {
        post(FromWorker::Progress {
            stage: Stage::Kernels,
            loaded: done as u64,
            total: Some(all as u64),
            ms: 0.0,
        });
    };
    let storage = Storage::fastest(gpu.class());
    match world.clone().on_gpu(gpu, storage, tell).await {
        Ok(placed) => Ok((placed, report)),
        Err(why) if insist => Err(why.to_string()),
        Err(why) => {
            let reason = match why {
                Error::Lost(_) => DeviceReason::Lost,
                why => DeviceReason::Broken(why.to_string()),
            };
            Ok((world, device::cpu(reason, report.adapter)))
        }
    }
}

/// A world's file.
struct File {
    name: String,
    bytes: Vec<u8>,
    key: Key,
}

/// Under which key a world is to be kept.
enum Key {
    /// It is kept already, or comes with the page.
    Kept,
    /// That of a file of the visitor's.
    OfFile,
    /// Its address.
    Address(String),
}

async fn file(source: WorldSource, folder: &str) -> Result<File, String> {
    let wanted = match source {
        WorldSource::File { name, bytes } => {
            let key = Key::OfFile;
            return Ok(File { name, bytes, key });
        }
        WorldSource::Kept(key) => {
            let kept = keep::recall(&key).await;
            let (name, bytes) =
                kept.ok_or("it is no longer on this device; fetch or open it again")?;
            let key = Key::Kept;
            return Ok(File { name, bytes, key });
        }
        WorldSource::Address { address, size } => {
            let bytes = download::fetch_at_most(&address, Stage::World, size).await?;
            let name = name_at(&address);
            let key = Key::Address(address);
            return Ok(File { name, bytes, key });
        }
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
    let (name, key) = (entry.name, Key::Kept);
    Ok(File { name, bytes, key })
}

/// What to call the world at an address: its file's name.
fn name_at(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let file = file.strip_suffix(".safetensors").unwrap_or(file);
    percent_decode_str(file).decode_utf8_lossy().into_owned()
}

fn summary(name: String, digest: [u8; 32], card: &Card) -> WorldSummary {
    WorldSummary {
        name,
        digest: Box::new(digest),
        about: card.about.clone(),
        licence: card.licence.clone(),
        height: card.config.height,
        width: card.config.width,
        fps: card.config.fps,
        window: card.config.frames,
        actions: card.actions.clone(),
        gallery: card.gallery.iter().map(|p| p.name.clone()).collect(),
        sampling: Sampling {
            steps: card.play.steps,
            temperature: card.play.temperature,
            order: match card.play.order {
                maskgit::Order::Confidence => Order::Confidence,
                maskgit::Order::Random => Order::Random,
                maskgit::Order::Halton => Order::Halton,
            },
            seed: 0,
        },
    }
}
