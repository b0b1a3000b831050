//! Lines of a table that spreadsheets open (RFC 4180).

use std::{borrow::Cow, io};

use crate::money::NanoUsd;

/// One line, with its end.
pub fn line(cells: &[Cow<'_, str>]) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .buffer_capacity(1024)
        .from_writer(Vec::with_capacity(256));
    writer.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
    writer.into_inner().map_err(|error| io::Error::from(error.error().kind()))
}

/// A text that somebody chose, as a cell: what a spreadsheet would take for a formula begins with an
/// apostrophe instead, which makes it text.
#[must_use]
pub fn words(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches(' ').chars().next();
    if first.is_some_and(begins_a_formula) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A number, or nothing where nobody said.
#[must_use]
pub fn number(number: Option<i64>) -> Cow<'static, str> {
    number.map_or(Cow::Borrowed(""), |number| Cow::Owned(number.to_string()))
}

/// Dollars to the last billionth, or nothing where nobody said.
#[must_use]
pub fn dollars(amount: Option<NanoUsd>) -> Cow<'static, str> {
    const UNIT: u64 = 1_000_000_000;
    amount.map_or(Cow::Borrowed(""), |amount| {
        let nanos = amount.nanos();
        let sign = if nanos < 0 { "-" } else { "" };
        let nanos = nanos.unsigned_abs();
        Cow::Owned(format!("{sign}{}.{:09}", nanos / UNIT, nanos % UNIT))
    })
}

/// In full width they are formulas to some spreadsheets too.
const fn begins_a_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let cells = ["plain", "a,b", "say \"hi\"", "two\r\nlines", "", "ünï"].map(Cow::Borrowed);
        let line = String::from_utf8(line(&cells).unwrap()).unwrap();
        assert_eq!(line, "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\",,ünï\r\n");
    }

    #[test]
    fn no_text_is_a_formula() {
        for bad in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x",
            "  =1",
        ] {
            assert_eq!(words(bad), format!("'{bad}"));
        }
        for good in ["openai/gpt-4o", "a=b", "", " ", "'=1", "1-1"] {
            assert_eq!(words(good), good);
        }
    }

    #[test]
    fn money_is_exact() {
        let shown = |nanos| dollars(Some(NanoUsd::from_nanos(nanos)));
        assert_eq!(shown(42_000_001), "0.042000001");
        assert_eq!(shown(-1_500_000_000), "-1.500000000");
        assert_eq!(shown(i64::MIN), "-9223372036.854775808");
        assert_eq!(dollars(None), "");
        assert_eq!((number(None), number(Some(-3))), ("".into(), "-3".into()));
    }
}
