//! The models that a server offers.

use serde_json::json;

use crate::protocol::types::{Listed, Model};
use crate::runtime::error::RuntimeError;
use crate::runtime::rpc::connection::Shared;

/// A model that can be used (`model/list`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelInfo {
    /// What [`RunProfile::model`](crate::runtime::RunProfile::model) takes (`model`).
    pub id: String,
    /// Its name for people.
    pub display_name: Option<String>,
    /// The reasoning efforts that it knows (`supportedReasoningEfforts`).
    pub efforts: Vec<String>,
    /// Whether it is used where none is named (`isDefault`).
    pub is_default: bool,
}

impl From<Model> for ModelInfo {
    fn from(model: Model) -> Self {
        let efforts = model.supported_reasoning_efforts.into_iter();
        Self {
            id: model.model,
            display_name: Some(model.display_name),
            efforts: efforts.map(|effort| effort.reasoning_effort).collect(),
            is_default: model.is_default,
        }
    }
}

/// The models that a server offers.
pub(in crate::runtime) async fn models(shared: &Shared) -> Result<Vec<ModelInfo>, RuntimeError> {
    let mut models = Vec::new();
    let mut cursor = None;
    loop {
        let page: Listed<Model> = shared.call("model/list", &json!({ "cursor": cursor })).await?;
        models.extend(page.data.into_iter().map(ModelInfo::from));
        match page.next_cursor {
            // A cursor that leads back to itself would never end.
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => return Ok(models),
        }
    }
}
