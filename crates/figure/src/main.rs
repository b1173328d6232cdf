//! tmp
fn main() {
    let id = std::env::args().nth(1).unwrap_or_default();
    let m = figure::motion::Motion::read(std::path::Path::new(&format!("content/motion/{id}.toml"))).unwrap_or_else(|e| panic!("{e}"));
    figure::raster::contact_sheet(&m).map(|p| p.save_png(format!("/tmp/sheets/{id}.png"))).ok();
}
