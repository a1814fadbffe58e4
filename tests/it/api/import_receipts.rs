//! The receipt of an import: who, when, which file, how many rows; on paper too, and found again by the file.

use cadre::base::actor::Role;
use rocket::http::Status;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::imports::{commit, mixed, planned, roster, watch};
use crate::support::app::TestApp;

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_tells_who_received_and_who_carried_out_which_file() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let (location, told) = planned(&app, &clerk, &mixed()).await;
    assert_eq!(told["file_sha256"], hash(&mixed()).as_str());
    assert_eq!(told["uploaded_by"], "clerk.one");
    assert!(told["committed_by"].is_null() && told["committed_at"].is_null(), "{told}");
    let page = location.replace("/api/v1", "");
    let shown = app.get(&clerk, &page).await;
    assert!(!shown.body.contains("导入回执") && !shown.body.contains("打印回执"), "{}", shown.body);

    assert_eq!(commit(&app, &supervisor, &location).await.status, Status::Accepted);
    watch(&app, &supervisor, &location).await;
    let told = app.get(&clerk, &location).await.json();
    assert_eq!((&told["uploaded_by"], &told["committed_by"]), (&json!("clerk.one"), &json!("wang")));
    for field in ["uploaded_at", "committed_at", "undo_until"] {
        assert!(told[field].as_str().is_some_and(|at| at.starts_with("20")), "{field}: {told}");
    }
    assert_eq!((&told["rows_read"], &told["counts"]["new"]), (&json!(3), &json!(2)));
    let shown = app.get(&clerk, &page).await.body;
    let fact = |label: &str, value: &str| {
        let after =
            shown.split_once(&format!("<dt>{label}</dt>")).map(|(_, after)| after).unwrap_or_default();
        let fact = after.split_once("</dd>").map(|(fact, _)| fact).unwrap_or_default();
        assert!(fact.contains(value), "{label} {value}: {fact}");
    };
    assert!(shown.contains("导入回执") && shown.contains("data-print"), "{shown}");
    fact("上传", "clerk.one");
    fact("写入", "wang");
    fact("读取行数", "3");
    fact("新增", "2");
    fact("退回", "1");
    fact("文件 SHA-256", &hash(&mixed()));
    fact("可撤销至", "20");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_again_say_when_they_were_imported_and_others_say_nothing() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let (first, told) = planned(&app, &clerk, &mixed()).await;
    assert_eq!(told["same_file"], json!([]));
    let (_, told) = planned(&app, &clerk, &mixed()).await;
    let waiting = told["same_file"][0]["message"].as_str().unwrap();
    assert!(waiting.contains("方案还没有写入"), "{waiting}");

    assert_eq!(commit(&app, &clerk, &first).await.status, Status::Accepted);
    watch(&app, &clerk, &first).await;
    let (again, told) = planned(&app, &clerk, &mixed()).await;
    let same = told["same_file"].as_array().unwrap();
    assert_eq!(same.len(), 2, "{told}");
    let imported = same.iter().find(|one| first.ends_with(one["import_id"].as_str().unwrap())).unwrap();
    let message = imported["message"].as_str().unwrap();
    assert!(message.contains("由“clerk.one”导入，写入2行"), "{message}");
    let shown = app.get(&clerk, &again.replace("/api/v1", "")).await.body;
    assert!(shown.contains("这个文件已于") && shown.contains(&first.replace("/api/v1", "")), "{shown}");
    let earlier = app.get(&clerk, &first).await.json();
    assert_eq!(earlier["same_file"], json!([]), "nothing later is earlier");

    let (_, told) = planned(&app, &clerk, &roster(&[("赵敏", 6, "汉族")])).await;
    assert_eq!(told["same_file"], json!([]));
    let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    assert_eq!(app.get(&supervisor, &again).await.json()["same_file"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_are_found_by_the_hash_of_their_file_inside_the_scope() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let (first, _) = planned(&app, &clerk, &mixed()).await;
    planned(&app, &clerk, &roster(&[("赵敏", 6, "汉族")])).await;
    let address = |hash: &str| format!("/api/v1/imports?count=true&file_sha256={hash}");
    let found = app.get(&clerk, &address(&hash(&mixed()))).await.json();
    assert_eq!((&found["total"], found["items"].as_array().unwrap().len()), (&json!(1), 1), "{found}");
    assert!(first.ends_with(found["items"][0]["import_id"].as_str().unwrap()));
    assert_eq!(found["items"][0]["file_sha256"], hash(&mixed()).as_str());
    let none = app.get(&clerk, &address(&hash("another"))).await.json();
    assert_eq!((&none["total"], &none["items"]), (&json!(0), &json!([])));
    let sibling = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let foreign = app.get(&sibling, &address(&hash(&mixed()))).await.json();
    assert_eq!((&foreign["total"], &foreign["items"]), (&json!(0), &json!([])));
    for wrong in ["abc", &"0".repeat(63), &"g".repeat(64), &"0".repeat(66)] {
        let refused = app.get(&clerk, &address(wrong)).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{wrong}");
        assert_eq!(refused.json()["errors"][0]["field"], "file_sha256");
    }
}
