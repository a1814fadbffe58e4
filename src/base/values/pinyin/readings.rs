//! Which readings of the characters common in names are alive. The dictionary behind us also gives those of
//! the classics (王 yu, 方 pang, 平 pian): keys for them would find the wrong people and nobody is looked for by
//! them. Of characters that stand in neither list every reading is kept.

/// Characters with one living reading, their usual one.
pub const ONE: &str = "王吴朱邓许冯彭董潘蔡余于杜叶丁任姚沈陆汪石夏方白尹陶郝万莫冉\
    明大才平胜波红勤超俊浩鑫英淑莉倩思祖家承提不合古帕肉次央格堆措奥彬冰池从达登地典谷广赫怀洁婕景均可昆立萌\
    乃能宁年培期其奇青若沙尚声识斯舒太桃桐童溪熙喜信炎研彦洋野有羽育园月越增占之治";

/// Characters with more than one living reading, and no more than these.
pub const SEVERAL: &[(char, &[&str])] = &[
    ('覃', &["tan", "qin"]),
    ('仇', &["chou", "qiu"]),
    ('查', &["cha", "zha"]),
    ('牟', &["mou", "mu"]),
    ('尉', &["wei", "yu"]),
    ('艾', &["ai", "yi"]),
    ('朝', &["chao", "zhao"]),
    ('莎', &["sha", "suo"]),
    ('和', &["he", "huo"]),
    ('落', &["luo", "la"]),
    ('重', &["zhong", "chong"]),
    ('校', &["xiao", "jiao"]),
    ('行', &["xing", "hang"]),
    ('繁', &["fan", "po"]),
];
