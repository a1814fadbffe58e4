DROP TABLE quarter_sign_offs;
DROP TABLE quarter_settings;
