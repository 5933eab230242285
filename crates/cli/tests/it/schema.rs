//! `guestsync schema`: plans, what is created, and what a group inherits.

use serde_json::{Value, json};

use crate::genesys::{Genesys, ORG};

const FILE: &str = r#"
attributes:
  - {name: loyalty_tier, type: string, description: Tier, validationRules: [{type: regex, value: "^(gold|silver)$"}]}
  - {name: loyalty_points, type: number, required: false, defaultValue: 0, validationRules: [{type: range, min: 0}]}
  - name: crm_ticket_priority
    type: string
    description: Priority level from external CRM
    validationRules: [{type: regex, value: "^(low|medium|high|critical)$"}]
  - {name: crm_channel_source, type: number}
  - {name: ring_a, type: string}
"#;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_and_only_what_is_new_is_created() {
    let genesys = Genesys::start().await;
    let file = genesys.write("schemas.yaml", FILE);
    let dry = genesys.run(&["schema", "apply", &file, "--org", ORG, "--dry-run"]).await;
    let plan = "+ loyalty_tier  new\n+ loyalty_points  new\n= crm_ticket_priority  the same\n\
                ! crm_channel_source  is there and differs in type, validationRules\n+ ring_a  new\n3 new, 1 the same, 1 different\n";
    assert_eq!((dry.code, dry.stdout.as_str()), (3, plan), "{dry:?}");
    assert!(genesys.calls().await.iter().all(|call| call.starts_with("GET")));

    let applied = genesys.run(&["schema", "apply", &file, "--org", ORG]).await;
    assert_eq!(applied.code, 3, "{applied:?}");
    assert!(applied.stdout.contains("+ loyalty_tier  created\n+ loyalty_points  created\n"), "{applied:?}");
    // Present, elsewhere: 409 is no failure.
    assert!(applied.stdout.contains("! ring_a  is defined by a group outside of this organisation\n"), "{applied:?}");

    let again = genesys.run(&["schema", "apply", &file, "--org", ORG, "--json"]).await;
    let changes: Vec<_> = lines(&again.stdout).iter().map(|line| (line["name"].clone(), line["change"].clone())).collect();
    for (name, change) in [
        ("loyalty_tier", "same"),
        ("loyalty_points", "same"),
        ("crm_ticket_priority", "same"),
        ("crm_channel_source", "different"),
        ("ring_a", "elsewhere"),
    ] {
        assert!(changes.contains(&(json!(name), json!(change))), "{name} {again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_whose_answer_was_lost_is_there_and_the_same() {
    let genesys = Genesys::start().await;
    genesys.faults("[[rules]]\ncalls = ['S1']\nfirst = 1\neffect = { kind = 'lost' }").await;
    let file = genesys.write("schemas.yaml", "attributes: [{name: tier, type: string}, {name: score, type: number}]\n");
    let applied = genesys.run(&["schema", "apply", &file, "--org", ORG]).await;
    assert_eq!(applied.code, 0, "{applied:?}");
    assert!(applied.stdout.ends_with("= tier  the same\n+ score  created\n1 created, 1 the same, 0 different\n"), "{applied:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_own_files_are_taken_as_they_are_pasted() {
    let guide = include_str!("../../../../docs/metadata.md");
    let files: Vec<&str> = guide.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [schemas, map] = files.as_slice() else { panic!("{} files", files.len()) };
    let genesys = Genesys::start().await;
    let file = genesys.write("schemas.yaml", schemas);
    let applied = genesys.run(&["schema", "apply", &file, "--org", ORG]).await;
    assert_eq!(applied.stdout, "= crm_ticket_priority  the same\n0 created, 1 the same, 0 different\n", "{applied:?}");
    let map = genesys.write("map.yaml", map);
    let record = "{\"ticketId\": \"7\", \"ticket\": {\"priority\": \" URGENT\"}}\n";
    let mapped = genesys.fed(&["map", "-", "--org", ORG, "--map", &map], record).await;
    assert_eq!(mapped.code, 0, "{mapped:?}");
    let stored = genesys.look("records").await;
    let expected = json!({"crm_ticket_id": "7", "crm_ticket_priority": "critical"});
    assert_eq!((&stored["records"][0]["id"], &stored["records"][0]["attributes"]), (&json!("7"), &expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_is_none_is_told_with_its_place_and_nothing_is_sent() {
    let genesys = Genesys::start().await;
    let text = r#"{"attributes": [{"name": "a", "type": "string", "validationRules": [{"type": "regex", "value": "canary("}]}, {"type": "colour"}]}"#;
    let file = genesys.write("schemas.json", text);
    let ran = genesys.run(&["schema", "apply", &file, "--org", ORG]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    for place in ["validationRules[0]", "rule.regex", "name", "type"] {
        assert!(ran.stderr.contains(place), "{place} {ran:?}");
    }
    assert!(!ran.stderr.contains("canary"));
    assert_eq!(genesys.calls().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_lists_what_it_has_and_inherits_over_all_pages() {
    let genesys = Genesys::start().await;
    let listed = genesys.run(&["schema", "list", "--org", ORG, "--json"]).await;
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""), "{listed:?}");
    let listed = lines(&listed.stdout);
    assert_eq!(listed.len(), 304);
    let of = |name: &str| listed.iter().find(|one| one["name"] == name).map(|one| one["group"].clone());
    for (name, group) in [
        ("crm_channel_source", ORG),
        ("support_queue", "acme-emea-dach-support"),
        ("crm_ticket_priority", "acme-emea-dach"),
        ("emea_desk", "acme-emea"),
        ("attribute_0299", "acme"),
    ] {
        assert_eq!(of(name), Some(json!(group)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_and_a_parent_that_is_gone_or_hidden_end_the_walk_with_a_warning() {
    let genesys = Genesys::start().await;
    for (group, names, warning) in [
        ("acme-ring-a", vec!["ring_a", "ring_b"], "the group acme-ring-a is its own ancestor: inheritance ends there"),
        ("acme-lost", vec!["lost"], ", a parent, does not exist: inheritance ends below it"),
        (
            "acme-confidential-team",
            vec!["team"],
            "the group acme-confidential, a parent, may not be read: inheritance ends below it",
        ),
    ] {
        let ran = genesys.run(&["schema", "list", "--org", group, "--json"]).await;
        assert_eq!(lines(&ran.stdout).iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), names);
        assert!(ran.code == 0 && ran.stderr.starts_with("guestsync: warning: ") && ran.stderr.contains(warning), "{ran:?}");
        assert_eq!(ran.stderr.lines().count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_kept_for_an_hour_unless_it_is_asked_for_again() {
    let genesys = Genesys::start().await;
    let list = ["schema", "list", "--org", ORG];
    let first = genesys.run(&list).await;
    let calls = genesys.calls().await.len();
    assert_eq!(genesys.run(&list).await.stdout, first.stdout);
    assert_eq!(genesys.calls().await.len(), calls, "from what was kept");
    genesys.run(&[&list[..], &["--refresh"]].concat()).await;
    assert_eq!(genesys.calls().await.len(), 2 * calls, "asked again");

    let folder = genesys.folder.path().join("state/metadata");
    let kept: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    let mut entry: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let left = entry["expires_at"].as_u64().unwrap() / 1_000 - now;
    assert!((3_500..=3_600).contains(&left), "{left}");
    // An hour later.
    entry["expires_at"] = json!(now * 1_000 - 1);
    std::fs::write(kept, entry.to_string()).unwrap();
    genesys.run(&list).await;
    assert_eq!(genesys.calls().await.len(), 3 * calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_group_gets_is_seen_at_once_by_the_groups_below_it() {
    let genesys = Genesys::start().await;
    let list = ["schema", "list", "--org", ORG, "--json"];
    let before = lines(&genesys.run(&list).await.stdout).len();
    let file = genesys.write("schemas.json", r#"{"attributes": [{"name": "just_made", "type": "string"}]}"#);
    let applied = genesys.run(&["schema", "apply", &file, "--org", "acme"]).await;
    assert_eq!(applied.code, 0, "{applied:?}");
    let after = lines(&genesys.run(&list).await.stdout);
    assert!(after.len() == before + 1 && after.iter().any(|one| one["name"] == "just_made"));
}
