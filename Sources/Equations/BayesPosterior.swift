internal import Distributions
internal import Glibc

/// The posterior `p(y|x)` over finitely many points straight from Bayes' theorem.
///
/// Independent of the law's own: it multiplies densities, where the law works with one product of
/// matrices and a softmax.
struct BayesPosterior {
  /// The probabilities of the points, `(K)`.
  let probabilities: [Double]
  /// `E[y|x]`, `(D)`.
  let mean: [Double]
  private let law: PointsLaw

  init(_ law: PointsLaw, at x: [Double], sigma: Double) {
    self.law = law
    var joint = law.weights.indices.map { k in
      law.weights[k] * exp(-Self.squaredDistance(law, k, x) / (2 * sigma * sigma))
    }
    let evidence = joint.reduce(0, +)
    for k in joint.indices { joint[k] /= evidence }
    probabilities = joint
    mean = x.indices.map { j in
      joint.indices.reduce(0) { $0 + joint[$1] * law.points[$1, j] }
    }
  }

  /// The covariance of coordinates `i` and `j` of `y` given `x`.
  func covariance(_ i: Int, _ j: Int) -> Double {
    probabilities.indices.reduce(0) {
      $0 + probabilities[$1] * (law.points[$1, i] - mean[i]) * (law.points[$1, j] - mean[j])
    }
  }

  /// `tr Cov(y|x)`.
  var totalVariance: Double { mean.indices.reduce(0) { $0 + covariance($1, $1) } }

  /// The density `p_σ(x)` as a sum over the points.
  static func density(_ law: PointsLaw, at x: [Double], sigma: Double) -> Double {
    let normalizer = pow(2 * Double.pi * sigma * sigma, -Double(x.count) / 2)
    return law.weights.indices.reduce(0) {
      $0 + law.weights[$1] * normalizer
        * exp(-squaredDistance(law, $1, x) / (2 * sigma * sigma))
    }
  }

  private static func squaredDistance(_ law: PointsLaw, _ k: Int, _ x: [Double]) -> Double {
    x.indices.reduce(0) { $0 + (x[$1] - law.points[k, $1]) * (x[$1] - law.points[k, $1]) }
  }
}
