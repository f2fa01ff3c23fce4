/// Takes the members out of an object one by one, and knows which are left.
///
/// Every error names the place by its path of keys, such as `components[2].weight`. A member that
/// is `null` counts as one of the wrong kind. After the last member comes `finish`.
public struct JSONObjectReader: Sendable {
  /// Where in the document the object is; empty for the document itself.
  public let path: String
  private let members: [String: JSONValue]
  private let keys: [String]
  private var asked: [String] = []

  /// A reader of `value`, which must be an object.
  public init(_ value: JSONValue, path: String = "") throws(JSONError) {
    guard case .object(let list) = value else {
      throw .unexpected(path: path, expected: "an object", found: value.kind)
    }
    self.path = path
    members = Dictionary(list.map { ($0.key, $0.value) }) { first, _ in first }
    keys = list.map(\.key)
  }

  /// The path of the member `key`, for an error about it.
  public func path(of key: String) -> String { path.isEmpty ? key : path + "." + key }

  /// Throws if the object has a member that nobody asked for.
  public func finish() throws(JSONError) {
    guard let unknown = keys.first(where: { !asked.contains($0) }) else { return }
    var known: [String] = []
    for key in asked where !known.contains(key) { known.append(key) }
    throw .unknown(
      path: path(of: shortened(unknown)), suggestion: nearestName(to: unknown, among: known),
      known: known)
  }

  // MARK: Members of any kind

  /// The member `key`, nil if there is none.
  public mutating func optionalValue(_ key: String) -> JSONValue? {
    asked.append(key)
    return members[key]
  }

  /// The member `key`.
  public mutating func value(_ key: String) throws(JSONError) -> JSONValue {
    guard let value = optionalValue(key) else { throw .missing(path: path(of: key)) }
    return value
  }

  // MARK: Scalars

  /// The number `key`.
  public mutating func number(_ key: String) throws(JSONError) -> Double {
    try Self.number(value(key), path: path(of: key))
  }

  /// The number `key`, nil if there is none.
  public mutating func optionalNumber(_ key: String) throws(JSONError) -> Double? {
    guard let value = optionalValue(key) else { return nil }
    return try Self.number(value, path: path(of: key))
  }

  /// The integer `key`, between ±2⁵³.
  public mutating func integer(_ key: String) throws(JSONError) -> Int {
    try integer(value(key), key)
  }

  /// The integer `key`, between ±2⁵³, nil if there is none.
  public mutating func optionalInteger(_ key: String) throws(JSONError) -> Int? {
    guard let value = optionalValue(key) else { return nil }
    return try integer(value, key)
  }

  /// The integer `key` in `range`, whose ends are between ±2⁵³.
  public mutating func integer(
    _ key: String, in range: ClosedRange<Int>
  ) throws(JSONError) -> Int {
    guard let integer = try optionalInteger(key, in: range) else {
      throw .missing(path: path(of: key))
    }
    return integer
  }

  /// The integer `key` in `range`, whose ends are between ±2⁵³, nil if there is none.
  public mutating func optionalInteger(
    _ key: String, in range: ClosedRange<Int>
  ) throws(JSONError) -> Int? {
    guard let value = optionalValue(key) else { return nil }
    guard case .number(let number) = value, let integer = Int(exactly: number),
      range.contains(integer)
    else {
      throw .unexpected(
        path: path(of: key),
        expected: "an integer from \(range.lowerBound) to \(range.upperBound)", found: value.kind)
    }
    return integer
  }

  /// The integer `key` from 0 to 2⁶⁴ − 1.
  public mutating func unsigned(_ key: String) throws(JSONError) -> UInt64 {
    try unsigned(value(key), key)
  }

  /// The integer `key` from 0 to 2⁶⁴ − 1, nil if there is none.
  public mutating func optionalUnsigned(_ key: String) throws(JSONError) -> UInt64? {
    guard let value = optionalValue(key) else { return nil }
    return try unsigned(value, key)
  }

  /// The text `key`.
  public mutating func string(_ key: String) throws(JSONError) -> String {
    try string(value(key), key)
  }

  /// The text `key`, nil if there is none.
  public mutating func optionalString(_ key: String) throws(JSONError) -> String? {
    guard let value = optionalValue(key) else { return nil }
    return try string(value, key)
  }

  /// The truth value `key`.
  public mutating func bool(_ key: String) throws(JSONError) -> Bool {
    try bool(value(key), key)
  }

  /// The truth value `key`, nil if there is none.
  public mutating func optionalBool(_ key: String) throws(JSONError) -> Bool? {
    guard let value = optionalValue(key) else { return nil }
    return try bool(value, key)
  }

  // MARK: Lists and objects

  /// The list of numbers `key`.
  public mutating func numbers(_ key: String) throws(JSONError) -> [Double] {
    try Self.numbers(value(key), path: path(of: key))
  }

  /// The list of numbers `key`, nil if there is none.
  public mutating func optionalNumbers(_ key: String) throws(JSONError) -> [Double]? {
    guard let value = optionalValue(key) else { return nil }
    return try Self.numbers(value, path: path(of: key))
  }

  /// The list `key` of lists of numbers, all of one length.
  public mutating func rows(_ key: String) throws(JSONError) -> JSONRows {
    try rows(value(key), key)
  }

  /// The list `key` of lists of numbers, all of one length, nil if there is none.
  public mutating func optionalRows(_ key: String) throws(JSONError) -> JSONRows? {
    guard let value = optionalValue(key) else { return nil }
    return try rows(value, key)
  }

  /// A reader of the object `key`.
  public mutating func object(_ key: String) throws(JSONError) -> JSONObjectReader {
    try JSONObjectReader(value(key), path: path(of: key))
  }

  /// A reader of the object `key`, nil if there is none.
  public mutating func optionalObject(_ key: String) throws(JSONError) -> JSONObjectReader? {
    guard let value = optionalValue(key) else { return nil }
    return try JSONObjectReader(value, path: path(of: key))
  }

  /// Readers of the objects in the list `key`.
  public mutating func objects(_ key: String) throws(JSONError) -> [JSONObjectReader] {
    let path = path(of: key)
    var readers: [JSONObjectReader] = []
    for (index, element) in try Self.list(value(key), path: path, of: "objects").enumerated() {
      readers.append(try JSONObjectReader(element, path: "\(path)[\(index)]"))
    }
    return readers
  }
}

/// Lists of numbers, all of one length; a list for each would take five times the memory.
public struct JSONRows: Sendable, Equatable {
  /// How many there are.
  public internal(set) var count: Int
  /// The length of each, 0 if there is none.
  public internal(set) var columns: Int
  /// The numbers, one list after the other.
  public internal(set) var elements: [Double]
}

// MARK: - Suggestions

extension JSONObjectReader {
  /// A key of the document as a path can show it.
  private func shortened(_ key: String) -> String {
    key.utf8.count <= 40 && key.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? key : excerpt(key)
  }
}
