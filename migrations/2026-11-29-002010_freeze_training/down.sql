DROP TABLE training_attendance_facts;
DROP TABLE training_class_facts;
DROP TABLE training_facts;
