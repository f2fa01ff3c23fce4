/// A JSON document (RFC 8259) or a part of one.
///
/// Every number has one representation, so values compare as their documents do.
public enum JSONValue: Sendable, Equatable {
  /// The literal `null`.
  case null
  /// A truth value.
  case bool(Bool)
  /// A number, rounded to the nearest `Double`; integers are exact up to ±2⁵³.
  case number(Double)
  /// An integer above 2⁵³, which a `Double` might round: seeds need all 64 bits.
  ///
  /// Made by `init(_: UInt64)`, which chooses `number` for smaller ones.
  case largeInteger(UInt64)
  /// A text.
  case string(String)
  /// A list of values.
  case array([JSONValue])
  /// The members of an object in the order of the document, no key twice.
  case object([JSONMember])

  /// The number `integer`, exactly.
  public init(_ integer: UInt64) {
    self = integer <= Self.exactIntegers ? .number(Double(integer)) : .largeInteger(integer)
  }

  /// A list of numbers.
  public init(_ numbers: [Double]) { self = .array(numbers.map(JSONValue.number)) }

  /// The number, or `null` where there is none.
  public init(_ number: Double?) { self = number.map(JSONValue.number) ?? .null }

  /// All integers up to here are doubles.
  static let exactIntegers: UInt64 = 1 << 53

  /// The value of the member `key`, nil if there is none or this is not an object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// What kind of value this is, as a message says it.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let value): JSONWriter.text(of: value)
    case .largeInteger(let value): String(value)
    case .string(let text): "the text " + excerpt(text)
    case .array(let elements): elements.isEmpty ? "an empty list" : "a list"
    case .object: "an object"
    }
  }
}

/// A key of an object with its value.
public struct JSONMember: Sendable, Equatable {
  /// The key, unique in its object.
  public let key: String
  /// The value.
  public let value: JSONValue

  /// A member as given.
  public init(key: String, value: JSONValue) {
    self.key = key
    self.value = value
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A number.
  public init(integerLiteral value: Int) {
    self = value >= 0 ? JSONValue(UInt64(value)) : .number(Double(value))
  }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object with its members in the order written; no key twice.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    precondition(Set(elements.map(\.0)).count == elements.count, "a key is written twice")
    self = .object(elements.map(JSONMember.init))
  }
}
