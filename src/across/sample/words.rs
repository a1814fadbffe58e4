//! Sentences and places that records of a sample county are filled with.

use crate::base::values::MembershipStatus;

/// Why somebody left the county.
pub const MOVED_AWAY: &str = "工作调动，组织关系转往县外";
/// Why a membership was stopped.
pub const LOST: &str = "与党组织失去联系六个月以上，经多方查找未果";
/// Why it was restored.
pub const FOUND: &str = "已重新取得联系，本人申请并经党组织审查同意恢复党籍";
/// Why somebody is on watch.
pub const DISCIPLINED: &str = "受留党察看处分";
/// Why rights are suspended.
pub const DETAINED: &str = "因涉嫌违法被采取留置措施";
/// Why a restriction ended.
pub const RESTORED: &str = "期满，恢复党员权利";
/// Why a member was removed.
pub const UNQUALIFIED: &str = "不履行党员义务，经教育仍不合格";

/// Ways out of the Party with their reasons and weights.
pub const REMOVALS: &[((MembershipStatus, &str), u32)] = &[
    ((MembershipStatus::Expelled, "严重违纪，开除党籍"), 30),
    ((MembershipStatus::Removed, UNQUALIFIED), 25),
    ((MembershipStatus::SelfLeft, "连续六个月不参加组织生活、不交纳党费"), 20),
    ((MembershipStatus::ResignedRemoved, "本人要求退党，经支部大会讨论同意"), 8),
    ((MembershipStatus::Persuaded, "缺乏革命意志，经教育仍无转变，劝其退党"), 6),
    ((MembershipStatus::RefusedRemoved, "劝其退党而本人不同意"), 4),
    ((MembershipStatus::ProbationCancelled, "预备期内不履行党员义务"), 6),
    ((MembershipStatus::NotRecognised, "入党手续不符合规定"), 1),
];

/// Where floating members go.
pub const DESTINATIONS: &[&str] = &[
    "广东省东莞市",
    "广东省深圳市",
    "广东省佛山市",
    "浙江省宁波市",
    "浙江省温州市",
    "福建省泉州市",
    "江苏省苏州市",
    "上海市松江区",
    "北京市朝阳区",
    "重庆市渝北区",
    "重庆市九龙坡区",
    "湖北省武汉市",
    "湖北省宜昌市",
    "四川省成都市",
    "新疆维吾尔自治区乌鲁木齐市",
];

/// What good scores rest on.
pub const GOOD_EVIDENCE: &[&str] = &[
    "按时参加主题党日和集中学习，带头交纳党费",
    "参加环境卫生整治，庭院常年整洁",
    "调解邻里纠纷，双方签字和好",
    "带动农户发展中药材种植",
    "参加防汛值守和群众转移",
    "家庭被评为文明家庭",
    "联系困难户，帮助落实低保和医保",
    "担任村民小组长，按月走访农户",
];

/// What middling scores rest on.
pub const FAIR_EVIDENCE: &[&str] = &[
    "能参加组织生活，个别会议请假",
    "庭院整治较好，示范带动一般",
    "能完成党支部交办的任务",
    "与邻里相处和睦，参加义务劳动较少",
];

/// What low scores rest on.
pub const POOR_EVIDENCE: &[&str] = &[
    "本季度缺席主题党日两次，已谈话提醒",
    "庭院堆放杂物，整改后复查通过",
    "群众评议满意率偏低，已列为帮带对象",
];

/// What a class is about, behind the name of who holds it.
pub const TRAINING_THEMES: &[&str] =
    &["党员集中轮训班", "基层党员培训班", "党员理论学习班", "党员能力提升班", "党员实用技术培训班"];

/// Who teaches a class.
pub const TRAINING_TEACHERS: &[&str] =
    &["县委党校教师", "县委宣讲团成员", "驻村第一书记", "县农业农村部门技术人员", "乡镇党委负责人"];

/// Why marks are taken off in a quarterly assessment.
pub const DEDUCTIONS: &[&str] = &[
    "主题党日缺一次，补学记录不全",
    "党员轮训有一人未参加",
    "值班记录不连续",
    "党务公开更新不及时",
    "集体经济项目推进慢于计划",
    "矛盾纠纷台账有两件未办结",
    "人居环境检查发现乱堆乱放",
    "交办任务超期一次",
    "流动党员联系记录不全",
    "会议记录要素不齐",
];
