internal import LinearAlgebra
internal import Synchronization

/// The memory of one thread's evaluations of a network: a block of rows, and tangents for Jacobians.
final class EvaluationWorkspace<Element: Scalar>: Sendable {
  /// Rows of a block; fixed, so that a row's result does not depend on how many are asked for.
  static var blockRows: Int { 128 }

  let network: NetworkWorkspace<Element>
  /// The noise level of each row in the network's units, `(R)`.
  let levels: VectorView<Element>
  private let levelArena: Arena<Element>

  init(shape: NetworkShape) {
    network = NetworkWorkspace(shape: shape, rows: Self.blockRows)
    levelArena = Arena(capacity: Arena<Element>.capacity(for: [Self.blockRows]))
    levels = levelArena.vector(Self.blockRows)
  }
}

/// The memory of a Jacobian: enough tangents for as many rows of a block as fit.
struct JacobianWorkspace<Element: Scalar> {
  /// Rows of a block whose tangents are computed at once.
  let rows: Int
  let firstWeight: MatrixView<Element>
  let tangents: [MatrixView<Element>]
  let jacobian: MatrixView<Element>
  private let arena: Arena<Element>

  init(_ parameters: NetworkParameters<Element>) {
    let shape = parameters.shape
    // About 512 tangents at once: products large enough to be fast, small enough for the cache.
    rows = max(1, min(EvaluationWorkspace<Element>.blockRows, 512 / shape.dimension))
    let tangentRows = rows * shape.dimension
    arena = Arena(
      capacity: Arena<Element>.capacity(for: [
        shape.dimension * shape.width, tangentRows * shape.width, tangentRows * shape.width,
        tangentRows * shape.dimension,
      ]))
    firstWeight = arena.matrix(shape.dimension, shape.width)
    tangents = [arena.matrix(tangentRows, shape.width), arena.matrix(tangentRows, shape.width)]
    jacobian = arena.matrix(tangentRows, shape.dimension)
    let weight = parameters.layers[0].weight
    for j in 0..<shape.dimension {
      for k in 0..<shape.width { firstWeight[j, k] = weight[k, j] }
    }
  }
}

/// Workspaces that are not in use, so that evaluations do not allocate one each time.
final class WorkspaceCache<Element: Scalar>: Sendable {
  private let shape: NetworkShape
  private let idle = Mutex<[EvaluationWorkspace<Element>]>([])

  init(shape: NetworkShape) { self.shape = shape }

  /// Calls `body` with a workspace that no other thread uses meanwhile.
  func withWorkspace<Result>(_ body: (EvaluationWorkspace<Element>) -> Result) -> Result {
    let workspace = idle.withLock { $0.popLast() } ?? EvaluationWorkspace(shape: shape)
    defer { idle.withLock { $0.append(workspace) } }
    return body(workspace)
  }
}
