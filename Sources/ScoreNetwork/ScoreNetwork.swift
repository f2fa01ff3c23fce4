public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The learned score: a network with its preconditioning, as a score function.
///
/// `s(x, σ) = −ẑ(x, σ)/σ` with the predicted noise of `Preconditioning`. The network runs in
/// `Element` precision, everything around it in double. Safe to call from several threads.
public struct ScoreNetwork<Element: Scalar>: ScoreFunction {
  /// The parameters of the network.
  public let parameters: NetworkParameters<Element>
  /// How noise levels enter the network.
  public let embedding: NoiseEmbedding<Element>
  /// How points enter the network and its output becomes noise.
  public let preconditioning: Preconditioning
  private let workspaces: WorkspaceCache<EvaluationWorkspace<Element>>
  let jacobianWorkspaces: WorkspaceCache<JacobianWorkspace<Element>>

  /// A learned score of these parts; shapes must agree.
  public init(
    parameters: NetworkParameters<Element>, embedding: NoiseEmbedding<Element>,
    preconditioning: Preconditioning
  ) {
    self.init(
      parameters: parameters, embedding: embedding, preconditioning: preconditioning,
      blockRows: EvaluationWorkspace<Element>.blockRows)
  }

  private init(
    parameters: NetworkParameters<Element>, embedding: NoiseEmbedding<Element>,
    preconditioning: Preconditioning, blockRows: Int
  ) {
    precondition(parameters.shape.frequencyCount == embedding.frequencies.count)
    precondition(parameters.shape.dimension == preconditioning.mean.count)
    self.parameters = parameters
    self.embedding = embedding
    self.preconditioning = preconditioning
    let shape = parameters.shape
    workspaces = WorkspaceCache { EvaluationWorkspace(shape: shape, rows: blockRows) }
    jacobianWorkspaces = WorkspaceCache { JacobianWorkspace(shape: shape, blockRows: blockRows) }
  }

  /// The same network in double precision and in blocks of a few rows, as suits following single
  /// points.
  public func pointwise() -> ScoreNetwork<Double> {
    ScoreNetwork<Double>(
      parameters: parameters.copy(),
      embedding: NoiseEmbedding(frequencies: embedding.frequencies),
      preconditioning: preconditioning, blockRows: 4)
  }

  /// The dimension D of the space.
  public var dimension: Int { parameters.shape.dimension }

  /// The learned scores at the rows of `x`, `(B, D)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let c = preconditioning.coefficients(sigma: sigma)
    var result = Matrix<Double>(rows: x.rows, columns: dimension)
    forEachBlock(of: x, sigma: sigma, keepingSlopes: false) { block, u, work in
      let f = Matrix(rows: work.rows, columns: dimension, elements: work.output.vector.doubles)
      for (row, target) in block.enumerated() {
        for j in 0..<dimension {
          result[target, j] = (c.gain * f[row, j] - c.keep * u[row, j]) / sigma
        }
      }
    }
    return result
  }

  /// Runs the network over the rows of `x` in blocks of one fixed size, the last one padded.
  ///
  /// Hands each block's range of rows, its scaled points `u` and the workspace, whose output has
  /// its bias, to `body`.
  func forEachBlock(
    of x: Matrix<Double>, sigma: Double, keepingSlopes: Bool = true,
    _ body: (Range<Int>, Matrix<Double>, NetworkWorkspace<Element>) -> Void
  ) {
    precondition(x.columns == dimension && sigma > 0)
    let inputScale = preconditioning.coefficients(sigma: sigma).inputScale
    workspaces.withWorkspace { workspace in
      let work = workspace.network
      workspace.levels.fill(Element(log(sigma / preconditioning.scale)))
      embedding.embed(workspace.levels, into: work.embedding)
      flushingDenormals {
        for start in stride(from: 0, to: x.rows, by: work.rows) {
          let block = start..<min(start + work.rows, x.rows)
          var u = Matrix<Double>(rows: work.rows, columns: dimension)
          for (row, source) in block.enumerated() {
            for j in 0..<dimension {
              u[row, j] = inputScale * (x[source, j] - preconditioning.mean[j])
            }
          }
          for row in 0..<work.rows { work.point.row(row).copy(converting: u.row(row)) }
          MultilayerPerceptron.forward(parameters, work, keepingSlopes: keepingSlopes)
          work.output.addToRows(parameters.layers[work.shape.depth].bias)
          body(block, u, work)
        }
      }
    }
  }
}
