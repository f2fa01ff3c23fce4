import Glibc
import Testing

@testable import Statistics

@Suite struct RegressedMeansTests {
  /// Two targets and two controls of `count` samples, `(4, N)`.
  static func columns(_ count: Int) -> [[Double]] {
    let rows = (0..<count).map { i in
      let c = [ControlledMeansTests.noise(i, 0), ControlledMeansTests.noise(i, 1) + 0.2]
      let t = 2 + 1.5 * c[0] - 0.7 * c[1] + 0.1 * ControlledMeansTests.noise(i, 2)
      return [t, 3 * t - 1 + 0.2 * ControlledMeansTests.noise(i, 3)] + c
    }
    return (0..<4).map { column in rows.map { $0[column] } }
  }

  @Test("Means are those of the regression by sums")
  func leastSquares() {
    let columns = Self.columns(60)
    let fit = RegressedMeans(targets: Array(columns[0..<2]), controls: Array(columns[2..<4]))
    var sums = ControlledMoments(targets: 2, controls: 2)
    for i in 0..<60 { sums.add(columns.map { $0[i] }) }
    let (means, covariance) = sums.controlledMeans()
    for t in 0..<2 {
      #expect(abs(fit.means[t] - means[t]) < 1e-12)
      // Samples of one variance: White's error is about the usual one.
      let error = fit.combination(t == 0 ? [1, 0] : [0, 1]).standardError
      #expect(abs(error / covariance[3 * t].squareRoot() - 1) < 0.15)
    }
    #expect(abs(fit.combination([3, -1]).value - 1) < 0.05)
    #expect(fit.combination([3, -1]).standardError < fit.combination([0, 1]).standardError)
  }

  @Test("What samples contribute to a mean sums to 0, and their squares to its variance")
  func contributions() {
    let columns = Self.columns(40)
    let plain = RegressedMeans(targets: [columns[0]], controls: [])
    #expect(abs(plain.contributions[0].reduce(0, +)) < 1e-14)
    let mean = Estimate(meanOf: columns[0])
    #expect(abs(plain.combination([1]).value - mean.value) < 1e-14)
    // Every sample is 40/39 times as far from the mean of the others as from that of all.
    let error = mean.standardError * (40.0 / 39).squareRoot()
    #expect(abs(plain.combination([1]).standardError - error) < 1e-14)
  }

  @Test("A target without noise has no error, and samples of one size have all freedom")
  func exact() {
    let columns = Self.columns(40)
    let target = columns[2].map { 5 - 2 * $0 }
    let fit = RegressedMeans(targets: [target], controls: [columns[2]])
    #expect(abs(fit.means[0] - 5) < 1e-13 && fit.combination([1]).standardError < 1e-14)
    let alike = Estimate(0, contributions: [1, -1, 1, -1, 1, -1, 1, -1], spent: 2)
    #expect(alike.freedom == 6 && abs(alike.standardError - 8.0.squareRoot()) < 1e-15)
    let lone = Estimate(0, contributions: [1, 0, 0, 0, 0, 0, 0, 0], spent: 2)
    #expect(lone.freedom < 2.1)
  }

  @Test("Contributions of two fits to the same samples add up to those of the fit to the sum")
  func sums() {
    let columns = Self.columns(50)
    let controls = [columns[2]]
    let fit = RegressedMeans(targets: [columns[0], columns[1]], controls: controls)
    let sum = RegressedMeans(
      targets: [zip(columns[0], columns[1]).map { 2 * $0 - $1 }], controls: controls)
    let difference = zip(fit.contributions(to: [2, -1]), sum.contributions[0]).map { abs($0 - $1) }
    #expect(difference.max() ?? 1 < 1e-15)
  }
}
