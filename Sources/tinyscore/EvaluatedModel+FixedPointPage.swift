internal import Distributions
internal import LinearAlgebra
internal import Report

extension EvaluatedModel {
  /// Fixed points are followed for a page where that takes a second or two: up to so many points, and
  /// coordinates of all points together.
  private static let mostPoints = 40
  private static let mostCoordinates = 512
  /// Samples of a network from which its own stable fixed points are searched.
  private static let searchSamples = 128

  /// The paths of fixed points over the noise level, where there are few; else where to find them.
  func fixedPointSection(_ workers: Workers) -> ReportPage.Section? {
    let title = "Fixed points"
    let command = "tinyscore bifurcations \(model.path) --report FILE.html"
    guard let points = dataset.law as? PointsLaw, points.weights.count <= Self.mostPoints,
      points.weights.count * points.dimension <= Self.mostCoordinates,
      let branchings = try? AnalyzedBranchings(
        model, dataset: dataset, weights: weights, samples: Self.searchSamples, seed: seed,
        workers: workers, progress: { _, _ in })
    else {
      return ReportPage.Section(
        title, paragraphs: ["Not followed here, as that takes a while: \(command)"])
    }
    return ReportPage.Section(
      title, paragraphs: branchings.summaryWords + ["More of them: \(command)"],
      figures: [branchings.pathFigure])
  }
}
