/// Takes the members out of an object one by one, and knows which are left.
///
/// Every error names the place by its path of keys, such as `components[2].weight`. A member that is
/// `null` counts as one of the wrong kind. After the last member comes `finish`.
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
    throw .unknown(
      path: path(of: shortened(unknown)), suggestion: nearestName(to: unknown, among: asked))
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
  public mutating func rows(_ key: String) throws(JSONError) -> [[Double]] {
    try rows(value(key), key)
  }

  /// The list `key` of lists of numbers, all of one length, nil if there is none.
  public mutating func optionalRows(_ key: String) throws(JSONError) -> [[Double]]? {
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

  // MARK: Conversions

  private static func number(_ value: JSONValue, path: String) throws(JSONError) -> Double {
    switch value {
    case .number(let number): return number
    case .largeInteger(let integer): return Double(integer)
    default: throw .unexpected(path: path, expected: "a number", found: value.kind)
    }
  }

  private static func list(
    _ value: JSONValue, path: String, of items: String
  ) throws(JSONError) -> [JSONValue] {
    guard case .array(let elements) = value else {
      throw .unexpected(path: path, expected: "a list of \(items)", found: value.kind)
    }
    return elements
  }

  private static func numbers(_ value: JSONValue, path: String) throws(JSONError) -> [Double] {
    let elements = try list(value, path: path, of: "numbers")
    var numbers: [Double] = []
    numbers.reserveCapacity(elements.count)
    for element in elements {
      if case .number(let number) = element {
        numbers.append(number)
      } else {
        numbers.append(try number(element, path: "\(path)[\(numbers.count)]"))
      }
    }
    return numbers
  }

  private func rows(_ value: JSONValue, _ key: String) throws(JSONError) -> [[Double]] {
    let path = path(of: key)
    var rows: [[Double]] = []
    for element in try Self.list(value, path: path, of: "lists of numbers") {
      let place = "\(path)[\(rows.count)]"
      let row = try Self.numbers(element, path: place)
      if let first = rows.first, row.count != first.count {
        throw .unexpected(
          path: place, expected: "\(first.count) numbers as in the first row", found: "\(row.count)"
        )
      }
      rows.append(row)
    }
    return rows
  }

  private func integer(_ value: JSONValue, _ key: String) throws(JSONError) -> Int {
    guard case .number(let number) = value, let integer = Int(exactly: number),
      integer.magnitude <= JSONValue.exactIntegers
    else { throw .unexpected(path: path(of: key), expected: "an integer", found: value.kind) }
    return integer
  }

  private func unsigned(_ value: JSONValue, _ key: String) throws(JSONError) -> UInt64 {
    if case .largeInteger(let integer) = value { return integer }
    guard case .number(let number) = value, let integer = UInt64(exactly: number),
      integer <= JSONValue.exactIntegers
    else {
      throw .unexpected(
        path: path(of: key), expected: "an integer from 0 to \(UInt64.max)", found: value.kind)
    }
    return integer
  }

  private func string(_ value: JSONValue, _ key: String) throws(JSONError) -> String {
    guard case .string(let text) = value else {
      throw .unexpected(path: path(of: key), expected: "a text", found: value.kind)
    }
    return text
  }

  private func bool(_ value: JSONValue, _ key: String) throws(JSONError) -> Bool {
    guard case .bool(let truth) = value else {
      throw .unexpected(path: path(of: key), expected: "true or false", found: value.kind)
    }
    return truth
  }
}

// MARK: - Suggestions

extension JSONObjectReader {
  /// A key of the document as a path can show it.
  private func shortened(_ key: String) -> String {
    key.utf8.count <= 40 && key.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? key : excerpt(key)
  }
}
