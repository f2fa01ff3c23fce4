/// How samples are drawn and their means corrected: which means of cutting the variance are in use.
///
/// Every design gives unbiased means and honest errors. The full one is what users get; the others
/// are there to measure what each part of it is worth (`Calibration efficiency`).
public struct SamplingDesign: Sendable, Equatable {
  /// Whether samples come in pairs, two to a stratum of data and noise, or independently.
  public var isStratified: Bool
  /// Whether half of the noise is drawn wider than normal, with weights that make up for it.
  public var hasWideNoise: Bool
  /// Whether noise levels share their samples, or each has its own.
  public var sharesSamples: Bool
  /// Which control variates correct the means.
  public var controls: ControlVariates

  /// The control variates in use, each with those before it.
  public enum ControlVariates: Int, Sendable, Comparable, CaseIterable {
    /// None: plain means.
    case none
    /// `‖z‖² − D`.
    case noise
    /// Also `(y − E y)·z` and `‖y − E y‖² − tr Cov y`.
    case moments
    /// Also the loss of the Gaussian baseline minus its expectation.
    case baseline
    /// Also `z·ẑ + σ² ∇·s`, by Stein's identity.
    case stein

    /// Whether `right` has all the controls of `left`, and more.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// A design of these parts.
  public init(
    isStratified: Bool, hasWideNoise: Bool, sharesSamples: Bool, controls: ControlVariates
  ) {
    self.isStratified = isStratified
    self.hasWideNoise = hasWideNoise
    self.sharesSamples = sharesSamples
    self.controls = controls
  }

  /// Everything.
  public static let full = SamplingDesign(
    isStratified: true, hasWideNoise: true, sharesSamples: true, controls: .stein)
  /// Plain Monte Carlo: independent samples and their mean.
  public static let plain = SamplingDesign(
    isStratified: false, hasWideNoise: false, sharesSamples: false, controls: .none)
}
