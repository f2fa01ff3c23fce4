extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  func trimmingSpaces() -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }),
      let last = lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(self[first...last])
  }
}

/// The word as a shell reads it back.
func shellQuoted(_ word: String) -> String {
  let isPlain =
    !word.isEmpty
    && word.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic && $0.isASCII || "0123456789-_./=,:+@%".unicodeScalars.contains($0)
    }
  return isPlain
    ? word
    : "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
}

/// The command that repeats this run, as typed in a shell.
///
/// Without the number of threads, which changes no result, and so must not change a page.
func commandLine() -> String {
  var words = ["tinyscore"] + CommandLine.arguments.dropFirst()
  words.removeAll { $0.hasPrefix("--threads=") }
  while let index = words.firstIndex(of: "--threads") {
    words.removeSubrange(index..<min(index + 2, words.count))
  }
  return words.map(shellQuoted).joined(separator: " ")
}
