//! What is said of a file: its problems, its plan, its schema.

use serde_json::{Value, json};

use super::world::{Hold, World, channel};
use crate::run::run;

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_example_is_provisioned_with_a_warning_and_once() {
    let world = World::start("", Hold::Never).await;
    let file = world.write(&channel("Enterprise Support Portal Widget"));
    let dry = world.provision(&[&file, "--dry-run"]).await;
    assert_eq!((dry.code, dry.stdout.as_str()), (0, "create Enterprise Support Portal Widget\n"));
    let plan = world.report(&[&file, "--dry-run"]).await;
    let entry = json!({"path": "", "name": "Enterprise Support Portal Widget", "action": "create"});
    assert_eq!((&plan["dryRun"], &plan["channels"]), (&json!(true), &json!([entry])));
    assert_eq!(plan["warnings"][0]["code"], "queue.example");
    assert!(world.calls().await.iter().all(|(method, _)| method == "GET"));
    let ran = world.provision(&[&file]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("created\tEnterprise Support Portal Widget\t"), "{ran:?}");
    assert!(ran.stderr.contains("warning: routingConfiguration.queueId has the form of an example"), "{ran:?}");
    assert!(ran.stderr.ends_with("1 channel: 1 created, 0 present\n"), "{ran:?}");
    let again = world.provision(&[&file]).await;
    assert!(again.code == 0 && again.stdout.starts_with("present\t"), "{again:?}");
    assert_eq!(world.read("channels").await.len(), 1);
    let listed = world.jobs(&[]).stdout;
    assert_eq!(listed.lines().count(), 1);
    assert!(listed.contains("\tchannel.provision\tsuccess\t") && listed.ends_with("\tEnterprise Support Portal Widget\n"));
    let (config, state) = (world.folder.join("jobs.toml"), world.folder.join("state"));
    std::fs::write(&config, format!("state_dir = {state:?}\n[webhook]\nurl = \"of no concern here\"\n")).unwrap();
    assert_eq!(run(&["jobs", "--config", &config], "").stdout, listed);
    assert_eq!(world.jobs(&["job_0"]).code, 1);
    assert_eq!((world.jobs(&["--open"]).code, world.jobs(&["--open"]).stdout.as_str()), (0, ""));
    std::fs::remove_file(world.folder.join("state/state.key")).unwrap();
    for arguments in [&[][..], &[listed.split('\t').next().unwrap()]] {
        let unread = world.jobs(arguments);
        assert!(unread.code == 1 && unread.stderr.contains("there is no state key"), "{unread:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_problems_sends_nothing_and_tells_them_all() {
    let world = World::start("", Hold::Never).await;
    let mut broken = channel("canary name");
    broken["securityPolicy"]["allowedOrigins"][1] = json!("https://*.example.com");
    broken["webMessagingWidgetConfiguration"]["theem"] = json!("canary");
    let file = world.write(&json!([channel("canary name"), broken]));
    let ran = world.provision(&[&file]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    for line in [
        "[1].webMessagingWidgetConfiguration.theem is no field here; the nearest name is `theme` (field.unknown)\n",
        "[1].securityPolicy.allowedOrigins[1] must name one origin: wildcards are refused (origin.wildcard)\n",
        "[1].name is also the name of [0] (name.duplicate)\n",
        "guestsync: the file has problems; nothing was sent\n",
    ] {
        assert!(ran.stderr.contains(line), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("canary"));
    let problems = world.report(&[&file]).await;
    assert_eq!(problems["problems"][0]["code"], "field.unknown");
    assert!(world.calls().await.is_empty() && !world.folder.path().join("state").exists());
    assert_eq!(world.provision(&[&world.folder.join("nothing.yaml")]).await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_another_channel_has_is_refused_or_gets_a_suffix_and_the_same_one_again() {
    let world = World::start("", Hold::Never).await;
    let mut theirs = channel("Shop");
    theirs["description"] = json!("another one");
    assert_eq!(world.provision(&[&world.write(&theirs)]).await.code, 0);
    let file = world.write(&json!({"channels": [channel("Other"), channel("Shop")]}));
    let refused = world.provision(&[&file]).await;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("channels[1].name is the name of another channel"), "{refused:?}");
    assert_eq!(world.read("channels").await.len(), 1);
    let ran = world.provision(&[&file, "--on-conflict", "suffix"]).await;
    assert!(ran.code == 0 && ran.stdout.contains("the name was taken: a suffix was appended"), "{ran:?}");
    let again = world.report(&[&file, "--on-conflict", "suffix"]).await;
    assert_eq!((&again["counts"]["present"], &again["channels"][1]["suffixed"]), (&json!(2), &json!(true)));
    assert_eq!(world.read("channels").await.len(), 3);
}

#[test]
fn the_schema_is_printed_for_editors() {
    let ran = run(&["provision", "--schema"], "");
    let schema: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["title"], "Messaging channels for guestsync provision");
}
