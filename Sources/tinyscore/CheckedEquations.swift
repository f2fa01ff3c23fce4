internal import Equations
internal import JSONText
internal import Report

/// The measured equations: what the outputs of `equations` show.
struct CheckedEquations {
  let rows: [EquationRow]
  let seed: UInt64

  /// The results as `equations --json` gives them, schema `tinyscore.equations.v1`.
  var json: JSONValue {
    [
      "schema": "tinyscore.equations.v1", "seed": JSONValue(seed),
      "rows": .array(
        rows.map { row in
          [
            "equation": .string(row.equation), "statement": .string(row.statement),
            "correctedStatement": row.correctedStatement.map(JSONValue.string) ?? .null,
            "printed": json(row.printed), "corrected": json(row.corrected),
            "network": json(row.network), "confirmed": .bool(row.isConfirmed),
            "note": .string(row.note),
          ]
        }),
    ]
  }

  private func json(_ comparison: EquationComparison?) -> JSONValue {
    comparison.map {
      [
        "left": .number($0.left), "right": .number($0.right), "error": .number($0.error),
        "sampled": .bool($0.isSampled), "holds": .bool($0.holds),
      ]
    } ?? .null
  }

  /// The results for people: a line for each form of an equation.
  var table: String {
    var table = TextTable(
      columns: [
        .init("equation", alignment: .left), .init("form", alignment: .left), .init("left"),
        .init("right"), .init("deviation", unit: "errors"), .init("verdict", alignment: .left),
      ],
      footer: [summary])
    for row in rows {
      let forms = [
        ("printed", row.printed, row.statement),
        ("corrected", row.corrected, row.correctedStatement ?? ""),
        ("network", row.network, ""),
      ]
      for (index, form) in forms.enumerated() {
        guard let comparison = form.1 else { continue }
        table.append(
          [
            index == 0 ? row.equation : "", form.0,
            formatNumber(comparison.left), formatNumber(comparison.right),
            formatNumber(comparison.deviation, significant: 2), verdict(comparison),
          ], remark: form.2)
      }
    }
    return table.text
  }

  private func verdict(_ comparison: EquationComparison) -> String {
    comparison.holds ? "holds" : comparison.failsClearly ? "fails" : "unclear"
  }

  private var summary: String {
    let corrected = rows.count { $0.corrected != nil }
    let unconfirmed = rows.filter { !$0.isConfirmed }.map(\.equation)
    return
      "\(rows.count) equations and statements: \(rows.count - corrected) as printed, \(corrected) "
      + "corrected; "
      + (unconfirmed.isEmpty
        ? "all confirmed." : "not confirmed: \(unconfirmed.joined(separator: "; ")).")
  }
}
