//! `genie play`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use image::ImageFormat;
use model::picture::Frame;
use model::session::{Options, Session};
use train::picture_files::{animation, sheet};

use crate::device::DeviceArgument;
use crate::misuse::misuse;
use crate::picture_format::{Format, format};
use crate::sampler::SamplerArguments;
use crate::world;

#[derive(clap::Args)]
pub struct Arguments {
    /// The world file.
    world: PathBuf,
    /// The picture to start from, of any size.
    #[arg(long, conflicts_with = "scene")]
    prompt: Option<PathBuf>,
    /// A prompt of the world's own gallery to start from, counted from 0.
    #[arg(long)]
    scene: Option<usize>,
    /// Latent actions to press, separated by commas.
    #[arg(long, value_delimiter = ',', required = true)]
    actions: Vec<usize>,
    #[command(flatten)]
    sampler: SamplerArguments,
    /// Where to write the frames: an animation (.gif) or a sheet (.png).
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print the tokens of every frame, the prompt's first, one line of hexadecimal numbers each.
    #[arg(long)]
    tokens: bool,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let format = arguments.out.as_deref().map(format).transpose()?;
    let chosen = arguments.device.choose()?;
    let world = world::to_play(&arguments.world, &chosen)?;
    let sampling = arguments.sampler.over(&world.card.play)?;
    let actions = world.card.config.actions();
    if let Some(&action) = arguments.actions.iter().find(|&&a| a >= actions) {
        return Err(model::Error::Action {
            action,
            last: actions - 1,
        }
        .into());
    }
    let options = Options {
        sampling,
        cache: true,
        ..Options::default()
    };
    let frames = pollster::block_on(async {
        let mut session = match &arguments.prompt {
            Some(path) => {
                let bytes = fs::read(path)
                    .with_context(|| format!("can't read the picture {}", path.display()))?;
                // Nothing in a TGA file says that it is one.
                let format = ImageFormat::from_path(path).ok();
                let tga = format.filter(|&format| format == ImageFormat::Tga);
                let frame = Frame::from_picture_as(&bytes, tga, &world.card.config)
                    .with_context(|| path.display().to_string())?;
                Session::start(&world, &[frame], options).await?
            }
            None => {
                let scene = arguments.scene.unwrap_or(0);
                let gallery = &world.card.gallery;
                let prompt = gallery.get(scene).ok_or_else(|| {
                    misuse(format!(
                        "scene {scene} doesn't exist: this world has {}; or start from a picture with --prompt",
                        gallery.len()
                    ))
                })?;
                Session::from_tokens(&world, vec![prompt.tokens.clone()], options).await?
            }
        };
        let mut frames = vec![session.picture().clone()];
        for &action in &arguments.actions {
            frames.push(session.step(action).await?.clone());
        }
        if arguments.tokens {
            for tokens in session.tokens() {
                println!(
                    "{}",
                    tokens
                        .iter()
                        .map(|t| format!("{t:03x}"))
                        .collect::<String>()
                );
            }
        }
        anyhow::Ok(frames)
    })?;
    if let (Some(path), Some(format)) = (&arguments.out, format) {
        let bytes = match format {
            Format::Animation => animation(&frames, world.card.config.fps)?,
            Format::Sheet => sheet(&frames)?,
        };
        train::checkpoint::write_atomically(path, &bytes)?;
        eprintln!("{} frames in {}", frames.len(), path.display());
    }
    Ok(())
}
