//! Files of readings on their way in: streamed to the disk as they come, and read beside the answer, whether a browser
//! sends them or a program.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::web::{self, Bytes, Data};
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};

use super::error::Fault;
use super::state::{Clock, Shared, blocking};
use crate::app::Store;
use crate::app::upload_readings::{self, FILE_BYTES_MAX};
use crate::domain::audit::Actor;

/// Written to the disk at once.
const SPOOL_BYTES: usize = 1 << 20;
/// Most files are read within this; the others are reported as they go.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A file on its way in. It goes again unless somebody begins to read it.
pub struct Incoming {
    path: PathBuf,
    is_read: AtomicBool,
}

/// A file that is being read.
pub struct Reading(tokio::sync::oneshot::Receiver<()>);

impl Reading {
    /// Waits for its end as long as most files take.
    pub async fn settle(self) {
        let _ = tokio::time::timeout(PATIENCE, self.0).await;
    }
}

/// What came of it.
pub struct Received {
    pub bytes: u64,
    pub sha256: Bytes,
}

impl Incoming {
    /// A place for a file, with nothing in it.
    pub async fn open(shared: &Data<Shared>) -> Result<Incoming, Fault> {
        let store = shared.store.clone();
        let path = blocking(move || upload_readings::spool(&store)).await?;
        Ok(Incoming { path, is_read: AtomicBool::new(false) })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what comes in, as far as it is a file of readings by its size; what breaks off is told by `unreadable`.
    pub async fn receive<E>(
        &self,
        mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin,
        unreadable: impl Fn(E) -> Fault,
    ) -> Result<Received, Fault> {
        let path = self.path.clone();
        let file = web::block(move || File::create(path)).await.map_err(Fault::internal)?;
        let mut file = file.map_err(Fault::internal)?;
        let (mut bytes, mut waiting, mut digest) = (0_u64, Vec::with_capacity(SPOOL_BYTES), Sha256::new());
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(&unreadable)?;
            bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if bytes > FILE_BYTES_MAX {
                return Err(Fault::TooLarge(usize::try_from(FILE_BYTES_MAX).unwrap_or(usize::MAX)));
            }
            digest.update(&chunk);
            waiting.extend_from_slice(&chunk);
            if waiting.len() >= SPOOL_BYTES {
                (file, waiting) = write(file, waiting).await?;
            }
        }
        write(file, waiting).await?;
        Ok(Received { bytes, sha256: Bytes::copy_from_slice(&digest.finalize()) })
    }

    /// Begins to read the file as upload `id`. Called where that is noted, so that nobody who goes away comes in between.
    pub fn read(&self, store: &Store, id: i64, by: &Actor, clock: Clock) -> Reading {
        self.is_read.store(true, Ordering::Relaxed);
        let (ended, waiting) = tokio::sync::oneshot::channel();
        let (store, path, by) = (store.clone(), self.path.clone(), by.clone());
        std::thread::spawn(move || {
            if let Err(error) = upload_readings::run(&store, id, &path, &by, clock) {
                tracing::error!(%error, "the report of an upload could not be kept");
            }
            // Nobody may be waiting any more.
            let _ = ended.send(());
        });
        Reading(waiting)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_read.load(Ordering::Relaxed) {
            // It may never have been made.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

async fn write(mut file: File, mut bytes: Vec<u8>) -> Result<(File, Vec<u8>), Fault> {
    let written = web::block(move || {
        file.write_all(&bytes)?;
        bytes.clear();
        Ok::<_, std::io::Error>((file, bytes))
    });
    written.await.map_err(Fault::internal)?.map_err(Fault::internal)
}
