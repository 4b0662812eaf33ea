//! Links: what is written is read back, and whatever else is read ends in words, never in a panic.

use std::time::Instant;

use super::fragment::{self, Address, Wanted};
use super::*;
use crate::chance::{Chance, mutated};

fn sampling(seed: u32) -> Sampling {
    Sampling {
        steps: 4,
        temperature: 0.55,
        order: Order::Halton,
        seed,
    }
}

/// A link with `frames` prompt frames of `tokens` tokens below 2^`bits`, and `stretches` of a play.
fn link(chance: &mut Chance, shape: (usize, usize, u32), stretches: usize) -> Link {
    let (frames, tokens, bits) = shape;
    let prompt = (0..frames)
        .map(|_| (0..tokens).map(|_| chance.below(1 << bits)).collect())
        .collect();
    let play = (0..stretches)
        .map(|i| {
            let runs = chance.below(9);
            let actions = (0..runs).flat_map(|_| {
                let action = chance.below(8) as u16;
                let frames = 1 + chance.below(40) as usize;
                std::iter::repeat_n(action, frames)
            });
            Stretch {
                actions: actions.collect(),
                sampling: sampling(i as u32 * 1000),
            }
        })
        .collect();
    Link {
        world: "coinrun".into(),
        digest: [1, 2, 3, 4],
        prompt,
        play,
    }
}

/// Of a world of 64 tokens of 10 bits, as the page ships one.
fn plain() -> Link {
    let mut link = link(&mut Chance::new(3), (1, 64, 10), 1);
    link.play[0].actions.clear();
    link.prompt[0][0] = 1023;
    link
}

fn text(link: &Link) -> String {
    let wanted = Wanted {
        link: Some(link.clone()),
        world: None,
    };
    wanted.write().unwrap()
}

fn opened(text: &str) -> Result<Link, Flaw> {
    let wanted = fragment::read(text)?.ok_or(Flaw::Unknown)?;
    wanted.link.ok_or(Flaw::Unknown)
}

#[test]
fn a_prompt_alone_takes_less_than_200_characters() {
    let mut link = plain();
    // The longest seed there is, and the longest name of a shipped world.
    link.play[0].sampling.seed = u32::MAX;
    link.world = "platformer.unfinished".into();
    let text = text(&link);
    assert!(text.len() < 200, "{}: {text}", text.len());
    assert!(text.starts_with("#p=1."), "{text}");
    assert_eq!(opened(&text), Ok(link));
}

#[test]
fn what_is_written_is_read_back() {
    let mut chance = Chance::new(1);
    for round in 0..400 {
        let shape = (
            1 + chance.below(16) as usize,
            1 + chance.below(300) as usize,
            1 + chance.below(MOST_BITS),
        );
        let link = link(&mut chance, shape, 1 + (round % 5) as usize);
        assert_eq!(opened(&text(&link)), Ok(link.clone()), "{shape:?}");
        let alone = link.prompt_alone();
        assert_eq!(alone.frames(), 0);
        assert_eq!(opened(&text(&alone)), Ok(alone));
    }
}

#[test]
fn a_thousand_frames_are_a_short_link() {
    let mut link = plain();
    link.play[0].actions = (0..1000).map(|i| (i / 12 % 6) as u16).collect();
    let length = text(&link).len();
    assert!(length < 400, "{length}");
}

#[test]
fn every_cut_and_every_changed_character_is_noticed() {
    let alphabet = "ABCabc019-_.=&%#~ é";
    for link in [plain(), link(&mut Chance::new(7), (2, 16, 4), 2)] {
        let whole = text(&link);
        for end in 0..whole.len() {
            let cut = &whole[..end];
            let said = fragment::read(cut);
            // What is shorter than a name of a place asks for nothing.
            assert!(
                said.is_err() || said == Ok(None) && end <= 2,
                "{cut}: {said:?}"
            );
        }
        for place in 1..whole.len() {
            for other in alphabet.chars() {
                let changed = format!("{}{other}{}", &whole[..place], &whole[place + 1..]);
                let same = opened(&changed) == Ok(link.clone());
                assert!(same || fragment::read(&changed).is_err(), "{changed}");
            }
            // One too many, or two that have changed places.
            let doubled = format!("{}{}", &whole[..=place], &whole[place..]);
            let same = opened(&doubled) == Ok(link.clone());
            assert!(same || fragment::read(&doubled).is_err(), "{doubled}");
        }
    }
}

#[test]
fn later_versions_are_named_as_such() {
    let whole = text(&plain());
    for (version, flaw) in [("2", Flaw::Newer), ("10", Flaw::Newer), ("b", Flaw::Newer)] {
        let other = whole.replacen("p=1.", &format!("p={version}."), 1);
        assert_eq!(opened(&other), Err(flaw));
    }
    assert_eq!(
        opened(&whole.replacen("p=1.", "p=.", 1)),
        Err(Flaw::Damaged)
    );
    assert_eq!(opened(&whole.replacen("p=", "q=", 1)), Err(Flaw::Unknown));
}

#[test]
fn a_link_survives_the_sentence_around_it() {
    let (link, whole) = (plain(), text(&plain()));
    for end in [".", ").", "!", " ", "\n", "”"] {
        assert_eq!(opened(&format!("{whole}{end}")), Ok(link.clone()), "{end}");
    }
    assert_eq!(opened(&whole.replacen('=', "%3D", 1)), Ok(link));
}

#[test]
fn places_in_the_page_are_no_links() {
    for name in ["", "#", "#world", "main", "play-1"] {
        assert_eq!(fragment::read(name), Ok(None), "{name}");
    }
}

#[test]
fn what_no_link_can_carry_is_not_written() {
    let broken = |change: fn(&mut Link)| {
        let mut link = plain();
        change(&mut link);
        link.write()
    };
    assert!(broken(|_| {}).is_some());
    for change in [
        (|l| l.prompt.clear()) as fn(&mut Link),
        |l| l.prompt[0].clear(),
        |l| l.prompt.push(vec![1]),
        |l| l.prompt[0][0] = u32::MAX,
        |l| l.play.clear(),
        |l| l.play[0].sampling.steps = 0,
        |l| l.play[0].sampling.temperature = f32::NAN,
        |l| l.play[0].actions = vec![0; MOST_ACTIONS + 1],
        |l| l.play[0].actions = vec![300],
    ] {
        assert_eq!(broken(change), None);
    }
    let long = broken(|l| l.world = "ä".repeat(300)).unwrap();
    assert_eq!(Link::read(&long).unwrap().world.len(), LONGEST_NAME);
}

#[test]
fn a_small_link_can_not_ask_for_much_memory() {
    // As `write` makes them, but for the numbers: the check is right, and the runs are endless.
    for frames in [MOST_ACTIONS as u64, u64::MAX / 8] {
        let mut out = Writer::default();
        out.bytes(&[0; 4]);
        out.byte(0);
        out.bytes(&[1, 1, 1, 0x80, 1, 1, 0, 1]);
        out.bytes(&0.5_f32.to_le_bytes());
        out.byte(0);
        out.number(2);
        out.number(frames);
        out.number(frames);
        let check = checksum(out.written());
        out.bytes(&check);
        assert_eq!(Link::unpack(out.written()), None);
    }
}

#[test]
fn addresses_of_worlds_are_https_or_of_this_machine() {
    for (good, host) in [
        ("https://example.org/a/b.safetensors?x=1&y=2", "example.org"),
        ("HTTPS://Example.org:8443/w", "Example.org:8443"),
        ("http://localhost:8080/w", "localhost:8080"),
        ("http://127.0.0.1/w", "127.0.0.1"),
        (" https://xn--bcher-kva.example ", "xn--bcher-kva.example"),
    ] {
        let address = Address::new(good).unwrap();
        assert_eq!(address.host(), host);
        let wanted = Wanted {
            link: Some(plain()),
            world: Some(address),
        };
        let text = wanted.write().unwrap();
        assert_eq!(fragment::read(&text), Ok(Some(wanted)), "{text}");
    }
    for bad in [
        "",
        "x",
        "http://example.org/w",
        "https://",
        "https:///w",
        "https://user@host/w",
        "https://a:b@host/w",
        "https://host:99999/w",
        "https://host:/w",
        "https://ho st/w",
        "https://host\\@other/w",
        "javascript://x",
        "file:///etc/passwd",
        "data:x",
        "https://hé.org/w",
        "https://.org",
        "http://localhost.evil.org/w",
        "//host/w",
    ] {
        assert_eq!(Address::new(bad), Err(Flaw::Address), "{bad}");
        let linked = format!("#world={bad}");
        assert!(fragment::read(&linked).is_err(), "{linked}");
    }
}

#[test]
fn a_play_in_words() {
    let mut link = plain();
    link.play[0].actions = vec![1, 1, 0, 2];
    link.play.push(Stretch {
        sampling: sampling(9),
        actions: vec![1],
    });
    let names = ["left".to_owned(), "jump right".to_owned(), String::new()];
    let text = actions_text(&link, &names);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "# Pocket Genie, coinrun");
    assert_eq!(
        lines[1],
        "# seed 0, steps 4, temperature 0.55, order halton"
    );
    assert_eq!(lines[2], "jump right 2, left 1, action-3 1");
    assert_eq!(
        lines[3],
        "# seed 9, steps 4, temperature 0.55, order halton"
    );
    assert_eq!(lines[4], "jump right 1");
}

/// Changed links and changed bytes of links: each is read, or refused, and never a panic. As many as
/// `FUZZ` says; 100,000 take 0.3 s.
#[test]
fn damaged_links_end_in_words() {
    let rounds = crate::chance::rounds(100_000);
    let mut chance = Chance::new(11);
    let start = Instant::now();
    let samples: Vec<Link> = (0..8)
        .map(|i| link(&mut chance, (1 + i % 3, 16 + i, 1 + i as u32), 1 + i % 4))
        .collect();
    let (mut read, mut refused) = (0, 0);
    for round in 0..rounds {
        let sample = &samples[round % samples.len()];
        let said = if round % 2 == 0 {
            let bytes = mutated(text(sample).as_bytes(), &mut chance);
            fragment::read(&String::from_utf8_lossy(&bytes)).map(|_| ())
        } else {
            // With a check that fits, so that what lies behind it is reached.
            let packed = text(sample);
            let bytes = URL_SAFE_NO_PAD.decode(&packed["#p=1.".len()..]).unwrap();
            let mut bytes = mutated(&bytes[..bytes.len() - 4], &mut chance);
            bytes.extend(checksum(&bytes));
            let unpacked = Link::unpack(&bytes);
            // Whatever is read can be written, and is read again as the same.
            if let Some(link) = &unpacked {
                assert!(link.frames() <= MOST_ACTIONS);
                let again = link.write().map(|text| Link::read(&text));
                assert!(again.is_none_or(|again| again.as_ref() == Ok(link)));
            }
            unpacked.map(|_| ()).ok_or(Flaw::Damaged)
        };
        match said {
            Ok(()) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(refused > rounds / 4, "{read} were read, {refused} refused");
    println!(
        "{rounds} links in {:?}: {read} read, {refused} refused",
        start.elapsed()
    );
}
