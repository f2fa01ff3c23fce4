internal import ArgumentParser
internal import Storage

/// What a shell offers in place of a word that is being typed: names, and the files and folders
/// that are there.
struct WordCompletion {
  /// Words that are no files.
  var names: [String] = []
  /// How names of files end.
  let endings: [String]

  /// What begins with `word`, for a shell that reads it; a folder ends with a slash.
  func candidates(for word: String, shell: CompletionShell?) -> [String] {
    // As typed, with the shell's quotes.
    let word = word.filter { !"\\'\"".contains($0) }
    // Z shell would quote the tilde, and so name another folder.
    guard shell != .zsh || !word.hasPrefix("~") else { return [] }
    var files = paths(for: word)
    // Shells put a space behind the only candidate, and a folder alone is no file yet.
    while files.count == 1, files[0].hasSuffix("/") {
      let inside = paths(for: files[0])
      guard !inside.isEmpty else { break }
      files = inside
    }
    return (names.filter { $0.hasPrefix(word) } + files)
      .filter { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }
      .map { Self.escaped($0, for: shell) }
  }

  /// The files of these endings and the folders whose paths begin with `prefix`.
  private func paths(for prefix: String) -> [String] {
    let start = prefix.lastIndex(of: "/").map(prefix.index(after:)) ?? prefix.startIndex
    let (folder, name) = (prefix[..<start], prefix[start...])
    return FolderEntry.all(in: folder.isEmpty ? "." : expandingHome(folder)).compactMap { entry in
      guard entry.name.hasPrefix(name), entry.name.hasPrefix(".") == name.hasPrefix("."),
        entry.isFolder || endings.contains(where: { entry.name.lowercased().hasSuffix($0) }),
        entry.name != ".", entry.name != ".."
      else { return nil }
      return folder + entry.name + (entry.isFolder ? "/" : "")
    }
  }

  private func expandingHome(_ folder: Substring) -> String {
    guard folder.hasPrefix("~/"), let home = Terminal.environment("HOME") else {
      return String(folder)
    }
    return home + folder.dropFirst()
  }

  /// The candidate as the completion script of `shell` takes it.
  private static func escaped(_ candidate: String, for shell: CompletionShell?) -> String {
    switch shell {
    // The script expands its words as the shell does: a file may be called $(reboot).npy.
    case .bash: shellQuoted(candidate)
    // A description would follow a colon.
    case .zsh:
      candidate.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:")
    default: candidate
    }
  }
}

extension CompletionKind {
  /// A MODEL: a checkpoint, or a DATASET.
  static let model = words(endings: [".safetensors"] + datasetEndings) { datasetNames }
  /// A DATASET: a law, a point file, or a name.
  static let dataset = words(endings: datasetEndings) { datasetNames }
  /// A kind of schedule, or a file with levels.
  static let schedule = words(endings: [".json", ".csv", ".npy"]) {
    ScheduleKind.allCases.map(\.rawValue)
  }
  /// A file of points.
  static let points = file(extensions: ["npy", "csv"])

  private static let datasetEndings = [".json", ".npy", ".csv"]
  private static var datasetNames: [String] { Dataset.names(shareFolders: shareFolders) }

  /// One of `names`, which are asked for at the moment of completion, or a file.
  private static func words(
    endings: [String], names: @escaping @Sendable () -> [String]
  ) -> CompletionKind {
    .custom { words, index, _ in
      WordCompletion(names: names(), endings: endings).candidates(
        for: words.indices.contains(index) ? words[index] : "", shell: .requesting)
    }
  }
}
