//! As much of HTTP/1.1 as talking to our own server takes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// One connection, kept as long as the server keeps it.
pub struct Client {
    port: u16,
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Client {
    /// Connects to the server on this machine.
    pub fn to(port: u16) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { port, reader: BufReader::new(stream.try_clone().unwrap()), writer: stream }
    }

    /// Fetches a page as the browser that holds `cookie`, and returns the answer's status and body. Like a browser, it
    /// connects anew where the server has closed the connection meanwhile.
    pub fn get(&mut self, path: &str, cookie: &str) -> (u16, String) {
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
        self.send(&head, "").unwrap_or_else(|_| {
            *self = Client::to(self.port);
            self.send(&head, "").unwrap()
        })
    }

    /// Sends a request and returns the answer's status and body.
    pub fn post(&mut self, path: &str, content_type: &str, token: Option<&String>, body: &str) -> (u16, String) {
        let authorization = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n{authorization}Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.send(&head, body).unwrap()
    }

    fn send(&mut self, head: &str, body: &str) -> io::Result<(u16, String)> {
        self.writer.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        self.answer()
    }

    fn answer(&mut self) -> io::Result<(u16, String)> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let status = line.split(' ').nth(1).unwrap_or_default().parse().unwrap();
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            self.reader.read_line(&mut line)?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body).unwrap()))
    }
}

/// A port nobody listens on now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn wait_until_it_listens(port: u16) {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(20), "the server does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
}
