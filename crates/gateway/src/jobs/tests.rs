//! Jobs on a database of their own.

use serde_json::json;

use super::*;
use crate::db::fresh::Fresh;

async fn two() -> (Fresh, Jobs, Jobs) {
    let fresh = Fresh::open().await;
    let keys = Arc::new(Keys::open(&fresh.directory, None).unwrap());
    let of = |owner: &str| Jobs::new(fresh.db.clone(), Arc::clone(&keys), owner.into());
    let (one, other) = (of("one"), of("other"));
    (fresh, one, other)
}

#[tokio::test]
async fn a_job_is_claimed_once_and_ends_with_its_output() {
    let (_fresh, one, other) = two().await;
    let id = one.add("kind", None, "queued", &json!({"a": 1})).await.unwrap();
    assert!(one.claim("another kind").await.unwrap().is_none());
    let job = one.claim("kind").await.unwrap().unwrap();
    assert_eq!((job.input::<Value>().unwrap(), job.attempts), (json!({"a": 1}), 1));
    assert!(other.claim("kind").await.unwrap().is_none());
    assert!(one.save(&job, "submitting", Some(&json!(1))).await.unwrap());
    assert!(one.finish(&job, "success", Some(&json!({"n": 2}))).await.unwrap());
    let view = other.find(&id).await.unwrap().unwrap();
    assert_eq!((view.state.as_str(), view.open, view.output), ("success", false, Some(json!({"n": 2}))));
    assert!(!one.save(&job, "again", None).await.unwrap(), "what is over stays over");
    assert_eq!(one.list("kind", 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn open_jobs_are_listed_however_many_newer_ones_have_ended() {
    let (fresh, one, _) = two().await;
    one.add("slow", Some("open".into()), "queued", &json!(1)).await.unwrap();
    for _ in 0..3 {
        one.add("kind", None, "queued", &json!(1)).await.unwrap();
        let job = one.claim("kind").await.unwrap().unwrap();
        one.finish(&job, "success", None).await.unwrap();
    }
    let open = fresh.db.list_all_jobs(true, 2).await.unwrap();
    assert_eq!(open.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["open"]);
    assert_eq!(fresh.db.list_all_jobs(false, 10).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_job_that_is_given_back_goes_on_where_it_was_left() {
    let (_fresh, one, other) = two().await;
    one.add("kind", Some("id".into()), "queued", &json!(null)).await.unwrap();
    one.add("kind", Some("id".into()), "queued", &json!("a second one of the same id")).await.unwrap();
    let job = one.claim("kind").await.unwrap().unwrap();
    one.save(&job, "half", Some(&json!({"done": [1]}))).await.unwrap();
    one.release(&job, Duration::ZERO).await.unwrap();
    let again = other.claim("kind").await.unwrap().unwrap();
    assert_eq!((again.state.as_str(), again.output.clone(), again.attempts), ("half", Some(json!({"done": [1]})), 2));
    assert!(!one.finish(&job, "success", None).await.unwrap(), "it is the other's now");
    assert!(other.finish(&again, "success", None).await.unwrap());
    assert!(one.claim("kind").await.unwrap().is_none(), "there was one job of this id");
}

#[tokio::test]
async fn fifty_jobs_are_shared_by_two_without_one_done_twice() {
    let (_fresh, one, other) = two().await;
    for n in 0..50 {
        one.add("kind", None, "queued", &n).await.unwrap();
    }
    let work = async |jobs: &Jobs| {
        let mut done = Vec::new();
        while let Some(job) = jobs.claim("kind").await.unwrap() {
            assert!(jobs.finish(&job, "success", None).await.unwrap());
            done.push(job.input::<u32>().unwrap());
        }
        done
    };
    let (a, b) = tokio::join!(work(&one), work(&other));
    let mut all = [a, b].concat();
    all.sort_unstable();
    assert_eq!(all, (0..50).collect::<Vec<u32>>());
}

#[tokio::test]
async fn a_job_that_only_the_other_can_do_is_not_used_up_by_being_passed_on() {
    let (_fresh, one, other) = two().await;
    one.add("kind", Some("id".into()), "queued", &json!(null)).await.unwrap();
    for _ in 0..100 {
        let job = one.claim("kind").await.unwrap().unwrap();
        one.pass(&job, Duration::ZERO).await.unwrap();
    }
    assert_eq!(other.claim("kind").await.unwrap().unwrap().attempts, 1);
}

#[tokio::test]
async fn jobs_that_ended_long_ago_are_removed_and_open_ones_stay() {
    let (fresh, one, _other) = two().await;
    for id in ["ended", "open"] {
        one.add("kind", Some(id.into()), "queued", &json!(null)).await.unwrap();
    }
    let job = one.claim("kind").await.unwrap().unwrap();
    assert!(one.finish(&job, "success", None).await.unwrap());
    fresh.db.purge_jobs(0).await.unwrap();
    assert_eq!(one.list("kind", 10).await.unwrap().len(), 2);
    fresh.db.purge_jobs(clock::now() + 1_000).await.unwrap();
    let left = one.list("kind", 10).await.unwrap();
    assert!(left.len() == 1 && left[0].open && left[0].job_id != job.id);
}
