//! Long answers written a piece at a time: only a few pieces are held, however many rows there are, and a
//! reader that goes away stops the writing.

use std::io::{self, Write};

use axum::body::{Body, Bytes};

/// Bytes gathered before they are sent.
const PIECE: usize = 64 << 10;
/// Pieces that wait for a slow reader.
const PIECES: usize = 4;

/// Writes an answer.
pub type Writing = Box<dyn FnOnce(&mut (dyn Write + Send)) -> Result<(), String> + Send>;

/// Returns a body that `writing` fills, on a thread that may wait for files and for the reader. What goes
/// wrong on the way cuts the answer short, so that nobody takes a part for the whole. Needs a tokio
/// runtime.
pub fn body(writing: Writing) -> Body {
    let (sender, pieces) = async_channel::bounded::<io::Result<Bytes>>(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { sender, held: Vec::with_capacity(PIECE) };
        let written = writing(&mut pipe).and_then(|()| pipe.flush().map_err(|error| error.to_string()));
        if let Err(error) = written
            && !pipe.sender.is_closed()
        {
            tracing::error!(error, "an export was cut short");
            let _gone = pipe.sender.send_blocking(Err(io::Error::other(error)));
        }
    });
    Body::from_stream(pieces)
}

struct Pipe {
    sender: async_channel::Sender<io::Result<Bytes>>,
    held: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.held));
        self.sender.send_blocking(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_arrives_whole_and_in_order() {
        let body = body(Box::new(|out| {
            (0..100_000).try_for_each(|number| writeln!(out, "{number}")).map_err(|error| error.to_string())
        }));
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 100_000);
        assert!(bytes.ends_with(b"\n99999\n"));
    }

    #[tokio::test]
    async fn an_answer_that_fails_on_the_way_is_no_whole_answer() {
        let body = body(Box::new(|out| {
            out.write_all(b"half").map_err(|error| error.to_string())?;
            Err("the disk is gone".to_owned())
        }));
        assert!(axum::body::to_bytes(body, usize::MAX).await.is_err());
    }
}
