//! Who gets what from every route: the rights of contract 2 as the doors keep them. A new route without a row fails.
//!
//! The columns: method, route, what is sent, and then one cell for each caller: a stranger, the clerk of the town that
//! the thing belongs to, the clerk of the town beside it, a supervisor, the auditor, the administrator and the security
//! officer of the county, and a program with a token of the first clerk.
//!
//! Cells: `ok` let in: done, or refused for what was sent (2xx, 303, 409, 412, 422); `in` sent to the page where one signs
//! in; `401`, `403`, `404` exactly so.
//!
//! What is sent: `-` nothing; `form` a form with the session's token and these fields; `json` this body; `file` an upload
//! without its file. `<verb>` and the like are filled with what stands after `|`.

/// The table.
#[rustfmt::skip]
pub const TABLE: &str = r#"
METHOD ROUTE                                 SENT                        stranger own   sibling superv. auditor admin security program
# Open to everybody
GET    /assets/<path..>                      -                           ok       ok    ok      ok      ok      ok    ok       ok
GET    /health/live                          -                           ok       ok    ok      ok      ok      ok    ok       ok
GET    /health/ready                         -                           ok       ok    ok      ok      ok      ok    ok       ok
GET    /sign-in                              -                           ok       ok    ok      ok      ok      ok    ok       ok
POST   /sign-in                              form                        ok       ok    ok      ok      ok      ok    ok       ok
POST   /api/v1/session                       json{"username":"x","password":"y"} 401 401 401    401     401     401   401      401
GET    /api/v1/openapi.json                  -                           ok       ok    ok      ok      ok      ok    ok       ok
# Pages of everybody who is signed in with a browser
GET    /                                     -                           in       ok    ok      ok      ok      ok    ok       in
GET    /session/alive                        -                           in       ok    ok      ok      ok      ok    ok       in
GET    /sign-in/code                         -                           in       ok    ok      ok      ok      ok    ok       in
POST   /sign-in/code                         formotp=123456              in       ok    ok      ok      ok      ok    ok       in
POST   /session/proof                        formproof_password=x        in       ok    ok      ok      ok      ok    ok       in
GET    /account/second-factor                -                           in       ok    ok      ok      ok      ok    ok       in
POST   /account/second-factor                form                        in       ok    ok      ok      ok      ok    ok       in
POST   /account/second-factor/confirm        formotp=1                   in       ok    ok      ok      ok      ok    ok       in
GET    /account/sessions                     -                           in       ok    ok      ok      ok      ok    ok       in
POST   /account/sessions/<id>/end            form                        in       404   404     404     404     404   404      in
POST   /account/sessions/end-others          form                        in       ok    ok      ok      ok      ok    ok       in
GET    /account                              -                           in       ok    ok      ok      ok      ok    ok       in
POST   /account                              form                        in       ok    ok      ok      ok      ok    ok       in
GET    /audit                                -                           in       ok    ok      ok      ok      ok    ok       in
GET    /audit/bundle                         -                           in       ok    ok      ok      ok      ok    ok       in

GET    /exports/new                          -                           in       ok    ok      ok      ok      403   403      in
POST   /exports                              formkind=members            in       ok    ok      ok      ok      403   403      in
GET    /approvals                            -                           in       403   403     403     403     403   ok       in
GET    /approvals/<id>                       -                           in       403   403     403     403     403   404      in
POST   /approvals/<id>                       formverb=approve            in       403   403     403     403     403   404      in
GET    /security-policy                      -                           in       403   403     403     403     403   ok       in
POST   /security-policy                      form                        in       403   403     403     403     403   ok       in
GET    /members/<id>/registration-form       -                           in       ok    404     ok      ok      403   403      in
POST   /members/<id>/registration-form       form                        in       ok    404     ok      ok      403   403      in
GET    /transfers/<id>/letter                -                           in       ok    404     ok      ok      403   403      in
POST   /transfers/<id>/letter                form                        in       ok    404     ok      ok      403   403      in
# Pages of members
GET    /members                              -                           in       ok    ok      ok      ok      403   403      in
POST   /members/search                       form                        in       ok    ok      ok      ok      403   403      in
GET    /branches                             -                           in       ok    ok      ok      ok      403   403      in
GET    /members/new                          -                           in       ok    ok      ok      403     403   403      in
POST   /members                              form                        in       ok    ok      ok      403     403   403      in
POST   /members/duplicates                   form                        in       ok    ok      ok      403     403   403      in
GET    /members/<id>                         -                           in       ok    404     ok      ok      403   403      in
GET    /members/<id>/edit                    -                           in       ok    404     ok      403     403   403      in
POST   /members/<id>/edit                    form                        in       ok    404     ok      403     403   403      in
GET    /members/<id>/<verb>|stop             -                           in       ok    404     ok      403     403   403      in
POST   /members/<id>/<verb>|confirm          form                        in       ok    404     ok      403     403   403      in
POST   /members/<id>/reveal                  formfield=mobile&purpose=核对联系方式 in  ok   404    ok      ok      403   403      in
GET    /transfers                            -                           in       ok    ok      ok      ok      403   403      in
GET    /transfers/<id>                       -                           in       ok    404     ok      403     403   403      in
POST   /transfers/<id>                       formdecision=refuse&reason=重复 in       ok    404     ok      403     403   403      in
# Pages of ratings
GET    /ratings                              -                           in       ok    ok      ok      ok      403   403      in
GET    /ratings/open                         -                           in       ok    ok      ok      403     403   403      in
POST   /ratings/open                         form                        in       ok    ok      ok      403     403   403      in
GET    /ratings/rounds/<id>                  -                           in       ok    404     ok      ok      403   403      in
POST   /ratings/rounds/<id>                  form                        in       ok    404     ok      403     403   403      in
GET    /ratings/rounds/<id>/review           -                           in       ok    404     ok      ok      403   403      in
POST   /ratings/rounds/<id>/<step>|review    formratings={rating}        in       403   403     ok      403     403   403      in
POST   /ratings/<id>/return                  formreason=请补依据         in       403   404     ok      403     403   403      in

GET    /ratings/schemes                      -                           in       ok    ok      ok      ok      403   403      in
GET    /ratings/schemes/new                  -                           in       403   403     ok      403     403   403      in
POST   /ratings/schemes                      form                        in       403   403     ok      403     403   403      in
GET    /ratings/<id>                         -                           in       ok    404     ok      ok      403   403      in
GET    /ratings/<id>/<verb>|object           -                           in       ok    404     ok      403     403   403      in
POST   /ratings/<id>/<verb>|revoke           form                        in       403   403     ok      403     403   403      in

GET    /ratings/fairness                     -                           in     403    403    ok     403    403    403    in
GET    /ratings/fairness/units               -                           in     403    403    404     403    403    403    in
GET    /ratings/fairness/raters              -                           in     403    403    404     403    403    403    in
GET    /ratings/fairness/ratings             -                           in     403    403    404     403    403    403    in
GET    /ratings/samples                      -                           in     ok     ok     ok     ok     403    403    in
POST   /ratings/samples                      form                        in     403    403    ok     403    403    403    in
GET    /ratings/samples/<id>                 -                           in     404    404    ok     ok     403    403    in
POST   /ratings/samples/<id>/fix             form                        in     403    403    ok     403    403    403    in
POST   /ratings/samples/<id>/reveal          form                        in     403    403    ok     403    403    403    in
GET    /ratings/samples/<id>/seconds/<rating> -                           in     404    404    404     403    403    403    in
POST   /ratings/samples/<id>/seconds/<rating> form                        in     404    404    404     403    403    403    in
POST   /ratings/schemes/what-if              form                        in     403    403    ok     403    403    403    in
# Pages of awards of villages
GET    /ratings/awards                       -                           in       ok    ok      ok      ok      403   403      in
GET    /ratings/awards/new                   -                           in       ok    ok      ok      403     403   403      in
POST   /ratings/awards                       form                        in       ok    ok      ok      403     403   403      in
POST   /ratings/awards/decisions             formstep=decide&awards={award} in    403   403     ok      403     403   403      in
GET    /ratings/awards/notice                -                           in       ok    ok      ok      ok      403   403      in
GET    /ratings/awards/scheme                -                           in       ok    ok      ok      ok      403   403      in
GET    /ratings/awards/<id>                  -                           in       ok    404     ok      ok      403   403      in
GET    /ratings/awards/<id>/<verb>|recommend -                           in       ok    404     ok      403     403   403      in
POST   /ratings/awards/<id>/<verb>|score     form                        in       403   403     ok      403     403   403      in
# Pages of assessments
GET    /assessments                          -                           in       ok    ok      ok      ok      403   403      in
GET    /assessments/open                     -                           in       ok    ok      ok      403     403   403      in
POST   /assessments/open                     form                        in       ok    ok      ok      403     403   403      in
GET    /assessments/ranking                  -                           in       ok    ok      ok      ok      403   403      in
GET    /assessments/draws                    -                           in       ok    ok      ok      ok      403   403      in
POST   /assessments/draws                    form                        in       403   403     ok      403     403   403      in
GET    /assessments/draws/<id>               -                           in       404   404     ok      ok      403   403      in
POST   /assessments/draws/<id>/fix           form                        in       403   403     ok      403     403   403      in
POST   /assessments/draws/<id>/reveal        form                        in       403   403     ok      403     403   403      in
GET    /assessments/units/<code>             -                           in       ok    404     ok      ok      403   403      in
GET    /assessments/units/<code>/inspect     -                           in       ok    404     ok      403     403   403      in
POST   /assessments/units/<code>/inspect     form                        in       ok    404     ok      403     403   403      in
GET    /assessments/rounds/<id>              -                           in       ok    404     ok      ok      403   403      in
POST   /assessments/rounds/<id>              form                        in       ok    404     ok      403     403   403      in
GET    /assessments/rounds/<id>/review       -                           in       ok    404     ok      ok      403   403      in
GET    /assessments/rounds/<id>/notice       -                           in       ok    404     ok      ok      403   403      in
POST   /assessments/rounds/<id>/<step>|confirm form                      in       403   403     ok      403     403   403      in
GET    /assessments/<id>                     -                           in       ok    404     ok      ok      403   403      in
GET    /assessments/<id>/object              -                           in       ok    404     ok      403     403   403      in
POST   /assessments/<id>/object              form                        in       ok    404     ok      403     403   403      in
GET    /assessments/objections/<id>/resolve  -                           in       403   403     ok      403     403   403      in
POST   /assessments/objections/<id>/resolve  form                        in       403   403     ok      403     403   403      in
# Pages of committees
GET    /committees                           -                           in       ok    ok      ok      ok      403   403      in
GET    /committees/people                    -                           in       ok    ok      ok      ok      403   403      in
GET    /committees/villages/<code>           -                           in       ok    404     ok      ok      403   403      in
GET    /committees/new                       -                           in       ok    ok      ok      403     403   403      in
POST   /committees                           form                        in       ok    ok      ok      403     403   403      in
GET    /committees/<id>/open                 -                           in       ok    404     ok      403     403   403      in
POST   /committees/<id>/open                 form                        in       ok    404     ok      403     403   403      in
GET    /terms/<id>/appoint                   -                           in       ok    404     ok      403     403   403      in
POST   /terms/<id>/appoint                   form                        in       ok    404     ok      403     403   403      in
GET    /terms/<id>/vote                      -                           in       ok    404     ok      403     403   403      in
POST   /terms/<id>/vote                      form                        in       ok    404     ok      403     403   403      in
GET    /terms/<id>/close                     -                           in       ok    404     ok      403     403   403      in
POST   /terms/<id>/close                     form                        in       ok    404     ok      403     403   403      in
GET    /seats/<id>/end                       -                           in       ok    404     ok      403     403   403      in
POST   /seats/<id>/end                       form                        in       ok    404     ok      403     403   403      in
GET    /seats/<id>/correct                   -                           in       ok    404     ok      403     403   403      in
POST   /seats/<id>/correct                   form                        in       ok    404     ok      403     403   403      in
GET    /seats/<id>/remove                    -                           in       ok    404     ok      403     403   403      in
POST   /seats/<id>/remove                    form                        in       ok    404     ok      403     403   403      in
GET    /terms/<id>/correct                   -                           in       ok    404     ok      403     403   403      in
POST   /terms/<id>/correct                   form                        in       ok    404     ok      403     403   403      in
GET    /terms/<id>/explain/<rule>|overdue    -                           in       ok    404     ok      403     403   403      in
POST   /terms/<id>/explain/<rule>|overdue    form                        in       ok    404     ok      403     403   403      in
GET    /elections/<id>/correct               -                           in       ok    404     ok      403     403   403      in
POST   /elections/<id>/correct               form                        in       ok    404     ok      403     403   403      in
GET    /elections/<id>/remove                -                           in       ok    404     ok      403     403   403      in
POST   /elections/<id>/remove                form                        in       ok    404     ok      403     403   403      in
GET    /kinships/new/<code>                  -                           in       ok    404     ok      403     403   403      in
POST   /kinships/new/<code>                  form                        in       ok    404     ok      403     403   403      in
GET    /kinships/<id>/remove/<code>          -                           in       ok    404     ok      403     403   403      in
# The first who may has removed it: nobody after him finds it.
POST   /kinships/<id>/remove/<code>          form                        in       ok    404     404     403     403   403      in
GET    /elections/<id>                       -                           in       ok    404     ok      ok      403   403      in
GET    /committees/targets                   -                           in       ok    ok      ok      ok      403   403      in
POST   /committees/targets                   form                        in       403   403     ok      403     403   403      in
GET    /committees/rules                     -                           in       ok    ok      ok      ok      403   403      in
POST   /committees/rules                     form                        in       403   403     ok      403     403   403      in
GET    /committees/words                     -                           in       ok    ok      ok      ok      403   403      in
POST   /committees/words                     form                        in       403   403     ok      403     403   403      in
GET    /slates                               -                           in       ok    ok      ok      403     403   403      in
GET    /slates/people                        -                           in       ok    ok      ok      403     403   403      in
GET    /slates/new                           -                           in       ok    ok      ok      403     403   403      in
POST   /slates                               form                        in       ok    ok      ok      403     403   403      in
POST   /slates/try                           form                        in       ok    ok      ok      403     403   403      in
GET    /slates/<id>                          -                           in       ok    404     ok      403     403   403      in
POST   /slates/<id>                          form                        in       ok    404     ok      403     403   403      in
GET    /slates/<id>/compare                  -                           in       ok    404     ok      403     403   403      in
GET    /slates/<id>/print                    -                           in       ok    404     ok      403     403   403      in
# Pages of candidates
GET    /vetting                              -                           in       ok    ok      ok      403     403   403      in
GET    /vetting/new                          -                           in       ok    ok      ok      403     403   403      in
POST   /vetting                              form                        in       ok    ok      ok      403     403   403      in
GET    /vetting/checklist                    -                           in       ok    ok      ok      403     403   403      in
GET    /vetting/checklist/new                -                           in       403   403     ok      403     403   403      in
POST   /vetting/checklist                    form                        in       403   403     ok      403     403   403      in
GET    /vetting/departments                  -                           in       403   403     ok      403     403   403      in
POST   /vetting/departments                  form                        in       403   403     ok      403     403   403      in
GET    /vetting/<id>                         -                           in       ok    404     ok      403     403   403      in
POST   /vetting/<id>/verdicts                form                        in       403   404     ok      403     403   403      in
GET    /vetting/<id>/print                   -                           in       ok    404     ok      403     403   403      in
GET    /vetting/<id>/<verb>|withdraw         -                           in       ok    404     ok      403     403   403      in
POST   /vetting/<id>/<verb>|reject           form                        in       403   403     ok      403     403   403      in
# Pages of training
GET    /training                             -                           in       ok    ok      ok      ok      403   403      in
GET    /training/outstanding                 -                           in       ok    ok      ok      ok      403   403      in
GET    /training/programmes/new              -                           in       403   403     ok      403     403   403      in
POST   /training/programmes                  form                        in       403   403     ok      403     403   403      in
GET    /training/programmes/<id>             -                           in       ok    ok      ok      ok      403   403      in
GET    /training/programmes/<id>/revise      -                           in       403   403     ok      403     403   403      in
POST   /training/programmes/<id>/revise      form                        in       403   403     ok      403     403   403      in
GET    /training/classes                     -                           in       ok    ok      ok      ok      403   403      in
GET    /training/classes/new                 -                           in       ok    ok      ok      403     403   403      in
POST   /training/classes                     form                        in       ok    ok      ok      403     403   403      in
GET    /training/classes/<id>                -                           in       ok    404     ok      ok      403   403      in
GET    /training/classes/<id>/edit           -                           in       ok    404     ok      403     403   403      in
POST   /training/classes/<id>/edit           form                        in       ok    404     ok      403     403   403      in
GET    /training/classes/<id>/<step>|cancel  -                           in       ok    404     ok      403     403   403      in
POST   /training/classes/<id>/<step>|reopen  form                        in       ok    404     ok      403     403   403      in
GET    /training/classes/<id>/enrol          -                           in       ok    404     ok      403     403   403      in
POST   /training/classes/<id>/enrol          form                        in       ok    404     ok      403     403   403      in
GET    /training/classes/<id>/withdraw/<member> -                        in       ok    404     ok      403     403   403      in
POST   /training/classes/<id>/withdraw/<member> form                     in       ok    404     ok      403     403   403      in
GET    /training/classes/<id>/sheet          -                           in       ok    404     ok      403     403   403      in
GET    /training/classes/<id>/attendance     -                           in       ok    404     ok      403     403   403      in
POST   /training/classes/<id>/attendance     form                        in       ok    404     ok      403     403   403      in
GET    /training/classes/<id>/attendance/<member> -                      in       ok    404     ok      403     403   403      in
POST   /training/classes/<id>/attendance/<member> form                   in       ok    404     ok      403     403   403      in
GET    /members/<id>/training                -                           in       ok    404     ok      ok      403   403      in
GET    /members/<id>/exempt                  -                           in       ok    404     ok      403     403   403      in
POST   /members/<id>/exempt                  form                        in       ok    404     ok      403     403   403      in
GET    /members/<id>/exemptions/<exemption>/end -                        in       ok    404     ok      403     403   403      in
POST   /members/<id>/exemptions/<exemption>/end form                     in       ok    404     ok      403     403   403      in
GET    /places                               -                           in       ok    ok      ok      ok      403   403      in
GET    /training/sites                       -                           in       ok    ok      ok      ok      403   403      in
POST   /training/sites                       form                        in       403   403     ok      403     403   403      in
GET    /training/plan                        -                           in       ok    ok      ok      403     403   403      in
POST   /training/plan                        formprogramme={programme}&farthest=3 in 403 403    ok      403     403   403      in
# Pages of the pools of reserve cadres
GET    /reserves                             -                           in       ok    ok      ok      ok      403   403      in
GET    /villages                             -                           in       ok    ok      ok      ok      403   403      in
GET    /reserves/map                         -                           in       ok    ok      ok      ok      403   403      in
GET    /reserves/new                         -                           in       ok    ok      ok      403     403   403      in
POST   /reserves                             form                        in       ok    ok      ok      403     403   403      in
GET    /reserves/<id>                        -                           in       ok    404     ok      ok      403   403      in
GET    /reserves/<id>/edit                   -                           in       ok    404     ok      403     403   403      in
POST   /reserves/<id>/edit                   form                        in       ok    404     ok      403     403   403      in
GET    /reserves/<id>/<verb>|note            -                           in       ok    404     ok      403     403   403      in
POST   /reserves/<id>/<verb>|mentor          form                        in       ok    404     ok      403     403   403      in
# Pages of imports
GET    /imports                              -                           in       ok    ok      ok      403     403   403      in
GET    /templates/<file>                     -                           in       ok    ok      ok      403     403   403      in
POST   /imports                              file                        in       ok    404     ok      403     403   403      in
GET    /imports/<id>                         -                           in       ok    404     ok      403     403   403      in
GET    /imports/<id>/events                  -                           in       ok    404     ok      403     403   403      in
GET    /imports/<id>/errors.xlsx             -                           in       ok    404     ok      403     403   403      in
POST   /imports/<id>/commit                  form                        in       ok    404     ok      403     403   403      in
POST   /imports/<id>/columns                 form                        in       ok    404     ok      403     403   403      in
POST   /imports/<id>/undo                    formreason=误传             in       ok    404     ok      403     403   403      in
# Pages of reports and quarters
GET    /reports/quarterly                    -                           in       ok    ok      ok      ok      403   403      in
GET    /figures/<code>                       -                           in       ok    ok      ok      ok      403   403      in
GET    /figures/<code>/changes               -                           in       ok    ok      ok      ok      403   403      in
GET    /figures/<code>/export                -                           in       ok    ok      ok      ok      403   403      in
POST   /figures/<code>/export                formreason=核对             in       ok    ok      ok      ok      403   403      in
GET    /reports/team                         -                           in       ok    ok      ok      ok      403   403      in
GET    /articles                             -                           in       ok    ok      ok      ok      403   403      in
POST   /articles                             file                        in       ok    404     ok      ok      403   403      in
GET    /quarters                             -                           in       ok    ok      ok      ok      403   403      in
GET    /quarters/<quarter>/close             -                           in       403   403     ok      403     403   403      in
POST   /quarters/<quarter>/close             form                        in       403   403     ok      403     403   403      in
GET    /cockpit                              -                           in       ok    ok      ok      ok      403   403      in
POST   /cockpit/sign-off                     form                        in       403   403     ok      403     403   403      in
POST   /cockpit/withdraw                     form                        in       403   403     ok      403     403   403      in
GET    /cockpit/settings                     -                           in       403   403     ok      403     403   403      in
POST   /cockpit/settings                     form                        in       403   403     ok      403     403   403      in
GET    /quality                              -                           in       ok    ok      ok      ok      403   403      in
GET    /quality/queue                        -                           in       ok    ok      ok      ok      403   403      in
GET    /quality/queue/<step>|next            -                           in       ok    ok      ok      ok      403   403      in
GET    /quality/rules/<rule>|members.in_and_out -                        in       403   403     ok      403     403   403      in
POST   /quality/rules/<rule>|members.in_and_out form                     in       403   403     ok      403     403   403      in
GET    /quarters/<quarter>/amend             -                           in       403   403     ok      403     403   403      in
POST   /quarters/<quarter>/amend             formreason=补录             in       403   403     ok      403     403   403      in
POST   /quarters/<quarter>/amend/withdraw    form                        in       403   403     ok      403     403   403      in
GET    /quarters/<quarter>/differences       -                           in       404   404     404     404     403   403      in
# Pages of accounts
GET    /accounts                             -                           in       403   403     403     403     ok    ok       in
GET    /accounts/new                         -                           in       403   403     403     403     ok    403      in
POST   /accounts                             form                        in       403   403     403     403     ok    403      in
GET    /accounts/<id>                        -                           in       403   403     403     403     ok    ok       in
POST   /accounts/<id>                        form                        in       403   403     403     403     ok    ok       in
# API: members
GET    /api/v1/session                       -                           401      ok    ok      ok      ok      ok    ok       ok
POST   /api/v1/session/proof                 json{"password":"x"}        401      ok    ok      ok      ok      ok    ok       403
POST   /api/v1/session/password              json{"old_password":"x","password":"y"} 401 ok ok ok   ok      ok    ok       403
POST   /api/v1/session/second-factor         -                           401      ok    ok      ok      ok      ok    ok       403
POST   /api/v1/session/second-factor/confirm json{"otp":"1"}             401      ok    ok      ok      ok      ok    ok       403
GET    /api/v1/sessions                      -                           401      ok    ok      ok      ok      ok    ok       403
DELETE /api/v1/sessions                      -                           401      ok    ok      ok      ok      ok    ok       403
DELETE /api/v1/sessions/<id>                 -                           401      404   404     404     404     404   404      403
GET    /api/v1/members/<id>/accesses         -                           401      ok    404     ok      ok      403   403      ok
GET    /api/v1/approvals                     -                           401      403   403     403     403     403   ok       403
GET    /api/v1/approvals/<id>                -                           401      403   403     403     403     403   404      403
POST   /api/v1/approvals/<id>/<step>|approve json{}                      401      403   403     403     403     403   404      403
GET    /api/v1/security-policy               -                           401      403   403     403     403     ok    ok       403
PUT    /api/v1/security-policy               json{"second_factor_roles":[],"idle_minutes":30,"session_minutes":720,"proof_minutes":720,"password_style":"length","password_days":null,"change_given_passwords":true,"reveals_per_hour":300,"records_per_ten_minutes":null,"source":"测试"} 401 403 403 403 403 403 ok 403
GET    /api/v1/organisations                 -                           401      ok    ok      ok      ok      ok    ok       ok
GET    /api/v1/organisations/<code>          -                           401      ok    404     ok      ok      ok    ok       ok
GET    /api/v1/organisations/<code>/summary  -                           401      ok    404     ok      ok      403   403      ok
GET    /api/v1/members                       -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/members                       json{}                      401      ok    ok      ok      403     403   403      ok
GET    /api/v1/members/<id>                  -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/members/<id>                  json{"note":"核对"}         401      ok    404     ok      403     403   403      ok
GET    /api/v1/members/<id>/history          -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/members/<id>/<verb>|confirm   json{}                      401      ok    404     ok      403     403   403      ok
POST   /api/v1/members/<id>/reveal           json{"field":"mobile","purpose":"核对联系方式"} 401 ok 404 ok ok    403   403      403
POST   /api/v1/members/<id>/transfer         json{"to_branch":"500237101202-ZB01"} 401 ok 404   ok      403     403   403      ok
GET    /api/v1/transfers/<id>                -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/transfers/<id>/<verb>|refuse  json{"reason":"重复"}       401      ok    404     ok      403     403   403      ok
# API: assessments
GET    /api/v1/assessments                   -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/assessments/ranking           -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/assessments/schemes           -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/assessments/schemes           assessing                   401      403   403     ok      403     403   403      403
GET    /api/v1/assessments/rounds            -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/assessments/rounds            json{"organisation":"500237101","quarter":"2025Q3"} 401 ok 403 ok 403 403 403      ok
GET    /api/v1/assessments/rounds/<id>       -                           401      ok    404     ok      ok      403   403      ok
GET    /api/v1/assessments/rounds/<id>/scores -                          401      ok    404     ok      ok      403   403      ok
PUT    /api/v1/assessments/rounds/<id>/scores json{"rows":[]}            401      ok    404     ok      403     403   403      ok
POST   /api/v1/assessments/rounds/<id>/<verb>|submit -                   401      ok    404     ok      403     403   403      ok
POST   /api/v1/assessments/rounds/<id>/return json{"reason":"请核对"}    401      403   403     ok      403     403   403      403
GET    /api/v1/assessments/rounds/<id>/objections -                      401      ok    404     ok      ok      403   403      ok
GET    /api/v1/assessments/<id>              -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/assessments/<id>/object       json{"raised_by":"村","content":"有误"} 401 ok 404 ok      403     403   403      ok
POST   /api/v1/assessments/objections/<id>/resolve json{"upheld":false,"answer":"核实无误"} 401 403 403 ok 403  403   403      403
GET    /api/v1/assessments/inspections       -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/assessments/inspections       json{"unit":"500237101201","kind":"on_site_review","score":90,"inspected_by":"组"} 401 ok 403 ok 403 403 403 ok
PATCH  /api/v1/assessments/inspections/<id>  json{"score":91,"inspected_by":"组"} 401 ok 404    ok      403     403   403      ok
GET    /api/v1/assessments/units/<code>      -                           401      ok    404     ok      ok      403   403      ok
GET    /api/v1/assessments/draws             -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/assessments/draws             json{"purpose":"值班"}      401      403   403     ok      403     403   403      403
GET    /api/v1/assessments/draws/<id>        -                           401      404   404     ok      ok      403   403      404
POST   /api/v1/assessments/draws/<id>/fix    json{"visit_on":"2026-12-20","sample_size":1} 401 403 403  ok      403     403   403      403
POST   /api/v1/assessments/draws/<id>/reveal -                           401      403   403     ok      403     403   403      403
# API: ratings
GET    /api/v1/ratings/schemes               -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/ratings/schemes               scheme                      401      403   403     ok      403     403   403      403
GET    /api/v1/ratings/rounds                -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/ratings/rounds                round                       401      ok    403     ok      403     403   403      ok
GET    /api/v1/ratings/rounds/<id>           -                           401      ok    404     ok      ok      403   403      ok
GET    /api/v1/ratings/rounds/<id>/scores    -                           401      ok    404     ok      ok      403   403      ok
PUT    /api/v1/ratings/rounds/<id>/scores    json{"rows":[]}             401      ok    404     ok      403     403   403      ok
POST   /api/v1/ratings/rounds/<id>/<verb>|submit -                       401      ok    404     ok      403     403   403      ok
GET    /api/v1/ratings/<id>                  -                           401      ok    404     ok      ok      403   403      ok
GET    /api/v1/ratings/fairness              -                           401    403    403    ok     403    403    403    403
GET    /api/v1/ratings/fairness/units        -                           401    403    403    ok     403    403    403    403
GET    /api/v1/ratings/fairness/raters       -                           401    403    403    ok     403    403    403    403
GET    /api/v1/ratings/fairness/ratings      -                           401    403    403    ok     403    403    403    403
GET    /api/v1/ratings/samples               -                           401    ok     ok     ok     ok     403    403    ok
POST   /api/v1/ratings/samples               json{"scheme":"member_stars","period":"2026Q1","purpose":"核对"} 401    403    403    ok     403    403    403    403
GET    /api/v1/ratings/samples/<id>          -                           401    404    404    ok     ok     403    403    404
GET    /api/v1/ratings/samples/<id>/subjects -                           401    404    404    ok     ok     403    403    404
POST   /api/v1/ratings/samples/<id>/fix      json{"sample_size":1}       401    403    403    ok     403    403    403    403
POST   /api/v1/ratings/samples/<id>/reveal   -                           401    403    403    ok     403    403    403    403
POST   /api/v1/ratings/samples/<id>/scores   json{"rows":[{"rating":"{rating}","rater":"核查组","scores":{}}]} 401    404    404    ok     403    403    403    404
POST   /api/v1/ratings/schemes/what-if       scheme                      401    403    403    ok     403    403    403    403
POST   /api/v1/ratings/<id>/<verb>|review    -                           401      403   403     ok      403     403   403      403
POST   /api/v1/ratings/<id>/return           json{"reason":"请补依据"}   401      403   403     ok      403     403   403      403

POST   /api/v1/ratings/<id>/object           json{"reason":"分数有误"}   401      ok    404     ok      403     403   403      ok
POST   /api/v1/ratings/<id>/resolve          json{"outcome":"upheld","reason":"属实"} 401 403 403  ok      403     403   403      403
POST   /api/v1/ratings/<id>/revoke           json{"reason":"弄虚作假"}   401      403   403     ok      403     403   403      403
PUT    /api/v1/ratings/rounds/<id>/raters    json{"rater":{"name":"张伟"},"rows":[]} 401 ok 404 ok 403      403   403      ok
# API: awards of villages
GET    /api/v1/ratings/award-schemes         -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/ratings/award-schemes         awards                      401      403   403     ok      403     403   403      403
GET    /api/v1/ratings/awards                -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/ratings/awards                json{"awards":[]}           401      ok    ok      ok      403     403   403      ok
POST   /api/v1/ratings/awards/decisions      json{"verb":"decide","awards":[{"id":"{award}"}]} 401 403 404 ok 403 403 403 403
GET    /api/v1/ratings/awards/<id>           -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/ratings/awards/<id>/<verb>|decide json{}                  401      403   404     ok      403     403   403      403
# API: committees
GET    /api/v1/committees                    -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/committees                    json{"village":"500237101201","kind":"village_party"} 401 ok 403 ok 403 403 403 ok
GET    /api/v1/committees/<id>               -                           401      ok    404     ok      ok      403   403      ok
GET    /api/v1/committees/<id>/terms         -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/committees/<id>/terms         json{"ordinal":6,"from_day":"2021-01-10","posts":{}} 401 ok 404 ok 403 403 403 ok
GET    /api/v1/terms/<id>                    -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/terms/<id>                    json{}                      401      ok    404     ok      403     403   403      ok
GET    /api/v1/terms/<id>/seats              -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/terms/<id>/seats              seat                        401      ok    404     ok      403     403   403      ok
GET    /api/v1/terms/<id>/election           -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/terms/<id>/election           vote                        401      ok    404     ok      403     403   403      ok
GET    /api/v1/seats/<id>                    -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/seats/<id>                    json{}                      401      ok    404     ok      403     403   403      ok
POST   /api/v1/seats/<id>/end                json{"on":"2021-01-09","reason":"辞职"} 401 ok 404 ok  403     403   403      ok
POST   /api/v1/seats/<id>/remove             json{"reason":""}           401      ok    404     ok      403     403   403      ok
POST   /api/v1/terms/<id>/explanations       json{"rule":"overdue","reason":""} 401 ok 404   ok      403     403   403      ok
GET    /api/v1/kinships                      -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/kinships                      json{"person":"{person}","relative":"{person}","kinship":"spouse"} 401 ok ok ok 403 403 403 ok
# Removed by the first who may, too.
DELETE /api/v1/kinships/<id>                 -                           401      ok    404     404     403     403   403      404
GET    /api/v1/elections/<id>                -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/elections/<id>                vote                        401      ok    404     ok      403     403   403      ok
POST   /api/v1/elections/<id>/remove         json{"reason":""}           401      ok    404     ok      403     403   403      ok
POST   /api/v1/terms/<id>/close              json{"on":"2021-01-09"}     401      ok    404     ok      403     403   403      ok
# API: targets and slates
GET    /api/v1/committee-targets             -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/committee-targets             target                      401      403   403     ok      403     403   403      403
GET    /api/v1/committee-rules               -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/committee-rules               rule                        401      403   403     ok      403     403   403      403
GET    /api/v1/county-words                  -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/county-words                  word                        401      403   403     ok      403     403   403      403
GET    /api/v1/slates                        -                           401      ok    ok      ok      403     403   403      ok
POST   /api/v1/slates                        json{}                      401      ok    ok      ok      403     403   403      ok
POST   /api/v1/slates/outcome                json{}                      401      ok    ok      ok      403     403   403      ok
GET    /api/v1/slates/<id>                   -                           401      ok    404     ok      403     403   403      ok
PATCH  /api/v1/slates/<id>                   json{"name":"方案二"}       401      ok    404     ok      403     403   403      ok
GET    /api/v1/slates/<id>/outcome           -                           401      ok    404     ok      403     403   403      ok
# API: candidates; verdicts, filing and rejection for those who vet for the county
GET    /api/v1/candidate-checks              -                           401      ok    ok      ok      403     403   403      ok
POST   /api/v1/candidate-checks              json{"committee_kind":"x"}  401      ok    ok      ok      403     403   403      ok
GET    /api/v1/candidate-checks/<id>         -                           401      ok    404     ok      403     403   403      ok
PUT    /api/v1/candidate-checks/<id>/verdicts json{"verdicts":[]}        401      403   403     ok      403     403   403      403
POST   /api/v1/candidate-checks/<id>/<verb>|file json{}                  401      403   403     ok      403     403   403      403
GET    /api/v1/vetting-checklists            -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/vetting-checklists            json{}                      401      403   403     ok      403     403   403      403
GET    /api/v1/vetting-departments           -                           401      ok    ok      ok      ok      403   403      ok
PUT    /api/v1/vetting-departments           json{"departments":[]}      401      403   403     ok      403     403   403      403
# API: training
GET    /api/v1/training/programmes           -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/training/programmes           programme                   401      403   403     ok      403     403   403      403
GET    /api/v1/training/programmes/<id>      -                           401      ok    ok      ok      ok      403   403      ok
PATCH  /api/v1/training/programmes/<id>      revision                    401      403   403     ok      403     403   403      403
GET    /api/v1/training/programmes/<id>/coverage - 401 ok ok ok ok 403 403 ok
GET    /api/v1/training/programmes/<id>/outstanding - 401 ok ok ok ok 403 403 ok
GET    /api/v1/training/classes              -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/training/classes              json{}                      401      ok    ok      ok      403     403   403      ok
GET    /api/v1/training/classes/<id>         -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/training/classes/<id>         json{"note":"核对"}         401      ok    404     ok      403     403   403      ok
GET    /api/v1/training/classes/<id>/enrolments - 401 ok 404 ok ok 403 403 ok
POST   /api/v1/training/classes/<id>/enrolments json{"members":["{member}"]} 401 ok 404 ok 403 403 403 ok
POST   /api/v1/training/classes/<id>/withdrawals json{"member":"{member}","reason":"重复"} 401 ok 404 ok 403 403 403 ok
PUT    /api/v1/training/classes/<id>/attendance json{"rows":[{"member":"{member}","hours":8,"result":"passed"}]} 401 ok 404 ok 403 403 403 ok
PATCH  /api/v1/training/classes/<id>/attendance/<member> json{"hours":7,"result":"passed"} 401 ok 404 ok 403 403 403 ok
DELETE /api/v1/training/classes/<id>/attendance/<member> json{"reason":""} 401 ok ok ok 403 403 403 ok
POST   /api/v1/training/classes/<id>/<step>|reopen json{"reason":"更正"} 401 ok 404 ok 403 403 403 ok
GET    /api/v1/members/<id>/training         -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/training/exemptions           json{"member":"{member}","kind":"ill","reason":"重病","from":"2026-01-01"} 401 ok 404 ok 403 403 403 ok
POST   /api/v1/training/exemptions/<id>/end  json{"on":"2026-02-01"}     401      ok    404     ok      403     403   403      ok
GET    /api/v1/training/sites                -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/training/sites                json{"sites":[]}            401      403   403     ok      403     403   403      403
GET    /api/v1/training/settings             -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/training/settings             training-settings           401      403   403     ok      403     403   403      403
# API: training
POST   /api/v1/training/programmes/<id>/plan json{"farthest":3}          401      ok    ok      ok      403     403   403      ok
POST   /api/v1/training/programmes/<id>/plan/accept json{"farthest":3,"fingerprint":"x"} 401 403 403 ok 403     403   403      403
# API: pools of reserve cadres
GET    /api/v1/reserve-cadres                -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/reserve-cadres                json{}                      401      ok    ok      ok      403     403   403      ok
GET    /api/v1/reserve-cadres/<id>           -                           401      ok    404     ok      ok      403   403      ok
PATCH  /api/v1/reserve-cadres/<id>           json{"note":"核对"}         401      ok    404     ok      403     403   403      ok
GET    /api/v1/reserve-cadres/<id>/history   -                           401      ok    404     ok      ok      403   403      ok
POST   /api/v1/reserve-cadres/<id>/mentors   json{"kind":"village_secretary","name":"谭军"} 401 ok 404 ok 403   403   403      ok
POST   /api/v1/reserve-cadres/<id>/mentors/<mentor>/end json{}           401      ok    404     ok      403     403   403      ok
POST   /api/v1/reserve-cadres/<id>/notes     json{"mentor":"{mentor}","content":"谈话"} 401 ok 404 ok   403     403   403      ok
POST   /api/v1/reserve-cadres/<id>/reviews   json{"grade":"excellent"}   401      ok    404     ok      403     403   403      ok
POST   /api/v1/reserve-cadres/<id>/<verb>|return json{}                  401      ok    404     ok      403     403   403      ok
GET    /api/v1/reserve-settings              -                           401      ok    ok      ok      ok      403   403      ok
POST   /api/v1/reserve-settings              settings                    401      403   403     ok      403     403   403      403
# API: imports
GET    /api/v1/imports                       -                           401      ok    ok      ok      403     403   403      ok
POST   /api/v1/imports                       file                        401      ok    404     ok      403     403   403      ok
GET    /api/v1/imports/<id>                  -                           401      ok    404     ok      403     403   403      ok
GET    /api/v1/imports/<id>/rows             -                           401      ok    404     ok      403     403   403      ok
GET    /api/v1/imports/<id>/events           -                           401      ok    404     ok      403     403   403      ok
GET    /api/v1/imports/<id>/errors.xlsx      -                           401      ok    404     ok      403     403   403      ok
POST   /api/v1/imports/<id>/commit           -                           401      ok    404     ok      403     403   403      ok
POST   /api/v1/imports/<id>/undo             json{"reason":"误传"}       401      ok    404     ok      403     403   403      403
# API: exports
GET    /api/v1/exports                       -                           401      ok    ok      ok      ok      403   403      ok
GET    /api/v1/members/<id>/registration-form -                          401      ok    404     ok      ok      403   403      ok
GET    /api/v1/transfers/<id>/letter         -                           401      ok    404     ok      ok      403   403      ok
# API: trail and accounts
GET    /api/v1/audit/entries                 -                           401      ok    ok      ok      ok      ok    ok       ok
GET    /api/v1/audit/checkpoint              -                           401      ok    ok      ok      ok      ok    ok       ok
GET    /api/v1/audit/bundle                  -                           401      ok    ok      ok      ok      ok    ok       ok
GET    /api/v1/accounts                      -                           401      403   403     403     403     ok    ok       403
POST   /api/v1/accounts                      account                     401      403   403     403     403     ok    403      403
GET    /api/v1/accounts/<id>                 -                           401      403   403     403     403     ok    ok       403
PATCH  /api/v1/accounts/<id>/role            json{"role":"clerk"}        401      403   403     403     403     403   ok       403
POST   /api/v1/accounts/<id>/reset           json{"password":"another-horse-battery"} 401 403 403 403    403     404   403      403
POST   /api/v1/accounts/<id>/disable         json{"reason":"离岗"}       401      403   403     403     403     ok    403      403
# Signing out: last, since it ends the sessions
POST   /sign-out                             form                        in       ok    ok      ok      ok      ok    ok       in
DELETE /api/v1/session                       -                           401      ok    ok      ok      ok      ok    ok       ok
"#;
