internal import Glibc

/// The logarithm of the signal-to-noise ratio at noise level `sigma`, `−2 ln σ`.
///
/// The axis of variance-preserving models (Kingma and others 2021, "Variational Diffusion Models"):
/// their `x = α (y + σ z)` has `ln(α²/(α σ)²)`, whatever α; with `α² = 1/(1 + σ²)` for data of unit
/// variance.
public func logSNR(sigma: Double) -> Double { -2 * log(sigma) }
