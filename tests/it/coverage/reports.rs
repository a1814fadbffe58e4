//! The rows of reports, figures and quarters: the same columns as the rest of the table.

/// The table.
#[rustfmt::skip]
pub const TABLE: &str = r#"
# API: reports and quarters
GET    /api/v1/reports/quarterly             -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/reports/quarterly.pdf         -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/reports/quarterly.xlsx        -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/reports/team                  -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/articles/check                file                        401      ok    404     ok      ok      403   403      ok
GET    /api/v1/figures                       -                           401      ok    ok      ok      ok      ok    ok       ok
GET    /api/v1/figures/<code>                -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/figures/<code>/rows           -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/figures/<code>/export         -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/figures/<code>/changes        -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/figures/<code>/changes/rows   -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/quarters                      -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/quarters/<quarter>/close      json{"organisation":"500237"} 401    404   404     ok      403     403   403      404
GET    /api/v1/quarters/<quarter>/cockpit    -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/quarters/<quarter>/sign-off   json{"organisation":"500237101"} 401 403   404     ok      403     403   403      403
POST   /api/v1/quarters/<quarter>/sign-off/withdraw json{"organisation":"500237101","reason":"名册有误"} 401 403 404 ok 403 403 403 403
GET    /api/v1/quarter-settings              -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/quarter-settings              json{"from_day":"2026-01-01","village_days":3,"town_days":5,"county_days":8,"villages_sign":false,"towns_must_sign":false,"source":"部务会"} 401 403 403 ok 403 403 403 403
GET    /api/v1/quality                       -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/quality-rules                 -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/quality-rules                 json{"rule":"members.in_and_out","from_day":"2026-01-01","severity":"error","weight":9,"source":"部务会"} 401 403 403 ok 403 403 403 403
POST   /api/v1/quarters/<quarter>/amend      json{"organisation":"500237","reason":"补录"} 401 404 404 ok   403     403   403      404
POST   /api/v1/quarters/<quarter>/amend/withdraw json{"organisation":"500237"} 401 404  404     ok      403     403   403      404
GET    /api/v1/quarters/<quarter>/differences -                          401      404   404     404     404     403   403      404
"#;
