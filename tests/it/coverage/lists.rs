//! Contract 3, of every list of the API: `count=true` adds `total`, which is as many rows as all its pages have.

use cadre::web::api::document;
use rocket::http::Method;
use serde_json::Value;

use super::stage::{CALLERS, Stage};
use super::{Row, rows};

/// Nobody gets these without a closed quarter: the tests of reports ask them.
const OF_A_CLOSED_QUARTER: [&str; 1] = ["/api/v1/quarters/<quarter>/differences"];

/// The routes whose answer is a page, as the document of the API says.
fn lists() -> Vec<Row> {
    let document: Value = serde_json::from_str(&document::text().unwrap()).unwrap();
    let is_list = |row: &Row| {
        let path = row.route.replace('<', "{").replace('>', "}");
        let answer = &document["paths"][&path]["get"];
        let body = &answer["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        let is_page = body.as_str().is_some_and(|name| name.starts_with("#/components/schemas/Page_"));
        let parameters = answer["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let counts = parameters.iter().any(|parameter| parameter["name"] == "count");
        assert!(!is_page || counts, "{path} does not say that it counts");
        is_page
    };
    let stands = |row: &Row| !OF_A_CLOSED_QUARTER.contains(&row.route);
    rows().into_iter().filter(|row| row.method == Method::Get && is_list(row) && stands(row)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_counts_where_it_is_asked_to() {
    let stage = Stage::new().await;
    let lists = lists();
    assert!(lists.len() >= 28, "{} lists", lists.len());
    for row in lists {
        // A supervisor where he may, else whoever may.
        let may = |at: &usize| row.cells[*at] == "ok" && CALLERS[*at].1.is_some();
        let who = (3..CALLERS.len()).chain(0..3).find(may).expect("somebody may");
        let (route, who) = (row.route, &stage.callers[who]);
        let path = format!("{}?{}", stage.path(route, row.verb), stage.asked());
        let page = async |more: String| {
            let answer = stage.app.get(who, &format!("{path}{more}")).await;
            assert_eq!(answer.status.code, 200, "{route}: {}", answer.body);
            answer.json()
        };
        let plain = page(String::new()).await;
        assert!(plain.get("total").is_none(), "{route} counts unasked");
        let (mut next, mut found, mut total) = (String::new(), 0, None);
        loop {
            let told = page(format!("&count=true&limit=2{next}")).await;
            let counted = told["total"].as_u64().unwrap_or_else(|| panic!("{route}: {told}"));
            assert_eq!(*total.get_or_insert(counted), counted, "{route}: a page counts all of the list");
            found += told["items"].as_array().unwrap().len() as u64;
            match told["next"].as_str() {
                Some(cursor) => next = format!("&after={cursor}"),
                None => break,
            }
        }
        assert_eq!(total, Some(found), "{route}");
    }
}
