//! What an input may ask for.

/// What an input may ask for before it is refused with [`Error::LimitExceeded`](crate::Error::LimitExceeded).
///
/// All are checked on the header, before anything is allocated.
///
/// ```
/// use photo_prep::InputLimits;
/// let strict = InputLimits::default().pixels(50_000_000).memory(200 << 20);
/// assert_eq!(strict.pixels, 50_000_000);
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct InputLimits {
    /// Bytes of the file (256 MiB).
    pub bytes: u64,
    /// Pixels of the picture as stored (268,435,456).
    pub pixels: u64,
    /// Scans of a JPEG (256; real progressive files have about ten).
    pub scans: u32,
    /// Steps of decoding ([`JpegInfo::decode_cost`](crate::JpegInfo::decode_cost)) of a JPEG that only the
    /// general decoder reads (1,200,000,000; some ten seconds at worst). Arithmetic-coded pictures of
    /// 24 MP in 4:2:0 have no more.
    pub decode_cost: u64,
    /// Bytes of the ICC profile, unpacked (4 MiB).
    pub icc_bytes: u64,
    /// Bytes of the EXIF block (1 MiB).
    pub exif_bytes: u64,
    /// Bytes of memory the work is estimated to need, the input not counted (512 MiB).
    pub memory: u64,
}

impl InputLimits {
    /// Sets [`bytes`](Self::bytes).
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets [`pixels`](Self::pixels).
    #[must_use]
    pub fn pixels(mut self, pixels: u64) -> Self {
        self.pixels = pixels;
        self
    }

    /// Sets [`scans`](Self::scans).
    #[must_use]
    pub fn scans(mut self, scans: u32) -> Self {
        self.scans = scans;
        self
    }

    /// Sets [`decode_cost`](Self::decode_cost).
    #[must_use]
    pub fn decode_cost(mut self, steps: u64) -> Self {
        self.decode_cost = steps;
        self
    }

    /// Sets [`icc_bytes`](Self::icc_bytes).
    #[must_use]
    pub fn icc_bytes(mut self, bytes: u64) -> Self {
        self.icc_bytes = bytes;
        self
    }

    /// Sets [`exif_bytes`](Self::exif_bytes).
    #[must_use]
    pub fn exif_bytes(mut self, bytes: u64) -> Self {
        self.exif_bytes = bytes;
        self
    }

    /// Sets [`memory`](Self::memory).
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }
}

impl Default for InputLimits {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            pixels: 268_435_456,
            scans: 256,
            decode_cost: 1_200_000_000,
            icc_bytes: 4 << 20,
            exif_bytes: 1 << 20,
            memory: 512 << 20,
        }
    }
}

/// More segments, chunks or blocks than this are an attack: a photograph has dozens.
pub(crate) const MAX_SEGMENTS: usize = 100_000;
