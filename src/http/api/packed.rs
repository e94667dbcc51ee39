//! A body as it comes: packed or not, and how it is unpacked.
//!
//! The framework unpacks the first member of a gzip body only, and takes the others for damage: programs that append to a
//! compressed file, as devices do that collect for a while, write several.

use std::io::Read;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut, Payload};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use futures_util::StreamExt;

use crate::http::error::Fault;
use crate::http::unreadable;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    /// One gzip member or several, one after the other.
    Gzip,
    Deflate,
}

impl Packing {
    /// As the headers say. What nobody here unpacks would be parsed as if it were text.
    pub fn of(headers: &HeaderMap) -> Result<Packing, Fault> {
        let encoding =
            headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
        match encoding.as_deref() {
            None | Some("identity") => Ok(Packing::Plain),
            Some("gzip" | "x-gzip") => Ok(Packing::Gzip),
            Some("deflate") => Ok(Packing::Deflate),
            Some(other) => {
                Err(Fault::UnsupportedMedia(format!("Content-Encoding `{other}` is not known here; send gzip")))
            }
        }
    }

    /// The body without its packing, as far as it is no longer than `limit` then.
    pub fn unpack(self, body: Bytes, limit: usize) -> Result<Bytes, Fault> {
        match self {
            Packing::Plain => Ok(body),
            Packing::Gzip => bounded(MultiGzDecoder::new(body.as_ref()), limit),
            Packing::Deflate => bounded(ZlibDecoder::new(body.as_ref()), limit),
        }
    }
}

fn bounded(unpacked: impl Read, limit: usize) -> Result<Bytes, Fault> {
    let mut bytes = Vec::new();
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    unpacked.take(one_more).read_to_end(&mut bytes).map_err(|_| unreadable::broken_off())?;
    if bytes.len() > limit { Err(Fault::TooLarge(limit)) } else { Ok(bytes.into()) }
}

/// The body as it is sent, as far as it is no longer than `limit`.
pub async fn received(mut payload: Payload, limit: usize) -> Result<Bytes, Fault> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| unreadable::payload(&error, limit))?;
        if bytes.len() + chunk.len() > limit {
            return Err(Fault::TooLarge(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use actix_web::http::header::HeaderValue;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn an_encoding_nobody_undoes_is_refused() {
        let of = |encoding: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            Packing::of(&headers)
        };
        assert_eq!(Packing::of(&HeaderMap::new()), Ok(Packing::Plain));
        assert_eq!(of("GZIP"), Ok(Packing::Gzip));
        assert!(matches!(of("zstd"), Err(Fault::UnsupportedMedia(_))));
        assert!(matches!(of("gzip, br"), Err(Fault::UnsupportedMedia(_))));
    }

    #[test]
    fn members_are_unpacked_one_after_the_other_within_one_limit() {
        let two = [gzip(b"first\n"), gzip(b"second\n")].concat();
        let unpack = |bytes: &[u8], limit| Packing::Gzip.unpack(Bytes::copy_from_slice(bytes), limit);
        assert_eq!(unpack(&two, 13), Ok(Bytes::from_static(b"first\nsecond\n")));
        assert_eq!(unpack(&two, 12), Err(Fault::TooLarge(12)));
        assert_eq!(unpack(&two[..two.len() - 9], 13), Err(unreadable::broken_off()));
        assert_eq!(unpack(b"no gzip", 13), Err(unreadable::broken_off()));
    }
}
