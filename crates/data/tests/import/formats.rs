//! Every kind of video gives the right pixels at the right times.

use std::fs;
use std::path::{Path, PathBuf};

use data::import::{Crop, Fit, Outcome};
use image::codecs::gif::GifEncoder;
use image::{Delay, Frame, Rgb, RgbImage, RgbaImage};

use crate::support::{
    H264, HEIGHT, WIDTH, assert_clip, clips, encode, encode_with, ffmpeg, frame, line, run, spec,
    time_of, words,
};

/// A folder, and the store's place in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.zarr");
    (folder, out)
}

#[test]
fn codecs_containers_and_rates() {
    let (folder, out) = place();
    let at = |name: &str| folder.path().join("in").join(name);
    fs::create_dir(at("")).unwrap();
    let yuv = ["-pix_fmt", "yuv420p"];
    encode(&at("1.mp4"), &[(1, 0, 20)], 30, H264);
    encode(&at("2.mkv"), &[(2, 5, 20)], 10, H264);
    encode(
        &at("3.webm"),
        &[(3, 7, 20)],
        20,
        &[
            &[
                "-c:v",
                "libvpx-vp9",
                "-deadline",
                "realtime",
                "-cpu-used",
                "8",
                "-crf",
                "20",
                "-b:v",
                "0",
            ][..],
            &yuv,
        ]
        .concat(),
    );
    encode(
        &at("4.avi"),
        &[(4, 0, 20)],
        10,
        &["-c:v", "mpeg4", "-q:v", "3"],
    );
    // Ten bits a channel.
    encode(
        &at("5.mp4"),
        &[(5, 0, 20)],
        10,
        &[
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-crf",
            "12",
            "-pix_fmt",
            "yuv420p10le",
        ],
    );
    // Sizes that no codec likes.
    encode_with(
        &at("6.mkv"),
        &[(6, 0, 20)],
        10,
        ",scale=257:193",
        &["-c:v", "ffv1", "-pix_fmt", "yuv444p"],
    );
    // Held sideways: stored turned by a quarter, with a note to turn it back.
    encode_with(&at("7.raw.mp4"), &[(7, 0, 20)], 10, ",transpose=1", H264);
    ffmpeg(&[
        "-i",
        at("7.raw.mp4").to_str().unwrap(),
        "-c",
        "copy",
        "-metadata:s:v",
        "rotate=90",
        at("7.mp4").to_str().unwrap(),
    ]);
    fs::remove_file(at("7.raw.mp4")).unwrap();
    // Pixels that are not square: half as many columns, each twice as wide.
    encode_with(
        &at("8.mp4"),
        &[(8, 0, 20)],
        10,
        ",scale=iw/2:ih,setsar=2/1",
        H264,
    );
    // A variable rate: of every three frames at 30 a second, two are left out in the first half.
    encode_with(
        &at("9.mkv"),
        &[(9, 0, 20)],
        30,
        ",select='gte(n\\,30)+not(mod(n\\,3))'",
        &[H264, &["-vsync", "vfr"]].concat(),
    );
    let report = run(&spec(&[&at("")], &out));
    let starts = [0, 5, 7, 0, 0, 0, 0, 0, 0];
    assert_eq!(report.files.len(), 9);
    assert_eq!(report.exit_code(), 0, "{:#?}", report.files);
    let clips = clips(&out);
    assert_eq!(clips.len(), 18, "{:#?}", report.files);
    for (i, (origin, clip)) in clips.iter().enumerate() {
        let video = i / 2;
        assert!(
            origin.source.contains(&format!("/{}.", video + 1)),
            "{origin:?}"
        );
        assert_eq!(origin.start, (i % 2) as f64);
        assert_clip(clip, video as u8 + 1, starts[video] + i % 2 * 10);
    }
}

#[test]
fn clips_end_at_cuts_and_leftovers_are_counted() {
    let (folder, out) = place();
    let video = folder.path().join("cuts.mp4");
    encode(&video, &[(1, 0, 23), (2, 3, 9), (3, 1, 31)], 10, H264);
    let report = run(&spec(&[&video], &out));
    let line = line(&report, "cuts.mp4");
    assert_eq!(
        (
            line.frames,
            line.clips,
            line.scene_changes,
            line.leftover_frames
        ),
        (63, 5, 2, 13)
    );
    assert_eq!(
        (line.leftover_kept_at_half, line.leftover_kept_at_quarter),
        (5, 2 + 8)
    );
    let clips = clips(&out);
    let starts: Vec<f64> = clips
        .iter()
        .map(|(origin, _)| (origin.start * 10.0).round())
        .collect();
    assert_eq!(starts, [0.0, 10.0, 32.0, 42.0, 52.0]);
    for ((_, clip), (video, first)) in clips
        .iter()
        .zip([(1, 0), (1, 10), (3, 1), (3, 11), (3, 21)])
    {
        assert_clip(clip, video, first);
    }
}

fn picture(video: u8, time: usize) -> RgbImage {
    RgbImage::from_raw(WIDTH as u32, HEIGHT as u32, frame(video, time)).unwrap()
}

#[test]
fn animations_need_no_ffmpeg() {
    let (folder, out) = place();
    let at = |name: &str| folder.path().join("in").join(name);
    fs::create_dir(at("")).unwrap();
    // Delays that don't fit the rate, so that frames are repeated and passed over.
    let delays: Vec<u32> = (0..13).map(|t| if t % 2 == 0 { 40 } else { 120 }).collect();
    let mut gif = GifEncoder::new(fs::File::create(at("a.gif")).unwrap());
    for (t, &delay) in delays.iter().enumerate() {
        let rgba: RgbaImage = image::DynamicImage::from(picture(1, t)).into_rgba8();
        gif.encode_frame(Frame::from_parts(
            rgba,
            0,
            0,
            Delay::from_numer_denom_ms(delay, 1),
        ))
        .unwrap();
    }
    drop(gif);
    encode(
        &at("b.apng"),
        &[(2, 0, 20)],
        10,
        &["-c:v", "apng", "-plays", "0", "-f", "apng"],
    );
    encode(
        &at("c.webp"),
        &[(3, 4, 20)],
        10,
        &["-c:v", "libwebp_anim", "-lossless", "1"],
    );
    let mut spec = spec(&[&at("")], &out);
    spec.ffmpeg_folder = Some("/nowhere".into());
    let report = run(&spec);
    assert_eq!(report.exit_code(), 0, "{:#?}", report.files);
    let clips = clips(&out);
    assert_eq!(clips.len(), 5, "{:#?}", report.files);
    // Place k shows the last frame whose beginning, rounded, is not after it.
    let start = |n: usize| f64::from(delays[..n].iter().sum::<u32>()) / 100.0;
    let wanted: Vec<usize> = (0..10)
        .map(|k| (0..13).rfind(|&n| start(n).round() as usize <= k).unwrap())
        .collect();
    let shown: Vec<usize> = clips[0].1.chunks(WIDTH * HEIGHT * 3).map(time_of).collect();
    assert_eq!(shown, wanted);
    assert_clip(&clips[1].1, 2, 0);
    assert_clip(&clips[4].1, 3, 14);
}

#[test]
fn numbered_pictures_are_a_video_each_group() {
    let (folder, out) = place();
    let at = |name: &str| folder.path().join("in").join(name);
    fs::create_dir_all(at("shots")).unwrap();
    // Without zeros in front, so that the natural order differs from the system's.
    for t in 0..20 {
        picture(1, t)
            .save(at(&format!("shots/f{}.png", t + 1)))
            .unwrap();
        picture(2, t)
            .save(at(&format!("shots/g_{t:04}.bmp")))
            .unwrap();
    }
    // Ten pictures are missing in the middle: the clip must not go across.
    fs::remove_file(at("shots/g_0010.bmp")).unwrap();
    picture(2, 20).save(at("shots/g_0020.bmp")).unwrap();
    fs::write(at("shots/notes.txt"), "x").unwrap();
    let report = run(&spec(&[&at("")], &out));
    assert_eq!(
        (report.exit_code(), report.skipped),
        (0, 1),
        "{:#?}",
        report.files
    );
    assert_eq!(report.files.len(), 2);
    assert!(report.files[1].file.ends_with("shots/g_*.bmp"));
    assert!(
        words(&report.files[1]).contains("missing from number 10"),
        "{:?}",
        report.files[1]
    );
    let clips = clips(&out);
    let origins: Vec<_> = clips
        .iter()
        .map(|(o, _)| (o.source.rsplit('/').next().unwrap(), o.start))
        .collect();
    assert_eq!(
        origins,
        [
            ("f*.png", 0.0),
            ("f*.png", 1.0),
            ("g_*.bmp", 0.0),
            ("g_*.bmp", 1.0)
        ]
    );
    for ((_, clip), (video, first)) in clips.iter().zip([(1, 0), (1, 10), (2, 0), (2, 11)]) {
        assert_clip(clip, video, first);
    }
}

#[test]
fn both_paths_fit_and_crop_alike() {
    let (folder, out) = place();
    // Smooth pictures, so that only geometry can differ.
    let source = RgbImage::from_fn(200, 90, |x, y| {
        Rgb([
            (x * 255 / 200) as u8,
            (y * 255 / 90) as u8,
            ((x + y) * 255 / 290) as u8,
        ])
    });
    let pictures = folder.path().join("pictures");
    fs::create_dir(&pictures).unwrap();
    for t in 0..2 {
        source.save(pictures.join(format!("{t}.png"))).unwrap();
    }
    let video = folder.path().join("video.mkv");
    ffmpeg(&[
        "-framerate",
        "10",
        "-i",
        pictures.join("%d.png").to_str().unwrap(),
        "-c:v",
        "ffv1",
        "-pix_fmt",
        "gbrp",
        video.to_str().unwrap(),
    ]);
    let crop = Crop {
        x: 11,
        y: 7,
        width: 121,
        height: 75,
    };
    let mut case = 0;
    for size in [(32, 24), (64, 20), (300, 200)] {
        for fit in [Fit::Cover, Fit::Contain, Fit::Stretch] {
            for crop in [None, Some(crop)] {
                let decoded = [&pictures, &video].map(|path| {
                    case += 1;
                    let out = out.with_extension(case.to_string());
                    let mut spec = spec(&[path], &out);
                    (spec.width, spec.height) = size;
                    (spec.fit, spec.crop, spec.clip_frames, spec.max_still) = (fit, crop, 2, 1.0);
                    assert_eq!(run(&spec).store_clips, 1);
                    clips(&out).remove(0).1
                });
                let off = decoded[0]
                    .iter()
                    .zip(&decoded[1])
                    .map(|(&a, &b)| a.abs_diff(b));
                let (most, mean) = (
                    off.clone().max().unwrap(),
                    off.map(f64::from).sum::<f64>() / decoded[0].len() as f64,
                );
                assert!(
                    most <= 6 && mean < 1.5,
                    "{size:?} {fit:?} {crop:?}: {most} at most, {mean:.2} on average"
                );
            }
        }
    }
}

#[test]
fn names_may_be_anything() {
    let (folder, out) = place();
    let inside = folder.path().join("in put");
    fs::create_dir(&inside).unwrap();
    let plain = folder.path().join("plain.mp4");
    let names = [
        "-i.mp4",
        "a b 'c' \"d\".mp4",
        "é 日本語 %03d.mp4",
        "pipe:0.mp4",
        "x:y?z#.mp4",
    ];
    for (i, name) in names.iter().enumerate() {
        encode(&plain, &[(i as u8, 0, 10)], 10, H264);
        fs::rename(&plain, inside.join(name)).unwrap();
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        encode(&plain, &[(9, 0, 10)], 10, H264);
        fs::rename(
            &plain,
            inside.join(std::ffi::OsStr::from_bytes(b"\xff\xfe.mp4")),
        )
        .unwrap();
    }
    let report = run(&spec(&[&inside], &out));
    assert_eq!(report.exit_code(), 0, "{:#?}", report.files);
    for name in names {
        assert_eq!(line(&report, name).clips, 1);
    }
    #[cfg(target_os = "linux")]
    assert_eq!(line(&report, "\\xFF\\xFE.mp4").clips, 1);
    // And they are recognised.
    let again = run(&spec(&[&inside], &out));
    assert_eq!(again.count(Outcome::ImportedBefore), report.files.len());
}

#[test]
fn a_video_whose_size_changes_goes_on() {
    let (folder, out) = place();
    let part = |name: &str, first: usize, filters: &str| {
        let path = folder.path().join(name);
        encode_with(
            &path,
            &[(1, first, 10)],
            10,
            filters,
            &[
                "-c:v",
                "mpeg2video",
                "-q:v",
                "2",
                "-r",
                "30",
                "-f",
                "mpegts",
            ],
        );
        fs::read(path).unwrap()
    };
    let whole = folder.path().join("whole.ts");
    fs::write(
        &whole,
        [part("a", 0, ""), part("b", 10, ",scale=512:384")].concat(),
    )
    .unwrap();
    let report = run(&spec(&[&whole], &out));
    // ffmpeg builds its filters anew where the size changes, and loses the frames that were in them.
    assert!(report.files[0].frames >= 16, "{:?}", report.files);
    let clips = clips(&out);
    let times: Vec<usize> = clips[0].1.chunks(WIDTH * HEIGHT * 3).map(time_of).collect();
    assert!(
        times.is_sorted() && times[0] == 0 && times[9] > 9,
        "{times:?}"
    );
    for (frame, &time) in clips[0].1.chunks(WIDTH * HEIGHT * 3).zip(&times) {
        assert_clip(frame, 1, time);
    }
}

#[test]
fn folders_are_taken_in_natural_order_without_what_is_no_video() {
    let (folder, out) = place();
    let at = |name: &str| folder.path().join("in").join(name);
    fs::create_dir_all(at("season 10")).unwrap();
    fs::create_dir_all(at("season 2/.hidden")).unwrap();
    encode(&at("season 10/1.mp4"), &[(1, 0, 10)], 10, H264);
    encode(&at("season 2/10.mp4"), &[(2, 0, 10)], 10, H264);
    // No ending, and yet a video.
    encode(
        &at("season 2/9"),
        &[(3, 0, 10)],
        10,
        &[H264, &["-f", "matroska"]].concat(),
    );
    encode(&at("season 2/.hidden/8.mp4"), &[(4, 0, 10)], 10, H264);
    for name in [
        "season 2/10.info.json",
        "season 2/10.en.vtt",
        "season 2/10.txt",
        "season 2/README",
        "season 2/data.bin",
    ] {
        fs::write(at(name), "not a video").unwrap();
    }
    picture(1, 1).save(at("season 2/10.jpg")).unwrap();
    picture(1, 1).save(at("season 2/11.jpg")).unwrap();
    let report = run(&spec(&[&at("")], &out));
    assert_eq!(report.exit_code(), 0, "{:#?}", report.files);
    let files: Vec<_> = report
        .files
        .iter()
        .map(|f| {
            Path::new(&f.file)
                .strip_prefix(at(""))
                .unwrap()
                .to_str()
                .unwrap()
        })
        .collect();
    assert_eq!(files, ["season 2/9", "season 2/10.mp4", "season 10/1.mp4"]);
    assert_eq!(report.skipped, 8);
}
