//! The world being played.

use burn::tensor::{Int, Tensor, TensorData};
use model::gpu::Class;
use model::picture::{self as pixels, Frame as Pixels};
use model::session::{Options, Session};
use model::{Error, World, maskgit};
use web::protocol::{
    DeviceKind, DeviceReason, DeviceReport, Frame, FromWorker, Picture, Prompt, Sampling, ToWorker,
};

use super::load::{self, Loaded};
use super::{bench, device, now, post};

/// Pictures of the gallery decoded at a time.
const THUMBNAILS_AT_ONCE: usize = 8;
/// Pictures of the gallery that are shown at all.
const MOST_THUMBNAILS: usize = 64;

/// The worker's state.
#[derive(Default)]
pub struct Player {
    world: Option<World>,
    session: Option<Session>,
    /// Where the world is.
    device: Option<DeviceReport>,
    /// The device that the page's address asks for.
    asked: Option<DeviceKind>,
}

impl Player {
    /// Does what `message` says and posts the answer, unless it fails.
    pub async fn handle(&mut self, message: ToWorker) -> Result<(), String> {
        match message {
            ToWorker::Load {
                world,
                device,
                folder,
            } => {
                let asked = device;
                let Loaded {
                    world,
                    summary,
                    device,
                } = load::load(world, device, &folder).await?;
                self.session = None;
                self.asked = asked;
                self.world = Some(world);
                self.device = Some(device.clone());
                post(FromWorker::Ready {
                    world: summary,
                    device,
                });
            }
            ToWorker::Start { prompt, sampling } => {
                // Kept for a second try: a picture's bytes come only once.
                let session = match start(self.world()?, prompt.clone(), sampling).await {
                    Err(Error::Lost(_)) => {
                        self.recover().await?;
                        start(self.world()?, prompt, sampling).await
                    }
                    started => started,
                };
                self.session = Some(session.map_err(|e| e.to_string())?);
                self.show(None)?;
            }
            ToWorker::Step { action } => {
                let before = now();
                if let Err(Error::Lost(_)) = self.step(action).await? {
                    self.recover().await?;
                    self.step(action).await?.map_err(|e| e.to_string())?;
                }
                self.show(Some(now() - before))?;
            }
            ToWorker::Rewind { frames } => {
                let gone = self.session()?.rewind(frames).await;
                if let Err(Error::Lost(_)) = gone {
                    self.recover().await?;
                    let gone = self.session()?.rewind(frames).await;
                    gone.map_err(|e| e.to_string())?;
                } else {
                    gone.map_err(|e| e.to_string())?;
                }
                self.show(None)?;
            }
            ToWorker::SetSampling(sampling) => {
                // Without a play there is nothing to set: each start brings its settings along.
                if let Some(session) = &mut self.session {
                    let sampling = full(sampling, session.sampling());
                    session.set_sampling(sampling).map_err(|e| e.to_string())?;
                }
            }
            ToWorker::Bench(wish) => {
                let report = self.device.as_ref().ok_or("there is no world yet")?;
                bench::run(self.world()?, report, &wish).await?;
            }
            ToWorker::Thumbnails => thumbnails(self.world()?).await?,
        }
        Ok(())
    }

    /// A step; only the loss of the device is left to the caller.
    async fn step(&mut self, action: usize) -> Result<model::Result<()>, String> {
        match self.session()?.step(action).await {
            Ok(_) => Ok(Ok(())),
            Err(Error::Lost(why)) => Ok(Err(Error::Lost(why))),
            Err(other) => Err(other.to_string()),
        }
    }

    /// After the graphics processor was lost: the world goes to a new one, or stays on the processor, and
    /// the play goes on from its tokens.
    async fn recover(&mut self) -> Result<(), String> {
        let mut world = self.world()?.clone();
        world.engine = None;
        let (gpu, report) = match device::choose(self.asked).await {
            Ok(found) => found,
            Err(_) => (None, device::cpu(DeviceReason::Lost, String::new())),
        };
        let (world, report) = load::place(world, gpu, report, false).await?;
        if let Some(session) = &mut self.session {
            session.move_to(&world).await.map_err(|e| e.to_string())?;
        }
        self.world = Some(world);
        self.device = Some(report.clone());
        post(FromWorker::Moved { device: report });
        Ok(())
    }

    fn world(&self) -> Result<&World, String> {
        self.world
            .as_ref()
            .ok_or_else(|| "there is no world yet".into())
    }

    fn session(&mut self) -> Result<&mut Session, String> {
        self.session
            .as_mut()
            .ok_or_else(|| "there is no first picture yet".into())
    }

    /// Posts the newest frame.
    fn show(&mut self, ms: Option<f64>) -> Result<(), String> {
        let session = self.session()?;
        let tokens = session.tokens().last().map(<[u32]>::to_vec);
        post(FromWorker::Frame(Frame {
            picture: picture(session.picture()),
            index: session.played(),
            tokens: tokens.unwrap_or_default(),
            ms,
        }));
        Ok(())
    }
}

async fn start(world: &World, prompt: Prompt, sampling: Sampling) -> model::Result<Session> {
    let card = &world.card;
    let sampling = full(sampling, &card.play.sampling(sampling.seed));
    let options = Options {
        sampling,
        // On an imitated one the work would be taken from the frame at hand.
        speculate: world
            .engine
            .as_ref()
            .is_some_and(|engine| engine.gpu().class() == Class::Hardware),
        ..Options::default()
    };
    match prompt {
        Prompt::Picture(bytes) => {
            let pixels = Pixels::from_picture(&bytes, &card.config)?;
            Session::start(world, &[pixels], options).await
        }
        Prompt::Gallery(place) => {
            let prompt = card.gallery.get(place);
            let prompt =
                prompt.ok_or_else(|| Error::Prompt("the gallery has no such picture".into()))?;
            Session::from_tokens(world, vec![prompt.tokens.clone()], options).await
        }
        Prompt::Tokens(frames) => Session::from_tokens(world, frames, options).await,
    }
}

/// The page's settings, and the world's where the page has none.
fn full(chosen: Sampling, rest: &maskgit::Sampling) -> maskgit::Sampling {
    maskgit::Sampling {
        steps: chosen.steps,
        temperature: chosen.temperature,
        seed: chosen.seed,
        ..*rest
    }
}

/// Decodes the gallery, each picture as the first frame of a video of its own.
async fn thumbnails(world: &World) -> Result<(), String> {
    let device = world.actions.device();
    let shown = world.card.gallery.len().min(MOST_THUMBNAILS);
    let gallery = &world.card.gallery[..shown];
    for (batch, prompts) in gallery.chunks(THUMBNAILS_AT_ONCE).enumerate() {
        let tokens = world.card.config.tokens_per_frame();
        let ids: Vec<i32> = prompts
            .iter()
            .flat_map(|p| &p.tokens)
            .map(|&t| t as i32)
            .collect();
        let shape = [prompts.len(), 1, tokens];
        let ids = Tensor::<3, Int>::from_data(TensorData::new(ids, shape), &device);
        let decoded = world.tokenizer.decode(ids);
        let [_, _, height, width, channels] = decoded.dims();
        let data = decoded
            .into_data_async()
            .await
            .map_err(|e| format!("{e:?}"))?;
        let values: Vec<f32> = data
            .convert::<f32>()
            .try_to_vec()
            .map_err(|e| format!("{e:?}"))?;
        let bytes = pixels::to_bytes(&values);
        for (i, rgb) in bytes.chunks_exact(height * width * channels).enumerate() {
            let picture = picture(&Pixels {
                height,
                width,
                rgb: rgb.to_vec(),
            });
            post(FromWorker::Thumbnail {
                index: batch * THUMBNAILS_AT_ONCE + i,
                picture,
            });
        }
    }
    Ok(())
}

fn picture(frame: &Pixels) -> Picture {
    Picture {
        width: frame.width,
        height: frame.height,
        rgba: frame.rgba(),
    }
}
