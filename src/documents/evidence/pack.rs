//! A ZIP that is written from its beginning to its end, without going back.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::domain::audit::{canonical, hex};

/// Why a pack could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the ZIP cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the manifest cannot be written: {0}")]
    Manifest(#[from] serde_json::Error),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Entry {
    path: String,
    bytes: u64,
    sha256: String,
}

#[derive(Serialize)]
struct Manifest<'a> {
    format: &'static str,
    year: i32,
    files: &'a [Entry],
}

/// The file the manifest's signature is in.
pub const MANIFEST_SEAL: &str = "manifest.sig";

/// The manifest's signature, which covers every byte of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestSeal {
    /// The ed25519 public key, 32 bytes in hex.
    pub key: String,
    /// Over [`ManifestSeal::message`], 64 bytes in hex.
    pub signature: String,
}

impl ManifestSeal {
    /// The bytes that are signed.
    pub fn message(manifest: &str) -> String {
        format!("chapelle manifest v1\n{manifest}")
    }
}

/// Takes the parts in, one after the other; between [`begin`](PackWriter::begin) and the next one, what is written
/// belongs to that file.
pub struct PackWriter<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    files: Vec<Entry>,
    current: Option<Current>,
}

struct Current {
    path: String,
    bytes: u64,
    hasher: Sha256,
}

impl<W: Write> PackWriter<W> {
    pub fn new(out: W) -> PackWriter<W> {
        PackWriter { zip: ZipWriter::new_stream(out), files: Vec::new(), current: None }
    }

    /// Begins the file at `path`, with `/` between folders.
    pub fn begin(&mut self, path: &str) -> Result<(), PackError> {
        self.end_file();
        self.zip.start_file(path, options())?;
        self.current = Some(Current { path: path.to_owned(), bytes: 0, hasher: Sha256::new() });
        Ok(())
    }

    /// A whole file at once.
    pub fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), PackError> {
        self.begin(path)?;
        Ok(self.write_all(bytes)?)
    }

    pub fn files(&self) -> usize {
        self.files.len() + usize::from(self.current.is_some())
    }

    /// Writes the manifest, its signature, and what ends a ZIP.
    pub fn finish(mut self, year: i32, sign: impl FnOnce(&str) -> ManifestSeal) -> Result<W, PackError> {
        self.end_file();
        let manifest = canonical(&Manifest { format: "chapelle evidence v1", year, files: &self.files })?;
        let seal = canonical(&sign(&ManifestSeal::message(&manifest)))?;
        for (path, text) in [("manifest.json", manifest), (MANIFEST_SEAL, seal)] {
            self.zip.start_file(path, options())?;
            self.zip.write_all(text.as_bytes())?;
        }
        Ok(self.zip.finish()?.into_inner())
    }

    fn end_file(&mut self) {
        if let Some(Current { path, bytes, hasher }) = self.current.take() {
            self.files.push(Entry { path, bytes, sha256: hex(&hasher.finalize()) });
        }
    }
}

impl<W: Write> Write for PackWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.zip.write(bytes)?;
        if let Some(current) = &mut self.current {
            current.bytes += u64::try_from(written).unwrap_or(0);
            current.hasher.update(bytes.get(..written).unwrap_or_default());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

/// No times and no owners: they would make two packs of the same state differ. Files may be of any size.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .large_file(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_the_same_bytes_twice_and_lists_its_files() {
        let made = || {
            let mut pack = PackWriter::new(Vec::new());
            pack.file("a/b.txt", b"hello\n").unwrap();
            pack.begin("c.txt").unwrap();
            pack.write_all(&b"x".repeat(200_000)).unwrap();
            assert_eq!(pack.files(), 2);
            pack.finish(2026, |message| ManifestSeal { key: "k".into(), signature: message.len().to_string() }).unwrap()
        };
        let bytes = made();
        assert_eq!(bytes, made());
        assert!(bytes.len() < 20_000, "{}", bytes.len());
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let manifest = io::read_to_string(archive.by_name("manifest.json").unwrap()).unwrap();
        assert!(manifest.starts_with(
            r#"{"files":[{"bytes":6,"path":"a/b.txt","sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"},"#
        ));
        assert!(manifest.ends_with(r#""format":"chapelle evidence v1","year":2026}"#), "{manifest}");
        let seal = io::read_to_string(archive.by_name(MANIFEST_SEAL).unwrap()).unwrap();
        assert_eq!(seal, format!(r#"{{"key":"k","signature":"{}"}}"#, "chapelle manifest v1\n".len() + manifest.len()));
        assert_eq!(io::read_to_string(archive.by_name("c.txt").unwrap()).unwrap().len(), 200_000);
    }
}
