internal import Estimation
internal import Statistics

/// Networks that differ in nothing but the seed of their training.
struct SeedGroup {
  /// What the networks are: their data set, and the options in which groups differ.
  let name: String
  let models: [EvaluatedModel]

  /// How a route's entropy differs between the networks; nil where one does not have it.
  func spread(_ route: Route) -> Spread? {
    let entropies = models.compactMap { $0.evaluation.entropy(route) }
    return entropies.count == models.count ? Spread(entropies) : nil
  }
}
