/// Why a walk through entropy-coded data stopped.
pub(super) enum Broken {
    /// A marker or the end of the file came where bits were needed.
    Ended,
    /// No Huffman code begins with these bits, or one leads out of its block.
    BadCode,
}

/// Bits of a scan; stuffed zero bytes are dropped, markers are not passed.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    buffer: u64,
    available: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, buffer: 0, available: 0 }
    }

    fn fill(&mut self) {
        while self.available <= 56 {
            let Some(&byte) = self.bytes.get(self.at) else { return };
            if byte == 0xFF {
                if self.bytes.get(self.at + 1) != Some(&0) {
                    return;
                }
                self.at += 1;
            }
            self.at += 1;
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.available += 8;
        }
    }

    /// The next 16 bits, zeros where there are none.
    fn peek(&mut self) -> u16 {
        if self.available < 16 {
            self.fill();
        }
        if self.available < 16 {
            (self.buffer << (16 - self.available)) as u16
        } else {
            (self.buffer >> (self.available - 16)) as u16
        }
    }

    /// Takes `count` bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> Result<u16, Broken> {
        let ahead = u32::from(self.peek());
        self.available = self.available.checked_sub(count).ok_or(Broken::Ended)?;
        Ok((ahead >> (16 - count)) as u16)
    }

    pub(super) fn code(&mut self, table: &HuffmanTable) -> Result<u8, Broken> {
        let (symbol, length) = table.look_up(self.peek()).ok_or({
            // Missing bits read as zeros may be no code either.
            if self.available < 16 { Broken::Ended } else { Broken::BadCode }
        })?;
        self.take(length)?;
        Ok(symbol)
    }

    /// Passes the restart marker that must come next.
    pub(super) fn restart(&mut self) -> Result<(), Broken> {
        // Whole bytes may remain before the marker.
        while self.available > 0 {
            self.available = 0;
            self.fill();
        }
        let fill = self.bytes[self.at..].iter().take_while(|&&byte| byte == 0xFF).count();
        match self.bytes.get(self.at + fill) {
            Some(0xD0..=0xD7) if fill > 0 => {
                self.at += fill + 1;
                self.buffer = 0;
                Ok(())
            }
            _ => Err(Broken::Ended),
        }
    }

    /// Where the bytes not yet looked at begin; between here and the true end of the scan there is no
    /// marker.
    pub(super) fn position(&self) -> usize {
        self.at
    }
}

/// A Huffman table in canonical form (ITU-T T.81, annex C).
pub(super) struct HuffmanTable {
    /// By code length less 1: the first code beyond those of that length, left-aligned in 16 bits,
    /// and what leads from a code to its symbol.
    lengths: [(u32, i32); 16],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// No codes at all.
    pub(super) const EMPTY: Self = Self { lengths: [(0, 0); 16], symbols: Vec::new() };

    /// Parses 16 counts and their symbols; gives the bytes behind too.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (counts, rest) = bytes.split_at_checked(16)?;
        let total = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total)?;
        let mut lengths = [(0, 0); 16];
        let (mut code, mut index) = (0_u32, 0_i32);
        for (bit, &count) in counts.iter().enumerate() {
            let offset = index - code as i32;
            code += u32::from(count);
            index += i32::from(count);
            if code > 2 << bit {
                return None; // more codes than this length has
            }
            lengths[bit] = (code << (15 - bit), offset);
            code <<= 1;
        }
        Some((Self { lengths, symbols: symbols.to_vec() }, rest))
    }

    /// The symbol whose code begins the 16 bits, and the code's length.
    fn look_up(&self, ahead: u16) -> Option<(u8, u32)> {
        let ahead = u32::from(ahead);
        let bit = self.lengths.iter().position(|&(beyond, _)| ahead < beyond)?;
        let index = (ahead >> (15 - bit)) as i32 + self.lengths[bit].1;
        let symbol = self.symbols.get(usize::try_from(index).ok()?)?;
        Some((*symbol, bit as u32 + 1))
    }
}
