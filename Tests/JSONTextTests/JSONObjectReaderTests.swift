import JSONText
import Testing

@Suite struct JSONObjectReaderTests {
  private static let document: JSONValue = [
    "name": "two", "dimension": 3, "radius": 1.5, "seed": JSONValue(UInt64.max), "flag": true,
    "mean": [0, 1, 2], "covariance": [[1, 0], [0, 1]], "inner": ["x": 1],
    "components": [["weight": 0.5], ["weight": 0.25], ["weight": "much"]],
  ]

  @Test("Members read as what they are, and then nothing is left")
  func members() throws {
    var reader = try JSONObjectReader(Self.document)
    #expect(try reader.string("name") == "two")
    #expect(try reader.integer("dimension") == 3)
    #expect(try reader.number("radius") == 1.5)
    #expect(try reader.unsigned("seed") == UInt64.max)
    #expect(try reader.bool("flag"))
    #expect(try reader.numbers("mean") == [0, 1, 2])
    let rows = try reader.rows("covariance")
    #expect(rows.count == 2 && rows.columns == 2 && rows.elements == [1, 0, 0, 1])
    var inner = try reader.object("inner")
    #expect(try inner.number("x") == 1)
    try inner.finish()
    #expect(try reader.objects("components").count == 3)
    #expect(try reader.optionalString("description") == nil)
    try reader.finish()
  }

  @Test(
    "An optional member that is there must be of its kind",
    arguments: [
      (1, JSONValue.null), (1, "x"), (2, 1.5), (2, 1e300), (3, -1), (3, 0.5), (3, 1e300), (4, 1),
      (5, 0), (6, 1), (6, [1, "x"]), (7, [1]), (7, [[1, 2], [3]]), (8, []),
    ] as [(Int, JSONValue)])
  func wrongKind(kind: Int, value: JSONValue) throws {
    var reader = try JSONObjectReader(["key": value])
    #expect(throws: JSONError.self) {
      switch kind {
      case 1: _ = try reader.optionalNumber("key")
      case 2: _ = try reader.optionalInteger("key")
      case 3: _ = try reader.optionalUnsigned("key")
      case 4: _ = try reader.optionalString("key")
      case 5: _ = try reader.optionalBool("key")
      case 6: _ = try reader.optionalNumbers("key")
      case 7: _ = try reader.optionalRows("key")
      default: _ = try reader.optionalObject("key")
      }
    }
  }

  @Test("An error names the path of keys")
  func paths() throws {
    var reader = try JSONObjectReader(Self.document)
    var components = try reader.objects("components")
    let wrong = #expect(throws: JSONError.self) { try components[2].number("weight") }
    #expect(wrong?.description == "components[2].weight: expected a number, found the text 'much'")
    let missing = #expect(throws: JSONError.self) { try components[1].numbers("mean") }
    #expect(
      missing?.description
        == "components[1].mean: expected a value, found nothing: the key is missing")
    let element = #expect(throws: JSONError.self) {
      var reader = try JSONObjectReader(["rows": [[1, 2], [3, .null]]])
      _ = try reader.rows("rows")
    }
    #expect(element?.description == "rows[1][1]: expected a number, found null")
    let document = #expect(throws: JSONError.self) { try JSONObjectReader([1]) }
    #expect(document?.description == "the document: expected an object, found a list")
  }

  @Test(
    "An unknown key is named with the nearest known one",
    arguments: [
      ("standardDeviaton", "standardDeviation"), ("Mean", "mean"), ("meam", "mean"),
      ("wieght", "weight"), ("colour", nil), ("", nil),
    ] as [(String, String?)])
  func unknown(key: String, suggestion: String?) throws {
    var reader = try JSONObjectReader(["mean": 1, key: 2], path: "inner")
    _ = reader.optionalValue("mean")
    _ = reader.optionalValue("standardDeviation")
    _ = reader.optionalValue("weight")
    let error = #expect(throws: JSONError.self) { try reader.finish() }
    guard case .unknown(_, let found, let known) = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(found == suggestion)
    #expect(known == ["mean", "standardDeviation", "weight"])
  }
}
