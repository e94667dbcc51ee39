//! Answers that are sent while they are made.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Pieces that may wait to be sent: whoever makes them waits for the reader.
const WAITING_MAX: usize = 4;

/// The reading end of an answer; it ends when every sender is gone.
pub struct Stream(Receiver<Bytes>);

/// Two ends of an answer: what is sent into the first comes out of the second.
pub fn stream() -> (Sender<Bytes>, Stream) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    (sender, Stream(receiver))
}

impl MessageBody for Stream {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}
