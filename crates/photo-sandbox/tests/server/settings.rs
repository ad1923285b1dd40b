//! What the vendor's SDKs read before they send a photo.

use photo_sandbox::{Config, Sandbox};
use serde_json::Value;

use crate::client::{Reply, ask, authorization, request};

fn get(sandbox: &Sandbox, path: &str, token: &str) -> Reply {
    let auth = authorization(token);
    ask(sandbox, &request(&format!("GET {path}"), &[("Authorization", &auth)], b"")).unwrap()
}

#[test]
fn modules_fields_users_and_organization() {
    let sandbox = Sandbox::start(Config::default().modules(["Leads", "Parts"])).unwrap();
    let token = sandbox.token();
    for version in ["v2", "v8"] {
        let ask = |path: &str| get(&sandbox, &format!("/crm/{version}/{path}"), &token).json();
        let modules = ask("settings/modules");
        let names: Vec<&Value> =
            modules["modules"].as_array().unwrap().iter().map(|m| &m["api_name"]).collect();
        assert!(
            ["Leads", "Parts", "CustomModule1", "Tasks"]
                .iter()
                .all(|name| names.contains(&&Value::from(*name)))
        );
        assert_eq!(ask("settings/modules/Parts")["modules"][0]["generated_type"], "custom");
        assert_eq!(ask("settings/modules/Leads")["modules"][0]["generated_type"], "default");
        assert_eq!(ask("settings/modules/Nope")["code"], "INVALID_MODULE");
        assert!(ask("settings/fields?module=Parts")["fields"][0]["api_name"].is_string());
        assert_eq!(ask("settings/fields")["details"]["param_name"], "module");
        assert!(ask("users?type=CurrentUser")["users"][0]["email"].is_string());
        assert!(ask("org")["org"][0]["zgid"].is_string());
    }
    assert_eq!(sandbox.stats().settings_requests, 16);
    assert_eq!(sandbox.stats().photo_requests, 0);
}

#[test]
fn authorization_and_method_count_there_too() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let path = "/crm/v2/settings/modules";
    assert_eq!(get(&sandbox, path, "wrong").code(), (401, "INVALID_TOKEN".to_owned()));
    let bare = ask(&sandbox, &request(&format!("GET {path}"), &[], b"")).unwrap();
    assert_eq!(bare.code(), (401, "AUTHENTICATION_FAILURE".to_owned()));
    let post = ask(&sandbox, &request(&format!("POST {path}"), &[], b"")).unwrap();
    assert_eq!(post.code(), (400, "INVALID_REQUEST_METHOD".to_owned()));
}
