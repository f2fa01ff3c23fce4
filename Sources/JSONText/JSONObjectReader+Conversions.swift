/// Values as what was asked for, or an error that names the path and what is there instead.
extension JSONObjectReader {
  static func number(_ value: JSONValue, path: String) throws(JSONError) -> Double {
    switch value {
    case .number(let number): return number
    case .largeInteger(let integer): return Double(integer)
    default: throw .unexpected(path: path, expected: "a number", found: value.kind)
    }
  }

  static func list(
    _ value: JSONValue, path: String, of items: String
  ) throws(JSONError) -> [JSONValue] {
    guard case .array(let elements) = value else {
      throw .unexpected(path: path, expected: "a list of \(items)", found: value.kind)
    }
    return elements
  }

  static func numbers(_ value: JSONValue, path: String) throws(JSONError) -> [Double] {
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

  func rows(_ value: JSONValue, _ key: String) throws(JSONError) -> JSONRows {
    let path = path(of: key)
    var rows = JSONRows(count: 0, columns: 0, elements: [])
    for element in try Self.list(value, path: path, of: "lists of numbers") {
      let place = "\(path)[\(rows.count)]"
      let row = try Self.numbers(element, path: place)
      if rows.count == 0 { rows.columns = row.count }
      guard row.count == rows.columns else {
        throw .unexpected(
          path: place, expected: "\(rows.columns) numbers as in the first row",
          found: "\(row.count)")
      }
      rows.elements += row
      rows.count += 1
    }
    return rows
  }

  func integer(_ value: JSONValue, _ key: String) throws(JSONError) -> Int {
    guard case .number(let number) = value, let integer = Int(exactly: number),
      integer.magnitude <= JSONValue.exactIntegers
    else { throw .unexpected(path: path(of: key), expected: "an integer", found: value.kind) }
    return integer
  }

  func unsigned(_ value: JSONValue, _ key: String) throws(JSONError) -> UInt64 {
    if case .largeInteger(let integer) = value { return integer }
    guard case .number(let number) = value, let integer = UInt64(exactly: number),
      integer <= JSONValue.exactIntegers
    else {
      throw .unexpected(
        path: path(of: key), expected: "an integer from 0 to \(UInt64.max)", found: value.kind)
    }
    return integer
  }

  func string(_ value: JSONValue, _ key: String) throws(JSONError) -> String {
    guard case .string(let text) = value else {
      throw .unexpected(path: path(of: key), expected: "a text", found: value.kind)
    }
    return text
  }

  func bool(_ value: JSONValue, _ key: String) throws(JSONError) -> Bool {
    guard case .bool(let truth) = value else {
      throw .unexpected(path: path(of: key), expected: "true or false", found: value.kind)
    }
    return truth
  }
}
