//! Every touch of the browser, one file per port of `care`.
