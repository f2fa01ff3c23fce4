internal import Dynamics
internal import JSONText

extension AnalyzedBranchings {
  /// The results as `bifurcations --json` gives them, schema `tinyscore.bifurcations.v1`.
  var json: JSONValue {
    let kind = learned == nil ? "exact" : "network"
    var members: [JSONMember] = [
      JSONMember(key: "schema", value: "tinyscore.bifurcations.v1"),
      JSONMember(key: "model", value: ["kind": .string(kind), "path": .string(model.path)]),
      JSONMember(
        key: "dataset",
        value: ["name": .string(dataset.name), "distribution": .string(dataset.distribution)]),
      JSONMember(key: "dimension", value: JSONValue(UInt64(exact.diagram.dimension))),
      JSONMember(key: "seed", value: JSONValue(seed)),
    ]
    if let learned, let comparison {
      members += [
        JSONMember(key: "exact", value: .object(Self.members(exact))),
        JSONMember(key: "learned", value: .object(Self.members(learned))),
        JSONMember(key: "comparison", value: json(comparison, learned.diagram)),
      ]
    } else {
      members += Self.members(exact)
    }
    return .object(members)
  }

  private static func members(_ side: Side) -> [JSONMember] {
    let diagram = side.diagram
    return [
      JSONMember(key: "paths", value: .array(diagram.paths.map(json))),
      JSONMember(key: "events", value: .array(diagram.branchings.map(json))),
      JSONMember(
        key: "stabilityChanges",
        value: .array(
          diagram.stabilityChanges.map {
            [
              "path": JSONValue(UInt64($0.path)), "sigma": .number($0.sigma),
              "unstableDirections": [
                JSONValue(UInt64($0.unstableDirections.below)),
                JSONValue(UInt64($0.unstableDirections.above)),
              ],
            ]
          })),
      JSONMember(
        key: "missingStarts", value: .array(diagram.missingStarts.map { JSONValue(UInt64($0)) })),
      JSONMember(
        key: "unfinishedPaths",
        value: .array(diagram.unfinishedPaths.map { JSONValue(UInt64($0)) })),
      JSONMember(key: "flatStarts", value: JSONValue(UInt64(side.flat))),
    ]
  }

  private static func json(_ path: FixedPointPath) -> JSONValue {
    [
      "id": JSONValue(UInt64(path.id)), "start": Self.number(path.start),
      "points": .array(
        path.points.map {
          [
            "sigma": .number($0.sigma), "x": numbers($0.x), "eigenvalues": numbers($0.eigenvalues),
            "stable": .bool($0.isStable),
          ]
        }),
    ]
  }

  private static func json(_ event: Branching) -> JSONValue {
    let paths = (event.ending + (event.continuing.map { [$0] } ?? [])).map { JSONValue(UInt64($0)) }
    return [
      "sigma": .number(event.sigma), "kind": .string(event.kind.rawValue), "x": numbers(event.x),
      "direction": numbers(event.direction), "paths": .array(paths),
      "ending": .array(event.ending.map { JSONValue(UInt64($0)) }),
      "continuing": Self.number(event.continuing),
      "gradientFlow": Self.number(event.gradientFlow),
      "endSigma": .number(event.endSigma), "jump": .number(event.jump),
      "exponent": JSONValue(event.exponent), "field": JSONValue(event.field),
      "unperturbedSigma": JSONValue(event.unperturbedSigma),
      "approach": .array(
        event.approach.map {
          [
            "sigma": .number($0.sigma), "separation": .number($0.separation),
            "curvature": .number($0.curvature),
          ]
        }),
    ]
  }

  private func json(
    _ comparison: DiagramComparison, _ learned: FixedPointDiagram
  ) -> JSONValue {
    [
      "sigma": .number(comparison.sigma),
      "lost": .array(comparison.lost.map { JSONValue(UInt64($0)) }),
      "invented": .array(comparison.invented.map { JSONValue(UInt64($0)) }),
      "counterparts": .array(
        comparison.counterparts.sorted { $0.key < $1.key }.map {
          ["learned": JSONValue(UInt64($0.key)), "exact": JSONValue(UInt64($0.value))]
        }),
      "events": .array(
        comparison.pairs.map {
          [
            "exact": JSONValue(UInt64($0.exact)), "learned": JSONValue(UInt64($0.learned)),
            "exactSigma": .number(exact.diagram.branchings[$0.exact].sigma),
            "learnedSigma": .number(learned.branchings[$0.learned].sigma),
            "relativeDifference": .number($0.relativeDifference),
          ]
        }),
    ]
  }

  private static func number(_ value: Int?) -> JSONValue {
    value.map { JSONValue(UInt64($0)) } ?? .null
  }

  private static func numbers(_ values: [Double]) -> JSONValue {
    .array(values.map { .number($0) })
  }
}
