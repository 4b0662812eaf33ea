//! Stores in an object store: S3 and what speaks its language, Google Cloud, Azure, and (to read from)
//! any web server.
//!
//! An object store renames nothing and locks nothing. What a rename does on disk, a put does here: it
//! replaces an object as a whole. The writer's lock is a lease: an object that a writer makes, renews
//! with every append, and removes; every step is conditional on nobody else having changed it, and a
//! lease that has not been renewed for [`LEASE`] was a killed program's.

use std::path::Path as FilePath;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion,
};
use tokio::runtime::Runtime;
use zarrs::storage::ReadableWritableStorageTraits;
use zarrs::storage::storage_adapter::async_to_sync::{
    AsyncToSyncBlockOn, AsyncToSyncStorageAdapter,
};
use zarrs_object_store::AsyncObjectStore;

use crate::{Error, Result};

/// What chunks are read from and written to, here or elsewhere.
pub(super) type Chunks = Arc<dyn ReadableWritableStorageTraits>;

/// Without renewal for this long, a lease has no owner any more.
pub(super) const LEASE: Duration = Duration::from_secs(600);

/// A folder in an object store.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    objects: Arc<dyn ObjectStore>,
}

impl Remote {
    /// Connects to `address`, such as `s3://bucket/folder`. Keys and settings come from the
    /// environment, by their usual names (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT`, `GOOGLE_...`,
    /// `AZURE_...`).
    pub(super) fn at(address: &str) -> Result<Self> {
        let wrong = |what: String| Error::Remote {
            address: address.into(),
            what,
        };
        // Where several libraries bring an implementation of TLS, one must be named.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = url::Url::parse(address).map_err(|e| wrong(e.to_string()))?;
        let (store, folder): (Box<dyn ObjectStore>, Path) = match url.scheme() {
            #[cfg(test)]
            "memory" => (tests::memory(&url), Path::from(url.path())),
            _ => {
                let settings = std::env::vars_os()
                    .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
                object_store::parse_url_opts(&url, settings).map_err(|e| wrong(e.to_string()))?
            }
        };
        Ok(Self {
            objects: Arc::new(PrefixStore::new(store, folder)),
        })
    }

    /// The bytes of `key`, at most `limit` and one more; `None` when there is no such object.
    pub(super) fn read(&self, key: &str, limit: u64) -> object_store::Result<Option<Vec<u8>>> {
        let options = GetOptions {
            range: Some((0..limit + 1).into()),
            ..GetOptions::default()
        };
        let read = async {
            let found = self.objects.get_opts(&Path::from(key), options).await?;
            found.bytes().await
        };
        match runtime().block_on(read) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            // An empty object has no range.
            Err(_) if self.is_empty(key) => Ok(Some(Vec::new())),
            Err(e) => Err(e),
        }
    }

    fn is_empty(&self, key: &str) -> bool {
        let path = Path::from(key);
        let head = self.objects.head(&path);
        runtime().block_on(head).is_ok_and(|found| found.size == 0)
    }

    pub(super) fn replace(&self, key: &str, bytes: &[u8]) -> object_store::Result<()> {
        let payload = PutPayload::from(bytes.to_vec());
        let path = Path::from(key);
        let put = self.objects.put(&path, payload);
        runtime().block_on(put).map(|_| ())
    }

    pub(super) fn chunks(&self) -> Chunks {
        let storage = AsyncObjectStore::new(Arc::clone(&self.objects));
        Arc::new(AsyncToSyncStorageAdapter::new(Arc::new(storage), Waiting))
    }

    fn put_if(&self, key: &str, text: &str, mode: PutMode) -> object_store::Result<UpdateVersion> {
        let options = PutOptions {
            mode,
            ..PutOptions::default()
        };
        let (path, payload) = (Path::from(key), PutPayload::from(text.to_owned()));
        let put = self.objects.put_opts(&path, payload, options);
        runtime().block_on(put).map(UpdateVersion::from)
    }
}

/// The right to add clips, until dropped.
pub(super) struct Lease {
    remote: Remote,
    key: String,
    owner: String,
    version: UpdateVersion,
}

/// Why there is no lease.
pub(super) enum NoLease {
    /// Another program has it.
    Taken,
    /// The object store refuses.
    Failed(object_store::Error),
}

impl From<object_store::Error> for NoLease {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::AlreadyExists { .. }
            | object_store::Error::Precondition { .. } => Self::Taken,
            other => Self::Failed(other),
        }
    }
}

impl Lease {
    /// Takes the lease at `key`, or an abandoned one over.
    pub(super) fn take(remote: &Remote, key: &str) -> Result<Self, NoLease> {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let owner = format!("process {} at {}\n", std::process::id(), now.as_nanos());
        let version = match remote
            .put_if(key, &owner, PutMode::Create)
            .map_err(NoLease::from)
        {
            Ok(version) => version,
            Err(NoLease::Taken) => {
                let path = Path::from(key);
                let head = remote.objects.head(&path);
                let found = runtime().block_on(head)?;
                let renewed = SystemTime::from(found.last_modified);
                if SystemTime::now()
                    .duration_since(renewed)
                    .unwrap_or_default()
                    < LEASE
                {
                    return Err(NoLease::Taken);
                }
                let version = UpdateVersion {
                    e_tag: found.e_tag,
                    version: found.version,
                };
                remote.put_if(key, &owner, PutMode::Update(version))?
            }
            Err(failed) => return Err(failed),
        };
        Ok(Self {
            remote: remote.clone(),
            key: key.into(),
            owner,
            version,
        })
    }

    /// Makes sure that the lease is still ours, and lengthens it.
    pub(super) fn renew(&mut self) -> Result<(), NoLease> {
        let mode = PutMode::Update(self.version.clone());
        // Another text each time: where versions are hashes, the same would be the same version.
        self.owner.push('.');
        self.version = self.remote.put_if(&self.key, &self.owner, mode)?;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Not if somebody took it over.
        if self.renew().is_ok() {
            let path = Path::from(self.key.as_str());
            let delete = self.remote.objects.delete(&path);
            let _ = runtime().block_on(delete);
        }
    }
}

/// Runs the object store's futures, on a thread of its own.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        #[expect(
            clippy::expect_used,
            reason = "only a system without threads can't start one"
        )]
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a thread can be started")
    })
}

struct Waiting;

impl AsyncToSyncBlockOn for Waiting {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        runtime().block_on(future)
    }
}

/// The address, if `path` is one.
pub(super) fn address(path: &FilePath) -> Option<&str> {
    path.to_str().filter(|path| path.contains("://"))
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;
    use std::fs;
    use std::sync::Mutex;

    use object_store::memory::InMemory;

    use super::*;
    use crate::store::tests::{clip, filled, spec};
    use crate::{ClipStore, TrueActions, view};

    /// Object stores in memory, by the host in their address, as long as the process lives.
    pub(in crate::store) fn memory(url: &url::Url) -> Box<dyn ObjectStore> {
        static STORES: Mutex<Option<HashMap<String, Arc<InMemory>>>> = Mutex::new(None);
        let mut stores = STORES.lock().unwrap();
        let stores = stores.get_or_insert_default();
        let name = url.host_str().unwrap_or_default().to_owned();
        Box::new(Arc::clone(stores.entry(name).or_default()))
    }

    #[test]
    fn a_remote_store_is_a_store() {
        let address = "memory://whole/worlds/clips";
        let mut store = ClipStore::create(address, &spec()).unwrap();
        store.append_all(&[clip(0), clip(1)]).unwrap();
        drop(store);
        let mut store = ClipStore::open_or_create(address, &spec()).unwrap();
        store.append(&clip(2)).unwrap();
        let store = ClipStore::open(address).unwrap();
        let actions = TrueActions::open(address).unwrap();
        assert_eq!(store.len(), 3);
        for i in 0..3u8 {
            assert_eq!(store.read_clip(i.into()).unwrap(), clip(i).frames);
            assert_eq!(actions.read(i.into()).unwrap(), clip(i).actions);
        }
        assert_eq!(store.manifest().unwrap()[2].origin, clip(2).origin);
        assert!(matches!(
            ClipStore::create(address, &spec()),
            Err(Error::Exists { .. })
        ));
        let text = ClipStore::open("memory://whole/elsewhere")
            .err()
            .unwrap()
            .to_string();
        assert!(
            text.contains("memory://whole/elsewhere") && text.contains("no zarr.json"),
            "{text}"
        );
        let view = tempfile::tempdir().unwrap();
        view::write(view.path(), &store, &[2], &serde_json::json!(0)).unwrap();
        let shown = ClipStore::open(view.path()).unwrap().read_clip(0).unwrap();
        assert_eq!(shown, clip(2).frames);
    }

    /// The same bytes whether on disk or remote: a store can be copied either way.
    #[test]
    fn a_remote_store_has_the_files_of_a_local_one() {
        let directory = tempfile::tempdir().unwrap();
        let local = directory.path().join("s");
        drop(filled(&local, 2));
        let mut store = ClipStore::create("memory://same/s", &spec()).unwrap();
        store.append_all(&[clip(0), clip(1)]).unwrap();
        let remote = Remote::at("memory://same/s").unwrap();
        for key in [
            "zarr.json",
            "frames/zarr.json",
            "frames/c.1.0.0.0.0",
            "actions/c.0.0",
            "manifest/00000000.jsonl",
        ] {
            let there = remote.read(key, 1 << 20).unwrap().unwrap();
            assert_eq!(fs::read(local.join(key)).unwrap(), there, "{key}");
        }
    }

    #[test]
    fn one_writer_at_a_time() {
        let address = "memory://locked/s";
        let mut first = ClipStore::create(address, &spec()).unwrap();
        first.append(&clip(0)).unwrap();
        let mut second = ClipStore::open(address).unwrap();
        assert!(matches!(second.append(&clip(1)), Err(Error::Locked { .. })));
        drop(first);
        second.append(&clip(1)).unwrap();
        assert_eq!(ClipStore::open(address).unwrap().len(), 2);
    }

    #[test]
    fn who_lost_the_lease_adds_nothing() {
        let address = "memory://lost/s";
        let mut first = ClipStore::create(address, &spec()).unwrap();
        first.append(&clip(0)).unwrap();
        // As a writer does that finds the lease abandoned.
        Remote::at(address)
            .unwrap()
            .replace(".writer.lock", b"another")
            .unwrap();
        assert!(matches!(first.append(&clip(1)), Err(Error::Locked { .. })));
        assert_eq!(ClipStore::open(address).unwrap().len(), 1);
        // It isn't ours to remove either.
        drop(first);
        assert!(
            Remote::at(address)
                .unwrap()
                .read(".writer.lock", 99)
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn addresses_that_lead_nowhere_are_told() {
        for address in ["ftp://example.org/x", "s3://", "://", "nosuch://a/b"] {
            let error = ClipStore::open(address).err().unwrap();
            assert!(error.to_string().contains(address), "{error}");
        }
    }
}
