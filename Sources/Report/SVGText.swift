/// The SVG that gnuplot writes, taken apart into tags and the text between them.
///
/// gnuplot escapes `<` and `&` in labels, and labels stand between tags only; so what is inside of
/// a tag is gnuplot's own and can be rewritten word by word, and what is outside is left alone but
/// for `>`, which XML forbids after `]]`.
struct SVGText {
  private let pieces: [(tag: String, text: String)]

  init(_ bytes: [UInt8]) {
    pieces = String(decoding: bytes, as: UTF8.self).utf8.split(separator: UInt8(ascii: "<"))
      .compactMap { piece in
        guard let end = piece.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let text = piece[piece.index(after: end)...]
        return (
          String(Substring(piece[..<end])),
          text.contains(UInt8(ascii: ">"))
            ? replace(String(Substring(text)), [(">", "&gt;")]) : String(Substring(text))
        )
      }
  }

  /// A whole file, with a title and a description for those who hear it read.
  func file(title: String, description: String) -> [UInt8] {
    var result = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    for (tag, text) in body {
      result += "<\(tag)>\(text)"
      if tag.hasPrefix("svg") {
        result += "<title>\(escapedMarkup(title))</title>\n"
        result += "<desc>\(escapedMarkup(description))</desc>\n"
      }
    }
    return Array(result.utf8)
  }

  /// An element for a page; see `Gnuplot.inlineSVG`.
  func element(id: String, description: String) -> String {
    var result = ""
    let colors = SVGText.colors
    for (tag, text) in body {
      if tag.hasPrefix("svg") {
        let label = escapedMarkup(plainText(description))
        result += "<\(tag) id=\"\(id)\" role=\"img\" aria-label=\"\(label)\">\(text)"
      } else {
        result += "<\(identified(replace(tag, colors), by: id))>\(text)"
      }
    }
    return result
  }

  /// The pieces without prologue and without gnuplot's titles, which browsers show as tool tips.
  private var body: [(tag: String, text: String)] {
    var result: [(tag: String, text: String)] = []
    var isDropped = false
    for piece in pieces {
      switch piece.tag {
      case "title", "desc": isDropped = true
      case "/title", "/desc":
        isDropped = false
        if let last = result.indices.last { result[last].text += piece.text }
      default:
        if !isDropped && !piece.tag.hasPrefix("?") && !piece.tag.hasPrefix("!") {
          result.append(piece)
        }
      }
    }
    return result
  }

  /// Every identifier and every reference to one, with `id` and a hyphen before it.
  private func identified(_ tag: String, by id: String) -> String {
    guard tag.contains("id=") || tag.contains("#") else { return tag }
    return replace(
      tag,
      [
        (" id='", " id='\(id)-"), (" id=\"", " id=\"\(id)-"), ("href='#", "href='#\(id)-"),
        ("url(#", "url(#\(id)-"),
      ])
  }

  /// gnuplot's spelling of each colour, and what it becomes in a page.
  private static let colors: [(String, String)] = {
    var result = Role.palette.enumerated().map { index, color in
      (spelled(color.light), "var(--figure-\(index), #\(color.light))")
    }
    result.append((spelled(Gnuplot.gridColor), "var(--figure-grid, #\(Gnuplot.gridColor))"))
    // Without this `color` the groups inherit that of the page.
    result += [("'black'", "'currentColor'"), ("\"black\"", "\"currentColor\"")]
    return result
  }()

  private static func spelled(_ hex: String) -> String {
    let number = Int(hex, radix: 16) ?? 0
    let parts = [number >> 16, number >> 8 & 255, number & 255].map { part in
      String(repeating: " ", count: 3 - "\(part)".count) + "\(part)"
    }
    return "rgb(\(parts.joined(separator: ", ")))"
  }
}

/// Whether a byte may stand in an identifier that needs no escape in HTML and CSS.
func isIdentifierByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
    true
  default: false
  }
}

/// The text with each occurrence of a first word replaced by its second, in one pass from the left.
private func replace(_ text: String, _ words: [(String, String)]) -> String {
  let source = Array(text.utf8)
  var result: [UInt8] = []
  var index = 0
  let patterns = words.map { (Array($0.0.utf8), Array($0.1.utf8)) }
  outer: while index < source.count {
    for (word, replacement) in patterns where source[index...].starts(with: word) {
      result += replacement
      index += word.count
      continue outer
    }
    result.append(source[index])
    index += 1
  }
  return String(decoding: result, as: UTF8.self)
}
