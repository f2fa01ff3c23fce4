import Glibc
import Testing

@testable import Statistics

@Suite struct ControlledMeansTests {
  // scipy.stats.t.ppf(p, freedom), SciPy 1.15.
  @Test(
    "Student's quantile is that of tables",
    arguments: [
      (0.975, 1.0, 12.706204736174694), (0.975, 2, 4.302652729749462),
      (0.975, 4.5, 2.6589123472044034), (0.975, 26, 2.0555294386428735),
      (0.9, 0.7, 5.009947959646406), (0.999, 3.3, 8.9515951094625),
      (0.025, 150.5, -1.975851949200891), (0.9999995, 12, 9.084692934201883),
      (0.975, 1e5, 1.9599877075346095),
    ])
  func student(p: Double, freedom: Double, expected: Double) {
    let t = studentQuantile(p, freedom: freedom)
    #expect(t.isFinite && abs(t - expected) < 1e-9 * abs(expected))
  }

  @Test("With endless freedom Student's quantile is the normal one")
  func endless() {
    for p in [0.6, 0.975, 0.0001] {
      #expect(studentQuantile(p, freedom: .infinity) == normalQuantile(p))
      #expect(abs(studentQuantile(p, freedom: 9e6) / normalQuantile(p) - 1) < 1e-5)
    }
  }

  /// Noise that is no one's: far decimals of a sine, in [−½, ½).
  static func noise(_ i: Int, _ k: Int) -> Double {
    let value = 43758.5453 * sin(Double(i) * 12.9898 + Double(k) * 78.233)
    return value - value.rounded(.down) - 0.5
  }

  /// Batches of pairs with two targets and two controls, as rows of four numbers.
  static func rows(pairs: Int) -> [[Double]] {
    (0..<2 * pairs).map { i in
      let c = [noise(i, 0), noise(i, 1) + 0.3 * noise(i, 0)]
      let t = 2 + 1.5 * c[0] - 0.7 * c[1] + 0.1 * noise(i, 2)
      return [t, 3 * t - 1 + 0.2 * noise(i, 3)] + c
    }
  }

  static func moments(_ rows: [[Double]]) -> PairedMoments {
    var moments = PairedMoments(targets: 2, controls: 2)
    for k in stride(from: 0, to: rows.count, by: 2) {
      moments.add((rows[k][...], rows[k + 1][...]), targets: 0..<2, controls: 2..<4)
    }
    return moments
  }

  @Test("Means, slopes and errors are those of least squares on the differences")
  func leastSquares() {
    let rows = Self.rows(pairs: 40)
    let fit = ControlledMeans([Self.moments(rows)])
    // Normal equations of the differences, solved by hand for two controls.
    let d = stride(from: 0, to: rows.count, by: 2).map { k in
      (0..<4).map { rows[k][$0] - rows[k + 1][$0] }
    }
    func dot(_ i: Int, _ j: Int) -> Double { d.reduce(0) { $0 + $1[i] * $1[j] } }
    func mean(_ i: Int) -> Double { rows.reduce(0) { $0 + $1[i] } / Double(rows.count) }
    let determinant = dot(2, 2) * dot(3, 3) - dot(2, 3) * dot(2, 3)
    func inverse(_ i: Int, _ j: Int) -> Double {
      (i == j ? dot(5 - i, 5 - i) : -dot(2, 3)) / determinant
    }
    for target in 0..<2 {
      let slopes = (2..<4).map { i in
        inverse(i, 2) * dot(2, target) + inverse(i, 3) * dot(3, target)
      }
      let expected = mean(target) - slopes[0] * mean(2) - slopes[1] * mean(3)
      #expect(abs(fit.means[target] - expected) < 1e-12)
      let residuals = d.reduce(0.0) { sum, row in
        let r = row[target] - slopes[0] * row[2] - slopes[1] * row[3]
        return sum + r * r
      }
      let leverage =
        mean(2) * mean(2) * inverse(2, 2) + 2 * mean(2) * mean(3) * inverse(2, 3)
        + mean(3) * mean(3) * inverse(3, 3)
      let error = (residuals / 38 * (1.0 / 160 + leverage)).squareRoot()
      let estimate = fit.combination(1, target == 0 ? [1, 0] : [0, 1])
      #expect(abs(estimate.value - 1 - expected) < 1e-12)
      #expect(abs(estimate.standardError / error - 1) < 1e-9)
      #expect(estimate.freedom == 38)
    }
  }

  @Test("Batches change neither means nor errors, and tell how well the errors are known")
  func batches() {
    let rows = Self.rows(pairs: 400)
    let whole = ControlledMeans([Self.moments(rows)])
    let parts = ControlledMeans(
      (0..<16).map { Self.moments(Array(rows[$0 * 50..<($0 + 1) * 50])) })
    for c in [[1.0, 0], [0, 1], [-2, 1]] {
      let (a, b) = (whole.combination(0, c), parts.combination(0, c))
      #expect(abs(a.value - b.value) < 1e-12)
      #expect(abs(a.standardError / b.standardError - 1) < 1e-9)
      #expect(b.freedom > 50 && b.freedom <= 398)
    }
    // One wild pair makes up the error: two degrees of freedom, not four hundred.
    var wild = rows
    wild[120][0] += 1000
    let estimate = ControlledMeans(
      (0..<16).map { Self.moments(Array(wild[$0 * 50..<($0 + 1) * 50])) }
    ).combination(0, [1, 0])
    #expect(estimate.freedom > 1.5 && estimate.freedom < 3)
  }

  @Test("A linear relation between targets survives the correction")
  func linear() {
    let rows = Self.rows(pairs: 30).map { [$0[0], 4 - 2 * $0[0], $0[2], $0[3]] }
    let fit = ControlledMeans([Self.moments(rows)])
    #expect(abs(fit.means[1] - (4 - 2 * fit.means[0])) < 1e-12)
    #expect(fit.combination(0, [2, 1]).standardError < 1e-8)
  }

  @Test("Too few pairs give an infinite error, not a confident one")
  func tooFew() {
    let fit = ControlledMeans([Self.moments(Self.rows(pairs: 2))])
    let estimate = fit.combination(0, [1, 0])
    #expect(estimate.value.isFinite && estimate.standardError == .infinity)
  }

  @Test("Independent errors add in squares, their freedom by Welch and Satterthwaite")
  func sums() {
    let sum =
      Estimate(1, standardError: 3, freedom: 10) + Estimate(2, standardError: 4, freedom: 20)
    #expect(sum.value == 3 && abs(sum.standardError - 5) < 1e-15)
    #expect(abs(sum.freedom - 625 / (81.0 / 10 + 256.0 / 20)) < 1e-9)
    let exact = Estimate(1, standardError: 3, freedom: 10) + Estimate(2)
    #expect(exact.standardError == 3 && abs(exact.freedom - 10) < 1e-9)
  }
}
