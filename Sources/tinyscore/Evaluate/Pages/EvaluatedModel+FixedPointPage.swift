internal import Distributions
internal import LinearAlgebra
internal import Report

extension EvaluatedModel {
  /// Fixed points are followed for a page where that takes a second or two: up to so many points,
  /// and coordinates of all points together.
  private static let mostPoints = 40
  private static let mostCoordinates = 512
  /// The paths of fixed points over the noise level, where there are few; else where to find them.
  func fixedPointSection(_ workers: Workers) -> ReportPage.Section {
    let title = "Fixed points"
    let command = "tinyscore bifurcations \(model.path) --report FILE.html"
    guard let points = dataset.law as? PointsLaw else {
      return ReportPage.Section(title, paragraphs: ["Of laws that are not points: \(command)"])
    }
    guard points.weights.count <= Self.mostPoints,
      points.weights.count * points.dimension <= Self.mostCoordinates
    else {
      return ReportPage.Section(
        title, paragraphs: ["Not followed here, as that takes a while: \(command)"])
    }
    let branchings: AnalyzedBranchings
    do {
      branchings = try AnalyzedBranchings(
        model, dataset: dataset, weights: weights, samples: AnalyzedBranchings.defaultSamples,
        seed: seed, workers: workers, progress: { _, _ in })
    } catch {
      return ReportPage.Section(title, paragraphs: ["Not followed: \(error)"])
    }
    return ReportPage.Section(
      title, paragraphs: branchings.summaryWords + ["More of them: \(command)"],
      figures: [branchings.pathFigure])
  }
}
