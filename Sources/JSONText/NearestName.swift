/// The name that `unknown` was probably meant to be; nil if none is near.
package func nearestName(to unknown: String, among names: [String]) -> String? {
  guard unknown.utf8.count <= 64 else { return nil }
  let candidates = names.map { (name: $0, distance: editDistance($0, unknown)) }
  guard let nearest = candidates.min(by: { $0.distance < $1.distance }),
    nearest.distance <= max(2, unknown.count / 3)
  else { return nil }
  return nearest.name
}

/// How many insertions, deletions and replacements turn one text into the other, letter case aside
/// (Levenshtein 1966), by Wagner and Fischer's table one row at a time.
private func editDistance(_ left: String, _ right: String) -> Int {
  let right = Array(right.lowercased())
  var row = Array(0...right.count)
  for (i, character) in left.lowercased().enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in right.indices {
      let replaced = diagonal + (character == right[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}
