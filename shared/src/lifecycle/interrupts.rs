//! Who may tell a process to stop: the operating system, or the test that runs it.

use std::io;

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

/// Requests to stop, one after the other.
#[derive(Debug)]
pub struct Interrupts(mpsc::Receiver<()>);

/// Stands for the signals of a process that runs inside another one, such as a test.
#[derive(Clone, Debug)]
pub struct InterruptSender(mpsc::Sender<()>);

impl Interrupts {
    /// SIGTERM and SIGINT of this process. From here on they no longer end it by themselves.
    pub fn from_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    () = sender.closed() => return,
                }
                // a signal that nobody waits for yet is kept; more of them say nothing new
                let _ = sender.try_send(());
            }
        });
        Ok(Self(receiver))
    }

    /// Interrupts that come from the other end of a channel.
    #[must_use]
    pub fn channel() -> (InterruptSender, Self) {
        let (sender, receiver) = mpsc::channel(1);
        (InterruptSender(sender), Self(receiver))
    }

    /// The next request to stop; never, if there is nobody left to make one.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

impl InterruptSender {
    /// Asks to stop, as a signal would.
    pub fn interrupt(&self) {
        let _ = self.0.try_send(());
    }
}
