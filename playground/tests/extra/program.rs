//! A program that runs beside the test: its output is kept, and it ends with the test.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
    time::timeout,
};

use crate::PATIENCE;

/// A running program.
pub(crate) struct Program {
    child: Child,
    output: Arc<Output>,
}

#[derive(Default)]
struct Output {
    /// What it says to people.
    said: Mutex<Vec<String>>,
    /// The same with what its libraries say.
    all: Mutex<Vec<String>>,
    count: watch::Sender<usize>,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{command:?} does not start ({error}): run scripts/test-extra")
            });
        let output = Arc::new(Output::default());
        read(child.stdout.take().unwrap(), Arc::clone(&output), true);
        read(child.stderr.take().unwrap(), Arc::clone(&output), false);
        Self { child, output }
    }

    /// The lines it has printed so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.output.said.lock().unwrap().clone()
    }

    /// Everything, for a failed test to show.
    pub(crate) fn log(&self) -> String {
        self.output.all.lock().unwrap().join("\n")
    }

    /// Waits until it has printed a line that begins so; that line.
    pub(crate) async fn says(&self, beginning: &str) -> String {
        let mut count = self.output.count.subscribe();
        let look = || self.said().into_iter().find(|line| line.starts_with(beginning));
        let said = async {
            loop {
                if let Some(line) = look() {
                    break line;
                }
                count.changed().await.expect("its output is watched");
            }
        };
        let heard = timeout(PATIENCE, said).await;
        heard.unwrap_or_else(|_| panic!("it never said {beginning:?}:\n{}", self.log()))
    }

    /// Sends it a signal, such as `TERM`, and waits for its end; the status code.
    pub(crate) async fn stop(&mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().expect("it runs").to_string();
        let asked = Command::new("kill").args([&format!("-{signal}"), &id]).status().await;
        assert!(asked.expect("kill").success());
        let ended = timeout(PATIENCE, self.child.wait()).await;
        let ended = ended.unwrap_or_else(|_| panic!("it goes on:\n{}", self.log()));
        ended.expect("a status").code()
    }
}

fn read(pipe: impl AsyncRead + Send + Unpin + 'static, output: Arc<Output>, to_people: bool) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if to_people {
                output.said.lock().unwrap().push(line.clone());
            }
            output.all.lock().unwrap().push(line);
            output.count.send_modify(|count| *count += 1);
        }
    });
}
