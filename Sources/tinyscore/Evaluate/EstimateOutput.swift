internal import JSONText
internal import Report
internal import Statistics

/// Results whose estimates are written alike.
protocol EstimateOutput {
  /// The probability that an interval holds the truth.
  var confidence: Double { get }
}

extension EstimateOutput {
  /// A number with its error, in the unit asked for.
  func text(
    _ estimate: Estimate?, unit: InformationUnit = .nats, digits: Int = 5, limit: Int = .max
  ) -> String {
    guard let estimate else { return "–" }
    return formatEstimate(
      estimate.value * unit.perNat, standardError: estimate.standardError * unit.perNat,
      significant: digits, limit: limit)
  }

  /// The estimate as `{"value", "standardError", "lower", "upper"}`.
  func json(_ estimate: Estimate) -> JSONValue {
    let (lower, upper) = estimate.interval(confidence: confidence)
    return [
      "value": .number(estimate.value), "standardError": .number(estimate.standardError),
      "lower": .number(lower), "upper": .number(upper),
    ]
  }

  func json(_ estimate: Estimate?) -> JSONValue { estimate.map { json($0) } ?? .null }
}
