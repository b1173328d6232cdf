//! Mounts the portal.

fn main() {}
