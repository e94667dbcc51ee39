//! Files in one ZIP archive, written one after the other so that none has to be kept.
//!
//! The files are stored as they are: a PDF is compressed already. The archive holds fewer than 65,536 files and less
//! than 4 GiB, which the format's first version can count.

use chrono::{Datelike, NaiveDateTime, Timelike};
use flate2::Crc;

use super::DocumentError;

/// An archive being written: [`file`](Zip::file) for each, then [`end`](Zip::end); what they return, one after the
/// other, is the archive.
#[derive(Debug, Default)]
pub struct Zip {
    /// The directory that ends the archive, so far.
    directory: Vec<u8>,
    files: u16,
    written: u32,
}

/// Names are UTF-8.
const FLAGS: u16 = 0x800;
const VERSION: u16 = 20;

impl Zip {
    /// How many files an archive holds at most.
    pub const FILES_MAX: usize = 65_535;
    /// How long an archive is at most.
    pub const BYTES_MAX: u64 = 4_294_967_295;

    /// What a file of `size` bytes called `name` adds to an archive.
    pub fn bytes_of(name: &str, size: u64) -> u64 {
        let named = u64::try_from(name.len()).unwrap_or(u64::MAX);
        size.saturating_add(76).saturating_add(named.saturating_mul(2))
    }

    /// The bytes of one file of the local instant `at` with its head: an archive of the same files is the same bytes.
    pub fn file(&mut self, name: &str, at: NaiveDateTime, content: &[u8]) -> Result<Vec<u8>, DocumentError> {
        let too_large = || DocumentError::Write("a ZIP archive holds fewer than 65,536 files and 4 GiB".to_owned());
        let size = u32::try_from(content.len()).map_err(|_| too_large())?;
        let length = u16::try_from(name.len()).map_err(|_| too_large())?;
        let mut crc = Crc::new();
        crc.update(content);
        let (date, time) = stamp(at);
        let common = |bytes: &mut Vec<u8>| {
            for field in [VERSION, FLAGS, 0, time, date] {
                bytes.extend(field.to_le_bytes());
            }
            for field in [crc.sum(), size, size] {
                bytes.extend(field.to_le_bytes());
            }
            bytes.extend(length.to_le_bytes());
            bytes.extend(0_u16.to_le_bytes());
        };
        let mut bytes = b"PK\x03\x04".to_vec();
        common(&mut bytes);
        bytes.extend(name.as_bytes());
        bytes.extend(content);

        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        common(&mut self.directory);
        // Comment, disk, attributes within and without: none.
        self.directory.extend([0; 10]);
        self.directory.extend(self.written.to_le_bytes());
        self.directory.extend(name.as_bytes());

        self.files = self.files.checked_add(1).ok_or_else(too_large)?;
        let added = u32::try_from(bytes.len()).map_err(|_| too_large())?;
        self.written = self.written.checked_add(added).ok_or_else(too_large)?;
        Ok(bytes)
    }

    /// The directory, which ends the archive.
    pub fn end(self) -> Result<Vec<u8>, DocumentError> {
        let size = u32::try_from(self.directory.len()).map_err(|error| DocumentError::Write(error.to_string()))?;
        let mut bytes = self.directory;
        bytes.extend(b"PK\x05\x06");
        bytes.extend([0; 4]);
        bytes.extend(self.files.to_le_bytes());
        bytes.extend(self.files.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(self.written.to_le_bytes());
        bytes.extend([0; 2]);
        Ok(bytes)
    }
}

/// The day and the time as the format writes them: every other second, from 1980 to 2107.
fn stamp(at: NaiveDateTime) -> (u16, u16) {
    let short = |number: u32| u16::try_from(number).unwrap_or(0);
    let year = u16::try_from((at.year() - 1980).clamp(0, 127)).unwrap_or(0);
    let date = year << 9 | short(at.month()) << 5 | short(at.day());
    (date, short(at.hour()) << 11 | short(at.minute()) << 5 | short(at.second() / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::process::Command;

    #[test]
    fn what_is_put_in_comes_out() {
        let at = "2026-11-05T08:30:42".parse().unwrap();
        let mut zip = Zip::default();
        let mut bytes = zip.file("DC2026000001.pdf", at, b"first").unwrap();
        bytes.extend(zip.file("Relev\u{e9}.csv", at, &[0, 1, 2, 255]).unwrap());
        bytes.extend(zip.end().unwrap());
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                      print([(i.filename, z.read(i), i.date_time) for i in z.infolist()])";
        let output = Command::new("python3").args(["-c", script]).arg(file.path()).output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            shown.contains("('DC2026000001.pdf', b'first', (2026, 11, 5, 8, 30, 42))")
                && shown.contains("('Relev\u{e9}.csv'"),
            "{output:?}"
        );
    }
}
