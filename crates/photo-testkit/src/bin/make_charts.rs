//! Writes the charts of colors to the folder named as the only argument, with a list of what their samples
//! mean, for `tests/suite/color_reference.py`.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("which folder?")?);
    std::fs::create_dir_all(&folder)?;
    let mut list = Vec::new();
    for (i, chart) in photo_testkit::charts::all().into_iter().enumerate() {
        let file = format!("{i:02}");
        std::fs::write(folder.join(&file), &chart.file)?;
        list.push(serde_json::json!({
            "name": chart.name, "file": file, "device": chart.device, "meaning": chart.meaning,
        }));
    }
    std::fs::write(folder.join("charts.json"), serde_json::to_vec(&list)?)?;
    println!("{}: {} charts", folder.display(), list.len());
    Ok(())
}
