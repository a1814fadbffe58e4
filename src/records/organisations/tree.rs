//! The tree of past days, as statements over dated records need it.

/// `days`, `parents`, `placed`: the tree of each day of `days` (`day`, `before`: the day before it in that list). Where
/// no parent is on record for a day, the nearest earlier one holds, else the first later one: members may have joined
/// before their branch was founded. An organisation that hangs on nothing keeps the path of today.
#[must_use]
pub fn tree(days: &str) -> String {
    tree_over(days, "")
}

/// The same over the organisations that a condition on the organisation `o` lets through, which must let through whatever
/// stands above one that it does.
#[must_use]
pub fn tree_over(days: &str, concerned: &str) -> String {
    format!(
        "days (day, before) AS ({days}), \
         parents AS MATERIALIZED ( \
            SELECT DISTINCT ON (d.day, p.organisation_id) d.day, p.organisation_id, p.parent_id, o.code \
            FROM days d JOIN organisation_parents p ON p.county_id = $1 \
            JOIN organisations o ON o.county_id = $1 AND o.id = p.organisation_id{concerned} \
            ORDER BY d.day, p.organisation_id, (p.from_day <= d.day) DESC, abs(p.from_day - d.day)), \
         tree (day, id, parent_id, path) AS ( \
            SELECT d.day, o.id, NULL::uuid, o.path FROM days d \
            JOIN organisations o ON o.county_id = $1 AND o.parent_id IS NULL \
            UNION ALL \
            SELECT p.day, p.organisation_id, p.parent_id, (t.path || p.code || '/') COLLATE \"C\" FROM tree t \
            JOIN parents p ON p.day = t.day AND p.parent_id = t.id), \
         placed AS MATERIALIZED ( \
            SELECT day, id, parent_id, path FROM tree \
            UNION ALL \
            SELECT d.day, o.id, o.parent_id, o.path FROM days d JOIN organisations o ON o.county_id = $1{concerned} \
            WHERE NOT EXISTS (SELECT FROM tree t WHERE t.day = d.day AND t.id = o.id))"
    )
}
