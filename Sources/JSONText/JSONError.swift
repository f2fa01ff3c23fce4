/// Why a text is not the JSON document that was asked for.
public enum JSONError: Error, Equatable, Sendable {
  /// The text is not JSON at `line` and `column`, both from 1, the column in Unicode scalars.
  case syntax(line: Int, column: Int, expected: String, found: String)
  /// The value at `path`, such as `components[2].weight`, is not as it must be.
  case unexpected(path: String, expected: String, found: String)
  /// The object has no member `path`.
  case missing(path: String)
  /// The object has a member `path` that means nothing; `known` are the keys that do, and
  /// `suggestion` the one of them that is near.
  case unknown(path: String, suggestion: String?, known: [String])

  /// Where in the document: `line 3, column 7` or a key path.
  public var place: String {
    switch self {
    case .syntax(let line, let column, _, _): "line \(line), column \(column)"
    case .unexpected(let path, _, _), .missing(let path), .unknown(let path, _, _):
      path.isEmpty ? "the document" : path
    }
  }

  /// What the place should hold.
  public var expected: String {
    switch self {
    case .syntax(_, _, let expected, _), .unexpected(_, let expected, _): expected
    case .missing: "a value"
    case .unknown(_, let suggestion?, _): "'\(suggestion)' or another known key"
    case .unknown(_, nil, let known):
      known.isEmpty
        ? "no key" : "one of the keys " + known.map { "'\($0)'" }.joined(separator: ", ")
    }
  }

  /// What the place holds.
  public var found: String {
    switch self {
    case .syntax(_, _, _, let found), .unexpected(_, _, let found): found
    case .missing: "nothing: the key is missing"
    case .unknown: "an unknown one"
    }
  }
}

extension JSONError: CustomStringConvertible {
  /// The place, what was expected, and what was found, on one line.
  public var description: String { "\(place): expected \(expected), found \(found)" }
}
