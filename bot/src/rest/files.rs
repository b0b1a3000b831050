//! Files that go along with a message.

use uuid::Uuid;

/// A file for people to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// How it is called: letters, digits, `.`, `-` and `_`.
    pub name: String,
    /// What it is.
    pub content_type: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl File {
    /// A body that holds both, and what lies between its parts.
    pub(super) fn beside(
        &self,
        json: serde_json::Result<Vec<u8>>,
    ) -> (String, serde_json::Result<Vec<u8>>) {
        let boundary = boundary();
        let body = json.map(|json| {
            let name: String = self.name.chars().filter(|c| is_plain(*c)).collect();
            let mut body = Vec::with_capacity(json.len() + self.bytes.len() + 512);
            body.extend_from_slice(
                format!(
                    "--{boundary}\r\ncontent-disposition: form-data; name=\"payload_json\"\r\n\
                     content-type: application/json\r\n\r\n"
                )
                .as_bytes(),
            );
            body.extend_from_slice(&json);
            body.extend_from_slice(
                format!(
                    "\r\n--{boundary}\r\ncontent-disposition: form-data; name=\"files[0]\"; \
                     filename=\"{name}\"\r\ncontent-type: {}\r\n\r\n",
                    self.content_type
                )
                .as_bytes(),
            );
            body.extend_from_slice(&self.bytes);
            body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            body
        });
        (boundary, body)
    }
}

/// Chance keeps it out of every file, as nobody can know it before.
fn boundary() -> String {
    format!("troupe-{}", Uuid::new_v4().simple())
}

const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_stand_between_boundaries() {
        let file =
            File { name: "a\"b\r\n.json".into(), content_type: "text/plain", bytes: vec![0, 255] };
        let (boundary, body) = file.beside(serde_json::to_vec(&1));
        let text = String::from_utf8_lossy(&body.unwrap()).replace(&boundary, "B");
        assert!(text.starts_with("--B\r\n") && text.ends_with("\r\n--B--\r\n"), "{text}");
        assert!(text.contains("filename=\"ab.json\""), "{text}");
    }
}
