use super::*;
use crate::store::tests::{clip, spec};
use proptest::prelude::*;

/// A store of `clips` clips of 8 frames of 4x3, whose frames all carry clip and time.
fn store(clips: u64) -> (tempfile::TempDir, Arc<ClipStore>) {
    let directory = tempfile::tempdir().unwrap();
    let mut store = ClipStore::create(directory.path().join("s"), &spec()).unwrap();
    let made: Vec<_> = (0..clips).map(|i| clip(i as u8)).collect();
    store.append_all(&made).unwrap();
    (directory, Arc::new(store))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_batch_depends_on_seed_and_step_alone(
        clips in 1u64..12, window in 1usize..=8, batch in 1usize..6, seed: u64, step: u64, cache in 0usize..1500,
    ) {
        let (_keep, store) = store(clips);
        let a = WindowLoader::new(Arc::clone(&store), window, batch, seed).unwrap();
        let b = WindowLoader::new(store, window, batch, seed).unwrap().with_cache_bytes(cache);
        b.batch(step.wrapping_add(9)).unwrap();
        let bytes = a.batch(step).unwrap();
        prop_assert_eq!(&bytes, &b.batch(step).unwrap());
        prop_assert_eq!(bytes.len(), a.shape().iter().product::<usize>());
    }

    /// Every window shows consecutive frames of one clip, the clip and place that `windows` names.
    #[test]
    fn windows_never_cross_clips(clips in 1u64..12, window in 1usize..=8, seed: u64, step in 0u64..1000) {
        let (_keep, store) = store(clips);
        let frame = store.spec().frame_bytes();
        let loader = WindowLoader::new(store, window, 3, seed).unwrap();
        let bytes = loader.batch(step).unwrap();
        for (w, shown) in loader.windows(step).iter().zip(bytes.chunks(window * frame)) {
            prop_assert!(w.clip < clips && w.start + window <= 8);
            for (t, picture) in shown.chunks(frame).enumerate() {
                prop_assert_eq!(&picture[..2], &[w.clip as u8, (w.start + t) as u8]);
            }
        }
    }

    #[test]
    fn an_epoch_shows_every_clip_once(clips in 1u64..16, seed: u64, epoch in 0u64..1000) {
        let (_keep, store) = store(clips);
        let loader = WindowLoader::new(store, 4, 1, seed).unwrap();
        let mut seen: Vec<u64> = (0..clips).map(|i| loader.windows(epoch * clips + i)[0].clip).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..clips).collect::<Vec<_>>());
    }
}

#[test]
fn prefetched_batches_are_the_same() {
    let (_keep, store) = store(5);
    let loader = Arc::new(WindowLoader::new(store, 4, 2, 1).unwrap());
    let mut prefetch = crate::Prefetch::new(Arc::clone(&loader), 7, 3);
    for step in 7..30 {
        assert_eq!(prefetch.step(), step);
        assert_eq!(prefetch.next_batch().unwrap(), loader.batch(step).unwrap());
    }
}

#[test]
fn prefetch_ends_with_the_first_error() {
    let (keep, store) = store(3);
    std::fs::remove_file(keep.path().join("s/frames/c.1.0.0.0.0")).unwrap();
    let loader = Arc::new(WindowLoader::new(store, 4, 3, 1).unwrap());
    let mut prefetch = crate::Prefetch::new(loader, 0, 2);
    assert!(
        prefetch
            .next_batch()
            .unwrap_err()
            .to_string()
            .contains("c.1.0.0.0.0")
    );
    assert!(prefetch.next_batch().is_err());
}

#[test]
fn impossible_windows_are_refused() {
    let (_keep, store) = store(2);
    for (window, batch, says) in [
        (9, 1, "have 8"),
        (0, 1, "windows of 0"),
        (4, 0, "at least one window"),
    ] {
        let text = WindowLoader::new(Arc::clone(&store), window, batch, 0)
            .err()
            .unwrap()
            .to_string();
        assert!(text.contains(says), "{text}");
    }
    let (_keep, empty) = self::store(0);
    let text = WindowLoader::new(empty, 4, 1, 0).err().unwrap().to_string();
    assert!(text.contains("genie collect"), "{text}");
}
