import Distributions
import Estimation
import ForwardProcess
import LinearAlgebra

/// The score of Gaussian data: a score of your own needs a dimension, itself and its Jacobian.
struct LinearScore: ScoreFunction {
  let dimension = 2
  let variance = 0.5
  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let slope = -1 / (variance + sigma * sigma)
    return Matrix(rows: x.rows, columns: 2, elements: x.elements.map { slope * $0 })
  }
  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let slope = -1 / (variance + sigma * sigma)
    return Matrix(Array(repeating: [slope, 0, 0, slope], count: x.rows))
  }
}

/// Its loss on four points at 48 noise levels.
func lossOfLinearScore() throws -> SampledCurve {
  let law = try PointsLaw(points: Matrix([[1, 0], [-1, 0], [0, 1], [0, -1]]))
  let evaluator = ScoreEvaluator(
    score: LinearScore(), source: law, exact: law, samplesPerLevel: 1024, seed: 0)
  return evaluator.curve(at: law.noiseRange.levels(48), workers: Workers(count: 2))
}
