use super::*;

#[test]
fn the_last_number_of_a_name_counts() {
    let parts = |name: &str| {
        numbered(OsStr::new(name)).map(|(a, n, b)| {
            (
                String::from_utf8(a).unwrap(),
                n,
                String::from_utf8(b).unwrap(),
            )
        })
    };
    let some = |a: &str, n: u64, b: &str| Some((a.into(), n, b.into()));
    assert_eq!(parts("frame_0042.png"), some("frame_", 42, ".png"));
    assert_eq!(parts("take2_7b.jpg"), some("take2_", 7, "b.jpg"));
    assert_eq!(parts("12"), some("", 12, ""));
    // The number of an ending is none.
    assert_eq!(parts("frame.mp4"), None);
    // Too large for a number.
    assert_eq!(parts("99999999999999999999999.png"), None);
}

#[test]
fn paths_that_are_not_unicode_stay_different() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let path = |bytes: &'static [u8]| text(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(path(b"a\xffb"), "a\\xFFb");
        assert_ne!(path(b"a\xfe"), path(b"a\xff"));
    }
    assert_eq!(text(Path::new("é/日.mp4")), "é/日.mp4");
}

#[test]
fn links_in_a_circle_end_and_files_named_twice_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("v.mp4");
    fs::write(&video, "x").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
        std::os::unix::fs::symlink(
            folder.path().join("nowhere"),
            folder.path().join("broken.mp4"),
        )
        .unwrap();
    }
    let found = find(&[folder.path().to_path_buf(), video.clone()]);
    assert_eq!(found.sources.len(), 1);
    assert!(found.sources[0].promised);
    #[cfg(unix)]
    assert!(
        found.problems.len() == 1 && found.problems[0].0.ends_with("broken.mp4"),
        "{:?}",
        found.problems
    );
}

#[test]
fn stores_in_a_folder_are_no_videos() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("out.zarr");
    fs::create_dir(&store).unwrap();
    fs::write(store.join("zarr.json"), "{}").unwrap();
    fs::write(store.join("v.mp4"), "x").unwrap();
    let found = find(&[folder.path().to_path_buf()]);
    assert!(found.sources.is_empty() && found.skipped == 1, "{found:?}");
}

#[test]
fn pictures_named_one_by_one_are_grouped() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = ["b10.png", "b9.png", "b11.png", "alone.jpg"]
        .map(|n| folder.path().join(n))
        .into();
    paths.iter().for_each(|p| fs::write(p, "x").unwrap());
    let found = find(&paths);
    let groups: Vec<_> = found
        .sources
        .iter()
        .map(|s| match &s.kind {
            Kind::Slides(slides) => slides
                .iter()
                .map(|s| s.path.file_name().unwrap().to_str().unwrap().to_string())
                .collect::<Vec<_>>(),
            _ => vec![],
        })
        .collect();
    assert_eq!(
        groups,
        [
            vec!["alone.jpg".to_string()],
            ["b9.png", "b10.png", "b11.png"].map(String::from).into()
        ]
    );
    assert_eq!(found.sources[1].identity.size, 3);
}

#[test]
fn the_step_of_numbers_is_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    for n in [0, 10, 20, 40, 50, 90] {
        fs::write(folder.path().join(format!("f{n:03}.png")), "x").unwrap();
    }
    let found = find(&[folder.path().to_path_buf()]);
    let Kind::Slides(slides) = &found.sources[0].kind else {
        panic!("{found:?}")
    };
    let gaps: Vec<bool> = slides.iter().map(|s| s.after_gap).collect();
    assert_eq!(gaps, [false, false, false, true, false, true]);
    assert!(
        found.sources[0]
            .note
            .as_ref()
            .unwrap()
            .contains("2 places, first from number 30")
    );
}
