//! The buttons under a reply, and what their ids say.
//!
//! An id names the delivery and nothing else, so a press can be handled by any process, after any
//! restart. The id of Stop also names the part: every message of a delivery carries it when it is
//! created, and by it a message is known again whose id was never stored
//! (see [`recover`](super::recover)).

use std::fmt;

use shared::ids::DeliveryId;

const STOP: &str = "stop:v1:";
const RETRY: &str = "retry:v1:";

/// What a message offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Button {
    /// End the answer here.
    Stop,
    /// Ask once more, with the author's new consent to pay.
    Retry,
}

/// The id of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ButtonId {
    /// Which button.
    pub button: Button,
    /// Under which reply.
    pub delivery: DeliveryId,
    /// Under which of its messages, for Stop.
    pub part: usize,
}

impl ButtonId {
    /// The id of Stop under one part.
    #[must_use]
    pub const fn stop(delivery: DeliveryId, part: usize) -> Self {
        Self { button: Button::Stop, delivery, part }
    }

    /// The id of Retry.
    #[must_use]
    pub const fn retry(delivery: DeliveryId) -> Self {
        Self { button: Button::Retry, delivery, part: 0 }
    }

    /// Reads the id of a pressed button. `None` when it is none of these.
    #[must_use]
    pub fn parse(custom_id: &str) -> Option<Self> {
        if let Some(delivery) = custom_id.strip_prefix(RETRY) {
            return Some(Self::retry(delivery.parse().ok()?));
        }
        let (delivery, part) = custom_id.strip_prefix(STOP)?.split_once(':')?;
        Some(Self::stop(delivery.parse().ok()?, part.parse().ok()?))
    }
}

impl fmt::Display for ButtonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.button {
            Button::Stop => write!(f, "{STOP}{}:{}", self.delivery, self.part),
            Button::Retry => write!(f, "{RETRY}{}", self.delivery),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::SystemClock;

    use super::*;

    #[test]
    fn an_id_reads_what_it_prints_and_fits_discord() {
        let delivery = DeliveryId::new(&SystemClock);
        for id in [ButtonId::stop(delivery, 17), ButtonId::retry(delivery)] {
            assert_eq!(ButtonId::parse(&id.to_string()), Some(id));
            assert!(id.to_string().len() <= 100);
        }
    }

    #[test]
    fn other_ids_are_left_to_others() {
        let delivery = DeliveryId::new(&SystemClock);
        for id in [
            String::new(),
            "wallet:set:v1".to_owned(),
            "retry:v1:".to_owned(),
            format!("retry:v2:{delivery}"),
            format!("stop:v1:{delivery}"),
            format!("stop:v1:{delivery}:"),
            format!("stop:v1:{delivery}:-1"),
            format!("stop:v1:{delivery}:0:0"),
        ] {
            assert_eq!(ButtonId::parse(&id), None, "{id}");
        }
    }
}
