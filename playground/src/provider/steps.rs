//! An answer as steps: what is sent, and what happens in between.

use std::{collections::VecDeque, io, time::Duration};

use axum::body::Bytes;
use futures_util::{Stream, stream};

use super::{
    Api, Fault, Gate, GateAt, Reply, Script, answer::tokens, wires::Framing, world::OpenCall,
};

/// One step of an answer.
#[derive(Debug)]
enum Step {
    /// Goes out as it is.
    Send(String),
    /// A chunk of text goes out, and is counted and charged.
    Text {
        frame: String,
        text: String,
    },
    /// This, again and again.
    Forever(String),
    Wait(Duration),
    Hold(Gate),
    /// What follows is the failing end of the call.
    GiveUp,
    /// The connection breaks.
    Break,
}

/// An answer that is about to be told.
pub(super) struct Telling<'a> {
    pub(super) api: Api,
    pub(super) script: &'a Script,
    pub(super) framing: Framing<'a>,
    /// What is thought, in chunks, as far as the call wants to see it.
    pub(super) thoughts: Vec<String>,
    /// What is said, in chunks.
    pub(super) chunks: Vec<String>,
}

impl Telling<'_> {
    /// The whole of it, in steps.
    fn steps(&self) -> VecDeque<Step> {
        let (script, framing, speech) = (self.script, &self.framing, self.api.speech());
        let fault = script.fault.as_ref();
        let alive = || Step::Send(speech.keep_alive().to_owned());
        let thinks = !self.thoughts.is_empty();
        let mut steps = VecDeque::from([Step::Send(speech.opening(framing, thinks)), alive()]);
        match fault {
            Some(Fault::CommentsOnly) => {
                steps.push_back(Step::Forever(speech.keep_alive().to_owned()));
                return steps;
            }
            Some(Fault::LongLine(bytes)) => {
                steps.push_back(Step::Send(speech.padding(framing, *bytes)));
            }
            _ => {}
        }
        for thought in &self.thoughts {
            steps.push_back(Step::Wait(script.pause));
            let frame = speech.thought(framing, thought);
            steps.push_back(Step::Text { frame, text: thought.clone() });
        }
        steps.push_back(Step::Send(speech.before_text(thinks)));
        for moment in 0..=self.chunks.len() {
            let hold = script.gate.as_ref().filter(|gate| gate.is_at(GateAt::AfterChunks(moment)));
            steps.extend(hold.cloned().map(Step::Hold));
            if let Some(last) = self.breaking_off(moment) {
                steps.extend(last);
                return steps;
            }
            let Some(text) = self.chunks.get(moment) else { break };
            if moment % 3 == 2 {
                steps.push_back(alive());
            }
            steps.push_back(Step::Wait(script.pause));
            let frame = speech.text(framing, text);
            steps.push_back(Step::Text { frame, text: text.clone() });
        }
        if fault == Some(&Fault::Endless) {
            steps.push_back(Step::Forever(speech.text(framing, "and so on ")));
            return steps;
        }
        if let Reply::Refusal(text) = &script.reply {
            steps.push_back(Step::Send(speech.refusal(framing, text)));
        }
        steps.push_back(Step::Send(speech.closing(framing, script.reason())));
        if fault != Some(&Fault::NoDone) {
            steps.push_back(Step::Send(speech.goodbye().to_owned()));
        }
        steps.retain(|step| !matches!(step, Step::Send(text) if text.is_empty()));
        steps
    }

    /// The last steps of an answer that breaks off after `sent` chunks.
    fn breaking_off(&self, sent: usize) -> Option<Vec<Step>> {
        match self.script.fault.as_ref()? {
            Fault::ErrorChunk { after, code } if *after == sent => {
                let failure = self.api.speech().failure(&self.framing, *code);
                Some(vec![Step::GiveUp, Step::Send(failure)])
            }
            Fault::BreakAfter(after) if *after == sent => {
                Some(vec![Step::Send("data: {\"id\":\"gen-".to_owned()), Step::Break])
            }
            _ => None,
        }
    }

    /// The bytes of it, at the pace and in the pieces that its script asks for. When they are dropped
    /// before the end, the client is gone.
    pub(super) fn body(
        &self,
        call: OpenCall,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        told(self.steps(), self.script, call)
    }
}

/// A recorded body, in the pieces that the script asks for.
pub(super) fn replayed(
    text: &str,
    script: &Script,
    call: OpenCall,
) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    told(VecDeque::from([Step::Send(text.to_owned())]), script, call)
}

fn told(
    steps: VecDeque<Step>,
    script: &Script,
    call: OpenCall,
) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let (piece, crlf) = (script.piece, script.crlf);
    let sending = Sending { steps, pieces: VecDeque::new(), piece, crlf, call };
    stream::unfold(sending, |mut sending| async move {
        let piece = sending.next().await?;
        Some((piece, sending))
    })
}

struct Sending {
    steps: VecDeque<Step>,
    pieces: VecDeque<Bytes>,
    piece: Option<usize>,
    crlf: bool,
    call: OpenCall,
}

impl Sending {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                if self.piece.is_some() {
                    // lets the piece before this one leave by itself
                    tokio::task::yield_now().await;
                }
                self.call.first_byte();
                if self.pieces.is_empty() && self.steps.is_empty() {
                    // now, since a client that read `[DONE]` may leave before it is asked again
                    self.call.complete();
                }
                return Some(Ok(piece));
            }
            match self.steps.pop_front()? {
                Step::Send(text) => self.cut(text),
                Step::Text { frame, text } => {
                    self.call.sent(tokens(&text));
                    self.cut(frame);
                }
                Step::Forever(text) => {
                    // slow enough to leave the machine to others
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    self.cut(text.clone());
                    self.steps.push_front(Step::Forever(text));
                }
                Step::Wait(pause) if pause.is_zero() => {}
                Step::Wait(pause) => tokio::time::sleep(pause).await,
                Step::Hold(gate) => gate.pass().await,
                Step::GiveUp => self.call.fail(),
                Step::Break => {
                    // the server flushes only when it must wait, and what was said is to arrive
                    tokio::task::yield_now().await;
                    self.call.fail();
                    return Some(Err(io::ErrorKind::ConnectionReset.into()));
                }
            }
        }
    }

    fn cut(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        let text = if self.crlf { text.replace('\n', "\r\n") } else { text };
        let bytes = Bytes::from(text);
        match self.piece {
            Some(piece) => {
                let starts = (0..bytes.len()).step_by(piece);
                let ends = |start: usize| (start + piece).min(bytes.len());
                self.pieces.extend(starts.map(|start| bytes.slice(start..ends(start))));
            }
            None => self.pieces.push_back(bytes),
        }
    }
}
