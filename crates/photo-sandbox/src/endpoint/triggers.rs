//! The values of the parameter `restrict_triggers`.

/// What each version knows, in the words of its refusal.
const V2: &str = "the only value of the parameter restrict_triggers is workflow";
const V8: &str = "the parameter restrict_triggers takes workflow, approval, blueprint, pathfinder, orchestration, or a JSON list \
                  of these";
const LATER: [&str; 5] = ["workflow", "approval", "blueprint", "pathfinder", "orchestration"];

/// Fails with what this version takes: all know `workflow`, the newer ones more of them, also as a list.
pub(crate) fn check(value: &str, newer: bool) -> Result<(), &'static str> {
    if value == "workflow" {
        return Ok(());
    }
    if !newer {
        return Err(V2);
    }
    let listed: Option<Vec<String>> = serde_json::from_str(value).ok();
    let names = listed.unwrap_or_else(|| vec![value.to_owned()]);
    let known = !names.is_empty() && names.iter().all(|name| LATER.contains(&name.as_str()));
    if known { Ok(()) } else { Err(V8) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn newer_versions_know_more() {
        for (value, old, new) in [
            ("workflow", true, true),
            ("approval", false, true),
            (r#"["workflow","approval"]"#, false, true),
            (r#"["workflow","all"]"#, false, false),
            ("[]", false, false),
            ("", false, false),
        ] {
            let known = [false, true].map(|newer| super::check(value, newer).is_ok());
            assert_eq!(known, [old, new], "{value}");
        }
    }
}
