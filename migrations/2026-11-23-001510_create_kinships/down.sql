DROP TABLE kinships;
