//! State that the parts of the engine share within a tab.

use std::{cell::RefCell, rc::Rc};

use crate::{
    browser,
    local_storage::LocalItem,
    log::{EngineEvent, EngineLog},
    storage::Storage,
};

/// The stored value.
pub(crate) type SharedStorage = Rc<RefCell<Storage<LocalItem>>>;

/// The log.
#[derive(Clone, Default)]
pub(crate) struct SharedLog(Rc<RefCell<EngineLog>>);

impl SharedLog {
    /// Appends an event of this moment.
    pub(crate) fn note(&self, event: EngineEvent) {
        self.0.borrow_mut().note(browser::now(), event);
    }

    /// A copy of the log.
    pub(crate) fn snapshot(&self) -> EngineLog {
        self.0.borrow().clone()
    }
}
