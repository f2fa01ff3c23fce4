public import ForwardProcess
public import LinearAlgebra
public import Randomness

/// Estimates divergences `∇·s` from products of the Jacobian with random signs.
///
/// Hutchinson (1990): for a vector v of independent signs `E[vᵀ J v] = tr J`, whatever J. With `S =
/// (J + Jᵀ)/2` the variance is `2 Σ_{i≠j} S_ij²` a probe, 0 where S is diagonal (Gaussian probes
/// would add `2 Σ_i S_ii²`), and falls as 1/probes. A probe costs about two passes of a network.
public struct HutchinsonTrace: Sendable {
  /// The probes a sample.
  public let probes: Int
  /// Where the signs come from.
  public let stream: RandomStream

  /// Estimates from `probes` probes, at least one, of a stream whose purpose is replaced by
  /// `.probe`.
  public init(probes: Int, stream: RandomStream) {
    precondition(probes >= 1 && probes < 1 << 24)
    self.probes = probes
    self.stream = stream.with(.probe)
  }

  /// The means over the probes of `vᵀ ∇s v` at the rows of `x`, `(B)`: unbiased for `∇·s`, in
  /// 1/length².
  ///
  /// Row r is sample `firstSample + r`. Its signs depend on that number alone, so that nothing
  /// depends on how samples are divided into calls.
  public func traces(
    of score: some ScoreFunction, at x: Matrix<Double>, sigma: Double, firstSample: Int = 0
  ) -> [Double] {
    var result = [Double](repeating: 0, count: x.rows)
    for probe in 0..<probes {
      let v = signs(probe, rows: x.rows, dimension: x.columns, firstSample: firstSample)
      let products = score.jacobianProducts(at: x, along: v, sigma: sigma)
      for row in 0..<x.rows {
        for j in 0..<x.columns { result[row] += v[row, j] * products[row, j] }
      }
    }
    return result.map { $0 / Double(probes) }
  }

  /// The signs `±1` of probe `probe` for samples `firstSample ..< firstSample + rows`, `(rows, D)`.
  ///
  /// One bit a sign; probes and samples have addresses of their own, so that more probes begin with
  /// the same ones.
  func signs(
    _ probe: Int, rows: Int, dimension: Int, firstSample: Int
  ) -> Matrix<Double> {
    let blocks = (dimension + 127) / 128
    precondition((firstSample + rows) * blocks < 1 << 40)
    var result = Matrix<Double>(rows: rows, columns: dimension)
    for row in 0..<rows {
      for block in 0..<blocks {
        let address = UInt64(probe) << 40 + UInt64((firstSample + row) * blocks + block)
        let w = stream.words(at: address)
        let low = UInt64(w.0) << 32 | UInt64(w.1)
        let high = UInt64(w.2) << 32 | UInt64(w.3)
        for bit in 0..<min(128, dimension - 128 * block) {
          let word = bit < 64 ? low : high
          result[row, 128 * block + bit] = word >> UInt64(bit % 64) & 1 == 0 ? -1 : 1
        }
      }
    }
    return result
  }
}
