//! The world being played.

use model::gpu::{Class, Gpu};
use model::session::{Options, Session};
use model::{Error, World, maskgit};
use web::protocol::{
    DeviceKind, DeviceReason, DeviceReport, Frame, FromWorker, Order, Prompt, Sampling, ToWorker,
    WorldSource,
};

use super::export::Job;
use super::lines::Lines;
use super::load::{self, Loaded};
use super::pictures::{picture, thumbnails};
use super::{bench, device, keep, look, now, post, studio};

/// The worker's state.
#[derive(Default)]
pub struct Player {
    world: Option<World>,
    lines: Option<Lines>,
    /// Where the world is.
    device: Option<DeviceReport>,
    /// The device that the visitor asks for.
    asked: Option<DeviceKind>,
    /// A file that is being made.
    job: Option<Job>,
}

impl Player {
    /// Does what `message` says and posts the answer, unless it fails.
    pub async fn handle(&mut self, message: ToWorker) -> Result<(), String> {
        match message {
            ToWorker::Load {
                world,
                device,
                folder,
            } => self.load(world, device, &folder).await,
            ToWorker::Start { prompt, sampling } => self.start(prompt, sampling).await,
            ToWorker::Step { action } => {
                let before = now();
                if let Err(Error::Lost(_)) = survivable(self.lines()?.step(action).await)? {
                    self.recover().await?;
                    let again = self.lines()?.step(action).await;
                    again.map_err(|e| e.to_string())?;
                }
                self.show(Some(now() - before))
            }
            ToWorker::Seek { frame } => {
                if let Err(Error::Lost(_)) = survivable(self.lines()?.seek(frame).await)? {
                    self.recover().await?;
                    let again = self.lines()?.seek(frame).await;
                    again.map_err(|e| e.to_string())?;
                }
                self.show(None)
            }
            ToWorker::Keep { line } => {
                self.lines()?.keep(line);
                Ok(())
            }
            ToWorker::Return { line } => {
                if !self.lines()?.go_back_to(line) {
                    return Err("the branch isn't there any more".into());
                }
                self.show(None)
            }
            ToWorker::Forget { line } => {
                self.lines()?.forget(line);
                Ok(())
            }
            ToWorker::Move { device } => self.go_to(device).await,
            ToWorker::SetSampling(sampling) => {
                // Without a play there is nothing to set: each start brings its settings along.
                let Some(lines) = &mut self.lines else {
                    return Ok(());
                };
                lines.for_each(|line| {
                    let sampling = full(sampling, line.sampling());
                    line.set_sampling(sampling).map_err(|e| e.to_string())
                })
            }
            ToWorker::Bench(wish) => {
                let report = self.device.as_ref().ok_or("there is no world yet")?;
                bench::run(self.world()?, report, &wish).await
            }
            ToWorker::Look(wish) => {
                let seen = match look::at(self.lines()?.shown(), wish).await {
                    Err(Error::Lost(_)) => {
                        self.recover().await?;
                        look::at(self.lines()?.shown(), wish).await
                    }
                    seen => seen,
                };
                post(FromWorker::Seen(seen.map_err(|e| e.to_string())?));
                Ok(())
            }
            ToWorker::Thumbnails => thumbnails(self.world()?).await,
            ToWorker::Studio(ask) => {
                studio::help(self.world.as_ref(), ask).await;
                Ok(())
            }
            ToWorker::Export(kind) => {
                self.job = Some(Job::new(kind, self.lines()?.shown().clone()));
                Ok(())
            }
            ToWorker::StopExport => {
                self.job = None;
                Ok(())
            }
            ToWorker::ForgetKept { key } => {
                keep::forget(&key).await;
                keep::tell().await;
                Ok(())
            }
        }
    }

    /// Whether there is something to do that can wait for messages.
    pub fn has_work(&self) -> bool {
        self.job.is_some()
    }

    /// Does a part of it.
    pub async fn work(&mut self) -> Result<(), String> {
        let Some(mut job) = self.job.take() else {
            return Ok(());
        };
        if !job.work().await? {
            self.job = Some(job);
        }
        Ok(())
    }

    async fn load(
        &mut self,
        source: WorldSource,
        asked: Option<DeviceKind>,
        folder: &str,
    ) -> Result<(), String> {
        let Loaded {
            world,
            summary,
            device,
        } = load::load(source, asked, folder).await?;
        self.lines = None;
        self.job = None;
        self.asked = asked;
        self.world = Some(world);
        self.device = Some(device.clone());
        post(FromWorker::Ready {
            world: summary,
            device,
        });
        Ok(())
    }

    async fn start(&mut self, prompt: Prompt, sampling: Sampling) -> Result<(), String> {
        // Kept for a second try: a picture's bytes come only once.
        let session = match start(self.world()?, prompt.clone(), sampling).await {
            Err(Error::Lost(_)) => {
                self.recover().await?;
                start(self.world()?, prompt, sampling).await
            }
            started => started,
        };
        let session = session.map_err(|e| e.to_string())?;
        let mut frames: Vec<_> = session.tokens().map(<[u32]>::to_vec).collect();
        frames.pop();
        if !frames.is_empty() {
            post(FromWorker::Earlier(frames));
        }
        self.lines = Some(Lines::new(session));
        self.show(None)
    }

    /// After the graphics processor was lost: the world goes to a new one, or stays on the processor, and
    /// the play goes on from its tokens.
    async fn recover(&mut self) -> Result<(), String> {
        let (gpu, report) = match device::choose(self.asked).await {
            Ok(found) => found,
            Err(_) => (None, device::cpu(DeviceReason::Lost, String::new())),
        };
        self.settle(gpu, report, false).await
    }

    /// To the device that the visitor wants; the play goes on there.
    async fn go_to(&mut self, asked: Option<DeviceKind>) -> Result<(), String> {
        let (gpu, report) = device::choose(asked).await?;
        let insist = asked == Some(DeviceKind::WebGpu);
        self.settle(gpu, report, insist).await?;
        self.asked = asked;
        Ok(())
    }

    async fn settle(
        &mut self,
        gpu: Option<Gpu>,
        report: DeviceReport,
        insist: bool,
    ) -> Result<(), String> {
        let mut world = self.world()?.clone();
        world.engine = None;
        let (world, report) = load::place(world, gpu, report, insist).await?;
        if let Some(lines) = &mut self.lines {
            lines.move_to(&world).await.map_err(|e| e.to_string())?;
        }
        if let Some(job) = &mut self.job {
            job.move_to(&world).await.map_err(|e| e.to_string())?;
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

    fn lines(&mut self) -> Result<&mut Lines, String> {
        self.lines
            .as_mut()
            .ok_or_else(|| "there is no first picture yet".into())
    }

    /// Posts the frame on the screen.
    fn show(&mut self, ms: Option<f64>) -> Result<(), String> {
        let session = self.lines()?.shown();
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

/// Only the loss of the device is left to the caller.
fn survivable(result: model::Result<()>) -> Result<model::Result<()>, String> {
    match result {
        Err(Error::Lost(why)) => Ok(Err(Error::Lost(why))),
        Err(other) => Err(other.to_string()),
        Ok(()) => Ok(Ok(())),
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
            let clip = studio::middle(world, &bytes).await?;
            Session::start(world, &studio::frames(&clip), options).await
        }
        Prompt::Frames(clip) => Session::start(world, &studio::frames(&clip), options).await,
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
        order: match chosen.order {
            Order::Confidence => maskgit::Order::Confidence,
            Order::Random => maskgit::Order::Random,
            Order::Halton => maskgit::Order::Halton,
        },
        seed: chosen.seed,
        ..*rest
    }
}
