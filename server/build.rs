//! Assembles the files of the API documentation page, plain and compressed: Swagger UI's from its archive, and our own.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, Cursor},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// The files of Swagger UI that the page loads.
const SWAGGER_UI: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

/// Our own files.
const OWN: &str = "src/rest/docs";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={OWN}");
    let folder = PathBuf::from(env::var("OUT_DIR")?).join("docs");
    fs::create_dir_all(&folder)?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for position in 0..archive.len() {
        let mut file = archive.by_index(position)?;
        let path = file.enclosed_name().ok_or("a path that leads out of the archive")?;
        if let Some(name) = SWAGGER_UI.into_iter().find(|name| path.ends_with(Path::new("dist").join(name))) {
            io::copy(&mut file, &mut File::create(folder.join(name))?)?;
        }
    }
    for entry in fs::read_dir(OWN)? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    compress_all(&folder)
}

fn compress_all(folder: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "gz") {
            let mut compressed = path.clone().into_os_string();
            compressed.push(".gz");
            let mut encoder = GzEncoder::new(File::create(compressed)?, Compression::best());
            io::copy(&mut File::open(path)?, &mut encoder)?;
            encoder.finish()?;
        }
    }
    Ok(())
}
