internal import LinearAlgebra
internal import Synchronization

/// The memory of one thread's evaluations of a network: a block of rows, and tangents for
/// Jacobians.
final class EvaluationWorkspace<Element: Scalar>: Sendable {
  /// Rows of a block unless told; fixed, so that a row's result does not depend on how many are
  /// asked for.
  static var blockRows: Int { 128 }

  let network: NetworkWorkspace<Element>
  /// The noise level of each row in the network's units, `(R)`.
  let levels: VectorView<Element>
  private let levelArena: Arena<Element>

  init(shape: NetworkShape, rows: Int) {
    network = NetworkWorkspace(shape: shape, rows: rows)
    levelArena = Arena(capacity: Arena<Element>.capacity(for: [rows]))
    levels = levelArena.vector(rows)
  }
}

/// The memory of Jacobians: enough gradients for as many rows of a block as fit.
struct JacobianWorkspace<Element: Scalar>: Sendable {
  /// Rows of a block whose gradients are computed at once; a power of two, so that they divide a
  /// block and every product has the same shape.
  let rows: Int
  let gradients: [MatrixView<Element>]
  let jacobian: MatrixView<Element>
  private let arena: Arena<Element>

  /// Gradients at once, if no single row has more: products large enough to be fast, while both
  /// factors, 2 × 256 × width numbers, stay in the cache.
  private static var gradientRows: Int { 256 }

  init(shape: NetworkShape, blockRows: Int) {
    let fit = max(1, min(blockRows, Self.gradientRows / shape.dimension))
    rows = 1 << (Int.bitWidth - 1 - fit.leadingZeroBitCount)
    let count = rows * shape.dimension
    arena = Arena(
      capacity: Arena<Element>.capacity(for: [
        count * shape.width, count * shape.width, count * shape.dimension,
      ]))
    gradients = [arena.matrix(count, shape.width), arena.matrix(count, shape.width)]
    jacobian = arena.matrix(count, shape.dimension)
  }
}

/// Workspaces that are not in use, so that evaluations do not allocate one each time.
final class WorkspaceCache<Workspace: Sendable>: Sendable {
  private let make: @Sendable () -> Workspace
  private let idle = Mutex<[Workspace]>([])

  init(_ make: @escaping @Sendable () -> Workspace) { self.make = make }

  /// Calls `body` with a workspace that no other thread uses meanwhile.
  func withWorkspace<Result>(_ body: (Workspace) -> Result) -> Result {
    let workspace = idle.withLock { $0.popLast() } ?? make()
    defer { idle.withLock { $0.append(workspace) } }
    return body(workspace)
  }
}
