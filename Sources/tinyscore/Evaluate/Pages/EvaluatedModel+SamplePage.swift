internal import Distributions
internal import Dynamics
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import Report

extension EvaluatedModel {
  /// Samples that a figure in the plane shows, and steps that the reverse process takes for them.
  private static let shownPoints = 500
  private static let steps = 64
  /// Images that a figure shows: rows and columns of tiles, and the pixels along a side of one.
  private static let tiles = (rows: 2, columns: 10, side: 8)

  /// Samples of the model beside its data: points in the plane, or tiles for images of 8 × 8.
  func sampleSection(_ workers: Workers) -> ReportPage.Section? {
    let law = dataset.law
    let isImages = law.dimension == Self.tiles.side * Self.tiles.side && law is PointsLaw
    guard law.dimension == 2 || isImages else { return nil }
    let count = isImages ? Self.tiles.rows * Self.tiles.columns : Self.shownPoints
    let data = law.samples(count, stream: RandomStream(seed: seed, step: 0, purpose: .sampler))
    let samples = modelSamples(count, workers: workers)
    let figure = isImages ? tileFigure(data, samples) : planeFigure(data, samples)
    return ReportPage.Section("Samples", figures: [figure])
  }

  /// Samples by Heun's method, on the noise levels of Karras and others.
  private func modelSamples(_ count: Int, workers: Workers) -> Matrix<Double> {
    let law = dataset.law
    var score: any ScoreFunction = law
    if case .network(let checkpoint, _) = model { score = checkpoint.score(weights) }
    let levels = NoiseSchedule.karras(range, count: Self.steps + 1)
    let stream = RandomStream(seed: seed, step: RandomStream.evaluationSteps, purpose: .sampler)
    let baseline = GaussianBaseline(law) ?? GaussianBaseline(isotropic: law.moments)
    let x = baseline.samples(count, sigma: range.maximum, stream: stream)
    let blockRows = 64
    let parts = workers.map((count + blockRows - 1) / blockRows) { [score, range] block in
      let rows = x.rows(block * blockRows..<min((block + 1) * blockRows, count))
      let last = ProbabilityFlow(score: score).heun(from: rows, sigmas: levels)
      return score.denoised(at: last, sigma: range.minimum).elements
    }
    return Matrix(rows: count, columns: law.dimension, elements: Array(parts.joined()))
  }

  private func planeFigure(_ data: Matrix<Double>, _ samples: Matrix<Double>) -> Figure {
    func points(_ x: Matrix<Double>) -> [Figure.Point] {
      (0..<x.rows).map { Figure.Point(x[$0, 0], x[$0, 1]) }
    }
    return Figure(
      title: "Samples beside the data",
      caption: "\(samples.rows) of each: the data, and what the reverse process with the "
        + "\(scoreName) score makes of noise (Heun's method, \(Self.steps) steps on the levels of Karras).",
      xAxis: .init("first coordinate"), yAxis: .init("second coordinate"),
      series: [
        Figure.Series("data", role: .exact, style: .points, points: points(data)),
        Figure.Series("samples", role: .learned, style: .dots, points: points(samples)),
      ], hasEqualUnits: true)
  }

  private var scoreName: String {
    if case .network = model { "learned" } else { "exact" }
  }

  private func tileFigure(_ data: Matrix<Double>, _ samples: Matrix<Double>) -> Figure {
    let (rows, side) = (Self.tiles.rows, Self.tiles.side)
    let (low, high) = (data.elements.min() ?? 0, data.elements.max() ?? 1)
    // A tile and its gap; a wider gap between data and samples.
    let height = Double(rows * (side + 1))
    let cells =
      tileCells(data, from: height + 3, between: low, high)
      + tileCells(samples, from: 0, between: low, high)
    return Figure(
      title: "Samples below the data",
      caption:
        "Above \(data.rows) of the data, below as many samples of the reverse process with the "
        + "\(scoreName) score (Heun's method, \(Self.steps) steps on the levels of Karras).",
      xAxis: .init(""), yAxis: .init(""), series: [], hasEqualUnits: true, background: cells,
      isPicture: true)
  }

  /// The pixels of images as rectangles, the first tile at the left above `bottom`.
  private func tileCells(
    _ images: Matrix<Double>, from bottom: Double, between low: Double, _ high: Double
  ) -> [Figure.Cell] {
    let (rows, columns, side) = Self.tiles
    return (0..<images.rows).flatMap { image -> [Figure.Cell] in
      let left = Double(image % columns * (side + 1))
      let top = bottom + Double((rows - image / columns) * (side + 1))
      return (0..<side * side).compactMap { pixel in
        let share = (images[image, pixel] - low) / max(high - low, .leastNormalMagnitude)
        let shade = Int((min(1, max(0, share)) * Double(Figure.darkestShade)).rounded())
        guard shade > 0 else { return nil }
        let (x, y) = (left + Double(pixel % side), top - Double(pixel / side))
        return Figure.Cell(x: x...x + 1, y: y - 1...y, shade: shade)
      }
    }
  }
}
