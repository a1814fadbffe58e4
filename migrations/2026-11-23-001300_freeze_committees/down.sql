DROP TABLE committee_facts;
DROP TABLE seat_facts;
