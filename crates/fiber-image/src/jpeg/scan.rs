use super::entropy::{Bits, Broken, HuffmanTable};
use super::frame::{Component, Frame};
use super::{TRUNCATED, Tables, corrupt};
use crate::DecodeError;

/// What a scan adds to each of its blocks.
#[derive(Clone, Copy)]
enum Pass {
    /// All coefficients (sequential frames).
    Whole,
    /// The first bits of the averages.
    DcFirst,
    /// One more bit of the averages.
    DcRefine,
    /// The first bits of the coefficients `from..=to`.
    AcFirst { from: u32, to: u32 },
    /// One more bit of the coefficients `from..=to`.
    AcRefine { from: u32, to: u32 },
}

/// A component in a scan, with its tables.
struct Member<'a> {
    component: usize,
    dc: &'a HuffmanTable,
    ac: &'a HuffmanTable,
}

/// Walks one scan, whose entropy-coded data begin at `at`, and gives the position behind it.
pub(super) fn walk(
    bytes: &[u8],
    at: usize,
    header: &[u8],
    frame: &mut Frame,
    tables: &Tables,
) -> Result<usize, DecodeError> {
    let (members, pass) = parse_header(header, frame, tables)?;
    let mut walk = Walk { bits: Bits::new(bytes, at), end_of_band_run: 0, pass };
    walk.units(frame, &members, tables.restart_interval).map_err(|broken| match broken {
        Broken::Ended => TRUNCATED,
        Broken::BadCode => corrupt("bits that are no Huffman code"),
    })?;
    if !matches!(pass, Pass::AcFirst { .. } | Pass::AcRefine { .. }) {
        for member in &members {
            frame.components[member.component].coded = true;
        }
    }
    Ok(walk.bits.position())
}

/// Parses a scan header (ITU-T T.81, B.2.3).
fn parse_header<'a>(
    header: &[u8],
    frame: &Frame,
    tables: &'a Tables,
) -> Result<(Vec<Member<'a>>, Pass), DecodeError> {
    /// Stands for a table that was never defined; a file may name it as long as it is not used.
    static UNDEFINED: HuffmanTable = HuffmanTable::EMPTY;
    let wrong = || corrupt("the scan header");
    let table = |slots: &'a [Option<HuffmanTable>; 4], slot: u8| {
        slots.get(usize::from(slot)).and_then(Option::as_ref).unwrap_or(&UNDEFINED)
    };

    let (&count, rest) = header.split_first().ok_or_else(wrong)?;
    let (selectors, band) = rest.split_at_checked(2 * usize::from(count)).ok_or_else(wrong)?;
    let &[from, to, bits] = band else { return Err(wrong()) };
    let mut members: Vec<Member<'_>> = Vec::new();
    for selector in selectors.chunks_exact(2) {
        let component = frame.components.iter().position(|known| known.id == selector[0]);
        let component = component.ok_or_else(wrong)?;
        if members.iter().any(|member| member.component == component) {
            return Err(wrong());
        }
        let (dc, ac) = (table(&tables.dc, selector[1] >> 4), table(&tables.ac, selector[1] & 15));
        members.push(Member { component, dc, ac });
    }
    let pass = match (frame.progressive, from, to, bits >> 4) {
        (false, ..) => Pass::Whole,
        (true, 0, 0, 0) => Pass::DcFirst,
        (true, 0, 0, _) => Pass::DcRefine,
        (true, 1.., ..64, high) if from <= to && members.len() == 1 => {
            let (from, to) = (from.into(), to.into());
            if high == 0 { Pass::AcFirst { from, to } } else { Pass::AcRefine { from, to } }
        }
        _ => return Err(wrong()),
    };
    if members.is_empty() {
        return Err(wrong());
    }
    Ok((members, pass))
}

struct Walk<'a> {
    bits: Bits<'a>,
    /// Blocks to come that have nothing more in this band.
    end_of_band_run: u32,
    pass: Pass,
}

impl Walk<'_> {
    fn units(
        &mut self,
        frame: &mut Frame,
        members: &[Member<'_>],
        restart_interval: usize,
    ) -> Result<(), Broken> {
        // A component alone comes in single blocks without those that only fill up a unit.
        let ((columns, rows), alone) = match members {
            [member] => (frame.components[member.component].blocks, true),
            _ => (frame.units, false),
        };
        for unit in 0..columns * rows {
            if restart_interval > 0 && unit > 0 && unit % restart_interval == 0 {
                self.bits.restart()?;
                self.end_of_band_run = 0;
            }
            let (column, row) = (unit % columns, unit / columns);
            for member in members {
                let component = &mut frame.components[member.component];
                let (h, v) = if alone { (1, 1) } else { component.sampling };
                for y in row * v..(row + 1) * v {
                    for x in column * h..(column + 1) * h {
                        self.block(member, component, y * component.stride + x)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn block(
        &mut self,
        member: &Member<'_>,
        component: &mut Component,
        index: usize,
    ) -> Result<(), Broken> {
        match self.pass {
            Pass::Whole => {
                self.average(member.dc)?;
                self.coefficients(member.ac)
            }
            Pass::DcFirst => self.average(member.dc),
            Pass::DcRefine => self.bits.take(1).map(drop),
            Pass::AcFirst { from, to } => {
                self.first_band(member.ac, from, to, &mut component.nonzero[index])
            }
            Pass::AcRefine { from, to } => {
                self.refine_band(member.ac, from, to, &mut component.nonzero[index])
            }
        }
    }

    fn average(&mut self, table: &HuffmanTable) -> Result<(), Broken> {
        match self.bits.code(table)? {
            size @ 0..=15 => self.bits.take(size.into()).map(drop),
            _ => Err(Broken::BadCode),
        }
    }

    /// Sequential coefficients 1 to 63 (F.2.2.2).
    fn coefficients(&mut self, table: &HuffmanTable) -> Result<(), Broken> {
        let mut next = 1;
        while next < 64 {
            let symbol = self.bits.code(table)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                return Ok(()); // end of block
            }
            self.bits.take(size)?;
            next += run + 1;
        }
        if next == 64 { Ok(()) } else { Err(Broken::BadCode) }
    }

    /// Progressive coefficients, first pass (G.1.2.2).
    fn first_band(
        &mut self,
        table: &HuffmanTable,
        from: u32,
        to: u32,
        nonzero: &mut u64,
    ) -> Result<(), Broken> {
        if self.end_of_band_run > 0 {
            self.end_of_band_run -= 1;
            return Ok(());
        }
        let mut next = from;
        while next <= to {
            let symbol = self.bits.code(table)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                self.end_of_band_run = (1 << run) + u32::from(self.bits.take(run)?) - 1;
                return Ok(());
            }
            self.bits.take(size)?;
            next += run;
            if next > to {
                return Err(Broken::BadCode);
            }
            if size > 0 {
                *nonzero |= 1 << next;
            }
            next += 1;
        }
        Ok(())
    }

    /// Progressive coefficients, later passes (G.1.2.3): each coefficient known not to be zero takes a
    /// bit of correction as it is passed.
    fn refine_band(
        &mut self,
        table: &HuffmanTable,
        from: u32,
        to: u32,
        nonzero: &mut u64,
    ) -> Result<(), Broken> {
        let mut next = from;
        while next <= to && self.end_of_band_run == 0 {
            let symbol = self.bits.code(table)?;
            let (mut zeros, size) = (u32::from(symbol >> 4), symbol & 15);
            match size {
                0 if zeros < 15 => {
                    self.end_of_band_run = (1 << zeros) + u32::from(self.bits.take(zeros)?);
                    break;
                }
                0 => {}
                1 => drop(self.bits.take(1)?), // the sign
                _ => return Err(Broken::BadCode),
            }
            while next <= to {
                if *nonzero >> next & 1 == 1 {
                    self.bits.take(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                next += 1;
            }
            if size == 1 {
                if next > to {
                    return Err(Broken::BadCode);
                }
                *nonzero |= 1 << next;
            }
            next += 1;
        }
        if self.end_of_band_run > 0 {
            for coefficient in next..=to {
                if *nonzero >> coefficient & 1 == 1 {
                    self.bits.take(1)?;
                }
            }
            self.end_of_band_run -= 1;
        }
        Ok(())
    }
}
