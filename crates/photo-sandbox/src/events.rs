//! What people at the sandbox's page are told as it happens: requests, as server-sent events.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;

/// One request that was answered or not, as the page shows it. Neither queries nor headers are part of it:
/// they hold secrets.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Event {
    pub(crate) method: String,
    pub(crate) path: String,
    /// None if the connection ended without an answer.
    pub(crate) status: Option<u16>,
    /// How long it took, in milliseconds.
    pub(crate) ms: u64,
}

/// Who listens, and what happened last.
#[derive(Debug, Default)]
pub(crate) struct Events {
    told: u64,
    listeners: VecDeque<mpsc::Sender<Bytes>>,
    recent: VecDeque<Bytes>,
}

impl Events {
    /// Tells an event. Listeners that are gone, or so slow that they would need memory, are dropped: pages
    /// connect again and get the last events first.
    pub(crate) fn tell(&mut self, event: &Event) {
        self.told += 1;
        // Serializing this plain struct can't fail.
        let json = serde_json::to_string(&Numbered { number: self.told, event }).unwrap_or_default();
        let message = Bytes::from(format!("data: {json}\n\n"));
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(message.clone());
        self.listeners.retain(|listener| listener.try_send(message.clone()).is_ok());
    }

    /// A new listener, who gets the last events at once; the oldest listener gives way if there are too many.
    pub(crate) fn listen(&mut self) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        // A comment first, so that the answer's head goes out though nothing has happened yet.
        let first = std::iter::once(Bytes::from_static(b": the sandbox's requests\n\n"));
        for message in first.chain(self.recent.iter().cloned()) {
            // The queue is longer than what is remembered.
            let _ = sender.try_send(message);
        }
        self.listeners.retain(|listener| !listener.is_closed());
        if self.listeners.len() >= LISTENERS {
            self.listeners.pop_front();
        }
        self.listeners.push_back(sender);
        receiver
    }
}

#[derive(Serialize)]
struct Numbered<'a> {
    number: u64,
    #[serde(flatten)]
    event: &'a Event,
}

const RECENT: usize = 50;
const QUEUE: usize = 128;
const LISTENERS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event { method: "GET".into(), path: "/".into(), status: Some(200), ms: 1 }
    }

    #[test]
    fn listeners_get_what_was_and_what_comes() {
        let mut events = Events::default();
        (0..60).for_each(|_| events.tell(&event()));
        let mut receiver = events.listen();
        events.tell(&event());
        let all: Vec<String> = std::iter::from_fn(|| receiver.try_recv().ok())
            .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
            .collect();
        assert_eq!(all.len(), 1 + RECENT + 1);
        assert!(all[0].starts_with(": ") && all[1].starts_with("data: {\"number\":11,"), "{}", all[1]);
        let last = "data: {\"number\":61,\"method\":\"GET\",\"path\":\"/\",\"status\":200,\"ms\":1}\n\n";
        assert_eq!(all[51], last);
    }

    #[test]
    fn slow_and_gone_and_too_many_listeners_are_dropped() {
        let mut events = Events::default();
        let slow = events.listen();
        drop(events.listen());
        (0..200).for_each(|_| events.tell(&event()));
        assert_eq!(events.listeners.len(), 0);
        assert!(slow.len() <= QUEUE);
        let all: Vec<_> = (0..LISTENERS + 3).map(|_| events.listen()).collect();
        assert_eq!((events.listeners.len(), all.len()), (LISTENERS, LISTENERS + 3));
    }
}
