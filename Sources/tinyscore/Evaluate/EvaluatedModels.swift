internal import Estimation
internal import JSONText
internal import Storage

/// The evaluations of one model or several: what `evaluate` writes.
struct EvaluatedModels {
  /// How many models were asked for, some of which may have failed.
  let asked: Int
  private(set) var models: [EvaluatedModel] = []
  /// What went wrong beside them.
  var failures: [Failure] = []

  init(asked: Int) { self.asked = asked }

  mutating func append(_ model: EvaluatedModel) { models.append(model) }

  /// The one model that was asked for, or nil where there were several.
  var single: EvaluatedModel? { asked == 1 ? models.first : nil }

  /// Networks that differ in nothing but the seed of their training, in the order of their first; a
  /// seed that comes twice counts once, and groups of one are left out.
  ///
  /// Where points were kept aside, other seeds keep others: such networks have other data, and no
  /// group.
  var groups: [SeedGroup] {
    let networks = models.filter { $0.checkpoint.map { $0.configuration.holdout == 0 } ?? false }
    var keys: [String] = []
    var members: [String: [EvaluatedModel]] = [:]
    for model in networks {
      guard let checkpoint = model.checkpoint else { continue }
      let key =
        checkpoint.dataset.canonicalText + " \(checkpoint.step) "
        + options(of: model, without: ["seed"])
      if members[key] == nil { keys.append(key) }
      let seeds = members[key, default: []].map { $0.checkpoint?.configuration.seed }
      guard !seeds.contains(checkpoint.configuration.seed) else { continue }
      members[key, default: []].append(model)
    }
    // What follows from the data or from other options tells nothing that they do not.
    let untold = sharedOptions(networks).union(["seed", "sigma-min", "sigma-max", "ema"])
    return keys.compactMap { key in
      guard let group = members[key], group.count > 1 else { return nil }
      let own = options(of: group[0], without: untold)
      return SeedGroup(
        name: group[0].dataset.name + (own.isEmpty ? "" : ", \(own)"), models: group)
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

  private func groupJSON(_ group: SeedGroup) -> JSONValue {
    [
      "name": .string(group.name), "models": .array(group.models.map { .string($0.model.path) }),
      "entropy": .object(
        Route.learned.map { route in
          JSONMember(
            key: route.rawValue,
            value: group.spread(route).map {
              [
                "mean": .number($0.mean), "standardDeviation": .number($0.standardDeviation),
                "samplingError": .number($0.samplingError),
              ]
            } ?? .null)
        }),
    ]
  }
}

extension EvaluatedModel {
  /// The network's checkpoint; nil for a law.
  var checkpoint: Checkpoint? {
    guard case .network(let checkpoint, _) = model else { return nil }
    return checkpoint
  }

  /// The options that the network was trained with; nil for a law.
  var trainingOptions: [JSONMember]? {
    guard case .object(let members)? = checkpoint?.configuration.json else { return nil }
    return members
  }
}
