/// Eighths of a character's height, from none to all of it.
let blockCharacters: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

/// Numbers as a row of bars, one character each, the largest of full height.
///
/// What is not positive is a space, and what is positive at least the lowest bar: the one number
/// among zeros shows.
public func sparkline(_ values: [Double]) -> String {
  let largest = values.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
  return String(
    values.map { value in
      guard value > 0 else { return blockCharacters[0] }
      guard value < largest else { return blockCharacters[8] }
      return blockCharacters[max(1, Int((value / largest * 8).rounded()))]
    })
}
