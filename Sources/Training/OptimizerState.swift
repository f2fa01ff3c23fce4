public import LinearAlgebra
public import ScoreNetwork

/// What an optimiser remembers from step to step.
public final class OptimizerState: Sendable {
  /// Adam's average of the gradient; of weights with bases, in these bases.
  public let first: NetworkParameters<Float>
  /// Adam's average of the squared gradient, in the same bases.
  public let second: NetworkParameters<Float>
  /// The bases of each layer's weight; empty for plain Adam.
  public let bases: [LayerBases]
  /// The recent mean loss `E‖z − ẑ‖²` in each band of noise levels, `(bands)`; see `LevelWeights`.
  public let levelLosses: VectorView<Double>
  private let arena: Arena<Double>

  /// The memory of an optimiser that has not made a step: every level's loss is that of predicting
  /// nothing, `E‖z‖² = D`.
  public init(_ kind: OptimizerKind, shape: NetworkShape, bandCount: Int) {
    first = NetworkParameters(shape: shape)
    second = NetworkParameters(shape: shape)
    let layers = kind == .adam ? [] : shape.layerShapes
    bases = layers.map { LayerBases(rows: $0.output, columns: $0.input) }
    arena = Arena(capacity: Arena<Double>.capacity(for: [bandCount]))
    levelLosses = arena.vector(bandCount)
    levelLosses.fill(Double(shape.dimension))
  }
}

/// The eigenbases in which SOAP (Vyas and others 2024) runs Adam on one weight, `(rows, columns)`.
///
/// The second moment of its gradient G is approximated by a Kronecker product of two factors, the
/// recent means of `G Gᵀ` and `Gᵀ G` (Shampoo: Gupta, Koren and Singer 2018).
public final class LayerBases: Sendable {
  /// One factor with its basis.
  public struct Side: Sendable {
    /// The recent mean of `G Gᵀ` or `Gᵀ G`, `(n, n)`: the lower triangle.
    public let factor: MatrixView<Float>
    /// Orthonormal rows near the factor's eigenvectors, `(n, n)`.
    public let basis: MatrixView<Float>
  }

  /// The side of the outputs; nil if it is too long to pay.
  public let left: Side?
  /// The side of the inputs; nil if it is too long to pay.
  public let right: Side?
  private let arena: Arena<Float>

  /// The longest side with a basis: the cost of one grows as its cube.
  public static let longestSide = 512

  /// Bases that are the coordinates' own, and factors that are zero.
  public init(rows: Int, columns: Int) {
    let lengths = [rows, columns].map { $0 <= Self.longestSide ? $0 : 0 }
    let arena = Arena<Float>(
      capacity: Arena<Float>.capacity(for: lengths.flatMap { [$0 * $0, $0 * $0] }))
    func side(_ n: Int) -> Side? {
      guard n > 0 else { return nil }
      let side = Side(factor: arena.matrix(n, n), basis: arena.matrix(n, n))
      for k in 0..<n { side.basis[k, k] = 1 }
      return side
    }
    (left, right) = (side(lengths[0]), side(lengths[1]))
    self.arena = arena
  }
}
