//! An option that answers everything in the same way.

use std::future::Future;
use std::pin::Pin;

use crate::approval::chain::{Link, LinkOutcome};
use crate::runtime::approval::{FixedAnswer, PendingRequest};

impl Link for FixedAnswer {
    fn decide<'a>(
        &'a self,
        _pending: &'a PendingRequest,
    ) -> Pin<Box<dyn Future<Output = LinkOutcome> + Send + 'a>> {
        Box::pin(std::future::ready(LinkOutcome::Decided(self.verdict())))
    }
}
