//! The rows of people and of mentor pairs: columns and words as in `table.rs`.

/// The rows.
#[rustfmt::skip]
pub const TABLE: &str = r#"
# Pages of people
GET    /people                               -                           in       ok    ok      ok      ok      403   403      in
POST   /people/search                        form                        in       ok    ok      ok      ok      403   403      in
GET    /people/<id>                          -                           in       ok    404     ok      ok      403   403      in
GET    /people/<id>/edit                     -                           in       ok    404     ok      403     403   403      in
POST   /people/<id>/edit                     form                        in       ok    404     ok      403     403   403      in
POST   /people/<id>/reveal                   formfield=mobile&purpose=核对联系方式 in  ok   404    ok      ok      403   403      in

# Pages of two records of one person
GET    /people/duplicates                    -                           in       ok    ok      ok      ok      403   403      in
GET    /people/distinct                      -                           in       ok    ok      ok      ok      403   403      in
POST   /people/distinct                      form                        in       ok    ok      ok      403     403   403      in
POST   /people/distinct/reopen               form                        in       ok    ok      ok      403     403   403      in
GET    /people/<id>/merge                    -                           in       ok    404     ok      403     403   403      in
POST   /people/<id>/merge                    form                        in       ok    404     ok      403     403   403      in
GET    /people/merge                         -                           in       ok    ok      ok      403     403   403      in
POST   /people/merge                         form                        in       ok    ok      ok      403     403   403      in
GET    /people/merges                        -                           in       ok    ok      ok      ok      403   403      in
GET    /people/merges/<id>                   -                           in       ok    404     ok      ok      403   403      in
POST   /people/merges/<id>/undo              form                        in       403   404     ok      403     403   403      in

# Pages of mentor pairs
GET    /training/pairs                       -                           in       ok    ok      ok      ok      403   403      in
GET    /training/pairs/new                   -                           in       ok    ok      ok      403     403   403      in
POST   /training/pairs                       form                        in       ok    ok      ok      403     403   403      in
GET    /training/pairs/<id>/edit             -                           in       ok    404     ok      403     403   403      in
POST   /training/pairs/<id>/edit             form                        in       ok    404     ok      403     403   403      in
GET    /training/pairs/<id>/end              -                           in       ok    404     ok      403     403   403      in
POST   /training/pairs/<id>/end              form                        in       ok    404     ok      403     403   403      in

# API: people
GET    /api/v1/people                        -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/people/<id>                   -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/people/<id>                   json{"address":"一组"}      401      ok    404     ok      403     403   403      ok
POST   /api/v1/people/<id>/reveal            json{"field":"mobile","purpose":"核对联系方式"} 401 ok 404 ok ok     403   403      403

# API: two records of one person
GET    /api/v1/people/duplicates             -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/people/duplicates/compare     -                           401      ok    ok      ok      403     403   403      ok
GET    /api/v1/people/distinct               -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/people/distinct               json{"one":"{person}","other":"{person}"} 401 ok ok    ok      403     403   403      ok
DELETE /api/v1/people/distinct/<one>/<other> -                           401      404   404     404     403     403   403      404
POST   /api/v1/people/merge                  json{"winner":{"id":"{person}","version":1},"loser":{"id":"{person}","version":1}} 401 ok ok ok 403 403 403 ok
GET    /api/v1/people/merges                 -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/people/merges/<id>            -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/people/merges/<id>/undo       json{"reason":""}           401      403   404     ok      403     403   403      403

# API: mentor pairs
GET    /api/v1/training/pairs                -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/training/pairs                json{"mentor":"{person}","apprentice":"{person}","agreed":"每月一次","from":"2026-01-01"} 401 ok ok ok 403 403 403 ok
GET    /api/v1/training/pairs/<id>           -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/training/pairs/<id>           json{"agreed":"每月两次"}   401      ok    404     ok      403     403   403      ok
POST   /api/v1/training/pairs/<id>/end       json{"on":"2026-06-01","outcome":"completed","result":"独立主持"} 401 ok 404 ok 403 403 403 ok
"#;
