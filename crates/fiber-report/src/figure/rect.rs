/// A rectangle of whole canvas pixels; empty where a side is not positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

impl Rect {
    pub(crate) const fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self { x, y, width, height }
    }

    pub(crate) fn right(self) -> i32 {
        self.x + self.width
    }

    pub(crate) fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// What is left after taking away margins: left, top, right, bottom.
    pub(crate) fn inset(self, left: i32, top: i32, right: i32, bottom: i32) -> Self {
        let (width, height) = (self.width - left - right, self.height - top - bottom);
        Self::new(self.x + left, self.y + top, width.max(0), height.max(0))
    }

    /// The common part.
    pub(crate) fn meet(self, other: Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let width = self.right().min(other.right()) - x;
        let height = self.bottom().min(other.bottom()) - y;
        Self::new(x, y, width.max(0), height.max(0))
    }
}
