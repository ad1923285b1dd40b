//! The layout of a picture's planes.

use crate::header::ColorModel;
use crate::planes::Planes;
use crate::syntax::MaxSampling;

/// The number of rows of pixels that hold whole samples of every component.
pub(super) const PAIR: usize = 2;

/// The sizes of a picture and its components. In a gray picture, those of the second and third component have
/// no meaning.
#[derive(Debug)]
pub(super) struct PlaneLayout {
    /// The number of pixels in a row.
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) color: ColorModel,
    /// Width and height of a sample of each component in pixels, 1 or 2.
    pub(super) blocks: [[usize; 2]; 3],
    /// The number of samples in a row of each component.
    pub(super) widths: [usize; 3],
}

impl PlaneLayout {
    /// The layout of a picture; `None` if the planes don't have the sizes that [`Planes`] describes.
    pub(super) fn of(planes: &Planes) -> Option<Self> {
        let count = if planes.color == ColorModel::Gray { 1 } else { 3 };
        let sides = 1..=65_535;
        let counted = planes.planes.len() == count && planes.sampling.len() == count;
        if !counted || !sides.contains(&planes.width) || !sides.contains(&planes.height) {
            return None;
        }
        let max = MaxSampling::of(planes.sampling.iter().copied());
        let (mut blocks, mut widths) = ([[1; 2]; 3], [1; 3]);
        for (index, (plane, &(h, v))) in planes.planes.iter().zip(&planes.sampling).enumerate() {
            let factors = 1..=2;
            let fits = factors.contains(&h)
                && factors.contains(&v)
                && (plane.width(), plane.height()) == max.component_size(planes.width, planes.height, (h, v));
            if !fits {
                return None;
            }
            blocks[index] = [usize::from(max.h() / h), usize::from(max.v() / v)];
            widths[index] = plane.width() as usize;
        }
        let (width, height) = (planes.width as usize, planes.height as usize);
        Some(Self { width, height, color: planes.color, blocks, widths })
    }

    /// The number of bytes in a row of interleaved pixels.
    pub(super) fn rgb_row(&self) -> usize {
        3 * self.width
    }

    /// The number of bytes of the whole picture as interleaved pixels.
    pub(super) fn rgb_len(&self) -> Option<usize> {
        self.rgb_row().checked_mul(self.height)
    }

    /// The number of pixels in a row, padded to whole steps of all kernels.
    pub(super) fn padded(&self) -> usize {
        self.width.next_multiple_of(LARGEST_STEP)
    }

    /// Buffers for a row of each component at the picture's width.
    pub(super) fn padded_rows(&self) -> [Vec<u8>; 3] {
        let row = vec![0; self.padded()];
        [row.clone(), row.clone(), row]
    }

    /// Divides the planes into bands of `rows` rows of pixels, which must be an even number. `None` unless
    /// there are three planes.
    pub(super) fn bands<'a>(&self, planes: &'a mut Planes, rows: usize) -> Option<Vec<[&'a mut [u8]; 3]>> {
        let [first, second, third] = planes.planes.as_mut_slice() else {
            return None;
        };
        Some(self.divide([first.data_mut(), second.data_mut(), third.data_mut()], rows).collect())
    }

    /// The pairs of rows in a band.
    pub(super) fn pairs<'a>(
        &self,
        band: [&'a mut [u8]; 3],
    ) -> impl Iterator<Item = [&'a mut [u8]; 3]> + use<'a> {
        self.divide(band, PAIR)
    }

    fn divide<'a>(
        &self,
        [first, second, third]: [&'a mut [u8]; 3],
        rows: usize,
    ) -> impl Iterator<Item = [&'a mut [u8]; 3]> + use<'a> {
        let length = |index: usize| rows / self.blocks[index][1] * self.widths[index];
        let rest = second.chunks_mut(length(1)).zip(third.chunks_mut(length(2)));
        first.chunks_mut(length(0)).zip(rest).map(|(first, (second, third))| [first, second, third])
    }

    /// The number of rows of pixels in a pair: one if the last row is missing.
    pub(super) fn rows_of(&self, pair: [&[u8]; 3]) -> usize {
        // At least one component has the height of the picture.
        let full = self.blocks.iter().position(|block| block[1] == 1).unwrap_or_default();
        pair[full].len() / self.widths[full]
    }

    /// The row of samples that row `y` of a pair of rows of pixels lies in.
    #[inline(always)]
    pub(super) fn row_of_pair<'a>(&self, component: usize, samples: &'a [u8], y: usize) -> &'a [u8] {
        let width = self.widths[component];
        let y = y / self.blocks[component][1];
        &samples[y * width..(y + 1) * width]
    }
}

/// The most pixels that a kernel reads at once.
const LARGEST_STEP: usize = 32;
