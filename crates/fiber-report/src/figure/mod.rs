//! Pictures of an inspection.

mod analysis;
mod brightness;
mod canvas;
mod chart;
mod colour;
mod labels;
mod legend;
mod overlay;
mod panel;
mod rect;
mod simple;
mod summary;
mod typeface;
mod viewport;
