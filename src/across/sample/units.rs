//! The units of a county outside its villages, and what their members do.

/// What the members of a branch do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sector {
    /// Farmers of a village.
    Village,
    /// Residents of a community.
    Community,
    /// Offices of the county and the towns.
    Office,
    /// Schools.
    Education,
    /// Hospitals and clinics.
    Health,
    /// Enterprises of the state.
    StateEnterprise,
    /// Private firms and social organisations.
    Private,
    /// Retired staff of the offices.
    Retired,
}

/// The county's committees for its sectors.
pub const SECTORS: &[(Sector, &str)] = &[
    (Sector::Office, "县直机关工委"),
    (Sector::Education, "教育工委"),
    (Sector::Health, "卫生健康委党委"),
    (Sector::StateEnterprise, "国有企业党委"),
    (Sector::Private, "非公有制经济组织和社会组织工委"),
    (Sector::Retired, "县委老干部局党委"),
];

/// Units of every town: name after the town's, sector, weight.
pub const TOWN_UNITS: &[(&str, Sector, u32)] = &[
    ("机关", Sector::Office, 40),
    ("中心学校", Sector::Education, 30),
    ("卫生院", Sector::Health, 15),
    ("退休干部", Sector::Retired, 20),
];

/// Units of the county: name (县 becomes 区 where the county is a district), sector, weight.
pub const COUNTY_UNITS: &[(&str, Sector, u32)] = &[
    ("县委办公室", Sector::Office, 20),
    ("县政府办公室", Sector::Office, 20),
    ("县人大机关", Sector::Office, 15),
    ("县政协机关", Sector::Office, 15),
    ("县纪委监委机关", Sector::Office, 25),
    ("县委组织部", Sector::Office, 15),
    ("县委宣传部", Sector::Office, 12),
    ("县委统战部", Sector::Office, 8),
    ("县委政法委", Sector::Office, 10),
    ("县委党校", Sector::Office, 8),
    ("县信访办", Sector::Office, 6),
    ("县法院", Sector::Office, 30),
    ("县检察院", Sector::Office, 22),
    ("县公安局", Sector::Office, 120),
    ("县司法局", Sector::Office, 18),
    ("县发展改革委", Sector::Office, 15),
    ("县财政局", Sector::Office, 25),
    ("县民政局", Sector::Office, 15),
    ("县人力社保局", Sector::Office, 22),
    ("县规划自然资源局", Sector::Office, 30),
    ("县生态环境局", Sector::Office, 15),
    ("县住房城乡建委", Sector::Office, 25),
    ("县交通局", Sector::Office, 28),
    ("县水利局", Sector::Office, 22),
    ("县农业农村委", Sector::Office, 40),
    ("县商务委", Sector::Office, 12),
    ("县文化旅游委", Sector::Office, 18),
    ("县退役军人事务局", Sector::Office, 10),
    ("县应急局", Sector::Office, 12),
    ("县审计局", Sector::Office, 10),
    ("县市场监管局", Sector::Office, 28),
    ("县林业局", Sector::Office, 20),
    ("县统计局", Sector::Office, 6),
    ("县医保局", Sector::Office, 8),
    ("县税务局", Sector::Office, 32),
    ("县总工会", Sector::Office, 6),
    ("团县委", Sector::Office, 3),
    ("县妇联", Sector::Office, 3),
    ("县残联", Sector::Office, 4),
    ("县档案馆", Sector::Office, 4),
    ("县老干部", Sector::Retired, 60),
    ("高级中学", Sector::Education, 60),
    ("第二中学", Sector::Education, 45),
    ("职业教育中心", Sector::Education, 35),
    ("实验中学", Sector::Education, 30),
    ("实验小学", Sector::Education, 22),
    ("第二小学", Sector::Education, 18),
    ("特殊教育学校", Sector::Education, 4),
    ("县幼儿园", Sector::Education, 8),
    ("县教师进修学校", Sector::Education, 12),
    ("县人民医院", Sector::Health, 80),
    ("县中医院", Sector::Health, 50),
    ("县妇幼保健院", Sector::Health, 20),
    ("县疾控中心", Sector::Health, 14),
    ("县城市建设投资公司", Sector::StateEnterprise, 25),
    ("县旅游发展公司", Sector::StateEnterprise, 25),
    ("县水务公司", Sector::StateEnterprise, 18),
    ("县交通建设公司", Sector::StateEnterprise, 18),
    ("县农业发展公司", Sector::StateEnterprise, 10),
    ("县供电公司", Sector::StateEnterprise, 40),
    ("县粮油公司", Sector::StateEnterprise, 12),
    ("农业银行县支行", Sector::StateEnterprise, 14),
    ("农村商业银行", Sector::StateEnterprise, 30),
    ("邮政分公司", Sector::StateEnterprise, 12),
    ("电信分公司", Sector::StateEnterprise, 10),
    ("化工公司", Sector::StateEnterprise, 14),
    ("机械制造公司", Sector::StateEnterprise, 10),
    ("港航公司", Sector::StateEnterprise, 6),
    ("食品公司", Sector::Private, 8),
    ("医药公司", Sector::Private, 8),
    ("建材公司", Sector::Private, 6),
    ("律师行业", Sector::Private, 6),
    ("个体私营经济协会", Sector::Private, 14),
    ("物业行业", Sector::Private, 8),
    ("县商会", Sector::Private, 6),
    ("民办学校", Sector::Private, 8),
    ("民营医院", Sector::Private, 6),
    ("工业园区企业", Sector::Private, 30),
    ("快递物流行业", Sector::Private, 3),
    ("网约车行业", Sector::Private, 1),
    ("茶叶专业合作社", Sector::Private, 4),
    ("中药材专业合作社", Sector::Private, 3),
];
