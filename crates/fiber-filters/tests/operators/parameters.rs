//! Every parameter that can be wrong is refused by name.

use fiber_filters::{
    Connectivity, FilterError, Histogram, OrientedLineFilter, SsimOptions, StructuringElement,
    canny, gaussian_blur, hysteresis, multi_scale_ssim, pyramid_expand, ssim, wide_gaussian_blur,
};
use fiber_image::Plane;

fn refused<T: std::fmt::Debug>(result: Result<T, FilterError>) -> &'static str {
    match result.unwrap_err() {
        FilterError::Parameter { name, .. } => name,
        FilterError::Size { .. } => "size",
        other => panic!("{other}"),
    }
}

fn plane<T: Clone>(value: T) -> Plane<T> {
    Plane::filled(6, 5, value).unwrap()
}

#[test]
fn gaussian_sigma() {
    for sigma in [f32::NAN, 0.0, -1.0, 1025.0, f32::INFINITY] {
        assert_eq!(refused(gaussian_blur(plane(1.0).view(), sigma)), "sigma");
        assert_eq!(refused(wide_gaussian_blur(plane(1.0).view(), sigma)), "sigma");
    }
    assert!(gaussian_blur(plane(1.0).view(), 1024.0).is_ok());
    assert!(gaussian_blur(plane(1.0).view(), f32::MIN_POSITIVE).is_ok());
    assert!(wide_gaussian_blur(plane(1.0).view(), 1024.0).is_ok());
    assert!(wide_gaussian_blur(plane(1.0).view(), f32::MIN_POSITIVE).is_ok());
}

#[test]
fn canny_thresholds() {
    assert_eq!(refused(canny(plane(1).view(), -1, 5)), "low");
    assert_eq!(refused(canny(plane(1).view(), 6, 5)), "high");
}

#[test]
fn hysteresis_thresholds() {
    let response = plane(1.0);
    let run = |low, high| hysteresis(response.view(), low, high, Connectivity::Four);
    assert_eq!(refused(run(f32::NAN, 1.0)), "low");
    assert_eq!(refused(run(2.0, 1.0)), "low");
    assert_eq!(refused(run(0.0, f32::NAN)), "high");
}

#[test]
fn element_sides() {
    for side in [0, 2, 65_536, 65_537, usize::MAX] {
        assert_eq!(refused(StructuringElement::ellipse(side)), "size");
        assert_eq!(refused(StructuringElement::rectangle(side, 3)), "width");
        assert_eq!(refused(StructuringElement::rectangle(3, side)), "height");
    }
}

#[test]
fn expanded_sides() {
    for side in [0, 10, 13, usize::MAX] {
        assert_eq!(refused(pyramid_expand(plane(1.0).view(), side, 10)), "width");
    }
    for side in [0, 8, 11, usize::MAX] {
        assert_eq!(refused(pyramid_expand(plane(1.0).view(), 12, side)), "height");
    }
}

#[test]
fn percentile_share() {
    for q in [f64::NAN, -0.1, 1.1] {
        assert_eq!(refused(Histogram::of(plane(1).view()).percentile(q)), "q");
    }
}

#[test]
fn line_length_and_angles() {
    assert_eq!(refused(OrientedLineFilter::new(0, 8)), "length");
    assert_eq!(refused(OrientedLineFilter::new(65_536, 8)), "length");
    assert_eq!(refused(OrientedLineFilter::new(9, 0)), "angles");
    assert_eq!(refused(OrientedLineFilter::new(9, 256)), "angles");
    let filter = OrientedLineFilter::new(9, 8).unwrap();
    let mask = Plane::filled(5, 6, 1_u8).unwrap();
    assert_eq!(refused(filter.apply(plane(1.0).view(), Some(mask.view()))), "size");
}

#[test]
fn ssim_options_and_sizes() {
    let good = SsimOptions::default();
    let wrong = [
        ("radius", SsimOptions { radius: 65, ..good }),
        ("sigma", SsimOptions { sigma: 0.0, ..good }),
        ("k1", SsimOptions { k1: f64::NAN, ..good }),
        ("k2", SsimOptions { k2: -0.03, ..good }),
        ("range", SsimOptions { range: f64::INFINITY, ..good }),
        ("k1 x range", SsimOptions { range: 1e-74, ..good }),
        ("k2 x range", SsimOptions { k1: 1e-9, range: 1e77, ..good }),
    ];
    for (name, options) in wrong {
        assert_eq!(refused(ssim(plane(1_u8).view(), plane(2_u8).view(), &options)), name);
        assert_eq!(
            refused(multi_scale_ssim(plane(1_u8).view(), plane(2_u8).view(), &options)),
            name
        );
    }
    let other = Plane::filled(5, 6, 1_u8).unwrap();
    assert_eq!(refused(ssim(plane(1_u8).view(), other.view(), &good)), "size");
}

#[test]
fn messages_name_parameter_value_and_range() {
    let error = StructuringElement::ellipse(4).unwrap_err();
    assert_eq!(error.to_string(), "size is 4, but must be odd, from 1 to 65535");
    let other = Plane::filled(5, 6, 1_u8).unwrap();
    let error = ssim(plane(1_u8).view(), other.view(), &SsimOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "a plane is 5 x 6, but must be 6 x 5");
}

#[test]
fn public_types_cross_threads() {
    fn check<T: Send + Sync>() {}
    check::<FilterError>();
    check::<StructuringElement>();
    check::<OrientedLineFilter>();
    check::<fiber_filters::Components>();
    check::<Histogram>();
    check::<fiber_filters::IntegralImage>();
    check::<fiber_filters::Ssim>();
}
