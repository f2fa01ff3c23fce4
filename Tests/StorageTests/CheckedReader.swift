import Distributions
import ForwardProcess
import JSONText
import LinearAlgebra
import ScoreNetwork

@testable import Storage

/// What a reader promised and did not keep.
struct BrokenPromise: Error, CustomStringConvertible {
  let description: String
}

/// A reader of files from strangers, with what the program does with them next.
///
/// The trials of this target call it, and the fuzzer (`Tests/Fuzzing`).
enum CheckedReader: String, CaseIterable {
  case json
  case law
  case numpy
  case csv
  case losses
  case predictions
  case checkpoint

  /// What messages call the file.
  static let fileName = "stranger"

  /// Whether the reader takes the file with these bytes.
  ///
  /// Throws if what it takes breaks a promise, or if the error with which it refuses the file is not
  /// one that a user can be shown.
  func takes(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    let contents = FileContents(bytes, name: Self.fileName)
    return try Self.takes { () throws in
      switch self {
      case .json: try Self.readJSON(contents)
      case .law: try Self.readLaw(contents)
      case .numpy: try Self.use(NumpyFile(contents).points())
      case .csv: try Self.use(CSVTable(contents).rows)
      case .losses:
        let table = try LossTable(contents, dimension: 2)
        try Self.promise(LossTable.isTable(contents), "a table is one")
        try Self.promise(zip(table.sigmas, table.sigmas.dropFirst()).allSatisfy(<), "levels ascend")
        try Self.promise(table.losses.allSatisfy { $0 >= 0 && $0 < 3 }, "losses are in range")
      case .predictions: try Self.readPredictions(bytes)
      case .checkpoint: try Self.readCheckpoint(contents)
      }
    }
  }

  /// Whether `read` ends without a `StorageError`; one that it throws is checked.
  static func takes(_ read: () throws -> Void) throws(BrokenPromise) -> Bool {
    do {
      try read()
      return true
    } catch let error as StorageError {
      try check(error)
      return false
    } catch let broken as BrokenPromise {
      throw broken
    } catch {
      throw BrokenPromise(description: "another error: \(error)")
    }
  }

  static func promise(
    _ condition: Bool, _ text: @autoclosure () -> String
  ) throws(BrokenPromise) {
    if !condition { throw BrokenPromise(description: text()) }
  }

  /// Throws unless the error is one line about the file, of bounded length.
  private static func check(_ error: StorageError) throws(BrokenPromise) {
    // An array of a folder may be missing.
    if case .notFound = error { return }
    let text = error.description
    try promise(error.kind == .malformedData, "the file is malformed: \(text)")
    try promise(text.hasPrefix(fileName), "the message names the file: \(text)")
    try promise(text.utf8.count < 2000, "the message is short: \(text.prefix(300))")
    try promise(
      text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
      "the message is one line of text: \(text)")
  }

  // MARK: JSON and laws

  private static func readJSON(_ contents: FileContents) throws {
    let value = try JSONValue(contents, options: .init(allowingComments: true))
    let text = value.canonicalText
    try promise(
      (try? JSONValue(reading: text))?.canonicalText == text, "the canonical text reads back")
    try promise((try? JSONValue(reading: value.prettyText)) == value, "the pretty text reads back")
  }

  private static func readLaw(_ contents: FileContents) throws {
    let document = try JSONValue(contents, options: .init(allowingComments: true))
    let reader = LawReader(file: contents.path) { _ throws(StorageError) in try points() }
    let (law, _, record) = try reader.read(document)
    try use(law)
    // A checkpoint keeps the record, so it must be as good as the file.
    try promise(
      (try? reader.read(record))?.law.moments == law.moments, "the record reads back")
    // A curve costs a thousand times what reading does.
    guard isChosen(contents), law.dimension <= 8, law.moments.scale.isFinite else { return }
    let range = law.noiseRange
    try promise(
      range.minimum > 0 && range.maximum.isFinite && range.minimum < range.maximum,
      "the range of noise levels is one")
    let sampling = CurveSampling(samples: 32, seed: 0, workers: Workers(count: 1))
    try promise(
      law.informationCurve(at: [range.minimum, range.maximum], sampling: sampling).count == 2,
      "a law has a curve")
  }

  /// The points of every file that a law names.
  private static func points() throws(StorageError) -> PointFile {
    try PointFile(FileContents(Array("x,y\n0,1\n2,-3\n".utf8), name: "\(fileName).csv"))
  }

  private static func use(_ points: Matrix<Double>) throws {
    try promise(points.elements.allSatisfy(\.isFinite), "points are finite")
    guard points.elements.count <= 256 else { return }
    try use(PointsLaw(points: points))
  }

  /// Asks a law for what every command does.
  private static func use(_ law: any Law) throws(BrokenPromise) {
    let moments = law.moments
    try promise(moments.mean.count == law.dimension && law.dimension >= 1, "a dimension")
    // Commands refuse coordinates whose squares are out of range.
    guard moments.scale.isFinite, moments.mean.allSatisfy(\.isFinite), law.dimension <= 8 else {
      return
    }
    if let points = law as? PointsLaw, points.points.rows > 64 { return }
    let x = Matrix(rows: 1, columns: law.dimension, elements: moments.mean)
    for factor in [1e-3, 1, 1e3] {
      let sigma = min(max(moments.scale * factor, 1e-30), 1e30)
      let score = law.score(at: x, sigma: sigma)
      let density = law.logDensity(at: x, sigma: sigma)[0]
      guard (1e-15...1e15).contains(moments.scale) else { continue }
      try promise(score.elements.allSatisfy(\.isFinite) && !density.isNaN, "a law has a score")
    }
  }

  /// One in 256 contents, always the same ones.
  private static func isChosen(_ contents: FileContents) -> Bool {
    contents.withBytes { bytes in
      // FNV-1a (Fowler, Noll and Vo).
      var hash: UInt32 = 2_166_136_261
      for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
      return hash >> 24 == 0
    }
  }

  // MARK: Predictions

  /// The bytes are the arrays one after the other: each begins with the magic number of its kind.
  private static func readPredictions(_ bytes: [UInt8]) throws {
    var starts = bytes.indices.filter { bytes[$0...].starts(with: NumpyHeader.magic) }
    starts.append(bytes.count)
    let names = ["z", "sigma", "prediction", "sample"]
    let folder = try PredictionFolder(path: fileName) { path throws(StorageError) in
      guard let index = names.firstIndex(where: { path == "\(fileName)/\($0).npy" }),
        index + 1 < starts.count
      else { throw .notFound(path: path) }
      return FileContents(Array(bytes[starts[index]..<starts[index + 1]]), name: path)
    }
    try promise(folder.sigmas.count == folder.count && folder.dimension >= 1, "a level a row")
    for block in folder.blocks.prefix(4) { _ = try folder.rows(block) }
  }

  // MARK: Checkpoints

  private static func readCheckpoint(_ contents: FileContents) throws {
    let file = try SafetensorsFile(contents)
    let checkpoint = try Checkpoint(file, path: fileName)
    let state = checkpoint.state
    try promise(
      state.preconditioning.scale > 0 && state.preconditioning.scale.isFinite, "a data scale")
    for check in [checkpoint.checkLedger, checkpoint.checkEmbedding] {
      _ = try takes { try check(fileName) }
    }
    _ = checkpoint.ledger.integral
    if isChosen(contents) {
      let encoded = file.encoded
      try promise(
        contents.withBytes { bytes in bytes.indices.allSatisfy { bytes[$0] == encoded[$0] } },
        "equal content is equal bytes")
      let written = checkpoint.file(weightsOnly: !checkpoint.hasOptimizerState)
      try promise(written.tensors == file.tensors, "nothing is lost")
    }
    guard state.network.shape.parameterCount <= 1024 else { return }
    // A network may answer what is not finite; it must answer.
    let dimension = state.network.shape.dimension
    let answer = checkpoint.score().score(
      at: Matrix(rows: 1, columns: dimension), sigma: checkpoint.configuration.range.maximum)
    try promise(answer.columns == dimension, "a network has a score")
  }
}
