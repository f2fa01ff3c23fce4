internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import Statistics

extension EvaluatedModels {
  /// A row for each model and level.
  var levelsCSV: String {
    let routes = [Route.exact] + Route.learned
    var text = "model,dataset,sigma"
    for route in routes { text += ",\(route.rawValue),\(route.rawValue)StandardError" }
    text += ",logSNR\n"
    for result in models {
      for level in result.evaluation.levels {
        text += "\(csvCell(result.model.path)),\(csvCell(result.dataset.name)),\(level.sigma)"
        for route in routes { text += csvCells(result.evaluation.rate(route, at: level)) }
        text += ",\(logSNR(sigma: level.sigma))\n"
      }
    }
    return text
  }

  /// A row for each model: what it was trained with, and its totals.
  var totalsCSV: String {
    let routes = [Route.exact] + Route.learned
    let options = models.compactMap(\.trainingOptions).first?.map(\.key) ?? []
    var text = "model,dataset,distribution,dimension"
    for option in options { text += "," + csvCell(option) }
    for route in routes { text += ",\(route.rawValue),\(route.rawValue)StandardError" }
    for route in Route.learned { text += ",\(route.rawValue)MaxBandwidthError" }
    text += "\n"
    for result in models {
      let evaluation = result.evaluation
      text += [result.model.path, result.dataset.name, result.dataset.distribution]
        .map(csvCell).joined(separator: ",")
      text += ",\(evaluation.dimension)"
      for option in options {
        let value = result.trainingOptions?.first { $0.key == option }?.value
        text += "," + (value.map { csvCell(cellText($0)) } ?? "")
      }
      for route in routes { text += csvCells(evaluation.entropy(route)) }
      for route in Route.learned {
        text += "," + (evaluation.maximumBandwidthError(route).map { "\($0)" } ?? "")
      }
      text += "\n"
    }
    return text
  }

  private func csvCells(_ estimate: Estimate?) -> String {
    estimate.map { ",\($0.value),\($0.standardError)" } ?? ",,"
  }

  private func cellText(_ value: JSONValue) -> String {
    if case .string(let text) = value { text } else { value.canonicalText }
  }
}

/// A cell of a CSV (RFC 4180).
func csvCell(_ cell: String) -> String {
  guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
  return "\""
    + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}
