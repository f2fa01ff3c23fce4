public import LinearAlgebra

extension PointsLaw {
  /// The scores at the rows of `x`, `(B, D)`, with blocks of rows shared among `workers`.
  ///
  /// As `score(at:sigma:)`, which stays on its thread: each thread has a workspace of its own, 10
  /// MB at D = 784. The result is the same for any number of threads.
  public func score(
    at x: Matrix<Double>, sigma: Double, workers: Workers
  ) -> Matrix<Double> {
    var result = Matrix<Double>(rows: x.rows, columns: dimension)
    let parts = blocks(of: x.rows, PosteriorWorkspace.rowBlock)
    result.withView { result in
      workers.run(parts.count) { part in
        let scores = score(at: x.rows(parts[part]), sigma: sigma)
        scores.withReadOnlyView { result.rows(parts[part]).vector.copy(from: $0.vector) }
      }
    }
    return result
  }
}
