DROP TABLE evidence_pack;
