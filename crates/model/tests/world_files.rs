//! World files: what is written is read back; what is damaged, hostile or of another kind is
//! refused with words, without a panic and without taking the memory it asks for.

mod common;

use std::collections::HashMap;

use burn::tensor::Device;
use model::world::{Card, FileWeights, describe, to_bytes};
use model::{Error, World, params};
use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::{Value, json};

use common::{card, tiny, tiny_fsq, weights, world, world_file};

fn read(bytes: &[u8]) -> Result<World, Error> {
    World::from_bytes(bytes, &Device::flex())
}

/// The error that reading gives, in words.
#[track_caller]
fn refused(bytes: &[u8]) -> String {
    match read(bytes) {
        Ok(_) => panic!("was read"),
        Err(error) => error.to_string(),
    }
}

/// A world file of these tensors (bytes, all f32) and this card.
fn file(card: &str, tensors: &params::Named) -> Vec<u8> {
    let bytes: Vec<(&String, &params::Values, Vec<u8>)> = tensors
        .iter()
        .map(|(n, v)| (n, v, v.data.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(name, v, b)| {
        (
            *name,
            TensorView::new(Dtype::F32, v.shape.clone(), b).unwrap(),
        )
    });
    let metadata = HashMap::from([("pocket-genie".to_owned(), card.to_owned())]);
    serialize(views, Some(metadata)).unwrap()
}

/// A good world whose card was changed by `change`.
fn with_card(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let config = tiny();
    let mut card = serde_json::to_value(card(&config)).unwrap();
    change(&mut card);
    file(&card.to_string(), &weights(&config, 1))
}

/// A good world whose tensors were changed by `change`.
fn with_tensors(change: impl FnOnce(&mut params::Named)) -> Vec<u8> {
    let config = tiny();
    let mut tensors = weights(&config, 1);
    change(&mut tensors);
    file(&serde_json::to_string(&card(&config)).unwrap(), &tensors)
}

#[test]
fn a_world_comes_back_as_it_was_written() {
    for config in [tiny(), tiny_fsq()] {
        let bytes = world_file(&config, 1);
        let world = read(&bytes).unwrap();
        assert_eq!(world.card, card(&config));
        assert_eq!(describe(&bytes).unwrap(), world.card);

        let mut again = pollster::block_on(params::read(&world.tokenizer, "tokenizer.")).unwrap();
        again.extend(pollster::block_on(params::read(&world.dynamics, "dynamics.")).unwrap());
        let actions = common::floats(&world.actions);
        let shape = world.actions.dims().to_vec();
        again.insert(
            "actions".into(),
            params::Values {
                shape,
                data: actions,
            },
        );
        for (name, values) in weights(&config, 1) {
            assert_eq!(again[&name].shape, values.shape, "{name}");
            for (a, b) in again[&name].data.iter().zip(&values.data) {
                assert!(
                    (a - b).abs() <= b.abs() / 1024.0 + 1e-6,
                    "{name}: {a} for {b}"
                );
            }
        }
        assert_eq!(
            to_bytes(&world.card, &again, FileWeights::F16).unwrap(),
            bytes,
            "written a second time"
        );
    }
}

#[test]
fn matrices_may_have_eight_bits() {
    let config = tiny();
    let whole = weights(&config, 1);
    let bytes = to_bytes(&card(&config), &whole, FileWeights::I8).unwrap();
    let world = read(&bytes).unwrap();
    let back = pollster::block_on(params::read(&world.dynamics, "dynamics.")).unwrap();
    for (name, values) in &back {
        let most = values.data.iter().fold(0f32, |m, v| m.max(v.abs()));
        for (a, b) in values.data.iter().zip(&whole[name].data) {
            assert!((a - b).abs() <= most / 250.0 + 1e-6, "{name}: {a} for {b}");
        }
    }
    // Written a second time it is the same: nothing is lost twice.
    let mut again = back;
    again.extend(pollster::block_on(params::read(&world.tokenizer, "tokenizer.")).unwrap());
    again.insert("actions".into(), whole["actions"].clone());
    let twice = to_bytes(&world.card, &again, FileWeights::I8).unwrap();
    let numbers = |bytes: &[u8]| {
        let tensors = safetensors::SafeTensors::deserialize(bytes).unwrap();
        tensors
            .tensor("dynamics.head.weight")
            .unwrap()
            .data()
            .to_vec()
    };
    assert_eq!(numbers(&twice), numbers(&bytes));
}

#[test]
fn eight_bits_without_their_scales_are_refused() {
    let config = tiny();
    let bytes = to_bytes(&card(&config), &weights(&config, 1), FileWeights::I8).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let views = tensors
        .iter()
        .filter(|(name, _)| *name != "dynamics.head.weight.scale");
    let cut = serialize(views, header.metadata().clone()).unwrap();
    let error = refused(&cut);
    assert!(error.contains("dynamics.head.weight.scale"), "{error}");
}

#[test]
fn weights_may_be_f32() {
    assert_eq!(read(&with_card(|_| {})).unwrap().card.name, "tiny");
}

#[test]
fn weights_that_half_precision_cannot_hold_are_not_written() {
    for value in [f32::NAN, f32::INFINITY, 70_000.0] {
        let mut tensors = weights(&tiny(), 1);
        tensors.get_mut("dynamics.head.bias").unwrap().data[3] = value;
        let error = to_bytes(&card(&tiny()), &tensors, FileWeights::F16)
            .unwrap_err()
            .to_string();
        assert!(error.contains("dynamics.head.bias"), "{error}");
    }
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let bytes = world_file(&tiny(), 1);
    let cuts = (0..16)
        .map(|i| bytes.len() * i / 16)
        .chain(0..200)
        .chain([bytes.len() - 1]);
    for cut in cuts {
        let error = refused(&bytes[..cut]);
        assert!(
            error.contains("cut off") || error.contains("damaged"),
            "{cut}: {error}"
        );
    }
    let longer = [bytes, vec![0]].concat();
    refused(&longer);
}

#[test]
fn other_files_are_refused() {
    for bytes in [
        &b""[..],
        b"\0\0\0\0\0\0\0\0",
        b"\x89PNG\r\n\x1a\n and so on",
        &[0xff; 64],
        b"{}",
    ] {
        refused(bytes);
    }
    // A safetensors file of something else.
    let other: Vec<(String, TensorView<'_>)> = Vec::new();
    let error = refused(&serialize(other, None).unwrap());
    assert!(error.contains("genie export"), "{error}");
}

#[test]
fn a_header_that_claims_too_much_is_refused() {
    let good = world_file(&tiny(), 1);
    for length in [
        0u64,
        1,
        8,
        1 << 20,
        100_000_001,
        1 << 40,
        u64::MAX - 8,
        u64::MAX,
    ] {
        let mut bytes = good.clone();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        refused(&bytes);
    }
    for (shape, end) in [
        ("[4294967296,4294967296]", 4),
        ("[18446744073709551615]", 4),
        ("[1]", u64::MAX),
        ("[-1]", 4),
        ("[1e3]", 4),
    ] {
        let header = format!(
            r#"{{"__metadata__":{{"pocket-genie":"{{}}"}},"a":{{"dtype":"F32","shape":{shape},"data_offsets":[0,{end}]}}}}"#
        );
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(&[0; 4]);
        refused(&bytes);
    }
}

#[test]
fn a_card_that_does_not_fit_is_refused_with_the_reason() {
    let huge = 1u64 << 40;
    type Change = Box<dyn Fn(&mut Value)>;
    let set = |pointer: &'static str, value: Value| -> Change {
        Box::new(move |card| *card.pointer_mut(pointer).unwrap() = value.clone())
    };
    let cases: Vec<(&str, Change)> = vec![
        ("format 2", set("/format", json!(2))),
        ("card is damaged", set("/format", json!("one"))),
        ("card is damaged", set("/name", json!(7))),
        ("card is damaged", set("/config", json!(null))),
        ("card is damaged", set("/config/height", json!(-1))),
        (
            "card is damaged",
            Box::new(|card| card["config"]["surprise"] = json!(1)),
        ),
        ("height", set("/config/height", json!(0))),
        ("width", set("/config/width", json!(huge))),
        ("frames", set("/config/frames", json!(1))),
        ("tokenizer.patch", set("/config/tokenizer/patch", json!(5))),
        (
            "codes",
            set(
                "/config/tokenizer/quantizer",
                json!({"vq": {"codes": huge, "dim": 7}}),
            ),
        ),
        (
            "codes",
            set(
                "/config/tokenizer/quantizer",
                json!({"fsq": {"levels": vec![256; 16]}}),
            ),
        ),
        (
            "FSQ",
            set(
                "/config/tokenizer/quantizer",
                json!({"fsq": {"levels": []}}),
            ),
        ),
        ("blocks", set("/config/dynamics/blocks", json!(huge))),
        ("head_size", set("/config/dynamics/head_size", json!(7))),
        // Within bounds, so only the tensors can tell: nothing of that size may be built.
        ("expected", set("/config/dynamics/width", json!(1 << 15))),
        ("missing", set("/config/dynamics/blocks", json!(1024))),
        (
            "belongs to no part",
            set("/config/dynamics/blocks", json!(1)),
        ),
        (
            "expected",
            set("/config/tokenizer/quantizer/vq/codes", json!(1 << 16)),
        ),
        (
            "tokenizer.decoder.attention is full",
            Box::new(|card| card["config"]["tokenizer"]["decoder"]["attention"] = json!("full")),
        ),
        (
            "latent_action.input is tokens",
            Box::new(|card| card["config"]["latent_action"]["input"] = json!("tokens")),
        ),
        ("actions", set("/actions", json!(["left"]))),
        ("gallery", set("/gallery/1/tokens/0", json!(20))),
        ("gallery", set("/gallery/0/tokens", json!([]))),
        ("steps", set("/play/steps", json!(0))),
        ("steps", set("/play/steps", json!(huge))),
        ("temperature", set("/play/temperature", json!(-1))),
        ("card is damaged", set("/play/order", json!("sideways"))),
    ];
    for (expected, change) in cases {
        let bytes = with_card(change);
        let error = refused(&bytes);
        assert!(error.contains(expected), "“{expected}” is not in: {error}");
        assert!(describe(&bytes).is_err());
    }
    let nested = "[".repeat(100_000);
    for text in ["", "null", "{", nested.as_str()] {
        let error = refused(&file(text, &weights(&tiny(), 1)));
        assert!(error.contains("card is damaged"), "{error}");
    }
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    type Change = fn(&mut params::Named);
    let cases: [(&str, Change); 7] = [
        ("dynamics.head.bias is missing", |t| {
            drop(t.remove("dynamics.head.bias"))
        }),
        ("actions is missing", |t| drop(t.remove("actions"))),
        ("tokenizer.more belongs to no part", |t| {
            t.insert(
                "tokenizer.more".into(),
                params::Values {
                    shape: vec![1],
                    data: vec![0.0],
                },
            );
        }),
        ("dynamics.position has shape", |t| {
            t.get_mut("dynamics.position").unwrap().shape.reverse();
        }),
        ("actions has shape", |t| {
            t.get_mut("actions").unwrap().shape = vec![20]
        }),
        (
            "tokenizer.decoder.position holds values that are not finite",
            |t| {
                t.get_mut("tokenizer.decoder.position").unwrap().data[0] = f32::NAN;
            },
        ),
        ("actions holds values that are not finite", |t| {
            t.get_mut("actions").unwrap().data[1] = f32::NEG_INFINITY;
        }),
    ];
    for (expected, change) in cases {
        let error = refused(&with_tensors(change));
        assert!(error.contains(expected), "“{expected}” is not in: {error}");
    }
}

#[test]
fn other_number_types_are_refused() {
    let config = tiny();
    let named = weights(&config, 1);
    for dtype in [Dtype::F64, Dtype::I32, Dtype::U8, Dtype::BF16] {
        let width = dtype.bitsize() / 8;
        let bytes: Vec<_> = named
            .values()
            .map(|v| vec![0u8; v.shape.iter().product::<usize>() * width])
            .collect();
        let views = named.iter().zip(&bytes).map(|((name, v), bytes)| {
            (
                name,
                TensorView::new(dtype, v.shape.clone(), bytes).unwrap(),
            )
        });
        let card = serde_json::to_string(&card(&config)).unwrap();
        let metadata = HashMap::from([("pocket-genie".to_owned(), card)]);
        let error = refused(&serialize(views, Some(metadata)).unwrap());
        assert!(error.contains("expected f16 or f32"), "{error}");
    }
}

/// Any byte of the header may be wrong. The file is then refused, or, where the byte was part of a
/// text for people, read.
#[test]
fn a_flipped_byte_in_the_header_never_panics() {
    let good = world_file(&tiny(), 1);
    let header = u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
    let mut read_anyway = 0;
    for place in (0..8 + header).step_by(7) {
        for flip in [0x01, 0x20, 0x80] {
            let mut bytes = good.clone();
            bytes[place] ^= flip;
            read_anyway += usize::from(read(&bytes).is_ok());
        }
    }
    assert!(
        read_anyway < header / 7,
        "{read_anyway} damaged headers were read"
    );
}

#[test]
fn the_card_is_plain_json() {
    let text = serde_json::to_string(&card(&tiny())).unwrap();
    assert_eq!(serde_json::from_str::<Card>(&text).unwrap(), card(&tiny()));
    assert!(world(&tiny(), 1).card.gallery.len() == 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), length in 0u64..400) {
        let _ = read(&bytes);
        let framed = [&length.to_le_bytes()[..], &bytes].concat();
        let _ = read(&framed);
    }

    #[test]
    fn damage_anywhere_never_panics(places in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..6)) {
        thread_local!(static GOOD: Vec<u8> = world_file(&tiny(), 1));
        let mut bytes = GOOD.with(Clone::clone);
        for (place, value) in places {
            let place = place as usize % bytes.len();
            bytes[place] = value;
        }
        if let Ok(world) = read(&bytes) {
            prop_assert!(world.card.config.check().is_ok());
        }
    }
}

#[test]
fn other_names_change_nothing_else() {
    let config = tiny();
    let mut card = serde_json::to_value(card(&config)).unwrap();
    // What a later version may add.
    card["news"] = json!({ "a": [1, 2.5, null] });
    card["play"]["temperature"] = json!(0.1);
    let mut bytes = file(&card.to_string(), &weights(&config, 1));
    // Spaces at a header's end are allowed.
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    bytes.splice(8 + length..8 + length, *b"        ");
    bytes[..8].copy_from_slice(&(length as u64 + 8).to_le_bytes());

    let names: Vec<String> = (0..config.actions()).map(|i| format!("näme {i}")).collect();
    let renamed = model::world::rename_actions(&bytes, &names).unwrap();
    let parts = |file: &[u8]| {
        let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        assert!(length.is_multiple_of(8));
        let header: Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
        (header, file[8 + length..].to_vec())
    };
    let ((mut old, old_tensors), (mut new, new_tensors)) = (parts(&bytes), parts(&renamed));
    assert!(old_tensors == new_tensors, "the weights differ");
    let card_of = |header: &mut Value| -> Value {
        let text = header["__metadata__"]["pocket-genie"].take();
        serde_json::from_str(text.as_str().unwrap()).unwrap()
    };
    let (mut old_card, new_card) = (card_of(&mut old), card_of(&mut new));
    assert_eq!(old, new);
    old_card["actions"] = json!(names);
    assert_eq!(old_card, new_card);
    assert_eq!(read(&renamed).unwrap().card.actions, names);
    // The same names again: the same bytes.
    assert!(model::world::rename_actions(&renamed, &names).unwrap() == renamed);
}

#[test]
fn names_that_do_not_do_are_refused() {
    let config = tiny();
    let bytes = world_file(&config, 1);
    let count = config.actions();
    let many = |name: &dyn Fn(usize) -> String| -> Vec<String> { (0..count).map(name).collect() };
    for names in [
        Vec::new(),
        vec!["left".to_owned(); count],
        many(&|i| " ".repeat(i + 1)),
        (0..=count).map(|i| i.to_string()).collect(),
    ] {
        let error = model::world::rename_actions(&bytes, &names).unwrap_err();
        assert!(error.to_string().contains("action"), "{error}");
    }
    let good = many(&|i| i.to_string());
    assert!(model::world::rename_actions(&bytes[..bytes.len() - 1], &good).is_err());
    assert!(model::world::rename_actions(b"", &good).is_err());
}
