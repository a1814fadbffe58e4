//! Every field of a member in every wrong form through both doors: the API and the form refuse it with the same sentence
//! beside the field, what was typed stays, and nothing is written. Workbooks are held against the same in
//! `across::imports::wrong_cells`.

use std::collections::BTreeSet;

use cadre::base::actor::Role;
use cadre::base::values::{CitizenId, count_digits, excerpt};
use rocket::http::{Method, RawStr, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::day;

/// What each field is called, as its sentences call it.
const LABELS: [(&str, &str); 24] = [
    ("name", "姓名"),
    ("citizen_id", "公民身份号码"),
    ("sex", "性别"),
    ("ethnicity", "民族"),
    ("birth_date", "出生日期"),
    ("education", "学历"),
    ("degree", "学位"),
    ("native_place", "籍贯"),
    ("branch", "党支部"),
    ("category", "人员类别"),
    ("joined_on", "加入党组织日期"),
    ("full_member_on", "转为正式党员日期"),
    ("arrival", "进入方式"),
    ("arrived_on", "进入当前支部日期"),
    ("occupation", "工作岗位"),
    ("party_post", "党内职务"),
    ("mobile", "手机号码"),
    ("telephone", "固定电话"),
    ("address", "家庭住址"),
    ("status", "党籍状态"),
    ("lost_contact_since", "失联日期"),
    ("floating_since", "流动起始日期"),
    ("floating_destination", "外出流向"),
    ("note", "备注"),
];

/// Fields that identify somebody: nothing repeats what was sent.
const UNSPOKEN: [&str; 3] = ["citizen_id", "mobile", "telephone"];

/// Fields that only the API has.
const NOT_IN_THE_FORM: [&str; 1] = ["status"];

/// Fields that only the form for somebody new has.
const ONLY_WHEN_NEW: [&str; 3] = ["branch", "arrival", "arrived_on"];

/// What is wrong whether somebody is entered or changed: the field, what is sent, what the sentence says of the rule.
const WRONG: &[(&str, &str, &str)] = &[
    ("name", "张", "有1个字，应为2至50个字"),
    ("name", "张伟1", "有数字“1”"),
    ("name", "张\u{200b}伟", "第2个字是看不见的零宽字符U+200B"),
    ("name", "张?伟", "第2个字已经丢失"),
    ("name", "张伟（小）", "“（”不是文字"),
    ("name", "·张伟", "间隔号“·”应只有一个并在两个文字之间"),
    ("name", "Аlisa", "是西里尔字母"),
    ("citizen_id", "5.00237E+17", "科学计数法"),
    ("citizen_id", "340524 19800101001X", "第7位前后有空格，应为连续18位"),
    ("citizen_id", "34052419800101001\u{200b}X", "第18位是看不见的零宽字符U+200B"),
    ("citizen_id", "3405241980010l001X", "第14位“L”不是数字"),
    ("citizen_id", "3405241980010100", "应为18位，现为16位"),
    ("citizen_id", "01052419800101001X", "首位应为1至8"),
    ("citizen_id", "500155199002290014", "19900229不是日历上的日期"),
    ("citizen_id", "340524189912310010", "早于1900年"),
    ("citizen_id", "340524198001010003", "顺序码（第15至17位）不能是000"),
    ("citizen_id", "340524198001010011", "校验码不对，第18位与前17位不符"),
    ("citizen_id", "３４０５２４１９８００１０１００１１", "校验码不对，第18位与前17位不符"),
    ("citizen_id", "500237199001011000", "末三位都是0，很可能是表格按数字保存丢失了末几位"),
    ("citizen_id", "110105491231997", "不能换算"),
    ("citizen_id", "11010549123100X", "第15位“X”不是数字"),
    ("citizen_id", "500237************", "第7位“*”不是数字"),
    ("sex", "3", "不在可选范围内，请填写男、女"),
    ("sex", "女", "与公民身份号码中的“男”不一致"),
    ("ethnicity", "汗族", "不在代码表（GB/T 3304）中"),
    ("ethnicity", "77", "不在代码表（GB/T 3304）中"),
    ("birth_date", "1980-05-07", "与公民身份号码中的“1980-05-06”不一致"),
    ("education", "外星毕业", "不在代码表（GB/T 4658）中"),
    ("degree", "外星学位", "不在代码表（GB/T 6864）中"),
    ("native_place", "重庆\u{7}巫山", "第3个字是看不见的控制字符U+0007"),
    ("category", "积极分子", "不在可选范围内，请填写正式党员、预备党员"),
    ("joined_on", "1998-05-05", "不满18周岁（出生日期1980-05-06）"),
    ("joined_on", "1920-01-01", "早于1921年7月1日"),
    ("joined_on", "2099-01-01", "晚于今天"),
    ("full_member_on", "2014-07-01", "早于加入党组织日期“2015-07-01”"),
    ("full_member_on", "2099-07-01", "晚于今天"),
    ("arrival", "空降", "不在可选范围内，请填写建库录入、发展入党、转入"),
    ("occupation", "外星岗位", "不在代码表（党内统计岗位代码）中"),
    ("party_post", "书\u{7}记", "第2个字是看不见的控制字符U+0007"),
    ("mobile", "1381234567", "应为11位数字，现为10位"),
    ("mobile", "12812345678", "应以13至19开头，现以12开头"),
    ("mobile", "13812345678，13912345678", "第12位“,”不是数字"),
    ("mobile", "1.38E+10", "科学计数法"),
    ("mobile", "138****5678", "第4位“*”不是数字"),
    ("telephone", "123456", "应为7至12位数字，现为6位"),
    ("telephone", "0717-1234567-8001", "应为7至12位数字，现为15位"),
    ("telephone", "0717-1234567转8", "第12位“转”不是数字"),
    ("address", "巫山县\u{7}某村", "第4个字是看不见的控制字符U+0007"),
    ("status", "在册", "不在可选范围内，请填写正常、留党察看"),
    ("lost_contact_since", "2014-01-01", "早于加入党组织日期“2015-07-01”"),
    ("lost_contact_since", "2099-01-01", "晚于今天"),
    ("floating_since", "2014-01-01", "早于加入党组织日期“2015-07-01”"),
    ("floating_since", "2099-01-01", "晚于今天"),
    ("note", "铃\u{7}声", "第2个字是看不见的控制字符U+0007"),
];

/// What is no date, in every field of dates.
const NO_DATES: [(&str, &str); 7] = [
    ("2015-13-01", "的月份是13，应为1至12"),
    ("2015-02-30", "不存在，2015年2月没有30日"),
    ("1899-12-31", "的年份是1899，应在1900至2100年之间"),
    ("2015-07", "缺少日"),
    ("42186", "是表格的日期序号"),
    ("2015-07-01 08:00", "的格式不对"),
    ("昨天", "的格式不对"),
];

const DATES: [&str; 6] =
    ["birth_date", "joined_on", "full_member_on", "arrived_on", "lost_contact_since", "floating_since"];

/// Free texts and how many characters they may have.
const WORDS: [(&str, usize); 5] = [
    ("native_place", 100),
    ("party_post", 50),
    ("address", 200),
    ("floating_destination", 100),
    ("note", 500),
];

/// What a request says of one field of a member, as the form names it.
type Said = (&'static str, String);

fn said(pairs: &[(&'static str, &str)]) -> Vec<Said> {
    pairs.iter().map(|(field, text)| (*field, (*text).to_owned())).collect()
}

/// A man of 1980; `serial` sets the citizen ID.
fn good(serial: u16) -> Vec<Said> {
    let number = CitizenId::compose("500237", day("1980-05-06"), serial).unwrap();
    said(&[
        ("name", "张伟"),
        ("citizen_id", number.as_str()),
        ("ethnicity", "01"),
        ("education", "21"),
        ("branch", "500237101201-ZB01"),
        ("category", "full"),
        ("joined_on", "2015-07-01"),
        ("full_member_on", "2016-07-01"),
        ("arrival", "initial"),
        ("occupation", "1"),
    ])
}

/// What is said, with what is said otherwise.
fn but(mut all: Vec<Said>, other: &[Said]) -> Vec<Said> {
    all.retain(|(field, _)| !other.iter().any(|(own, _)| own == field));
    all.extend(other.iter().cloned());
    all
}

fn as_json(said: &[Said]) -> Value {
    let mut body = json!({});
    for (field, text) in said {
        match field.strip_prefix("floating_") {
            Some(part) => body["floating"][part] = json!(text),
            None => body[*field] = json!(text),
        }
    }
    if body["floating"].is_object() && body["floating"]["since"].is_null() {
        body["floating"]["since"] = json!("");
    }
    body
}

fn as_form(said: &[Said]) -> String {
    let pairs = said.iter().map(|(field, text)| format!("{field}={}", RawStr::new(text).percent_encode()));
    pairs.collect::<Vec<_>>().join("&")
}

fn label(field: &str) -> &'static str {
    LABELS.iter().find(|(own, _)| *own == field).map(|(_, label)| *label).unwrap()
}

/// The sentence with which a field was refused by the API.
fn refused(answer: &Answer, field: &str) -> String {
    assert_eq!(answer.status, Status::UnprocessableEntity, "{field}: {}", answer.body);
    assert_eq!(answer.header("Content-Type").as_deref(), Some("application/problem+json"));
    let problem = answer.json();
    let errors = problem["errors"].as_array().unwrap();
    let told = errors.iter().find(|error| error["field"] == field);
    told.unwrap_or_else(|| panic!("{field}: {problem}"))["message"].as_str().unwrap().to_owned()
}

/// What stands beside the control of a field.
fn beside<'a>(page: &'a Answer, field: &str) -> &'a str {
    assert_eq!(page.status, Status::UnprocessableEntity, "{field}: {}", page.body);
    let (_, from) = page
        .body
        .split_once(&format!("id=\"{field}-error\""))
        .unwrap_or_else(|| panic!("{field}: {}", page.body));
    from.split("</p>").next().unwrap()
}

/// What was typed stands in its control again; of a choice between circles none is marked.
fn is_kept(page: &Answer, field: &str, typed: &str) -> bool {
    let circles = ["sex", "category", "arrival"];
    circles.contains(&field)
        || page.body.contains(&format!("value=\"{typed}\""))
        || page.body.contains(&format!(">{typed}</textarea>"))
}

/// A county with one member on record.
struct Stage {
    app: TestApp,
    clerk: Credential,
    member: String,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let entered = app.send(&clerk, Method::Post, "/api/v1/members", &[], &as_json(&good(1))).await;
        assert_eq!(entered.status, Status::Created, "{}", entered.body);
        let member = entered.json()["id"].as_str().unwrap().to_owned();
        Self { app, clerk, member }
    }

    async fn enter(&self, said: &[Said]) -> Answer {
        self.app.send(&self.clerk, Method::Post, "/api/v1/members", &[], &as_json(said)).await
    }

    async fn change(&self, body: &Value) -> Answer {
        let path = format!("/api/v1/members/{}", self.member);
        self.app.send(&self.clerk, Method::Patch, &path, &[("If-Match", "\"1\"")], body).await
    }

    /// The form for somebody new, or for the one on record.
    async fn submit(&self, said: &[Said], is_new: bool) -> Answer {
        let form = as_form(said);
        if is_new {
            return self.app.submit(&self.clerk, "/members", None, &form).await;
        }
        let path = format!("/members/{}/edit", self.member);
        self.app.submit(&self.clerk, &path, None, &format!("version=1&{form}")).await
    }

    /// Enters somebody who is wrong in one field, by both doors; answers the sentence that both told.
    async fn refuses_to_enter(&self, field: &str, other: &[Said], rule: &str) -> String {
        let said = but(good(3), other);
        let answer = self.enter(&said).await;
        let sentence = refused(&answer, field);
        let told = format!("{field} {other:?}: {sentence}");
        assert!(sentence.contains(label(field)), "the field: {told}");
        assert!(sentence.contains(rule), "the rule: {told}");
        assert!(sentence.contains('请'), "the way out: {told}");
        let typed = other.iter().find(|(own, _)| *own == field).map_or("", |(_, typed)| typed.as_str());
        if UNSPOKEN.contains(&field) && count_digits(typed) >= 7 {
            assert!(!answer.body.contains(typed), "never the number: {}", answer.body);
        }
        if !NOT_IN_THE_FORM.contains(&field) {
            let page = self.submit(&said, true).await;
            assert!(beside(&page, field).contains(&sentence), "{told}: {}", page.body);
            assert!(is_kept(&page, field, typed), "{told}: {}", page.body);
            assert!(
                page.body.contains("value=\"2015-07-01\"") || field == "joined_on",
                "all else is kept: {told}"
            );
        }
        sentence
    }

    /// Changes the one on record in the same way: the sentence is the same.
    async fn refuses_to_change(&self, field: &str, other: &[Said], sentence: &str) {
        assert_eq!(refused(&self.change(&as_json(other)).await, field), sentence);
        if !NOT_IN_THE_FORM.contains(&field) && !ONLY_WHEN_NEW.contains(&field) {
            let page = self.submit(other, false).await;
            assert!(beside(&page, field).contains(sentence), "{field}: {}", page.body);
            let typed = other.iter().find(|(own, _)| *own == field).map_or("", |(_, typed)| typed.as_str());
            assert!(is_kept(&page, field, typed), "{field} {typed}: {}", page.body);
        }
    }

    /// There is still the one member, as he was entered.
    async fn is_untouched(&self) {
        let all = self.app.get(&self.clerk, "/api/v1/members?count=true").await.json();
        assert_eq!(all["total"], 1, "{all}");
        let one = self.app.get(&self.clerk, &format!("/api/v1/members/{}", self.member)).await;
        assert_eq!(one.etag.as_deref(), Some("\"1\""));
    }
}

/// Every wrong value that both entering and changing refuse: the field, what is sent, the rule.
fn every() -> Vec<(&'static str, Vec<Said>, String)> {
    let cell = |(field, text, rule): &(&'static str, &str, &str)| {
        (*field, said(&[(*field, *text)]), (*rule).to_owned())
    };
    let mut all: Vec<_> = WRONG.iter().map(cell).collect();
    for field in DATES {
        all.extend(NO_DATES.iter().map(|(text, rule)| (field, said(&[(field, *text)]), (*rule).to_owned())));
    }
    for (field, longest) in WORDS {
        let rule = format!("有{}个字，最多{longest}个字", longest + 1);
        let mut sent = said(&[(field, "长".repeat(longest + 1).as_str())]);
        if field == "floating_destination" {
            sent.extend(said(&[("floating_since", "2024-01-01")]));
        }
        all.push((field, sent, rule));
    }
    all.push(("name", said(&[("name", "张".repeat(51).as_str())]), "有51个字，应为2至50个字".to_owned()));
    all
}

#[tokio::test]
async fn every_field_in_every_wrong_form_is_refused_by_both_doors_with_one_sentence() {
    let stage = Stage::new().await;
    for (field, sent, rule) in every() {
        let sentence = stage.refuses_to_enter(field, &sent, &rule).await;
        let typed = &sent[0].1;
        if !UNSPOKEN.contains(&field) {
            assert!(sentence.contains(&excerpt(typed)), "what was given: {field} {typed}: {sentence}");
        }
        stage.refuses_to_change(field, &sent, &sentence).await;
    }
    stage.is_untouched().await;
}

/// A request that is wrong in one field: which, what is sent, the rule.
type Wrong = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// What only entering can be wrong in.
const ENTERING: &[Wrong] = &[
    ("name", &[("name", "")], "请填写姓名"),
    ("citizen_id", &[("citizen_id", "")], "请填写公民身份号码"),
    ("ethnicity", &[("ethnicity", "")], "请填写民族"),
    ("education", &[("education", "")], "请填写学历"),
    ("joined_on", &[("joined_on", "")], "请填写加入党组织日期"),
    ("occupation", &[("occupation", "")], "请填写工作岗位"),
    ("category", &[("category", "")], "请选择人员类别"),
    ("branch", &[("branch", "")], "请选择所在党支部"),
    ("branch", &[("branch", "500237101209-ZB01")], "没有找到党支部“500237101209-ZB01”"),
    ("branch", &[("branch", "500237102201-ZB01")], "不在您的管理范围内"),
    ("branch", &[("branch", "500237101201")], "“龙井镇白泉村”不是现有的党支部"),
    ("full_member_on", &[("full_member_on", "")], "人员类别是正式党员，须填写转为正式党员日期"),
    (
        "full_member_on",
        &[("full_member_on", "2016-07-01"), ("category", "probationary")],
        "人员类别是预备党员，但转为正式党员日期是“2016-07-01”",
    ),
    ("arrived_on", &[("arrived_on", "2014-01-01")], "“2014-01-01”早于加入党组织日期“2015-07-01”"),
    ("arrived_on", &[("arrived_on", "2099-01-01")], "“2099-01-01”晚于今天"),
    (
        "floating_since",
        &[("floating_since", ""), ("floating_destination", "广东")],
        "填写了外出流向“广东”，还需要填写流动起始日期",
    ),
    ("status", &[("status", "停止党籍")], "不能在录入时选择“停止党籍”"),
];

/// What only changing can be wrong in.
const CHANGING: &[(&str, &str, &str)] = &[
    ("name", "", "姓名不能为空，请填写。"),
    ("citizen_id", "", "公民身份号码不能为空，请填写。"),
    ("ethnicity", "", "民族不能为空，请填写。"),
    ("education", "", "学历不能为空，请填写。"),
    ("joined_on", "", "加入党组织日期不能为空，请填写。"),
    ("occupation", "", "工作岗位不能为空，请填写。"),
    ("branch", "500237101202-ZB01", "所在党支部不能直接改为“500237101202-ZB01”，请办理组织关系转接。"),
    (
        "status",
        "停止党籍",
        "党籍状态不能直接改为“停止党籍”，请办理停止党籍、恢复、处分、出党或死亡等相应登记。",
    ),
];

#[tokio::test]
async fn what_is_missing_or_does_not_fit_together_is_told_beside_its_field() {
    let stage = Stage::new().await;
    for (field, sent, rule) in ENTERING {
        stage.refuses_to_enter(field, &said(sent), rule).await;
    }
    for (field, text, sentence) in CHANGING {
        stage.refuses_to_change(field, &said(&[(*field, *text)]), sentence).await;
    }
    stage.is_untouched().await;
}

#[tokio::test]
async fn a_value_that_is_no_text_is_refused_in_every_field_and_none_is_left_out_here() {
    let stage = Stage::new().await;
    let document: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap();
    let fields = document["components"]["schemas"]["MemberInput"]["properties"].as_object().unwrap();
    let tried: BTreeSet<&str> =
        every().iter().map(|(field, ..)| *field).chain(ENTERING.iter().map(|one| one.0)).collect();
    for field in fields.keys() {
        let tried_as = if field == "floating" { "floating_since" } else { field.as_str() };
        assert!(tried.contains(tried_as), "no wrong form of {field} is tried");
        let mut body = as_json(&good(3));
        body[field.as_str()] = json!(500_237_198);
        let entered = stage.app.send(&stage.clerk, Method::Post, "/api/v1/members", &[], &body).await;
        let changed = stage.change(&json!({ (field.as_str()): 500_237_198 })).await;
        for answer in [entered, changed] {
            let sentence = refused(&answer, field);
            assert!(sentence.contains(field.as_str()) && sentence.contains('请'), "{sentence}");
            let is_repeated = sentence.contains("500237198");
            assert_eq!(is_repeated, !UNSPOKEN.contains(&field.as_str()), "{sentence}");
        }
    }
    assert_eq!(tried.len(), LABELS.len(), "{tried:?}");
    stage.is_untouched().await;
}
