import JSONText
import Testing

@Suite struct JSONWriterTests {
  @Test("The canonical text has no spaces, and keys in the order of their bytes")
  func canonical() {
    let value: JSONValue = [
      "b": [1, 2.5, true, .null, "x"], "a": ["é": 1, "z": 2], "A": 3, "": [:], "__m": [],
    ]
    #expect(
      value.canonicalText
        == #"{"":{},"A":3,"__m":[],"a":{"z":2,"é":1},"b":[1,2.5,true,null,"x"]}"#)
    // Normalised, the first key would be é and come last.
    let accents: JSONValue = ["f": 1, "e\u{301}": 2]
    #expect(accents.canonicalText == "{\"e\u{301}\":2,\"f\":1}")
  }

  @Test("Only what must be escaped is escaped")
  func escapes() {
    let text: JSONValue = "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é\u{2028}😀"
    #expect(
      text.canonicalText
        == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}é\u{2028}😀\"")
  }

  @Test("The pretty text keeps the order of keys and puts short lists of numbers on one line")
  func pretty() {
    let value: JSONValue = [
      "schema": "v1", "empty": [], "none": [:], "numbers": [1, 2.5, -3],
      "rows": [[1, 2], [3, 4]],
      "mixed": [1, "a"], "seed": JSONValue(UInt64.max),
    ]
    #expect(
      value.prettyText == """
        {
          "schema": "v1",
          "empty": [],
          "none": {},
          "numbers": [1, 2.5, -3],
          "rows": [
            [1, 2],
            [3, 4]
          ],
          "mixed": [
            1,
            "a"
          ],
          "seed": 18446744073709551615
        }

        """)
  }

  @Test("A long list of numbers stands below each other, within 100 columns")
  func longList() {
    let text = JSONValue((0..<40).map { Double($0) / 7 }).prettyText
    #expect(text.split(separator: "\n").count == 42)
    #expect(JSONValue((0..<25).map(Double.init)).prettyText.split(separator: "\n").count == 1)
  }

  @Test("A number that is not finite is null", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    #expect(JSONValue.number(value).canonicalText == "null")
    #expect(JSONValue([1, value]).prettyText == "[1, null]\n")
    #expect(JSONValue(Double?.none) == .null)
  }

  @Test("What is written reads back as the same value")
  func roundTrip() throws {
    let value: JSONValue = [
      "text": "a\"\\\n\u{1}é😀", "list": [.null, true, false, 0, -0.0, 1e-300, 0.1, 1e22],
      "seed": JSONValue(UInt64.max - 1), "nested": [[[["deep": []]]]], "": "",
    ]
    #expect(try JSONValue(reading: value.prettyText) == value)
    let canonical = try JSONValue(reading: value.canonicalText)
    #expect(canonical.canonicalText == value.canonicalText)
    #expect(canonical["seed"] == JSONValue(UInt64.max - 1))
  }
}
