//! Mounts the portal.

fn main() {
    bon_geste::app::start();
}
