//! What the vendor's SDKs read before they send a photo: modules, fields, the user, the organization.

use serde_json::{Value, json};

use super::modules;
use super::response::{Refusal, Response};
use super::route::Settings;
use crate::config::Config;
use crate::error_code::Code;

/// The answer to a request that is authorized.
pub(crate) fn answer(what: Settings<'_>, query: &str, config: &Config) -> Result<Response, Refusal> {
    let body = match what {
        Settings::Modules => {
            let all: Vec<Value> = modules::all(config).iter().map(|name| module(name)).collect();
            json!({ "modules": all })
        }
        Settings::Module(name) if modules::exists(name, config) => json!({ "modules": [module(name)] }),
        Settings::Module(_) => return Err(Code::InvalidModule.into()),
        Settings::Fields => fields(query, config)?,
        Settings::Users => json!({
            "users": [user()],
            "info": { "per_page": 200, "count": 1, "page": 1, "more_records": false },
        }),
        Settings::Organization => json!({ "org": [organization()] }),
    };
    Ok(Response::json(200, &body))
}

fn module(name: &str) -> Value {
    let generated = if modules::is_standard(name) { "default" } else { "custom" };
    json!({
        "id": id(name),
        "api_name": name,
        "module_name": name,
        "singular_label": name.strip_suffix('s').unwrap_or(name),
        "plural_label": name,
        "generated_type": generated,
        "api_supported": true,
        "creatable": true,
        "editable": true,
        "deletable": true,
        "viewable": true,
        "show_as_tab": true,
        "visibility": 1,
        "profiles": [{ "name": "Administrator", "id": id("Administrator") }],
        "arguments": [],
        "modified_time": null,
        "modified_by": null,
    })
}

fn fields(query: &str, config: &Config) -> Result<Value, Refusal> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let name = pairs.find(|(name, _)| name == "module").map(|(_, value)| value);
    let Some(name) = name else {
        return Err(Refusal::parameter("module", "the parameter module is missing"));
    };
    if !modules::exists(&name, config) {
        return Err(Code::InvalidModule.into());
    }
    let field = |api_name: &str, data_type: &str, read_only: bool| {
        json!({
            "id": id(&format!("{name}.{api_name}")),
            "api_name": api_name,
            "field_label": api_name.replace('_', " "),
            "data_type": data_type,
            "json_type": if data_type == "ownerlookup" { "jsonobject" } else { "string" },
            "custom_field": false,
            "read_only": read_only,
            "field_read_only": read_only,
            "system_mandatory": false,
            "visible": true,
            "length": 255,
        })
    };
    let list = [
        field("Name", "text", false),
        field("Owner", "ownerlookup", false),
        field("Record_Image", "profileimage", true),
        field("Modified_Time", "datetime", true),
    ];
    Ok(json!({ "fields": list }))
}

fn user() -> Value {
    json!({
        "id": id("user"),
        "full_name": "Sandbox User",
        "first_name": "Sandbox",
        "last_name": "User",
        "email": "user@sandbox.example",
        "status": "active",
        "confirm": true,
        "zuid": id("zuid"),
        "profile": { "name": "Administrator", "id": id("Administrator") },
        "role": { "name": "CEO", "id": id("CEO") },
    })
}

fn organization() -> Value {
    json!({
        "id": id("organization"),
        "zgid": id("zgid"),
        "company_name": "Sandbox",
        "domain_name": "sandbox",
        "primary_email": "user@sandbox.example",
        "currency": "US Dollar",
        "currency_symbol": "$",
        "iso_code": "USD",
        "time_zone": "Etc/UTC",
    })
}

/// An id of the form that the service has, always the same for a name.
fn id(name: &str) -> String {
    let hash = name.bytes().fold(0_u64, |hash, byte| (hash * 31 + u64::from(byte)) % 1_000_000_000);
    (3_000_000_000_000 + hash).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(what: Settings<'_>, query: &str) -> Result<Value, Code> {
        let config = Config::default().modules(["Leads", "Parts"]);
        let answer = answer(what, query, &config).map_err(|refusal| refusal.code)?;
        Ok(serde_json::from_slice(&answer.body).unwrap())
    }

    #[test]
    fn modules_tell_where_they_come_from() {
        let list = ask(Settings::Modules, "").unwrap();
        let of =
            |name: &str| list["modules"].as_array().unwrap().iter().find(|m| m["api_name"] == name).cloned();
        for (name, generated) in [("Leads", "default"), ("Parts", "custom"), ("CustomModule1", "custom")] {
            assert_eq!(of(name).unwrap()["generated_type"], generated, "{name}");
            assert_eq!(ask(Settings::Module(name), "").unwrap()["modules"][0], of(name).unwrap());
        }
        assert_eq!(
            ask(Settings::Module("Custom_Parts"), "").unwrap()["modules"][0]["generated_type"],
            "custom"
        );
        assert_eq!(ask(Settings::Module("Contacts"), ""), Err(Code::InvalidModule));
    }

    #[test]
    fn fields_are_those_of_a_module() {
        let fields = ask(Settings::Fields, "module=Leads").unwrap();
        assert!(fields["fields"].as_array().unwrap().iter().any(|field| field["api_name"] == "Record_Image"));
        assert_eq!(ask(Settings::Fields, ""), Err(Code::InvalidData));
        assert_eq!(ask(Settings::Fields, "module=Contacts"), Err(Code::InvalidModule));
    }

    #[test]
    fn there_is_a_user_in_an_organization() {
        assert!(ask(Settings::Users, "type=CurrentUser").unwrap()["users"][0]["email"].is_string());
        assert!(ask(Settings::Organization, "").unwrap()["org"][0]["zgid"].is_string());
        assert!(id("user").len() == 13 && id("user") != id("zgid"));
    }
}
