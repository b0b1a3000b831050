//! A process of the product: its own environment, its output kept, killed at the end.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

/// How long a process may take to say or do something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// A running binary.
pub(crate) struct Process {
    child: Child,
    output: Arc<Output>,
    readers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Output {
    lines: Mutex<Vec<String>>,
    count: watch::Sender<usize>,
}

/// Where the binaries lie: beside the one that cargo names.
pub(crate) fn binary(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_troupe")).with_file_name(name);
    assert!(path.exists(), "build the binaries first: cargo build --workspace --bins");
    path
}

impl Process {
    /// Starts `name` in `dir` with nothing in its environment but `settings`.
    pub(crate) fn start(
        name: &str,
        args: &[&str],
        dir: &Path,
        settings: &[(String, String)],
    ) -> Self {
        let mut child = Command::new(binary(name))
            .args(args)
            .current_dir(dir)
            .env_clear()
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the process starts");
        let output = Arc::new(Output::default());
        let readers = vec![
            read(child.stdout.take().expect("a pipe"), Arc::clone(&output)),
            read(child.stderr.take().expect("a pipe"), Arc::clone(&output)),
        ];
        Self { child, output, readers }
    }

    /// Everything it has said so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.output.lines.lock().expect("no panic").clone()
    }

    /// Waits until it has said something with `what` in it.
    pub(crate) async fn says(&self, what: &str) {
        let mut count = self.output.count.subscribe();
        let said = async {
            while !self.log().iter().any(|line| line.contains(what)) {
                if count.changed().await.is_err() {
                    break;
                }
            }
        };
        let heard = timeout(PATIENCE, said).await;
        assert!(heard.is_ok(), "never said {what:?}; it said:\n{}", self.log().join("\n"));
    }

    /// SIGKILL: no goodbye.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Waits for its own end; gives the status code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        let status = timeout(PATIENCE, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it goes on:\n{}", self.log().join("\n")));
        for reader in self.readers.drain(..) {
            reader.await.expect("its output ends");
        }
        status.expect("a status").code()
    }

    /// SIGTERM: asks it to stop, and waits.
    pub(crate) async fn stop(&mut self) -> Option<i32> {
        self.signal("-TERM").await;
        self.ended().await
    }

    /// Sends it a signal: `-STOP` freezes it, `-CONT` thaws it.
    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([name, &pid]).status().await.expect("kill");
        assert!(sent.success());
    }
}

fn read(pipe: impl AsyncRead + Send + Unpin + 'static, output: Arc<Output>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            output.lines.lock().expect("no panic").push(line);
            output.count.send_modify(|count| *count += 1);
        }
    })
}
