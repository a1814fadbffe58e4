-- What was approved is lost; the terms keep the days to which they were extended.
DROP TABLE term_extensions;
