//! One request at a time works on an upload. A newer one sends the older away: a phone that comes
//! back after a dead spot must not wait for its own lost connection.

use super::partial::Which;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch};

/// How long the older request has to put its last bytes away.
const PATIENCE: Duration = Duration::from_secs(10);

struct Slot {
    turn: Arc<AsyncMutex<()>>,
    newest: watch::Sender<u64>,
}

/// Who is working on what.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<Which, Arc<Slot>>>);

/// The right to work on one upload, until it is dropped.
pub struct Turn {
    turns: Arc<Turns>,
    which: Which,
    slot: Arc<Slot>,
    newest: watch::Receiver<u64>,
    own: u64,
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    /// Sends whoever works on the upload away and takes their place; `None` when they do not leave.
    pub async fn take(self: &Arc<Self>, which: &Which) -> Option<Turn> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Slot { turn: Arc::default(), newest: watch::Sender::new(0) });
            Arc::clone(slots.entry(which.clone()).or_insert_with(new))
        };
        let mut own = 0;
        slot.newest.send_modify(|n| {
            *n += 1;
            own = *n;
        });
        let newest = slot.newest.subscribe();
        let waiting = Arc::clone(&slot.turn).lock_owned();
        let guard = tokio::time::timeout(PATIENCE, waiting).await.ok()?;
        Some(Turn { turns: Arc::clone(self), which: which.clone(), slot, newest, own, _guard: guard })
    }
}

impl Turn {
    /// Done when a newer request wants the upload.
    pub async fn overtaken(&mut self) {
        let own = self.own;
        // The sender lives in our own slot, so this ends only when a newer one came.
        if self.newest.wait_for(|n| *n > own).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut slots = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Ours and the table's: nobody waits.
        if Arc::strong_count(&self.slot) == 2 {
            slots.remove(&self.which);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn which(letter: &str) -> Which {
        Which { kit_id: letter.repeat(22), item: letter.repeat(22) }
    }

    #[test]
    fn a_newer_request_sends_the_older_away_and_others_are_left_alone() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let turns = Arc::new(Turns::default());
            let mut first = turns.take(&which("a")).await.unwrap();
            let mut other = turns.take(&which("b")).await.unwrap();
            let second = tokio::spawn({
                let turns = Arc::clone(&turns);
                async move { turns.take(&which("a")).await.is_some() }
            });
            first.overtaken().await;
            drop(first);
            assert!(second.await.unwrap());
            let undisturbed = tokio::time::timeout(Duration::from_millis(20), other.overtaken()).await;
            assert!(undisturbed.is_err());
            drop(other);
            assert!(turns.0.lock().unwrap().is_empty());
        });
    }
}
