import JSONText
import Testing

@Suite struct JSONReaderTests {
  @Test(
    "A document reads as what it says",
    arguments: [
      ("null", JSONValue.null), ("true", true), (" false\r\n\t", false), ("0", 0), ("-0", -0.0),
      ("-12.5e-1", -1.25), ("1E+2", 100), ("9007199254740992", 9_007_199_254_740_992),
      ("9007199254740993", JSONValue(9_007_199_254_740_993)),
      ("18446744073709551615", JSONValue(UInt64.max)),
      ("18446744073709551616", 18_446_744_073_709_551_616.0), ("\"\"", ""),
      (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é😀""#, "\"\\/\u{8}\u{C}\n\r\tAé😀é😀"),
      ("[]", []), ("[ ]", []), ("[1,[2],{}]", [1, [2], [:]]), ("{ }", [:]),
      (#"{"b":1,"a":{"c":[null]}}"#, ["b": 1, "a": ["c": [.null]]]),
    ] as [(String, JSONValue)])
  func documents(text: String, value: JSONValue) throws {
    let read = try JSONValue(reading: text)
    #expect(read == value)
    #expect(read.canonicalText == value.canonicalText)
  }

  @Test("An object keeps the order of its members")
  func order() throws {
    let value = try JSONValue(reading: #"{"b":1,"a":2}"#)
    #expect(value == ["b": 1, "a": 2])
    #expect(value != ["a": 2, "b": 1])
  }

  @Test(
    "An error names line and column, what was expected, and what was found",
    arguments: [
      ("", "line 1, column 1: expected a value, found the end of the text"),
      ("[1,\n  2,\n  é]", "line 3, column 3: expected a value, found 'é'"),
      ("[\"é\", x]", "line 1, column 7: expected a value, found 'x'"),
      ("[1 2]", "line 1, column 4: expected ',' or ']', found '2'"),
      ("{\"a\":1,}", "line 1, column 8: expected a key in quotes, found '}'"),
      ("{a:1}", "line 1, column 2: expected a key in quotes, found 'a'"),
      ("{\"a\" 1}", "line 1, column 6: expected ':' after the key, found '1'"),
      ("{\"a\":1,\n\"a\":2}", "line 2, column 1: expected each key once, found 'a' again"),
      ("NaN", "line 1, column 1: expected a value, found 'NaN'"),
      ("[-Infinity]", "line 1, column 3: expected a digit, found 'Infinity'"),
      ("01", "line 1, column 2: expected the end of the text, found '1'"),
      ("1.", "line 1, column 3: expected a digit, found the end of the text"),
      ("1e400", "line 1, column 1: expected a number below 1.8e308, found '1e400'"),
      ("\"a\nb\"", "line 1, column 3: expected an escape, found a control character in a text"),
      ("[\"abc", "line 1, column 2: expected the closing quote of a text, found none"),
      (#""\ud800""#, "line 1, column 3: expected a pair of surrogates, found one alone"),
      (#""\udc00""#, "line 1, column 3: expected a pair of surrogates, found one alone"),
      (#""\ud800\u0041""#, "line 1, column 3: expected a low surrogate, found another character"),
      (#""\u00g0""#, "line 1, column 6: expected four hexadecimal digits, found 'g0'"),
      ("1 // one", "line 1, column 3: expected the end of the text, found '/'"),
      ("{} {}", "line 1, column 4: expected the end of the text, found '{'"),
    ])
  func errors(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue(reading: text) }
    #expect(error?.description == message)
  }

  @Test("Comments are space where they are allowed, and nowhere else")
  func comments() throws {
    let text = "\u{FEFF}// a law\n{ /* of * one / point */ \"points\": [[0]] // here\n}/**/"
    let options = JSONReadingOptions(allowingComments: true)
    #expect(try JSONValue(reading: text, options: options) == ["points": [[0]]])
    #expect(throws: JSONError.self) { try JSONValue(reading: text) }
    for unfinished in ["1 /* ", "1 /*/", "1 /", "1 / 2", "\"a\" /* * /"] {
      #expect(throws: JSONError.self) { try JSONValue(reading: unfinished, options: options) }
    }
    #expect(
      try JSONValue(reading: "\"// no /* comment */\"", options: options) == "// no /* comment */")
  }

  @Test("Bytes that are not UTF-8 are refused where they stand")
  func invalidUTF8() {
    for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
      let text = Array("[\n\"é".utf8) + bytes + Array("\"]".utf8)
      let error = #expect(throws: JSONError.self) { try JSONValue(reading: text) }
      #expect(error?.place == "line 2, column 3")
    }
  }

  @Test(
    "Nesting ends at the limit, with an error and not with the stack", arguments: ["[", "{\"a\":"])
  func nesting(open: String) throws {
    let close = open == "[" ? "]" : "}"
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth - 1) + open.prefix(1) + close
        + String(repeating: close, count: depth - 1)
    }
    _ = try JSONValue(reading: nested(64))
    #expect(throws: JSONError.self) { try JSONValue(reading: nested(65)) }
    #expect(throws: JSONError.self) { try JSONValue(reading: nested(100_000)) }
    #expect(throws: JSONError.self) {
      try JSONValue(reading: String(repeating: open, count: 1_000_000))
    }
  }

  @Test("A document of too many values is refused")
  func values() {
    let options = JSONReadingOptions(maximumValues: 10)
    #expect(throws: Never.self) { try JSONValue(reading: "[1,2,3,4,5,6,7,8,9]", options: options) }
    #expect(throws: JSONError.self) {
      try JSONValue(reading: "[1,2,3,4,5,6,7,8,9,10]", options: options)
    }
  }

  @Test("A document cut short or with a byte changed is read or refused, and never traps")
  func mutations() {
    let text = Array(#"{"name":"a\u00e9\ud83d\ude00","points":[[0,-1.5e-3],[1,2]],"w":null}"#.utf8)
    for end in 0..<text.count {
      #expect(throws: JSONError.self) { try JSONValue(reading: text[..<end]) }
    }
    let options = JSONReadingOptions(allowingComments: true)
    for index in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[index] = byte
        guard let value = try? JSONValue(reading: changed, options: options) else { continue }
        #expect((try? JSONValue(reading: value.canonicalText)) != nil)
      }
    }
  }
}
