/// A strict reader of the XML that figures and pages may contain: elements, attributes, text, the
/// five named entities and `&#39;`, nothing else.
struct MarkupReader {
  struct Malformed: Error { let reason: String }

  /// The elements in order, each with its attributes.
  private(set) var elements: [(name: String, attributes: [String: String])] = []
  /// The texts between tags, entities resolved.
  private(set) var texts: [String] = []

  /// Elements that HTML never closes.
  private static let void: Set = ["meta"]

  init(_ markup: String) throws {
    var open: [String] = []
    var rest = Substring(markup)
    while let start = rest.firstIndex(of: "<") {
      try readText(rest[..<start])
      rest = rest[rest.index(after: start)...]
      guard let end = rest.firstIndex(of: ">") else { throw Malformed(reason: "open tag") }
      var tag = rest[..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") || tag == "!DOCTYPE html" { continue }
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else {
          throw Malformed(reason: "</\(tag.dropFirst())> closes nothing")
        }
        continue
      }
      let isClosed = tag.hasSuffix("/")
      if isClosed { tag = tag.dropLast() }
      let name = String(tag.prefix { !$0.isWhitespace })
      elements.append((name, try MarkupReader.attributes(tag.dropFirst(name.count))))
      if !isClosed && !MarkupReader.void.contains(name) { open.append(name) }
    }
    try readText(rest)
    guard open.isEmpty else { throw Malformed(reason: "unclosed \(open)") }
  }

  /// The values of an attribute over all elements that have it.
  func values(of attribute: String) -> [String] { elements.compactMap { $0.attributes[attribute] } }

  private mutating func readText(_ text: Substring) throws {
    guard !text.contains(">") else { throw Malformed(reason: "bare > in \(text)") }
    let resolved = try MarkupReader.resolved(text)
    if !resolved.allSatisfy(\.isWhitespace) { texts.append(resolved) }
  }

  private static func attributes(_ text: Substring) throws -> [String: String] {
    var result: [String: String] = [:]
    var rest = text.drop(while: \.isWhitespace)
    while !rest.isEmpty {
      let name = rest.prefix { $0 != "=" && !$0.isWhitespace }
      rest = rest.dropFirst(name.count).drop(while: \.isWhitespace)
      guard rest.popFirst() == "=" else { throw Malformed(reason: "\(name) has no value") }
      rest = rest.drop(while: \.isWhitespace)
      guard let quote = rest.popFirst(), quote == "\"" || quote == "'",
        let end = rest.firstIndex(of: quote)
      else { throw Malformed(reason: "\(name) has no quotes") }
      guard result.updateValue(try resolved(rest[..<end]), forKey: String(name)) == nil else {
        throw Malformed(reason: "\(name) twice")
      }
      rest = rest[rest.index(after: end)...].drop(while: \.isWhitespace)
    }
    return result
  }

  private static func resolved(_ text: Substring) throws -> String {
    let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"]
    var parts = text.split(separator: "&", omittingEmptySubsequences: false)
    var result = String(parts.removeFirst())
    for part in parts {
      let name = String(part.prefix { $0 != ";" })
      guard let character = entities[name], part.count > name.count else {
        throw Malformed(reason: "entity &\(name)")
      }
      result += character + part.dropFirst(name.count + 1)
    }
    guard
      result.unicodeScalars.allSatisfy({ $0.value >= 32 || "\t\n\r".unicodeScalars.contains($0) })
    else { throw Malformed(reason: "control character") }
    return result
  }
}
