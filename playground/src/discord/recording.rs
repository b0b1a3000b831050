//! Reading a ledger that was written as JSON lines.

use std::time::Duration;

use serde_json::Value;

use super::ledger::{Entry, Exchange, Traffic};

/// A line of a ledger could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It is no JSON.
    #[error("line {line} is no JSON")]
    Json {
        /// Its number, from 1.
        line: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// It is nothing that goes over the wire.
    #[error("line {0} is of no kind that is known")]
    Kind(usize),
}

/// Reads what [`Ledger::to_jsonl`](super::Ledger::to_jsonl) wrote, as far as checks need it: without
/// headers.
pub fn read_ledger(text: &str) -> Result<Vec<Entry>, LedgerError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(at, line): (usize, &str)| {
        let line_number = at + 1;
        let line: Value = serde_json::from_str(line)
            .map_err(|source| LedgerError::Json { line: line_number, source })?;
        let millis = line["t_ms"].as_f64().unwrap_or_default();
        let at = Duration::try_from_secs_f64(millis / 1e3).unwrap_or_default();
        let what = traffic(&line).ok_or(LedgerError::Kind(line_number))?;
        Ok(Entry { at, what })
    };
    lines.map(read).collect()
}

fn traffic(line: &Value) -> Option<Traffic> {
    let code = || line["code"].as_u64().and_then(|code| u16::try_from(code).ok());
    Some(match line["kind"].as_str()? {
        "rest" => Traffic::Rest(Box::new(exchange(line))),
        "ws_connect" => Traffic::Connected(text(&line["uri"]).unwrap_or_default()),
        "ws_in" => Traffic::Received(line["frame"].clone()),
        "ws_out" => Traffic::Sent(line["frame"].clone()),
        "ws_close_in" => Traffic::ClosedByClient(code()),
        "ws_close_out" => Traffic::ClosedByServer(code().unwrap_or_default()),
        "ws_drop" => Traffic::Dropped,
        _ => return None,
    })
}

fn exchange(line: &Value) -> Exchange {
    let status = line["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    Exchange {
        method: text(&line["method"]).unwrap_or_default(),
        path: text(&line["path"]).unwrap_or_default(),
        query: text(&line["query"]),
        content_type: text(&line["content_type"]).unwrap_or_default(),
        authorization: text(&line["auth"]),
        user_agent: text(&line["user_agent"]),
        body: line["body"].clone(),
        parts: line["parts"].as_array().cloned(),
        status: status.unwrap_or_default(),
        response: line["response"].clone(),
        fault: line["fault"] == true,
        ..Exchange::default()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let lines = [
            json!({"kind": "rest", "t_ms": 1.5, "method": "GET", "path": "/api/v10/gateway", "query": null, "content_type": "", "auth": null, "user_agent": "u", "body": null, "parts": null, "status": 200, "response": {"url": "ws://x"}, "fault": false}),
            json!({"kind": "ws_connect", "t_ms": 2.0, "uri": "/?v=10"}),
            json!({"kind": "ws_in", "t_ms": 3.0, "frame": {"op": 1, "d": null}}),
            json!({"kind": "ws_close_in", "t_ms": 4.0, "code": null}),
            json!({"kind": "ws_drop", "t_ms": 5.0}),
        ];
        let text = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let read: Vec<Value> = read_ledger(&text).unwrap().iter().map(Entry::to_json).collect();
        assert_eq!(read, lines);
    }

    #[test]
    fn a_line_that_is_no_traffic_is_named() {
        assert_eq!(
            read_ledger("{\"kind\": \"x\"}").unwrap_err().to_string(),
            "line 1 is of no kind that is known"
        );
        assert_eq!(read_ledger("\nx").unwrap_err().to_string(), "line 2 is no JSON");
    }
}
