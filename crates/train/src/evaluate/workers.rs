//! Many plays at once.
//!
//! A frame of a small world is too little work to be shared between threads without losing much of them to
//! waiting. Plays don't depend on one another, so on the CPU every thread has a play, and a copy of the packed
//! world, to itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use anyhow::{Context, Result};
use model::World;

use crate::size;

/// Most memory that copies of a world may take beyond the first, bytes, about.
const MOST_BYTES: usize = 1 << 30;

/// Calls `work` with 0, 1, … up to `jobs`, each once, and returns what it gave in that order. `progress` hears
/// how many are done. After an error nothing new is begun.
///
/// # Errors
/// The first of `work`'s, by number, of those that were met.
pub(crate) fn each<R: Send>(
    world: &World,
    jobs: usize,
    work: &(impl Fn(&World, usize) -> Result<R> + Sync),
    progress: &mut dyn FnMut(usize),
) -> Result<Vec<R>> {
    let workers = workers(world).min(jobs);
    if workers < 2 {
        return (0..jobs)
            .map(|job| {
                let made = work(world, job);
                progress(job + 1);
                made
            })
            .collect();
    }
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results: Mutex<Vec<(usize, Result<R>)>> = Mutex::new(Vec::with_capacity(jobs));
    let (tell, told) = channel();
    // A pool of one thread each: what is played in it is not shared with others.
    let pools = (0..workers)
        .map(|_| rayon::ThreadPoolBuilder::new().num_threads(1).build())
        .collect::<Result<Vec<_>, _>>()
        .context("can't start threads")?;
    std::thread::scope(|scope| {
        for pool in pools {
            let world = copy(world);
            let tell = tell.clone();
            let (next, failed, results) = (&next, &failed, &results);
            scope.spawn(move || {
                pool.install(|| {
                    while !failed.load(Ordering::Relaxed) {
                        let job = next.fetch_add(1, Ordering::Relaxed);
                        if job >= jobs {
                            break;
                        }
                        let made = work(&world, job);
                        failed.fetch_or(made.is_err(), Ordering::Relaxed);
                        if let Ok(mut results) = results.lock() {
                            results.push((job, made));
                        }
                        // Nobody listens only when all is over.
                        let _ = tell.send(());
                    }
                });
            });
        }
        drop(tell);
        for (done, ()) in told.iter().enumerate() {
            progress(done + 1);
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(job, _)| *job);
    results.into_iter().map(|(_, made)| made).collect()
}

/// How many plays at once: one where a graphics processor plays, or copies would fill the memory.
fn workers(world: &World) -> usize {
    if world.engine.is_some() || !kernels::on_cpu(&world.actions.device()) {
        return 1;
    }
    let parameters: usize = size::parameters(&world.card.config).iter().sum();
    let copies = MOST_BYTES / (parameters * size_of::<f32>()).max(1);
    std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(copies + 1)
}

/// The same world, to be packed for the CPU by itself.
fn copy(world: &World) -> World {
    World::new(
        world.card.clone(),
        world.tokenizer.clone(),
        world.dynamics.clone(),
        world.actions.clone(),
    )
}

#[cfg(test)]
mod tests {
    use anyhow::bail;
    use burn::tensor::{Device, Tensor};
    use model::presets;
    use model::world::{Card, FORMAT, PlayDefaults};
    use model::{Dynamics, Tokenizer};

    use super::*;

    fn world() -> World {
        let config = presets::config("pocket").unwrap();
        let device = Device::flex();
        let (tokenizer, dynamics) = (
            Tokenizer::new(&config, &device),
            Dynamics::new(&config, &device),
        );
        let shape = [config.actions(), config.latent_action.code_dim];
        let card = Card {
            format: FORMAT,
            name: String::new(),
            about: String::new(),
            licence: String::new(),
            actions: vec![String::new(); config.actions()],
            config,
            gallery: Vec::new(),
            play: PlayDefaults::default(),
        };
        World::new(card, tokenizer, dynamics, Tensor::zeros(shape, &device))
    }

    #[test]
    fn results_are_in_order_and_all_is_told() {
        let (mut told, world) = (Vec::new(), world());
        let made = each(&world, 50, &|_, job| Ok(job * job), &mut |done| {
            told.push(done)
        })
        .unwrap();
        assert_eq!(made, (0..50).map(|i| i * i).collect::<Vec<_>>());
        assert_eq!(told, (1..=50).collect::<Vec<_>>());
        assert!(
            each(&world, 0, &|_, job| Ok(job), &mut |_| ())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn an_error_ends_it() {
        let begun = AtomicUsize::new(0);
        let work = |_: &World, job: usize| {
            begun.fetch_add(1, Ordering::Relaxed);
            if job == 3 {
                bail!("job {job}")
            }
            // Long enough that the error is noted meanwhile, also on a busy machine.
            std::thread::sleep(std::time::Duration::from_millis(2));
            Ok(())
        };
        let error = each(&world(), 2000, &work, &mut |_| ()).unwrap_err();
        assert_eq!(error.to_string(), "job 3");
        assert!(begun.load(Ordering::Relaxed) < 2000);
    }
}
