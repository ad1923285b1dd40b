//! Context variables: where each syntax element's stand, and their values in intra slices (H.265 section
//! 9.3.2.2).

/// `pStateIdx << 1 | valMps` of each context.
pub(crate) type States = [u8; COUNT];

pub(crate) const SAO_MERGE: usize = 0;
pub(crate) const SAO_TYPE: usize = SAO_MERGE + 1;
pub(crate) const SPLIT_CU: usize = SAO_TYPE + 1;
pub(crate) const TRANSQUANT_BYPASS: usize = SPLIT_CU + 3;
pub(crate) const PART_MODE: usize = TRANSQUANT_BYPASS + 1;
pub(crate) const PREV_INTRA_LUMA: usize = PART_MODE + 1;
pub(crate) const INTRA_CHROMA: usize = PREV_INTRA_LUMA + 1;
pub(crate) const SPLIT_TRANSFORM: usize = INTRA_CHROMA + 1;
pub(crate) const CBF_LUMA: usize = SPLIT_TRANSFORM + 3;
pub(crate) const CBF_CHROMA: usize = CBF_LUMA + 2;
pub(crate) const CU_QP_DELTA: usize = CBF_CHROMA + 5;
pub(crate) const TRANSFORM_SKIP: usize = CU_QP_DELTA + 2;
pub(crate) const LAST_X: usize = TRANSFORM_SKIP + 2;
pub(crate) const LAST_Y: usize = LAST_X + 18;
pub(crate) const CODED_SUB_BLOCK: usize = LAST_Y + 18;
pub(crate) const SIGNIFICANT: usize = CODED_SUB_BLOCK + 4;
pub(crate) const GREATER_1: usize = SIGNIFICANT + 44;
pub(crate) const GREATER_2: usize = GREATER_1 + 24;
pub(crate) const RES_SCALE_ABS: usize = GREATER_2 + 6;
pub(crate) const RES_SCALE_SIGN: usize = RES_SCALE_ABS + 8;
pub(crate) const CHROMA_QP_OFFSET: usize = RES_SCALE_SIGN + 2;
pub(crate) const CHROMA_QP_OFFSET_INDEX: usize = CHROMA_QP_OFFSET + 1;
pub(crate) const COUNT: usize = CHROMA_QP_OFFSET_INDEX + 1;

/// Tables 9-5 to 9-37 for initType 0, in the order of the constants above.
#[rustfmt::skip]
const INIT: [u8; COUNT] = [
    153, 200, 139, 141, 157, 154, 184, 184, 63, 153, 138, 138,
    // cbf_luma, cbf_cb and cbf_cr
    111, 141, 94, 138, 182, 154, 154,
    // cu_qp_delta_abs, transform_skip_flag
    154, 154, 139, 139,
    // last_sig_coeff_x_prefix and last_sig_coeff_y_prefix
    110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63,
    110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63,
    // coded_sub_block_flag
    91, 171, 134, 141,
    // sig_coeff_flag; the last two are those of transform_skip_context_enabled_flag
    111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179, 153, 125, 107, 125, 141, 179, 153, 125, 107,
    125, 141, 179, 153, 125, 140, 139, 182, 182, 152, 136, 152, 136, 153, 136, 139, 111, 136, 139, 111,
    141, 111,
    // coeff_abs_level_greater1_flag and coeff_abs_level_greater2_flag
    140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92, 139, 107, 122, 152, 140, 179, 166, 182, 140, 227, 122, 197,
    138, 153, 136, 167, 152, 152,
    // log2_res_scale_abs_plus1, res_scale_sign_flag, cu_chroma_qp_offset_flag and cu_chroma_qp_offset_idx
    154, 154, 154, 154, 154, 154, 154, 154, 154, 154, 154, 154,
];

/// The states at the begin of a slice (equations 9-4 to 9-6).
pub(crate) fn initial(slice_qp: i32) -> States {
    INIT.map(|value| {
        let slope = i32::from(value >> 4) * 5 - 45;
        let offset = (i32::from(value & 15) << 3) - 16;
        let state = (((slope * slice_qp.clamp(0, 51)) >> 4) + offset).clamp(1, 126);
        let mps = state > 63;
        (if mps { state - 64 } else { 63 - state } as u8) << 1 | u8::from(mps)
    })
}
