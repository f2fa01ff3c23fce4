internal import Estimation
internal import JSONText
internal import Report
internal import Statistics
internal import Storage

/// The evaluations of one model or several: what `evaluate` writes.
struct EvaluatedModels {
  private(set) var models: [EvaluatedModel] = []
  /// What went wrong beside them.
  var failures: [Failure] = []

  mutating func append(_ model: EvaluatedModel) { models.append(model) }

  /// The one model, or nil where there are several.
  var single: EvaluatedModel? { models.count == 1 ? models[0] : nil }

  /// Networks that differ in nothing but the seed of their training.
  struct Group {
    /// What the networks are: their data set, and the options in which groups differ.
    let name: String
    let models: [EvaluatedModel]

    /// The mean of a route's entropy over the networks, the standard deviation between them, and the root
    /// mean square of the errors of sampling; nil where one does not have it.
    func spread(_ route: Route) -> (mean: Double, deviation: Double, samplingError: Double)? {
      let entropies = models.compactMap { $0.evaluation.entropy(route) }
      guard entropies.count == models.count, entropies.count > 1 else { return nil }
      var (values, squares) = (RunningMoments(), RunningMoments())
      for entropy in entropies {
        values.add(entropy.value)
        squares.add(entropy.standardError * entropy.standardError)
      }
      return (
        values.mean.value, values.variance.squareRoot(), squares.mean.value.squareRoot()
      )
    }
  }

  /// The networks by what they share, in the order of their first; groups of one are left out.
  var groups: [Group] {
    let networks = models.filter { $0.trainingOptions != nil }
    var keys: [String] = []
    var members: [String: [EvaluatedModel]] = [:]
    for model in networks {
      let key = model.dataset.name + "\n" + options(of: model, without: ["seed"])
      if members[key] == nil { keys.append(key) }
      members[key, default: []].append(model)
    }
    let shared = sharedOptions(networks)
    return keys.compactMap { key in
      guard let group = members[key], group.count > 1 else { return nil }
      let own = options(of: group[0], without: shared.union(["seed"]))
      return Group(name: group[0].dataset.name + (own.isEmpty ? "" : ", \(own)"), models: group)
    }
  }

  /// The options of a model's training in words.
  private func options(of model: EvaluatedModel, without left: Set<String>) -> String {
    (model.trainingOptions ?? []).filter { !left.contains($0.key) }
      .map { "\($0.key) \($0.value.canonicalText)" }.joined(separator: ", ")
  }

  /// The names of the options in which no networks differ.
  private func sharedOptions(_ networks: [EvaluatedModel]) -> Set<String> {
    guard let first = networks.first?.trainingOptions else { return [] }
    return Set(
      first.filter { option in
        networks.allSatisfy { model in
          model.trainingOptions?.contains { $0 == option } ?? false
        }
      }.map(\.key))
  }

  /// The results as `--json` gives them.
  var json: JSONValue {
    if let single { return single.json }
    return [
      "schema": "tinyscore.evaluations.v1", "evaluations": .array(models.map(\.json)),
      "groups": .array(groups.map(groupJSON)),
    ]
  }

  private func groupJSON(_ group: Group) -> JSONValue {
    [
      "name": .string(group.name), "models": .array(group.models.map { .string($0.model.path) }),
      "entropy": .object(
        Route.learned.map { route in
          JSONMember(
            key: route.rawValue,
            value: group.spread(route).map {
              [
                "mean": .number($0.mean), "standardDeviation": .number($0.deviation),
                "samplingError": .number($0.samplingError),
              ]
            } ?? .null)
        }),
    ]
  }
}

extension EvaluatedModel {
  /// The options that the network was trained with; nil for a law.
  var trainingOptions: [JSONMember]? {
    guard case .network(let checkpoint, _) = model,
      case .object(let members) = checkpoint.configuration.json
    else { return nil }
    return members
  }
}
