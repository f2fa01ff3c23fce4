public import LinearAlgebra
internal import Statistics

/// How often intervals hold the truth: the same evaluation under many seeds.
public struct CoverageStudy: Sendable {
  /// What was seen of one noise level, or of the integral over all.
  public struct Cell: Sendable {
    /// How many intervals were counted.
    public let intervals: Int
    /// How many of them held the truth.
    public let held: Int
    /// How many were left out because their samples rest on rare events.
    public let flagged: Int
    /// How many were exact numbers, without an error, and lay within 1e-9 of the truth.
    public let exact: Int
    /// How many were exact numbers and wrong.
    public let wrong: Int
    /// The root mean square of the standard errors.
    public let standardError: Double
    /// The root mean square of the distances from the truth.
    public let deviation: Double

    /// The fraction of intervals that held the truth; nil if none was counted.
    public var coverage: Double? { intervals > 0 ? Double(held) / Double(intervals) : nil }
  }

  /// The noise levels, ascending.
  public let sigmas: [Double]
  /// The cell of each level, then that of the integral.
  public let cells: [Cell]

  /// The mean coverage of the cells that have one; nil if none has.
  public var averageCoverage: Double? {
    let values = cells.compactMap(\.coverage)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// Compares the losses of `evaluator` under the seeds `0 ..< seeds`, and their integrals, with
  /// `truth` at the levels `sigmas` and its trapezoid sum.
  public init(
    sigmas: [Double], truth: [Double], confidence: Double, seeds: Int, workers: Workers,
    evaluator: @Sendable (_ seed: UInt64) -> ScoreEvaluator
  ) {
    precondition(sigmas.count == truth.count && sigmas.count > 1)
    let weights = LogIntegral(sigmas: sigmas).weights
    let total = zip(weights, truth).reduce(0) { $0 + $1.0 * $1.1 }
    let alone = Workers(count: 1)
    let curves = workers.map(seeds) { seed in
      let curve = evaluator(UInt64(seed)).curve(at: sigmas, workers: alone)
      return curve.levels.map { (estimate: $0.loss, isFlagged: $0.restsOnRareEvents) }
        + [(curve.integrals?.loss ?? Estimate(.nan), false)]
    }
    self.sigmas = sigmas
    cells = (truth + [total]).enumerated().map { index, value in
      Cell(curves.map { $0[index] }, truth: value, confidence: confidence)
    }
  }
}

extension CoverageStudy.Cell {
  init(
    _ estimates: [(estimate: Estimate, isFlagged: Bool)], truth: Double, confidence: Double
  ) {
    var (held, flagged, exact, wrong) = (0, 0, 0, 0)
    var counted: [Estimate] = []
    for (estimate, isFlagged) in estimates {
      let distance = abs(estimate.value - truth)
      // Below 1e-9 an error is one of rounding.
      if estimate.standardError < 1e-9 * max(1, abs(truth)) {
        if distance <= 1e-9 * max(1, abs(truth)) { exact += 1 } else { wrong += 1 }
      } else if isFlagged {
        flagged += 1
      } else {
        counted.append(estimate)
        let (lower, upper) = estimate.interval(confidence: confidence)
        if lower <= truth && truth <= upper { held += 1 }
      }
    }
    let rootMeanSquare = { (values: [Double]) in
      values.isEmpty
        ? 0 : (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    self.init(
      intervals: counted.count, held: held, flagged: flagged, exact: exact, wrong: wrong,
      standardError: rootMeanSquare(counted.map(\.standardError)),
      deviation: rootMeanSquare(counted.map { $0.value - truth }))
  }
}
