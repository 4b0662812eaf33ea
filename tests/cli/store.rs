//! Clip stores, seen by others: Python's zarr, an object store, a small memory; and `genie data`.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::python::python;
use crate::support::{QUICK, command, copy_all, folder_with_clips, genie, run, shared, tiny};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e} in: {text}"))
}

#[test]
fn pythons_zarr_reads_what_we_write() {
    let path = shared().join("clips.zarr");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cli/read_store.py");
    let ended = run(Command::new(python()).arg(script).arg(&path)).good();
    let found = json(&ended.out);
    let store = data::ClipStore::open(&path).unwrap();
    let actions = data::TrueActions::open(&path).unwrap();
    assert_eq!(found["rewards"], false);
    assert_eq!(
        found["shape"],
        serde_json::json!([store.len(), 32, 64, 64, 3])
    );
    assert_eq!(found["dtype"], "uint8");
    assert_eq!(
        found["names"],
        serde_json::json!(["clip", "frame", "y", "x", "rgb"])
    );
    assert_eq!(found["spec"]["source"], "platformer");
    for (clip, record) in store.manifest().unwrap().iter().enumerate() {
        assert_eq!(
            found["sha256"][clip],
            Value::from(record.sha256.clone()),
            "clip {clip}"
        );
        let truth = actions.read(clip as u64).unwrap();
        assert_eq!(
            found["actions"][clip],
            serde_json::json!(truth),
            "clip {clip}"
        );
    }
}

/// A server that speaks S3, ended when this is dropped.
struct S3 {
    server: Child,
    address: String,
}

impl S3 {
    fn start(folder: &Path) -> Self {
        // Port 0: the system chooses one, and the server says which.
        let script = "import sys\n\
            from werkzeug.serving import make_server\n\
            from moto.server import DomainDispatcherApplication, create_backend_app\n\
            server = make_server('127.0.0.1', 0, DomainDispatcherApplication(create_backend_app), threaded=True)\n\
            print(server.server_port, flush=True)\n\
            server.serve_forever()\n";
        let mut server = Command::new(python())
            .args(["-c", script])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let mut said = server.stdout.take().unwrap();
        let mut byte = [0];
        while said.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            port.push(char::from(byte[0]));
        }
        Self {
            server,
            address: format!("http://127.0.0.1:{port}"),
        }
    }

    /// The program with what it needs to know of the server.
    fn genie(&self, folder: &Path, arguments: &str) -> crate::support::Ended {
        run(self.with(command(folder).args(arguments.split_whitespace())))
    }

    fn with<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ENDPOINT", &self.address)
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_REGION", "us-east-1")
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_store_may_lie_in_an_object_store() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let s3 = S3::start(folder);
    let bucket = "import boto3, os\n\
        boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT']).create_bucket(Bucket='worlds')\n";
    run(s3.with(Command::new(python()).args(["-c", bucket]))).good();
    let address = "s3://worlds/some/clips.zarr";
    let collect = format!("collect --env platformer --out {address} --seed 1 --levels 0..1000");
    s3.genie(folder, &format!("{collect} --frames 640")).good();
    // And on, as on disk.
    s3.genie(folder, &format!("{collect} --frames 1280")).good();
    let verified = s3.genie(folder, &format!("data verify {address}")).good();
    assert!(
        verified.out.contains("all 40 clips are whole"),
        "{}",
        verified.out
    );
    let info = s3
        .genie(folder, &format!("data info {address} --json"))
        .good();
    // The clips are those of the store on disk that was collected in one go.
    let local = genie(shared(), "data info clips.zarr --json").good();
    assert_eq!(json(&info.out), json(&local.out));
    // A training reads it, and finds it again when it goes on.
    fs::write(folder.join("tiny.json"), tiny(64).to_string()).unwrap();
    let train = format!(
        "train --out run --steps 2 {}",
        QUICK.replace("clips.zarr", address)
    );
    s3.genie(folder, &train).good();
    s3.genie(folder, "train --out run --resume --steps 3")
        .good();
    // Elsewhere in the bucket there is nothing; and without keys there is nothing either.
    s3.genie(folder, "data info s3://worlds/other.zarr")
        .bad(1, &["s3://worlds/other.zarr", "no zarr.json"]);
    genie(folder, "data info ftp://worlds/clips.zarr").bad(1, &["ftp://worlds/clips.zarr"]);
}

/// A store of 512 MiB is read with 64 MiB of clips in memory, by the loader and by a training.
#[test]
fn a_store_larger_than_the_memory_is_streamed() {
    const CACHE: u64 = 64 << 20;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Few bytes on disk, many decoded: still frames, each clip of another colour.
    let spec = data::StoreSpec {
        height: 128,
        width: 128,
        frames_per_clip: 64,
        ..data::ClipStore::open(shared().join("clips.zarr"))
            .unwrap()
            .spec()
            .clone()
    };
    let mut store = data::ClipStore::create(folder.join("large.zarr"), &spec).unwrap();
    for number in 0..171u8 {
        let clip = data::ClipBuf::new(
            vec![number; spec.clip_bytes()],
            vec![data::UNKNOWN_ACTION; 64],
        );
        store.append(&clip).unwrap();
    }
    drop(store);
    let bench = |cache: u64| {
        let bench = format!(
            "data bench large.zarr --json --batch 4 --batches 200 --cache-mib {}",
            cache >> 20
        );
        json(&genie(folder, &bench).good().out)
    };
    let (bounded, whole) = (bench(CACHE), bench(1 << 30));
    assert!(bounded["decoded_bytes"].as_u64().unwrap() > 4 * CACHE);
    if let (Some(bounded), Some(whole)) = (
        bounded["peak_memory_bytes"].as_u64(),
        whole["peak_memory_bytes"].as_u64(),
    ) {
        // What the program itself takes, a clip in hand and a batch come on top.
        assert!(bounded < CACHE + (48 << 20), "{bounded} bytes");
        // All of it is what it takes without the bound, so the measure measures.
        assert!(whole > 4 * CACHE, "{whole} bytes");
    }
}

#[test]
fn a_damaged_clip_is_found() {
    let folder = folder_with_clips();
    let folder = folder.path();
    genie(folder, "data verify clips.zarr").good();
    let (a, b) = (
        "clips.zarr/frames/c.3.0.0.0.0",
        "clips.zarr/frames/c.4.0.0.0.0",
    );
    // Whole, but another clip's: only the manifest knows.
    fs::copy(folder.join(a), folder.join(b)).unwrap();
    let bytes = fs::read(folder.join(a)).unwrap();
    fs::write(folder.join(a), &bytes[..bytes.len() / 2]).unwrap();
    let ended = genie(folder, "data verify clips.zarr").bad(1, &["2 of 40 clips"]);
    assert!(ended.out.contains("c.3.0.0.0.0"), "{}", ended.out);
    assert!(
        ended.out.contains("clip 4") && ended.out.contains("checksum"),
        "{}",
        ended.out
    );
}

#[test]
fn a_split_is_two_views_to_train_and_test_on() {
    let folder = folder_with_clips();
    let folder = folder.path();
    let split = "data split clips.zarr --share 0.25 --by clip --train learn --test held-out";
    genie(folder, split).good();
    genie(folder, split).bad(1, &["already holds"]);
    let clips = |name: &str| {
        let info = json(
            &genie(folder, &format!("data info {name} --json"))
                .good()
                .out,
        );
        info["clips"].as_u64().unwrap()
    };
    assert_eq!((clips("learn"), clips("held-out")), (30, 10));
    let quick = QUICK.replace("clips.zarr", "learn");
    genie(folder, &format!("train --out run --steps 2 {quick}")).good();
    genie(
        folder,
        "data sheet held-out --out sheet.png --clips 3 --columns 4",
    )
    .good();
    let sheet = image::open(folder.join("sheet.png")).unwrap();
    assert_eq!((sheet.width(), sheet.height()), (4 * 66, 3 * 66));
    genie(
        folder,
        "data split clips.zarr --by source --train a --test b",
    )
    .bad(2, &["belong together by source"]);
    genie(folder, "data split clips.zarr --share 2 --train a --test b")
        .bad(2, &["not between 0 and 1"]);
    genie(folder, "data info nowhere").bad(1, &["nowhere", "no such directory"]);
    // The store may be moved with its views, not away from them.
    copy_all(&folder.join("clips.zarr"), &folder.join("moved/clips.zarr"));
    copy_all(&folder.join("learn"), &folder.join("moved/learn"));
    genie(&folder.join("moved"), "data verify learn").good();
}
