import Distributions
import ForwardProcess
import LinearAlgebra
import Randomness
import Testing

@testable import Training

/// SOAP as its authors write it down (Vyas and others 2024, Algorithm 3), in double precision on
/// arrays.
private struct SoapReference {
  var (left, right): ([[Double]], [[Double]])
  var (leftBasis, rightBasis): ([[Double]], [[Double]])
  var (first, second): ([[Double]], [[Double]])

  init(rows: Int, columns: Int) {
    func zeros(_ n: Int, _ m: Int) -> [[Double]] {
      Array(repeating: Array(repeating: 0, count: m), count: n)
    }
    func identity(_ n: Int) -> [[Double]] {
      (0..<n).map { i in (0..<n).map { $0 == i ? 1 : 0 } }
    }
    (left, right) = (zeros(rows, rows), zeros(columns, columns))
    (leftBasis, rightBasis) = (identity(rows), identity(columns))
    (first, second) = (zeros(rows, columns), zeros(rows, columns))
  }

  static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in
      (0..<b[0].count).map { j in row.indices.reduce(0) { $0 + row[$1] * b[$1][j] } }
    }
  }

  static func transpose(_ a: [[Double]]) -> [[Double]] {
    a[0].indices.map { j in a.map { $0[j] } }
  }

  static func mix(_ a: [[Double]], _ b: [[Double]], keeping share: Double) -> [[Double]] {
    zip(a, b).map { zip($0, $1).map { share * $0 + (1 - share) * $1 } }
  }

  /// The columns of a matrix, made orthonormal one by one, twice for the sake of rounding.
  static func orthonormal(_ a: [[Double]]) -> [[Double]] {
    var columns: [[Double]] = []
    for column in transpose(a) {
      var column = column
      for _ in 0..<2 {
        for other in columns {
          let share = zip(column, other).reduce(0) { $0 + $1.0 * $1.1 }
          column = zip(column, other).map { $0 - share * $1 }
        }
      }
      let norm = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
      columns.append(column.map { $0 / norm })
    }
    return transpose(columns)
  }

  /// The direction of one step; the average of the gradient stays in the coordinates of the weight.
  mutating func direction(
    _ gradient: [[Double]], beta1: Double, beta2: Double, epsilon: Double, refreshing: Bool
  ) -> [[Double]] {
    let transposed = Self.transpose(gradient)
    left = Self.mix(left, Self.product(gradient, transposed), keeping: 0.95)
    right = Self.mix(right, Self.product(transposed, gradient), keeping: 0.95)
    if refreshing {
      leftBasis = Self.orthonormal(Self.product(left, leftBasis))
      rightBasis = Self.orthonormal(Self.product(right, rightBasis))
    }
    let (leftBasis, rightBasis) = (leftBasis, rightBasis)
    func rotated(_ a: [[Double]]) -> [[Double]] {
      Self.product(Self.product(Self.transpose(leftBasis), a), rightBasis)
    }
    first = Self.mix(first, gradient, keeping: beta1)
    second = Self.mix(
      second, rotated(gradient).map { $0.map { $0 * $0 } }, keeping: beta2)
    // Ours: what Adam's averages of the same numbers cannot exceed.
    let limit = (1 - beta1) / ((1 - beta2) * (1 - beta1 * beta1 / beta2)).squareRoot()
    let normalized = zip(rotated(first), second).map {
      zip($0, $1).map { max(-limit, min(limit, $0 / ($1.squareRoot() + epsilon))) }
    }
    return Self.product(
      Self.product(leftBasis, normalized), Self.transpose(rightBasis))
  }
}

@Suite struct SoapTests {
  private static let (rows, columns) = (7, 5)

  private static func configuration() throws -> TrainingConfiguration {
    TrainingConfiguration(
      steps: 60, batch: 1, width: 1, depth: 1, activation: .silu, optimizer: .soap,
      learningRate: 0.1, averageDecay: 0.9,
      range: try #require(NoiseRange(minimum: 1, maximum: 2)), seed: 0, holdout: 0)
  }

  /// Correlated gradients: noise through a fixed matrix on either side.
  private func gradient(_ step: Int) -> [[Double]] {
    func normals(_ n: Int, _ m: Int, _ step: Int) -> [[Double]] {
      let values = RandomStream(seed: 5, step: UInt32(step), purpose: .test).normals(n, m)
      return (0..<n).map { i in (0..<m).map { values[i, $0] } }
    }
    let (n, m) = (Self.rows, Self.columns)
    let noise = normals(n, m, step)
    return SoapReference.product(
      SoapReference.product(normals(n, n, 1000), noise), normals(m, m, 1001))
  }

  /// A layer with its bases, its moments and the rates of a run, fed with gradients.
  private struct Fixture {
    let arena = Arena<Float>(capacity: 4096)
    let bases = LayerBases(rows: SoapTests.rows, columns: SoapTests.columns)
    let layer: SoapLayer
    let gradient: MatrixView<Float>
    private let configuration: TrainingConfiguration

    init() throws {
      configuration = try SoapTests.configuration()
      let (n, m) = (SoapTests.rows, SoapTests.columns)
      gradient = arena.matrix(n, m)
      layer = SoapLayer(bases, moments: (arena.matrix(n, m), arena.matrix(n, m)))
    }

    func rates(_ step: Int) -> UpdateRates { UpdateRates(configuration, step: step) }

    func direction(
      _ values: [[Double]], step: Int, refreshing: Bool
    ) -> MatrixView<Float> {
      gradient.copy(from: values.flatMap { $0.map { Float($0) } })
      return layer.updateDirection(for: gradient, rates(step), refreshing: refreshing)
    }
  }

  @Test("A layer's direction is that of the algorithm as printed, in the weight's own coordinates")
  func direction() throws {
    let fixture = try Fixture()
    var reference = SoapReference(rows: Self.rows, columns: Self.columns)
    for step in 0..<40 {
      let refreshing = step > 0 && step < 20 || step % 10 == 9
      let direction = fixture.direction(gradient(step), step: step, refreshing: refreshing)
      let expected = reference.direction(
        gradient(step), beta1: 0.9, beta2: 0.95, epsilon: Double(fixture.rates(step).epsilon),
        refreshing: refreshing)
      for i in 0..<Self.rows {
        for j in 0..<Self.columns {
          #expect(abs(Double(direction[i, j]) - expected[i][j]) < 2e-4)
        }
      }
    }
  }

  @Test("Without refreshes SOAP is Adam")
  func adam() throws {
    let fixture = try Fixture()
    let arena = Arena<Float>(capacity: 4096)
    let views = (0..<6).map { _ in arena.matrix(Self.rows, Self.columns) }
    for step in 0..<10 {
      let direction = fixture.direction(gradient(step), step: step, refreshing: false)
      let rates = fixture.rates(step)
      views[0].vector.descend(
        direction.vector, rate: rates.rate, average: views[1].vector,
        averageWeight: rates.averageWeight)
      views[2].vector.updateByAdam(
        gradient: fixture.gradient.vector, first: views[4].vector, second: views[5].vector,
        average: views[3].vector, beta1: rates.beta1, beta2: rates.beta2, rate: rates.rate,
        epsilon: rates.epsilon, averageWeight: rates.averageWeight)
    }
    for (a, b) in zip(views[0].elements, views[2].elements) {
      #expect(abs(a - b) < 1e-6 && a != 0)
    }
    for (a, b) in zip(views[1].elements, views[3].elements) {
      #expect(abs(a - b) < 1e-6 && a != 0)
    }
  }

  @Test("A small batch at the default rate stays finite", arguments: [1, 3, 8])
  func smallBatches(batch: Int) throws {
    let law = try PointsLaw(points: Matrix([[1.0, 0.5], [-1, 0], [0.3, -2], [2, 2]]))
    let configuration = TrainingConfiguration(
      steps: 100, batch: batch, width: 64, depth: 4, activation: .silu, optimizer: .soap,
      learningRate: TrainingDefaults.learningRate(.soap), averageDecay: 0.9,
      range: law.noiseRange, seed: 1, holdout: 0)
    let trainer = Trainer(
      configuration: configuration, source: law, workers: Workers(count: 2))
    for _ in 0..<100 { try trainer.advance() }
    #expect(trainer.batchLoss < 100)
  }

  @Test("A side that is too long has no basis, and the other still works")
  func longSide() {
    let bases = LayerBases(rows: LayerBases.longestSide + 1, columns: 3)
    #expect(bases.left == nil && bases.right?.basis.rows == 3)
  }

  @Test(
    "A gradient that is zero, or of rank one, leaves everything finite and the bases orthonormal")
  func degenerate() throws {
    let fixture = try Fixture()
    for step in 0..<20 {
      let values = (0..<Self.rows).map { i in
        (0..<Self.columns).map { step < 5 ? 0 : Double(i * ($0 + 1)) }
      }
      let direction = fixture.direction(values, step: step, refreshing: step > 0)
      #expect(direction.elements.allSatisfy { $0.isFinite })
    }
    for basis in [fixture.bases.left?.basis, fixture.bases.right?.basis].compactMap({ $0 }) {
      for i in 0..<basis.rows {
        for j in 0...i {
          let product = (0..<basis.columns).reduce(0) { $0 + basis[i, $1] * basis[j, $1] }
          #expect(abs(product - (i == j ? 1 : 0)) < 1e-5)
        }
      }
    }
  }
}
