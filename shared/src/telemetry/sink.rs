//! Where log lines go without anybody waiting for them.
//!
//! Redaction happens before a line gets here, while the keys of running calls are still known; a
//! thread then writes. Its queue is bounded: when the disk or the terminal can't keep up, lines are
//! dropped rather than requests delayed, and the next line that gets through is preceded by one
//! that says how many are missing.

use std::{
    fmt,
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

use super::{RedactingWriter, Redactor};

/// How many events may wait to be written.
const QUEUE: usize = 8192;
/// How long the end of a process waits for its last lines.
const PATIENCE: Duration = Duration::from_secs(5);

enum Message {
    Lines(Vec<u8>),
    Stop(SyncSender<()>),
}

/// One destination. Clones write to the same.
#[derive(Clone)]
pub(super) struct Sink {
    queue: SyncSender<Message>,
    lost: Arc<Lost>,
    redactor: Redactor,
}

/// Lines that could not be written.
#[derive(Default)]
struct Lost {
    unreported: AtomicU64,
    total: AtomicU64,
}

impl Lost {
    fn one(&self) {
        self.unreported.fetch_add(1, Ordering::Relaxed);
        self.total.fetch_add(1, Ordering::Relaxed);
    }
}

impl Sink {
    /// Starts the thread that writes to `out`; `report` tells how many lines were lost.
    pub(super) fn start(
        name: &str,
        out: impl Write + Send + 'static,
        redactor: Redactor,
        report: fn(u64) -> String,
    ) -> io::Result<(Self, Drain)> {
        Self::with_queue(QUEUE, name, out, redactor, report)
    }

    fn with_queue(
        length: usize,
        name: &str,
        out: impl Write + Send + 'static,
        redactor: Redactor,
        report: fn(u64) -> String,
    ) -> io::Result<(Self, Drain)> {
        let (queue, lines) = sync_channel(length);
        let lost = Arc::new(Lost::default());
        let thread = Writing { lines, out, lost: Arc::clone(&lost), report };
        thread::Builder::new().name(name.to_owned()).spawn(move || thread.run())?;
        Ok((
            Self { queue: queue.clone(), lost: Arc::clone(&lost), redactor },
            Drain { queue, lost },
        ))
    }

    fn send(&self, lines: Vec<u8>) {
        match self.queue.try_send(Message::Lines(lines)) {
            Err(TrySendError::Full(_)) => self.lost.one(),
            // the process is ending and the thread has gone: a last word still gets out
            Err(TrySendError::Disconnected(Message::Lines(lines))) => {
                let _ = io::stderr().write_all(&lines);
            }
            Ok(()) | Err(TrySendError::Disconnected(Message::Stop(_))) => {}
        }
    }
}

struct Writing<W> {
    lines: Receiver<Message>,
    out: W,
    lost: Arc<Lost>,
    report: fn(u64) -> String,
}

impl<W: Write> Writing<W> {
    fn run(mut self) {
        while let Some(message) = self.next() {
            match message {
                Message::Lines(lines) => self.write(&lines),
                Message::Stop(done) => {
                    self.report_lost();
                    let _ = self.out.flush();
                    // whoever asked may have stopped waiting
                    let _ = done.try_send(());
                    return;
                }
            }
        }
    }

    /// The next message; what is written gets out before waiting for it.
    fn next(&mut self) -> Option<Message> {
        match self.lines.try_recv() {
            Ok(message) => Some(message),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                let _ = self.out.flush();
                self.lines.recv().ok()
            }
        }
    }

    fn write(&mut self, lines: &[u8]) {
        self.report_lost();
        if self.out.write_all(lines).is_err() {
            self.lost.one();
        }
    }

    fn report_lost(&mut self) {
        let lost = self.lost.unreported.swap(0, Ordering::Relaxed);
        if lost > 0 && writeln!(self.out, "{}", (self.report)(lost)).is_err() {
            self.lost.unreported.fetch_add(lost, Ordering::Relaxed);
        }
    }
}

/// Dropping it writes what is still queued, and ends the thread.
pub(super) struct Drain {
    queue: SyncSender<Message>,
    lost: Arc<Lost>,
}

impl Drain {
    /// Lines that could not be written so far.
    pub(super) fn lost(&self) -> u64 {
        self.lost.total.load(Ordering::Relaxed)
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        let (done, ended) = sync_channel(1);
        let queue = self.queue.clone();
        // asking waits for room in the queue, which a stuck terminal never makes: so not here
        let asked = thread::Builder::new().spawn(move || {
            let _ = queue.send(Message::Stop(done));
        });
        if asked.is_ok() {
            let _ = ended.recv_timeout(PATIENCE);
        }
    }
}

impl fmt::Debug for Drain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

/// Gathers one event, redacts it, and queues it when dropped.
pub(super) struct EventWriter {
    sink: Sink,
    event: Option<RedactingWriter<Vec<u8>>>,
}

impl Write for EventWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.event.as_mut().map_or(Ok(bytes.len()), |event| event.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for EventWriter {
    fn drop(&mut self) {
        if let Some(Ok(lines)) = self.event.take().map(RedactingWriter::finish)
            && !lines.is_empty()
        {
            self.sink.send(lines);
        }
    }
}

impl MakeWriter<'_> for Sink {
    type Writer = EventWriter;

    fn make_writer(&self) -> EventWriter {
        let event = RedactingWriter::new(Vec::new(), self.redactor.clone());
        EventWriter { sink: self.clone(), event: Some(event) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// Writes only when it is allowed to.
    #[derive(Clone, Default)]
    struct Gate {
        shut: Arc<Mutex<()>>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _open = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(sink: &Sink, text: &str) {
        sink.make_writer().write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn lines_that_find_no_room_are_counted_and_reported() {
        let gate = Gate::default();
        let report = |lost| format!("{lost} lost");
        let (sink, drain) =
            Sink::with_queue(2, "test", gate.clone(), Redactor::default(), report).unwrap();
        let shut = gate.shut.lock().unwrap();
        // one may be with the thread, two are queued, and the rest finds no room
        for n in 0..10 {
            line(&sink, &format!("line {n}\n"));
        }
        let lost = drain.lost();
        assert!((7..=8).contains(&lost), "{lost}");
        drop(shut);
        drop(drain);
        let written = String::from_utf8(gate.written.lock().unwrap().clone()).unwrap();
        assert!(written.contains(&format!("{lost} lost\n")), "{written}");
        assert_eq!(written.matches("line ").count() as u64, 10 - lost);
    }

    #[test]
    fn the_end_waits_for_what_is_queued() {
        let gate = Gate::default();
        let (sink, drain) =
            Sink::start("test", gate.clone(), Redactor::default(), |_| String::new()).unwrap();
        for n in 0..1000 {
            line(&sink, &format!("line {n}\n"));
        }
        drop(drain);
        assert!(gate.written.lock().unwrap().ends_with(b"line 999\n"));
    }

    #[test]
    fn a_line_is_redacted_while_its_key_is_known() {
        let gate = Gate::default();
        let redactor = Redactor::default();
        let (sink, drain) =
            Sink::start("test", gate.clone(), redactor.clone(), |_| String::new()).unwrap();
        let shut = gate.shut.lock().unwrap();
        let key = crate::secret::UserApiKey::from_typed("opaque0opaque1").unwrap();
        let guard = redactor.guard(&key);
        line(&sink, "with opaque0opaque1\n");
        drop(guard);
        line(&sink, "without opaque0opaque1\n");
        drop(shut);
        drop(drain);
        let written = String::from_utf8(gate.written.lock().unwrap().clone()).unwrap();
        assert_eq!(written, "with [redacted:secret]\nwithout opaque0opaque1\n");
    }
}
