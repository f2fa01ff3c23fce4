internal import LinearAlgebra

/// One weight's way through SOAP, with the memory for it.
///
/// With the bases as orthonormal rows `B`, a gradient `G` is `B_left G B_rightᵀ` in them. Adam's
/// average of the gradient turns with the bases; that of its square cannot.
final class SoapLayer: Sendable {
  private let bases: LayerBases
  private let first: MatrixView<Float>
  private let second: MatrixView<Float>
  private let rotated: MatrixView<Float>
  private let scratch: MatrixView<Float>
  private let left: Memory
  private let right: Memory
  private let arena: Arena<Float>

  /// What the refresh of a side needs: the basis before, the turn from it to the new one, LAPACK's
  /// workspace.
  private struct Memory {
    let old: MatrixView<Float>
    let turn: MatrixView<Float>
    let work: VectorView<Float>
  }

  /// The decay of the factors.
  private static let factorDecay: Float = 0.95

  init(_ bases: LayerBases, moments: (first: MatrixView<Float>, second: MatrixView<Float>)) {
    let (rows, columns) = (moments.first.rows, moments.first.columns)
    let sides = [bases.left, bases.right].map { $0?.basis.rows ?? 0 }
    let works = sides.map { MatrixView<Float>.orthonormalizationSize($0) }
    let arena = Arena<Float>(
      capacity: Arena<Float>.capacity(
        for: [rows * columns, rows * columns]
          + zip(sides, works).flatMap { [$0 * $0, $0 * $0, $1] }))
    let memories = zip(sides, works).map {
      Memory(old: arena.matrix($0, $0), turn: arena.matrix($0, $0), work: arena.vector($1))
    }
    self.arena = arena
    self.bases = bases
    (first, second) = moments
    rotated = arena.matrix(rows, columns)
    scratch = arena.matrix(rows, columns)
    (left, right) = (memories[0], memories[1])
  }

  /// Takes note of the gradient `G`, `(rows, columns)`; Adam's direction, in memory that the next
  /// call overwrites.
  func updateDirection(
    for gradient: MatrixView<Float>, _ rates: UpdateRates, refreshing: Bool
  ) -> MatrixView<Float> {
    let (keep, share) = (Self.factorDecay, 1 - Self.factorDecay)
    bases.left?.factor.setSymmetricSquare(of: .plain(gradient), scale: share, keeping: keep)
    bases.right?.factor.setSymmetricSquare(of: .transposed(gradient), scale: share, keeping: keep)
    if refreshing { refresh() }
    transform(gradient, forth: true, bases.left?.basis, bases.right?.basis)
    rotated.vector.becomeAdamDirection(
      first: first.vector, second: second.vector, beta1: rates.beta1, beta2: rates.beta2,
      epsilon: rates.epsilon)
    transform(rotated, forth: false, bases.left?.basis, bases.right?.basis)
    return rotated
  }

  /// Brings the bases nearer to the factors' eigenvectors by one step of the power method, and
  /// turns Adam's average of the gradient with them.
  ///
  /// The squares cannot be turned, and are those of the new basis before long.
  private func refresh() {
    let (leftTurn, rightTurn) = (
      refreshBasis(of: bases.left, in: left), refreshBasis(of: bases.right, in: right)
    )
    transform(first, forth: true, leftTurn, rightTurn)
    first.vector.copy(from: rotated.vector)
  }

  /// Refreshes the basis of a side; the turn from the old one to it.
  private func refreshBasis(
    of side: LayerBases.Side?, in memory: Memory
  ) -> MatrixView<Float>? {
    guard let side else { return nil }
    memory.old.vector.copy(from: side.basis.vector)
    // The rows of B F are F's products with those of B: F is symmetric.
    side.basis.setProduct(memory.old, symmetric: side.factor)
    side.basis.orthonormalizeRows(memory.work)
    memory.turn.setProduct(.plain(side.basis), .transposed(memory.old))
    return memory.turn
  }

  /// Sets `rotated` to `left · a · rightᵀ`, or back to `leftᵀ · a · right`; an absent side is the
  /// identity.
  private func transform(
    _ a: MatrixView<Float>, forth: Bool, _ left: MatrixView<Float>?, _ right: MatrixView<Float>?
  ) {
    if let left {
      scratch.setProduct(forth ? .plain(left) : .transposed(left), .plain(a))
    } else {
      scratch.vector.copy(from: a.vector)
    }
    if let right {
      rotated.setProduct(.plain(scratch), forth ? .transposed(right) : .plain(right))
    } else {
      rotated.vector.copy(from: scratch.vector)
    }
  }
}
