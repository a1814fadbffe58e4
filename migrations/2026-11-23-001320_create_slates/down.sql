DROP TABLE slate_seats;
DROP TABLE slates;
