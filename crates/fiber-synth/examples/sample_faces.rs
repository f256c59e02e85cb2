//! Renders the sample faces that are kept in `examples/faces` at the top of the repository:
//! `cargo run -p fiber-synth --example sample_faces -- examples/faces`.

use std::error::Error;

use fiber_synth::{DefectKind, FaceSetWriter, Population, random_face, render};

const GOOD: u64 = 24;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder? examples/faces is the usual one")?;
    let mut set = FaceSetWriter::create(folder)?.without_masks();
    let good = Population { damaged_share: 0.0, ..Population::bench_binned() };
    for index in 0..GOOD {
        let face = render(&random_face(1, index, &good)?)?;
        set.add(&format!("good/face_{:02}", index + 1), &face)?;
    }
    use DefectKind::{Chip, Contamination, Dig, Scratch};
    let damaged: [(&str, u64, &[DefectKind], usize); 8] = [
        ("scratched_1", 1, &[Scratch], 1),
        ("scratched_2", 2, &[Scratch], 3),
        ("pitted_1", 3, &[Dig], 4),
        ("dirty_1", 4, &[Contamination], 1),
        ("dirty_2", 5, &[Contamination], 3),
        ("chipped_1", 6, &[Chip], 2),
        ("mixed_1", 7, &[Scratch, Dig, Contamination, Chip], 5),
        ("mixed_2", 8, &[Scratch, Dig, Contamination, Chip], 5),
    ];
    for (name, index, kinds, most_defects) in damaged {
        let population =
            Population { damaged_share: 1.0, kinds: kinds.to_vec(), most_defects, ..good.clone() };
        set.add(&format!("damaged/{name}"), &render(&random_face(2, index, &population)?)?)?;
    }
    set.finish()?;
    Ok(())
}
