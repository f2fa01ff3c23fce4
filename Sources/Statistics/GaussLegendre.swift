internal import Glibc

/// The rule of Gauss and Legendre: nodes and weights on `[−1, 1]`.
///
/// With n nodes exact for polynomials up to degree 2n − 1, and for an analytic function its error
/// falls like `ρ^(−2n)`, ρ the sum of the semi-axes of the largest ellipse about the foci ±1 in
/// which the function is analytic (Trefethen 2008, SIAM Review 50).
public struct GaussLegendre: Sendable {
  /// The nodes, ascending, `(n)`.
  public let nodes: [Double]
  /// The weights, `(n)`; their sum is 2.
  public let weights: [Double]

  /// The rule of `count` nodes, at least one.
  public init(_ count: Int) {
    precondition(count >= 1)
    var (nodes, weights) = ([Double](), [Double]())
    for k in (0..<count).reversed() {
      // Newton's iteration from Tricomi's estimate of the root.
      var x = cos(Double.pi * (Double(k) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<6 {
        let (value, derivative) = Self.legendre(count, x)
        x -= value / derivative
        slope = derivative
      }
      nodes.append(x)
      weights.append(2 / ((1 - x * x) * slope * slope))
    }
    (self.nodes, self.weights) = (nodes, weights)
  }

  /// The Legendre polynomial of degree `n` at `x` and its derivative.
  private static func legendre(_ n: Int, _ x: Double) -> (value: Double, derivative: Double) {
    var (previous, value) = (1.0, x)
    for k in 1..<max(n, 1) {
      let next = (Double(2 * k + 1) * x * value - Double(k) * previous) / Double(k + 1)
      (previous, value) = (value, next)
    }
    return (value, Double(n) * (x * value - previous) / (x * x - 1))
  }
}
