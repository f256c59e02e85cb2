//! Detection on drawn, rendered and real end faces.

mod clean;
mod drawn;
mod learned;
mod planted;
mod robust;
