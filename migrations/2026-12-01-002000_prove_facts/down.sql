DROP TABLE revision_proofs;
