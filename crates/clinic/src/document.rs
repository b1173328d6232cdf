//! Leaflets: PDF, JPEG, PNG or plain text, checked by their content, and photographs freed of
//! what a camera hides in them (place, date, model).

use crate::{
    files,
    kit_toml::NamedFile,
    problem::{Outcome, Problem},
};
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, codecs::jpeg::JpegEncoder};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Largest leaflet, in bytes: 80 seconds at 400 kbit/s.
const MOST_BYTES: u64 = 4_000_000;
/// Longest side of a photographed page, in pixels.
const LONGEST_SIDE: u32 = 1600;

/// A leaflet ready to be stored, and its MIME type. Cleaned copies are made in `work`.
pub fn prepare(file: &NamedFile, work: &Path) -> Outcome<(PathBuf, &'static str)> {
    let name = file.path.display();
    let length = fs::metadata(&file.path).map_err(|e| Problem::io(&file.path, "cannot be read", &e))?.len();
    if length > MOST_BYTES {
        return Err(file
            .problem(format!("{name} is {:.1} MB", length as f64 / 1e6))
            .expected("at most 4 MB: a patient in the country waits 80 seconds for that")
            .to_do("Save the PDF with smaller pictures, or give fewer pages.")
            .into());
    }
    let bytes = fs::read(&file.path).map_err(|e| Problem::io(&file.path, "cannot be read", &e))?;
    if bytes.starts_with(b"%PDF-") {
        return Ok((file.path.clone(), "application/pdf"));
    }
    let picture = [(ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::Png, "image/png")]
        .into_iter()
        .find(|(format, _)| image::guess_format(&bytes).is_ok_and(|f| f == *format));
    if let Some((format, mime)) = picture {
        let picture = upright(&bytes, format).map_err(|e| {
            file.problem(format!("the picture {name} cannot be read: {e}"))
                .to_do("Open it in a picture program and save it again.")
        })?;
        let clean = work.join(format!("{}.{}", files::sha256(&bytes), care::media::extension(mime)));
        let saved = match format {
            ImageFormat::Jpeg => fs::File::create(&clean)
                .map_err(image::ImageError::IoError)
                .and_then(|f| picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(f, 78))),
            _ => picture.save_with_format(&clean, format),
        };
        saved.map_err(|e| Problem::new(&clean, format!("cannot be written: {e}")))?;
        return Ok((clean, mime));
    }
    let words = std::str::from_utf8(&bytes).is_ok_and(|t| !t.trim().is_empty() && !t.contains('\0'));
    if words {
        return Ok((file.path.clone(), "text/plain"));
    }
    Err(file
        .problem(format!("{name} is neither a PDF, nor a JPEG or PNG picture, nor plain text"))
        .expected("a file that every phone can show without another program")
        .to_do("Export it as PDF.")
        .into())
}

fn upright(bytes: &[u8], format: ImageFormat) -> image::ImageResult<DynamicImage> {
    let mut decoder = ImageReader::with_format(std::io::Cursor::new(bytes), format).into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    if picture.width().max(picture.height()) > LONGEST_SIDE {
        picture = picture.resize(LONGEST_SIDE, LONGEST_SIDE, image::imageops::FilterType::CatmullRom);
    }
    Ok(picture)
}
