public import LinearAlgebra

/// The embedding of the noise level: cosines and sines of `f ln(σ/s)`, one pair a frequency f.
///
/// The data scale s is the unit, so that nothing depends on the units of the data.
public struct NoiseEmbedding<Element: Scalar>: Sendable {
  /// The frequencies, `(K)`, in radians per e-fold of the noise level.
  public let frequencies: [Double]
  private let arena: Arena<Element>
  private let view: VectorView<Element>

  /// An embedding with these frequencies.
  public init(frequencies: [Double]) {
    self.frequencies = frequencies
    arena = Arena(capacity: Arena<Element>.capacity(for: [frequencies.count]))
    view = arena.vector(frequencies.count)
    view.copy(converting: frequencies)
  }

  /// Writes the features of the levels `ln(σ/s)`, `(R)`, into `features`, `(R, 2K)`: K cosines,
  /// then K sines.
  public func embed(_ levels: VectorView<Element>, into features: MatrixView<Element>) {
    features.setFourierFeatures(of: levels, frequencies: view)
  }

  /// Sixteen frequencies, 0.25 · 1.3ᵏ: periods from 25 to 0.5 e-folds.
  public static var defaultFrequencies: [Double] {
    (0..<16).map { k in (0..<k).reduce(0.25) { frequency, _ in frequency * 1.3 } }
  }
}
