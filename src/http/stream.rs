//! Answers that are sent while they are made.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Pieces that may wait to be sent: whoever makes them waits for the reader.
const WAITING_MAX: usize = 4;
/// A file is sent in pieces of so many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// The reading end of an answer; it ends when every sender is gone.
pub struct Stream {
    pieces: Receiver<Bytes>,
    size: BodySize,
}

/// Two ends of an answer: what is sent into the first comes out of the second.
pub fn stream() -> (Sender<Bytes>, Stream) {
    let (sender, pieces) = mpsc::channel(WAITING_MAX);
    (sender, Stream { pieces, size: BodySize::Stream })
}

/// A file as an answer of known length, read while it is sent. Called where blocking is allowed.
pub fn file(path: &Path) -> io::Result<Stream> {
    let mut file = File::open(path)?;
    let size = BodySize::Sized(file.metadata()?.len());
    let (sender, pieces) = mpsc::channel(WAITING_MAX);
    let path = path.to_owned();
    actix_web::rt::task::spawn_blocking(move || {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return,
                Ok(length) => {
                    let piece = Bytes::copy_from_slice(piece.get(..length).unwrap_or_default());
                    if sender.blocking_send(piece).is_err() {
                        return;
                    }
                }
                // The reader sees that the answer is shorter than it was announced.
                Err(error) => {
                    tracing::error!(%error, path = %path.display(), "a file could not be read to its end");
                    return;
                }
            }
        }
    });
    Ok(Stream { pieces, size })
}

impl MessageBody for Stream {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.pieces.poll_recv(context).map(|piece| piece.map(Ok))
    }
}
