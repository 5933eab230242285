//! `guestsync provision`, and its jobs.

use std::collections::BTreeSet;

use super::{MOST, POINT};
use crate::provision::world::{Hold, World, channel, ended, parsed};

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_made_and_told_of_once_wherever_the_command_ends() {
    let world = World::start("", Hold::Never).await;
    let mut ended_at = 0;
    loop {
        let point = ended_at + 1;
        assert!(point < MOST);
        let file = world.write(&channel(&format!("Channel {point}")));
        let first = ended(world.command(&[&file, "--json"]).env(POINT, point.to_string()).spawn().unwrap()).await;
        let last = if first.code == -1 { world.provision(&[&file, "--json"]).await } else { first.clone() };
        assert_eq!(last.code, 0, "at {point}: {last:?}");
        assert_eq!(parsed(&last)["channels"][0]["status"], "success", "at {point}: {last:?}");
        assert_eq!(world.read("channels").await.len() as u64, point, "at {point}");
        if first.code != -1 {
            break;
        }
        ended_at = point;
    }
    println!("ended at each of {ended_at} points");
    assert!(ended_at >= 8, "{ended_at}");
    let made = world.read("channels").await;
    let ids: BTreeSet<_> = made.iter().map(|channel| channel["id"].as_str().unwrap()).collect();
    let told = world.receiver.told();
    assert_eq!(told.len(), made.len());
    assert_eq!(told.iter().map(|event| event["channelId"].as_str().unwrap()).collect::<BTreeSet<_>>(), ids);
    let jobs = world.jobs(&["--open", "--json"]);
    assert_eq!(parsed(&jobs), serde_json::json!([]));
    let audit = world.audit();
    let done: BTreeSet<_> = audit.iter().filter(|record| record["outcome"] == "success").map(|r| r["jobId"].as_str()).collect();
    assert_eq!(done.len(), made.len(), "each job has its record");
}
