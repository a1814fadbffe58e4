-- A member's page lists the exports of each organisation above him.
CREATE INDEX audit_entries_exports_idx ON audit_entries (county_id, path, at) WHERE action = 'exports.export';
