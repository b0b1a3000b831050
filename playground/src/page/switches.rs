//! Faults on switches: what can go wrong, one click away.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use super::Backstage;
use crate::{
    discord::{Effect, Fault, Reply, Server, bell::lock},
    provider::{self, Refusal, Script},
};

/// The switch that is none of requests.
const DEAF: &str = "gateway_silent";

/// Something to switch.
struct Item {
    id: &'static str,
    label: &'static str,
    detail: &'static str,
}

const PROVIDER: &[Item] = &[
    Item { id: "model_fine", label: "Fine", detail: "Answers as it should." },
    Item { id: "model_slow", label: "Slow", detail: "Two seconds before every few words." },
    Item {
        id: "model_thinks",
        label: "Thinks aloud",
        detail: "Leaves what it thinks in the text, between tags.",
    },
    Item {
        id: "model_rate_limited",
        label: "Rate-limited",
        detail: "Turns every call away with 429.",
    },
    Item { id: "model_no_credit", label: "Out of credit", detail: "Wants to be paid: 402." },
    Item {
        id: "model_key_rejected",
        label: "Rejects the key",
        detail: "401, also when the key is checked.",
    },
    Item {
        id: "model_dies",
        label: "Dies in mid-stream",
        detail: "The connection breaks after a few words.",
    },
    Item {
        id: "model_silent",
        label: "Says nothing",
        detail: "Keeps the line open without a word.",
    },
];

const DISCORD: &[Item] = &[
    Item {
        id: "discord_limited",
        label: "Rate limits",
        detail: "Every second message or edit of the bot gets a 429.",
    },
    Item {
        id: "discord_broken",
        label: "Errors",
        detail: "Every second message or edit of the bot gets a 502.",
    },
    Item {
        id: "discord_slow",
        label: "Slow",
        detail: "Every request of the bot takes a second longer.",
    },
    Item { id: DEAF, label: "Deaf gateway", detail: "No events and no heartbeats reach the bot." },
];

const ONCE: &[Item] = &[
    Item {
        id: "gateway_drop",
        label: "Drop the gateway",
        detail: "The bot's connection breaks; it has to resume.",
    },
    Item {
        id: "gateway_reconnect",
        label: "Ask to reconnect",
        detail: "What Discord does several times a day.",
    },
    Item {
        id: "gateway_invalidate",
        label: "Forget the session",
        detail: "The bot has to log in anew.",
    },
];

const WORKER: Item = Item {
    id: "worker_kill",
    label: "Kill the worker",
    detail: "As a power cut would. It comes back by itself, and buries its dead self after 20 seconds.",
};

/// What a model thinks that thinks aloud.
const THOUGHT: &str = "Somebody asks me something. I should think before I speak.";

/// The switches of a page, and what they act on.
pub(super) struct Switches {
    discord: Arc<Server>,
    provider: Option<(Arc<provider::World>, Script)>,
    backstage: Option<Arc<dyn Backstage>>,
    on: Mutex<On>,
}

/// What is switched on.
struct On {
    provider: &'static str,
    discord: Vec<&'static str>,
}

impl Switches {
    pub(super) fn new(
        discord: &Arc<Server>,
        provider: Option<Arc<provider::World>>,
        backstage: Option<Arc<dyn Backstage>>,
    ) -> Self {
        let with_usual = |world: Arc<provider::World>| {
            let usual = world.scripts().otherwise.clone();
            (world, usual)
        };
        Self {
            discord: Arc::clone(discord),
            provider: provider.map(with_usual),
            backstage,
            on: Mutex::new(On { provider: "model_fine", discord: Vec::new() }),
        }
    }

    /// All switches as they stand.
    pub(super) fn show(&self) -> Value {
        let on = lock(&self.on);
        let mut groups = Vec::new();
        if self.provider.is_some() {
            groups.push(group("model", "The model", "one_of", PROVIDER, |it| it.id == on.provider));
        }
        let is_on = |it: &Item| on.discord.contains(&it.id);
        groups.push(group("discord", "Discord", "toggles", DISCORD, is_on));
        groups.push(group("gateway", "The gateway, once", "buttons", ONCE, |_| false));
        if self.backstage.is_some() {
            groups.push(group("worker", "The worker", "buttons", &[WORKER], |_| false));
        }
        json!({ "groups": groups })
    }

    /// Touches a switch. Whether there is one of this name.
    pub(super) fn set(&self, id: &str, wanted: bool) -> bool {
        if let Some((provider, usual)) = &self.provider
            && let Some(item) = PROVIDER.iter().find(|item| item.id == id)
        {
            // one of them is always on: another one is chosen, none is switched off
            if wanted {
                lock(&self.on).provider = item.id;
                set_provider(provider, usual, item.id);
            }
            return true;
        }
        if let Some(item) = DISCORD.iter().find(|item| item.id == id) {
            let mut on = lock(&self.on);
            on.discord.retain(|id| *id != item.id);
            if wanted {
                on.discord.push(item.id);
            }
            if item.id == DEAF {
                self.set_hearing(!wanted);
            } else {
                self.set_requests(&on.discord);
            }
            return true;
        }
        let faults = &self.discord.faults;
        match (id, &self.backstage) {
            ("gateway_drop", _) => faults.drop_gateway(),
            ("gateway_reconnect", _) => faults.request_reconnect(),
            ("gateway_invalidate", _) => faults.invalidate_sessions(false),
            ("worker_kill", Some(backstage)) => backstage.kill_worker(),
            _ => return false,
        }
        true
    }

    /// Who hears again was away: it has to resume, or what was kept back is never told.
    fn set_hearing(&self, hears: bool) {
        self.discord.faults.silence_gateway(!hears);
        if hears {
            self.discord.faults.drop_gateway();
        }
    }

    fn set_requests(&self, on: &[&'static str]) {
        let faults = &self.discord.faults;
        faults.clear_requests();
        for id in on {
            match *id {
                "discord_limited" => {
                    let reply = Reply::rate_limited(Duration::from_secs(2), false, false);
                    faults.add(Fault::when(writes, Effect::Answer(reply)).every(2).always());
                }
                "discord_broken" => {
                    let effect = Effect::Answer(Reply::html(502));
                    faults.add(Fault::when(writes, effect).every(2).always());
                }
                "discord_slow" => {
                    let effect = Effect::Delay(Duration::from_secs(1));
                    faults.add(Fault::when(|_, _| true, effect).always());
                }
                _ => {}
            }
        }
    }
}

/// Whether a request shows people something, other than the first answer to what they did.
fn writes(method: &str, path: &str) -> bool {
    matches!(method, "POST" | "PATCH")
        && (path.contains("/messages") || path.contains("/webhooks/"))
}

fn set_provider(provider: &provider::World, usual: &Script, id: &str) {
    let script = match id {
        "model_slow" => usual.clone().paced(Duration::from_secs(2)),
        "model_thinks" => usual.clone().thinking_in("think", THOUGHT),
        "model_rate_limited" => Script::status(429),
        "model_no_credit" => Script::status(402),
        "model_key_rejected" => Script::status(401),
        "model_dies" => usual.clone().failing(provider::Fault::BreakAfter(6)),
        "model_silent" => usual.clone().failing(provider::Fault::CommentsOnly),
        _ => usual.clone(),
    };
    let mut scripts = provider.scripts();
    scripts.otherwise = script;
    scripts.key_checks = (id == "model_key_rejected").then(|| Refusal::status(401));
}

fn group(
    id: &str,
    label: &str,
    kind: &str,
    items: &[Item],
    is_on: impl Fn(&Item) -> bool,
) -> Value {
    let item =
        |it: &Item| json!({"id": it.id, "label": it.label, "detail": it.detail, "on": is_on(it)});
    let items: Vec<Value> = items.iter().map(item).collect();
    json!({"id": id, "label": label, "kind": kind, "items": items})
}
