public import Distributions
public import JSONText

/// A law under a name: what the commands call DATASET.
public struct Dataset: Sendable {
  /// The name: the law's own, or that of its file without ending.
  public let name: String
  /// The kind of law, such as `points` or `gaussian`.
  public let distribution: String
  /// One line about it, where the file has one.
  public let summary: String?
  /// The law.
  public let law: any Law
  /// What a checkpoint keeps: the whole law, or a point file's name, shape and SHA-256.
  public let record: JSONValue

  /// The data set that a command line names.
  ///
  /// `argument` is a path with the ending `.json`, `.npy` or `.csv`, or a bare name: then it is
  /// `datasets/NAME` with one of these endings, here or in one of the `shareFolders`.
  public init(_ argument: String, shareFolders: [String]) throws(StorageError) {
    let path = try Self.path(of: argument, shareFolders: shareFolders)
    let (folder, fileName) = FileName.split(path)
    let stem = fileName.split(separator: ".").dropLast().joined(separator: ".")
    guard path.lowercased().hasSuffix(".json") else {
      let file = try PointFile(path: path)
      try self.init(points: file, path: path, name: stem, fileName: fileName)
      return
    }
    let document = try JSONValue(path: path, options: .init(allowingComments: true))
    let reader = LawReader(file: path) { reference throws(StorageError) in
      try reference.open(in: [folder])
    }
    try self.init(document, reader, defaultName: stem)
  }

  /// The data set of a checkpoint, from its record.
  ///
  /// A point file is looked for by name in `folders`, and must be the one that was trained on.
  public init(record: JSONValue, checkpoint: String, folders: [String]) throws(StorageError) {
    let place = "\(checkpoint), metadata 'dataset'"
    guard record["distribution"] != nil else {
      let reference: PointFileReference
      do throws(JSONError) {
        reference = try PointFileReference(JSONObjectReader(record))
      } catch {
        throw .malformed(error, in: place)
      }
      let stem = reference.name.split(separator: ".").dropLast().joined(separator: ".")
      let file = try reference.open(in: folders)
      try self.init(points: file, path: reference.name, name: stem, fileName: reference.name)
      return
    }
    let reader = LawReader(file: place) { reference throws(StorageError) in
      try reference.open(in: folders)
    }
    try self.init(record, reader, defaultName: "unnamed")
  }

  /// The point files that a law or a checkpoint in the file `path` names, wherever a command without
  /// `--dataset` looks for them; none if it names none or cannot be read.
  public static func pointFiles(namedIn path: String) -> [String] {
    let folder = FileName.split(path).folder
    if path.lowercased().hasSuffix(".json") {
      let document = try? JSONValue(path: path, options: .init(allowingComments: true))
      guard case .string(let name)? = document?["file"] else { return [] }
      return PointFileReference(name: name).paths(in: [folder])
    }
    guard path.lowercased().hasSuffix(".safetensors"),
      let text = (try? SafetensorsFile(path: path))?.metadata["dataset"],
      let record = try? JSONValue(reading: text),
      case .string(let name)? = (record["distribution"] == nil ? record : record["file"])?["name"]
    else { return [] }
    return PointFileReference(name: name).paths(in: [folder, "", "datasets"])
  }

  /// The same data set with another law, such as a part of its points.
  public func replacingLaw(with law: any Law) -> Dataset {
    Dataset(
      name: name, distribution: distribution, summary: summary, law: law, record: record)
  }

  private init(
    name: String, distribution: String, summary: String?, law: any Law, record: JSONValue
  ) {
    self.name = name
    self.distribution = distribution
    self.summary = summary
    self.law = law
    self.record = record
  }

  private init(
    points file: PointFile, path: String, name: String, fileName: String
  ) throws(StorageError) {
    record = file.identity(name: fileName)
    do {
      // The file ends here: its points become the law's without a copy.
      law = try PointsLaw(points: (consume file).points)
    } catch {
      throw .malformed(file: path, expected: "points", found: "\(error)")
    }
    self.name = name
    distribution = "points"
    summary = nil
  }

  private init(
    _ document: JSONValue, _ reader: LawReader, defaultName: String
  ) throws(StorageError) {
    let (law, distribution, record) = try reader.read(document)
    self.law = law
    self.distribution = distribution
    if case .string(let given)? = document["name"] { name = given } else { name = defaultName }
    if case .string(let text)? = document["description"] { summary = text } else { summary = nil }
    if document["name"] == nil, case .object(let members) = record {
      self.record = .object(members + [JSONMember(key: "name", value: .string(name))])
    } else {
      self.record = record
    }
  }

  /// The endings of data sets, in the order in which a bare name tries them.
  static let endings = [".json", ".npy", ".csv"]

  /// The file that `argument` names.
  private static func path(
    of argument: String, shareFolders: [String]
  ) throws(StorageError) -> String {
    let isBare = !argument.contains("/") && !argument.isEmpty
    if endings.contains(where: { argument.lowercased().hasSuffix($0) }) {
      let name = stem(of: argument)
      guard isBare, !FileName.exists(argument), names(shareFolders: shareFolders).contains(name)
      else { return argument }
      throw .notFound(path: argument, remedy: "did you mean '\(name)'?")
    }
    let folders = ["datasets"] + shareFolders
    if isBare {
      for folder in folders {
        for ending in endings where FileName.exists("\(folder)/\(argument)\(ending)") {
          return "\(folder)/\(argument)\(ending)"
        }
      }
    }
    guard !FileName.isFolder(argument) else {
      throw .unreadable(path: argument, reason: "it is a folder, not a file")
    }
    guard !FileName.exists(argument) else {
      throw .malformed(
        file: argument, expected: "a data set: a name, or a file .json, .npy or .csv",
        found: "another kind of file")
    }
    guard isBare else {
      throw .notFound(
        path: argument.isEmpty ? "''" : argument,
        remedy: argument.isEmpty ? "name a data set" : "check the name")
    }
    let near = nearestName(to: argument, among: names(shareFolders: shareFolders))
    throw .notFound(
      path: "datasets/\(argument).json",
      remedy: near.map { "did you mean '\($0)'?" }
        ?? "check the name; 'tinyscore datasets' lists those there are")
  }

  /// The name of the file that `argument` leads to, without its folder and its ending.
  ///
  /// It never has a slash: a name inside a law is only a text, and must not choose a folder.
  public static func stem(of argument: String) -> String {
    let name = FileName.split(argument).name
    guard let ending = endings.first(where: { name.lowercased().hasSuffix($0) }) else {
      return name
    }
    return String(name.dropLast(ending.count))
  }

  /// The names of the data sets at hand, sorted: those in `datasets` and in the share folders.
  public static func names(shareFolders: [String]) -> [String] {
    var names: Set<String> = []
    for folder in ["datasets"] + shareFolders {
      for file in (try? FileName.all(in: folder)) ?? [] {
        if let ending = endings.first(where: { file.hasSuffix($0) }) {
          names.insert(String(file.dropLast(ending.count)))
        }
      }
    }
    return names.sorted()
  }
}
