//! The SIMD levels for which the kernels are compiled: AVX2 and SSE2 on x86, NEON on ARM, simd128 on
//! WebAssembly that is built with it, and plain code elsewhere and in this crate's own tests. Each level adds
//! a copy of every kernel and half a minute of compile time. SSE4.2 and AVX-512 gain too little for that.

#[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128"))))]
use fearless_simd::Fallback;
#[cfg(target_arch = "aarch64")]
use fearless_simd::Neon;
#[cfg(target_feature = "simd128")]
use fearless_simd::WasmSimd128;
#[cfg(target_arch = "x86_64")]
use fearless_simd::{Avx2, Sse2};

/// A SIMD level that this machine supports.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Sse2(Sse2),
    #[cfg(target_arch = "aarch64")]
    Neon(Neon),
    #[cfg(target_feature = "simd128")]
    Simd128(WasmSimd128),
    #[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128"))))]
    Plain(Fallback),
}

impl Level {
    /// The best level that this machine has.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn new() -> Self {
        let level = fearless_simd::Level::new();
        match (level.as_avx2(), level.as_sse2()) {
            (Some(avx2), _) => Self::Avx2(avx2),
            (None, Some(sse2)) => Self::Sse2(sse2),
            // SSE2 is a part of x86-64.
            (None, None) => unreachable!("x86-64 without SSE2"),
        }
    }

    /// The best level that this machine has.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn new() -> Self {
        match fearless_simd::Level::new().as_neon() {
            Some(neon) => Self::Neon(neon),
            // NEON is a part of 64-bit ARM.
            None => unreachable!("AArch64 without NEON"),
        }
    }

    /// The level that it is built with: WebAssembly has no way to ask.
    #[cfg(target_feature = "simd128")]
    pub(crate) fn new() -> Self {
        match fearless_simd::Level::new().as_wasm_simd128() {
            Some(simd128) => Self::Simd128(simd128),
            None => unreachable!("built with simd128, run without"),
        }
    }

    /// The best level that this machine has.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128")))]
    pub(crate) fn new() -> Self {
        Self::Plain(Fallback::new())
    }

    /// All compiled levels that this machine supports, including plain code.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let mut levels = vec![Self::new(), Self::Plain(Fallback::new())];
        #[cfg(target_arch = "x86_64")]
        levels.extend(fearless_simd::Level::new().as_sse2().map(Self::Sse2));
        levels
    }
}

/// Runs an expression with the token of a level, compiled for that level.
macro_rules! dispatch {
    ($level:expr, $simd:ident => $op:expr) => {
        match $level {
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Level::Avx2($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $op,
            ),
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Level::Sse2($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $op,
            ),
            #[cfg(target_arch = "aarch64")]
            $crate::simd::Level::Neon($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $op,
            ),
            #[cfg(target_feature = "simd128")]
            $crate::simd::Level::Simd128($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $op,
            ),
            #[cfg(any(
                test,
                not(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128"))
            ))]
            $crate::simd::Level::Plain($simd) => fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $op,
            ),
        }
    };
}
pub(crate) use dispatch;
