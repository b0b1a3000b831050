//! An answer as steps: what is sent, and what happens in between.

use std::{collections::VecDeque, io, time::Duration};

use axum::body::Bytes;
use futures_util::{Stream, stream};
use serde_json::{Value, json};

use super::{
    Fault, Gate, GateAt, Reply, Script,
    answer::tokens,
    world::{Charge, OpenCall},
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

/// What the frames of one answer have in common.
pub(super) struct Framing<'a> {
    pub(super) generation_id: &'a str,
    pub(super) model: &'a str,
    /// What is thought, in chunks, as far as the call wants to see it.
    pub(super) thoughts: Vec<String>,
}

impl Framing<'_> {
    fn chunk(&self, delta: &Value, finish_reason: Option<&str>) -> Value {
        json!({
            "id": self.generation_id,
            "object": "chat.completion.chunk",
            "created": 1_763_600_000,
            "model": self.model,
            "provider": "StandIn",
            "choices": [{
                "index": 0,
                "delta": delta,
                "finish_reason": finish_reason,
                "native_finish_reason": finish_reason,
                "logprobs": null,
            }],
        })
    }
}

/// The usage record of a call.
pub(super) fn usage(charge: Charge) -> Value {
    json!({
        "prompt_tokens": charge.prompt,
        "completion_tokens": charge.completion,
        "total_tokens": charge.prompt + charge.completion,
        "cost": super::account::dollars(charge.cost()),
        "is_byok": false,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "cost_details": {"upstream_inference_cost": null},
        "completion_tokens_details": {"reasoning_tokens": charge.reasoning},
    })
}

/// What is thought, in the longer of the two forms in which it is told.
pub(super) fn reasoning_details(thought: &str) -> Value {
    json!([{"type": "reasoning.text", "text": thought, "format": null, "index": 0}])
}

const COMMENT: &str = ": OPENROUTER PROCESSING\n\n";

/// The whole of an answer, in steps.
fn steps(
    script: &Script,
    framing: &Framing<'_>,
    chunks: &[String],
    charge: Charge,
) -> VecDeque<Step> {
    let mut steps = VecDeque::from([Step::Send(COMMENT.to_owned())]);
    let fault = script.fault.as_ref();
    match fault {
        Some(Fault::CommentsOnly) => {
            steps.push_back(Step::Forever(COMMENT.to_owned()));
            return steps;
        }
        Some(Fault::LongLine(bytes)) => {
            let mut chunk = framing.chunk(&json!({"content": ""}), None);
            chunk["padding"] = "x".repeat(*bytes).into();
            steps.push_back(Step::Send(frame(&chunk)));
        }
        _ => {}
    }
    for thought in &framing.thoughts {
        steps.push_back(Step::Wait(script.pause));
        let delta = json!({
            "role": "assistant", "content": "", "reasoning": thought, "reasoning_details": reasoning_details(thought),
        });
        let frame = frame(&framing.chunk(&delta, None));
        steps.push_back(Step::Text { frame, text: thought.clone() });
    }
    for moment in 0..=chunks.len() {
        let hold = script.gate.as_ref().filter(|gate| gate.is_at(GateAt::AfterChunks(moment)));
        steps.extend(hold.cloned().map(Step::Hold));
        if let Some(last) = breaking_off(fault, moment, framing) {
            steps.extend(last);
            return steps;
        }
        let Some(text) = chunks.get(moment) else { break };
        if moment % 3 == 2 {
            steps.push_back(Step::Send(COMMENT.to_owned()));
        }
        steps.push_back(Step::Wait(script.pause));
        let delta = json!({"role": "assistant", "content": text});
        let frame = frame(&framing.chunk(&delta, None));
        steps.push_back(Step::Text { frame, text: text.clone() });
    }
    if fault == Some(&Fault::Endless) {
        let delta = json!({"role": "assistant", "content": "and so on "});
        steps.push_back(Step::Forever(frame(&framing.chunk(&delta, None))));
        return steps;
    }
    if let Reply::Refusal(text) = &script.reply {
        let delta = json!({"role": "assistant", "content": "", "refusal": text});
        steps.push_back(Step::Send(frame(&framing.chunk(&delta, None))));
    }
    let reason = script.finish_reason.as_deref().unwrap_or("stop");
    let empty = json!({"role": "assistant", "content": ""});
    let finish = framing.chunk(&empty, Some(reason));
    steps.push_back(Step::Send(frame(&finish)));
    if fault != Some(&Fault::NoUsage) {
        // as recorded in August 2026: the finish reason once more, and usage beside it
        let mut last = finish;
        last["usage"] = usage(charge);
        steps.push_back(Step::Send(frame(&last)));
    }
    if fault != Some(&Fault::NoDone) {
        steps.push_back(Step::Send("data: [DONE]\n\n".to_owned()));
    }
    steps
}

/// The last steps of an answer that breaks off after `sent` chunks.
fn breaking_off(fault: Option<&Fault>, sent: usize, framing: &Framing<'_>) -> Option<Vec<Step>> {
    match fault? {
        Fault::ErrorChunk { after, code } if *after == sent => {
            let mut chunk = framing.chunk(&json!({"content": ""}), Some("error"));
            chunk["error"] = json!({"code": code, "message": "Provider disconnected"});
            Some(vec![Step::GiveUp, Step::Send(frame(&chunk))])
        }
        Fault::BreakAfter(after) if *after == sent => {
            Some(vec![Step::Send("data: {\"id\":\"gen-".to_owned()), Step::Break])
        }
        _ => None,
    }
}

fn frame(chunk: &Value) -> String {
    format!("data: {chunk}\n\n")
}

/// The bytes of an answer, at the pace and in the pieces that its script asks for. When it is
/// dropped before the end, the client is gone.
pub(super) fn body(
    script: &Script,
    framing: &Framing<'_>,
    chunks: &[String],
    charge: Charge,
    call: OpenCall,
) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let telling = Telling {
        steps: steps(script, framing, chunks, charge),
        pieces: VecDeque::new(),
        piece: script.piece,
        crlf: script.crlf,
        call,
    };
    stream::unfold(telling, |mut telling| async move {
        let piece = telling.next().await?;
        Some((piece, telling))
    })
}

struct Telling {
    steps: VecDeque<Step>,
    pieces: VecDeque<Bytes>,
    piece: Option<usize>,
    crlf: bool,
    call: OpenCall,
}

impl Telling {
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
