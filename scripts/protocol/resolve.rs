//! Which type of ours stands for an expression of the facts, and whether a field is always there.

use std::collections::BTreeSet;

use super::build::Builder;
use super::index::{Field, Source};

impl Builder<'_> {
    /// The type of what a kind carries.
    pub(super) fn content(&mut self, of: &str, common: &BTreeSet<String>) -> Result<String, String> {
        let source = &self.index.sources[of];
        if source.form() == "object" {
            if let Some(name) = self.claims.get(of) {
                return Ok((*name).to_owned());
            }
            let is_stable = |facts: &[Field]| {
                facts
                    .iter()
                    .any(|fact| !fact.experimental && fact.versions.contains(&self.index.newest))
            };
            let mut fields = source
                .fields
                .iter()
                .filter(|(name, facts)| is_stable(facts) && !common.contains(name));
            return match fields.next() {
                None => Ok("Empty".to_owned()),
                Some(_) => Err(format!(
                    "new: {of} has fields: give it a type in the overlay, of = [\"{of}\"]"
                )),
            };
        }
        let expression = source.form().to_owned();
        self.resolve(&expression, of)
    }

    /// A type of ours for an expression of the facts.
    pub(super) fn resolve(&self, expression: &str, at: &str) -> Result<String, String> {
        if let Some(nullable) = expression.strip_suffix('?') {
            return Ok(format!("Option<{}>", self.resolve(nullable, at)?));
        }
        let between = |open, close| {
            expression
                .strip_prefix(open)
                .and_then(|rest: &str| rest.strip_suffix(close))
        };
        if expression == "{any}" {
            return Ok("Map<String, Value>".to_owned());
        }
        if let Some(of) = between('[', ']') {
            return Ok(format!("Vec<{}>", self.resolve(of, at)?));
        }
        if let Some(of) = between('{', '}') {
            return Ok(format!("BTreeMap<String, {}>", self.resolve(of, at)?));
        }
        if expression.contains('|') {
            let all = expression
                .split('|')
                .map(|one| self.resolve(one, at))
                .collect::<Result<BTreeSet<_>, _>>()?;
            return match all.first() {
                Some(one) if all.len() == 1 => Ok(one.clone()),
                _ => Err(format!(
                    "new: {at} is one of {expression}: give it a type in the overlay"
                )),
            };
        }
        match expression {
            "string" => return Ok("String".to_owned()),
            "any" => return Ok("Value".to_owned()),
            "number" => return Ok("Number".to_owned()),
            "bool" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "f64" => return Ok(expression.to_owned()),
            _ => {}
        }
        if let Some(replaced) = self
            .overlay
            .replaced
            .get(expression)
            .and_then(toml::Value::as_str)
        {
            return Ok(replaced.to_owned());
        }
        if let Some(name) = self.claims.get(expression) {
            return Ok((*name).to_owned());
        }
        let Some(source) = self.index.sources.get(expression) else {
            return Err(format!(
                "{at}: {expression} is only for clients with the experimental API"
            ));
        };
        if source.form() == "object" {
            let stable = source
                .fields
                .iter()
                .filter(|(_, facts)| facts.iter().any(|fact| !fact.experimental));
            let fields = stable.map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>();
            if fields.is_empty() {
                return Ok("Empty".to_owned());
            }
            let page = BTreeSet::from(["backwardsCursor", "data", "nextCursor"]);
            if fields.is_subset(&page) && fields.contains("data") && fields.contains("nextCursor") {
                let data = self.resolve(&source.field("data")[0].expression, at)?;
                return Ok(format!(
                    "Listed<{}>",
                    data.trim_start_matches("Vec<").trim_end_matches('>')
                ));
            }
        } else if !source.form().starts_with("kinds ")
            && !["words", "choices", "union"].contains(&source.form())
        {
            return self.resolve(source.form(), expression);
        }
        Err(format!(
            "new: the type {expression} ({}), in {at}: give it a table in types/ or a line in overlay.toml",
            source.form()
        ))
    }

    /// The one type for what versions call differently.
    pub(super) fn unify(&mut self, all: Vec<Result<String, String>>, at: &str) -> Option<String> {
        let mut types = BTreeSet::new();
        for one in all {
            match one {
                Ok(one) => drop(types.insert(one)),
                Err(wrong) => self.wrong.push(wrong),
            }
        }
        let is_union_of_all = |name: &&String| {
            let union = self.types.get(name.as_str()).map(|known| &known.rust.variants);
            union.is_some_and(|union| {
                types
                    .iter()
                    .all(|one| one == *name || union.values().any(|content| content.as_str() == Some(one)))
            })
        };
        let chosen = if types.len() > 1 {
            types.iter().find(is_union_of_all)
        } else {
            types.first()
        };
        if chosen.is_none() && !types.is_empty() {
            self.wrong.push(format!(
                "{at} has several types, {types:?}: say which in the overlay"
            ));
        }
        chosen.cloned()
    }
}

pub(super) enum Need {
    Required,
    /// Always there, but it may be null in each version.
    Nullable,
    Optional,
}

/// Whether all versions of all types have a field and want it.
pub(super) fn need(sources: &[(&str, &Source)], wire: &str) -> Need {
    let mut need = Need::Required;
    let (mut nullable, mut present) = (0, 0);
    for (_, source) in sources {
        for version in source.versions() {
            let mut facts = source
                .field(wire)
                .iter()
                .filter(|fact| fact.versions.contains(&version));
            match facts.next() {
                Some(fact) if fact.required => {
                    present += 1;
                    nullable += usize::from(fact.nullable);
                }
                _ => need = Need::Optional,
            }
        }
    }
    match need {
        Need::Required if nullable == present && present > 0 => Need::Nullable,
        Need::Required if nullable > 0 => Need::Optional,
        need => need,
    }
}
