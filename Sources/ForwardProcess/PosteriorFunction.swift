public import LinearAlgebra

/// The posterior `p(y|x)` of data with finitely many values, known at any noised point.
///
/// What pathwise entropies are measured against: Dynamics takes one of these and does not ask for
/// the law behind it.
public protocol PosteriorFunction: Sendable {
  /// The posterior entropies at the rows of `x`, `(B, D)`, at noise level `sigma`, and the
  /// surprisals of the rows of `y`, `(B, D)`, each a value that the data can have; nil for none.
  func information(
    of y: Matrix<Double>?, at x: Matrix<Double>, sigma: Double
  ) -> PosteriorInformation
}

/// What posteriors leave open, at a batch of noised points.
public struct PosteriorInformation: Sendable {
  /// The posterior entropies `h(x) = H[p(y|x)]`, `(B)`, in nats.
  public let entropies: [Double]
  /// The surprisals `−log p(y|x)` of given values, `(B)`, in nats; nil where none were given.
  public let surprisals: [Double]?

  /// Numbers as given.
  public init(entropies: [Double], surprisals: [Double]?) {
    self.entropies = entropies
    self.surprisals = surprisals
  }
}
