internal import JSONText
internal import Storage

/// The options in the document of a configuration file, as words of a command line.
struct ConfiguredOptions {
  let words: [String]

  /// The options in `document`, which stands in `file`.
  ///
  /// `takesValue` has the long names of the options of `command`, and whether each takes a value.
  init(
    _ document: JSONValue, file: String, command: String, takesValue: [String: Bool]
  ) throws(StorageError) {
    guard case .object(let members) = document else {
      throw .malformed(
        file: file, expected: "an object of options", found: "another kind of value")
    }
    var words: [String] = []
    for member in members {
      guard let takesValue = takesValue[member.key] else {
        let near = nearestName(to: member.key, among: takesValue.keys.sorted())
        throw .malformed(
          file: file, place: "key \(excerpt(member.key))", expected: "an option of '\(command)'",
          found: "an unknown one", remedy: near.map { "did you mean '\($0)'?" })
      }
      words += try Self.words(member, takesValue: takesValue, file: file)
    }
    self.words = words
  }

  /// The words that say the same on a command line.
  private static func words(
    _ member: JSONMember, takesValue: Bool, file: String
  ) throws(StorageError) -> [String] {
    switch (member.value, takesValue) {
    case (.bool(true), false): ["--\(member.key)"]
    case (.bool(false), false): []
    case (.string(let text), true): ["--\(member.key)=\(text)"]
    case (.number, true), (.largeInteger, true):
      ["--\(member.key)=\(member.value.canonicalText)"]
    default:
      throw .malformed(
        file: file, place: "key '\(member.key)'",
        expected: takesValue ? "a text or a number" : "true or false",
        found: excerpt(member.value.canonicalText))
    }
  }
}
