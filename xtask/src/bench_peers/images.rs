use std::path::Path;

/// Writes, as PGM, rings around the centre under sensor noise: as smooth and as many-valued as an end face.
pub(crate) fn rings(folder: &Path, width: usize, height: usize) -> Result<String, String> {
    let mut bytes = format!("P5\n{width} {height}\n255\n").into_bytes();
    let mut state = 1_u64;
    for y in 0..height {
        for x in 0..width {
            // Knuth's MMIX generator.
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let noise = (state >> 60) as f64 - 7.5;
            let (dx, dy) = (x as f64 - 0.5 * width as f64, y as f64 - 0.5 * height as f64);
            let radius = dx.hypot(dy);
            let shade = if radius < 0.25 * height as f64 { 150.0 } else { 80.0 };
            bytes.push((shade + 25.0 * (radius / 9.0).cos() + 0.3 * noise) as u8);
        }
    }
    let file = folder.join(format!("rings_{width}x{height}.pgm"));
    std::fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file.display().to_string())
}
