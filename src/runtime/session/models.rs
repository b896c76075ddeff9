//! The models that a server offers.

use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::runtime::error::RuntimeError;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::session::client::Client;
use crate::runtime::session::threads::Listing;

/// A model that can be used (`model/list`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModelInfo {
    /// What [`RunProfile::model`](crate::runtime::RunProfile::model) takes (`model`).
    #[serde(rename = "model")]
    pub id: String,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The reasoning efforts that it knows (`supportedReasoningEfforts`).
    #[serde(
        rename = "supportedReasoningEfforts",
        default,
        deserialize_with = "effort_names"
    )]
    pub efforts: Vec<String>,
    /// Whether it is used where none is named (`isDefault`).
    #[serde(default)]
    pub is_default: bool,
}

fn effort_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Effort {
        reasoning_effort: String,
    }
    let efforts = Vec::<Effort>::deserialize(deserializer)?;
    Ok(efforts
        .into_iter()
        .map(|effort| effort.reasoning_effort)
        .collect())
}

impl Client {
    /// The models that can be used (`model/list`), all pages of them.
    pub async fn models(&self) -> Result<Vec<ModelInfo>, RuntimeError> {
        models(self.runtime().shared()).await
    }
}

/// The models that a server offers.
pub(in crate::runtime) async fn models(shared: &Shared) -> Result<Vec<ModelInfo>, RuntimeError> {
    let mut models = Vec::new();
    let mut cursor = None;
    loop {
        let page: Listing<ModelInfo> = shared.call("model/list", &json!({ "cursor": cursor })).await?;
        models.extend(page.data);
        match page.next_cursor {
            // A cursor that leads back to itself would never end.
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => return Ok(models),
        }
    }
}
