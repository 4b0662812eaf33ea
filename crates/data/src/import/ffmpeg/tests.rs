use serde_json::json;

use super::*;

/// Feeds ffprobe's lines: time, whether a key frame, whether with a complaint.
fn damage(frames: &[(f64, bool, bool)]) -> Vec<Range<u64>> {
    let mut finder = DamageFinder::new(10.0);
    for (time, key, complaint) in frames {
        let log = if *complaint { "|log|level=16" } else { "" };
        finder.line(&format!(
            "frame|key_frame={}|best_effort_timestamp_time={time:.6}{log}",
            u8::from(*key)
        ));
        finder.line("");
    }
    finder.finish()
}

/// 20 frames a second for 10 seconds, a key frame every second.
fn steady() -> Vec<(f64, bool, bool)> {
    (0..200)
        .map(|i| (f64::from(i) / 20.0, i % 20 == 0, false))
        .collect()
}

#[test]
fn whole_files_have_no_damage() {
    assert_eq!(damage(&steady()), []);
    assert_eq!(damage(&[]), []);
}

#[test]
fn damage_lasts_from_the_complaint_to_the_next_key_frame() {
    let mut frames = steady();
    frames[50].2 = true;
    assert_eq!(damage(&frames), vec![24..30]);
    // A key frame with a complaint of its own repairs nothing.
    frames[60].2 = true;
    assert_eq!(damage(&frames), vec![24..40]);
    frames[190].2 = true;
    assert_eq!(damage(&frames), [24..40, 94..u64::MAX]);
}

#[test]
fn missing_frames_are_damage() {
    let mut frames = steady();
    frames.drain(45..52);
    assert_eq!(damage(&frames), vec![21..30]);
    // One frame in twenty: nothing that shows.
    let mut frames = steady();
    frames.remove(45);
    assert_eq!(damage(&frames), []);
}

#[test]
fn times_count_from_the_first_frame() {
    let mut frames: Vec<_> = steady()
        .into_iter()
        .map(|(t, k, c)| (t + 1000.0, k, c))
        .collect();
    frames[50].2 = true;
    assert_eq!(damage(&frames), vec![24..30]);
}

fn stream(changes: &Value) -> Value {
    let mut stream = json!({"codec_type": "video", "width": 720, "height": 576, "sample_aspect_ratio": "16:15", "disposition": {"attached_pic": 0}});
    for (key, value) in changes.as_object().unwrap() {
        stream[key] = value.clone();
    }
    json!({"format": {"format_name": "matroska,webm"}, "streams": [{"codec_type": "audio"}, stream]})
}

#[test]
fn sizes_are_those_that_a_player_shows() {
    let size = |changes: Value| describe(&stream(&changes), "").map(|v| (v.width, v.height));
    assert_eq!(size(json!({})), Ok((768, 576)));
    assert_eq!(size(json!({"sample_aspect_ratio": "0:1"})), Ok((720, 576)));
    assert_eq!(size(json!({"sample_aspect_ratio": "N/A"})), Ok((720, 576)));
    assert_eq!(
        size(json!({"sample_aspect_ratio": "1:1", "side_data_list": [{"rotation": -90}]})),
        Ok((576, 720))
    );
}

#[test]
fn what_is_no_video_is_told_apart() {
    let why = |value: &Value| describe(value, "its words").unwrap_err();
    assert!(matches!(why(&json!({})), NoVideo::Unreadable(w) if w.contains("its words")));
    let cover = stream(&json!({"disposition": {"attached_pic": 1}}));
    assert!(matches!(why(&cover), NoVideo::Other(w) if w.contains("sound but no pictures")));
    assert!(matches!(
        why(&json!({"format": {"format_name": "tty"}, "streams": []})),
        NoVideo::Other(_)
    ));
    assert!(matches!(
        why(&json!({"format": {"format_name": "png_pipe"}, "streams": []})),
        NoVideo::Other(_)
    ));
    assert!(
        matches!(why(&stream(&json!({"width": 0}))), NoVideo::Unreadable(w) if w.contains("no size"))
    );
}

#[test]
fn words_are_one_line_without_noise() {
    let words = "\n[h264 @ 0x55fba9cc8400] Invalid NAL unit size\nfile:/a b.mp4: more\n";
    assert_eq!(
        first_line(words, Path::new("/a b.mp4")),
        "Invalid NAL unit size"
    );
    assert_eq!(
        first_line("file:/a b.mp4: Invalid data\x1b[0m", Path::new("/a b.mp4")),
        "Invalid data[0m"
    );
    assert_eq!(first_line("", Path::new("x")), "");
    assert_eq!(head(&mut &vec![b'x'; 100_000][..]).len(), WORDS as usize);
}
