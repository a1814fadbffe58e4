//! The program as people start it.

mod interruption;
