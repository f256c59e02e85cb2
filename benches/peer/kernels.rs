//! The operators that OpenCV has too, by name, and those of `imageproc`.

use std::hint::black_box;

use fiber_inspect::filters::{
    Connectivity, Histogram, IntegralImage, OrientedLineFilter, SsimOptions, StructuringElement,
    binomial_3x3, box_mean, canny, components, correlate, dilate, erode, gaussian_blur,
    laplacian_4, outer_contours, pyramid_expand, pyramid_reduce, sobel_3x3, ssim, white_top_hat,
};
use fiber_inspect::image::Plane;
use image::{GrayImage, ImageBuffer, Luma};
use imageproc::{distance_transform::Norm, kernel::Kernel, morphology, region_labelling};

type Call<'a> = Box<dyn FnOnce() + 'a>;

/// An image in the forms that the operators take.
pub(crate) struct Inputs {
    pub(crate) grey: Plane<u8>,
    smooth: Plane<u8>,
    single: Plane<f32>,
    double: Plane<f64>,
    half: Plane<f64>,
    mask: Plane<u8>,
    picture: GrayImage,
    mask_picture: GrayImage,
    single_picture: ImageBuffer<Luma<f32>, Vec<f32>>,
    /// 15 x 15 pixels, no product of a row and a column.
    spectral: Plane<f32>,
}

fn picture(plane: &Plane<u8>) -> GrayImage {
    let (width, height) = plane.dimensions();
    GrayImage::from_raw(width as u32, height as u32, plane.pixels().to_vec())
        .expect("the buffer holds every pixel")
}

fn call<'a, T>(work: impl Fn() -> T + 'a) -> Call<'a> {
    Box::new(move || {
        black_box(work());
    })
}

impl Inputs {
    pub(crate) fn new(grey: Plane<u8>) -> Self {
        let double = grey.map(|&value| f64::from(value));
        let mask = grey.map(|&value| if value > 130 { 255 } else { 0 });
        let single = grey.map(|&value| f32::from(value));
        let (width, height) = grey.dimensions();
        let spectral = Plane::from_fn(15, 15, |x, y| {
            let (x, y) = (x as f32 - 7.0, y as f32 - 7.0);
            (0.3 * x * y).cos() / (1.0 + x * x + y * y)
        });
        Self {
            smooth: binomial_3x3(grey.view()),
            single_picture: ImageBuffer::from_raw(
                width as u32,
                height as u32,
                single.pixels().to_vec(),
            )
            .expect("the buffer holds every pixel"),
            spectral: spectral.expect("a small kernel"),
            single,
            half: pyramid_reduce(double.view()),
            picture: picture(&grey),
            mask_picture: picture(&mask),
            grey,
            double,
            mask,
        }
    }

    pub(crate) fn kernel<'a>(&'a self, name: &str) -> Option<Call<'a>> {
        let grey = self.grey.view();
        let (width, height) = self.grey.dimensions();
        Some(match name {
            "binomial 3x3" => call(move || binomial_3x3(grey)),
            "Gaussian, sigma 3, f32" => call(|| gaussian_blur(self.single.view(), 3.0)),
            "kernel 15x15, f32" => call(|| correlate(self.single.view(), self.spectral.view())),
            "box mean 31x31, f32" => call(|| box_mean(self.single.view(), 15, 15)),
            "integral image" => call(move || IntegralImage::new(grey)),
            "Sobel, both" => call(move || sobel_3x3(grey)),
            "Laplacian" => call(move || laplacian_4(grey)),
            "Canny" => call(move || canny(grey, 50, 150)),
            "Canny, many edges" => call(move || canny(grey, 10, 30)),
            "components" => call(|| components(self.mask.view(), Connectivity::Eight)),
            "outer contours" => call(|| outer_contours(self.mask.view())),
            "histogram" => call(move || Histogram::of(grey)),
            "lines" => call(|| {
                let filter = OrientedLineFilter::new(41, 32).expect("a legal length");
                filter.bright_and_dark(self.single.view(), None)
            }),
            "pyramid down, f64" => call(|| pyramid_reduce(self.double.view())),
            "pyramid up, f64" => call(move || pyramid_expand(self.half.view(), width, height)),
            "SSIM" => call(move || ssim(grey, self.smooth.view(), &SsimOptions::default())),
            _ => return self.morphology(name),
        })
    }

    fn morphology<'a>(&'a self, name: &str) -> Option<Call<'a>> {
        let grey = self.grey.view();
        let (what, size) = name.rsplit_once(' ')?;
        let size = size.parse().ok()?;
        let disc = StructuringElement::ellipse(size).ok()?;
        Some(match what {
            "dilate, disc" => call(move || dilate(grey, &disc)),
            "top-hat, disc" => call(move || white_top_hat(grey, &disc)),
            "erode, square" => {
                let square = StructuringElement::rectangle(size, size).ok()?;
                call(move || erode(grey, &square))
            }
            _ => return None,
        })
    }

    /// The same operator, or the nearest one, of `imageproc`.
    pub(crate) fn imageproc<'a>(&'a self, name: &str) -> Option<Call<'a>> {
        use imageproc::{edges, filter, gradients};
        let picture = &self.picture;
        Some(match name {
            "binomial 3x3" => call(|| filter::gaussian_blur_f32(picture, 0.85)),
            "kernel 15x15, f32" => call(|| {
                let kernel = Kernel::new(self.spectral.pixels(), 15, 15);
                filter::filter_clamped::<_, f32, f32>(&self.single_picture, kernel)
            }),
            "Sobel, both" => {
                call(|| (gradients::horizontal_sobel(picture), gradients::vertical_sobel(picture)))
            }
            "Laplacian" => call(|| filter::laplacian_filter(picture)),
            "Canny" => call(|| edges::canny(picture, 50.0, 150.0)),
            "Canny, many edges" => call(|| edges::canny(picture, 10.0, 30.0)),
            "components" => call(|| {
                let eight = region_labelling::Connectivity::Eight;
                region_labelling::connected_components(&self.mask_picture, eight, Luma([0]))
            }),
            "outer contours" => {
                call(|| imageproc::contours::find_contours::<u32>(&self.mask_picture))
            }
            "histogram" => call(|| imageproc::stats::histogram(picture)),
            "integral image" => {
                call(|| imageproc::integral_image::integral_image::<_, u32>(picture))
            }
            "erode, square 5" => call(|| morphology::erode(picture, Norm::LInf, 2)),
            "erode, square 31" => call(|| morphology::erode(picture, Norm::LInf, 15)),
            _ => {
                let size: u8 = name.strip_prefix("dilate, disc ")?.parse().ok()?;
                let disc = morphology::Mask::disk(size / 2);
                call(move || morphology::grayscale_dilate(picture, &disc))
            }
        })
    }
}
