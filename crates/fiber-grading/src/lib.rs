//! Judges fibre end faces by acceptance profiles: pass, fail, marginal or ungradable, with reasons.
//!
//! The bottom of the stack, with no knowledge of pixels: any software that measures flaws in
//! micrometres from the fibre centre can use it.
//!
//! - [`Profile`] is data: zones, limits, counting settings, read from TOML or [built in](Profile::builtin_names).
//! - [`Rule`] is one table entry, such as `< 2 free, 5 of 2-5, none > 5`.
//! - [`Finding`] is one flaw with its uncertainty, [`Obstacle`] what keeps an image from being judged.
//! - [`Profile::grade`] gives a [`Grade`]: [`Verdict`], [`Reason`]s, counts against limits per zone.
//!
//! ```
//! use fiber_grading::{Finding, FindingClass, Profile, Verdict};
//!
//! let profile = Profile::builtin("iec-61300-3-35-ed1-sm-pc45")?;
//! let pit = Finding {
//!     id: "DIG_0001".into(),
//!     class: FindingClass::Defect,
//!     size_um: 6.2,
//!     inner_radius_um: 31.0,
//!     outer_radius_um: 37.2,
//!     uncertainty_um: 0.4,
//! };
//! let grade = profile.grade(&[pit], &[])?;
//! assert_eq!(grade.verdict, Verdict::Fail);
//! assert_eq!(grade.reasons[0].message, "1 defect of > 5 um in zone B (none allowed): DIG_0001");
//! assert!(grade.may_pass_after_cleaning());
//! # Ok::<(), fiber_grading::GradingError>(())
//! ```

mod allocation;
mod error;
mod ferrule;
mod finding;
mod grade;
mod placement;
mod profile;
mod profile_file;
mod rule;
mod verdict;
mod zone;

pub use error::GradingError;
pub use ferrule::{FerruleGrade, Fibre};
pub use finding::{Finding, FindingClass};
pub use grade::{Grade, LimitGrade, ZoneGrade};
pub use profile::Profile;
pub use rule::Rule;
pub use verdict::{Cause, LimitName, Obstacle, Reason, Verdict};
pub use zone::Zone;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
