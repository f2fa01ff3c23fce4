import Distributions
import ForwardProcess
import JSONText
import LinearAlgebra
import ScoreNetwork

@testable import Storage

/// What reads files from strangers, as a fuzzer calls it: with the bytes of one.
enum FuzzedReader: String, CaseIterable {
  case json
  case law
  case numpy
  case csv
  case losses
  case levels
  case predictions
  case checkpoint
  case log
  case configuration

  /// Reads the file, and does with it what the program does next.
  ///
  /// Traps if the content is accepted and breaks a promise; throws if it is refused.
  func read(_ bytes: [UInt8]) throws(StorageError) {
    let contents = FileContents(bytes, name: Self.fileName)
    switch self {
    case .json: try readJSON(contents)
    case .law: try readLaw(contents)
    case .numpy: useLaw(of: try NumpyFile(contents).points())
    case .csv: useLaw(of: try CSVTable(contents).rows)
    case .losses:
      let table = try LossTable(contents, dimension: 2)
      require(LossTable.isTable(contents))
      require(zip(table.sigmas, table.sigmas.dropFirst()).allSatisfy { $0 < $1 })
      require(table.losses.allSatisfy { $0 >= 0 && $0 < 3 })
    case .levels:
      let ending = bytes.first.map { $0 == 0x93 ? "npy" : $0 == 0x5B ? "json" : "csv" } ?? "csv"
      let contents = FileContents(bytes, name: "\(Self.fileName).\(ending)")
      let levels = try LevelsFile(contents).levels
      require(levels.count >= 2 && levels.allSatisfy { $0 > 0 && $0.isFinite })
    case .predictions: try readPredictions(bytes)
    case .checkpoint: try readCheckpoint(bytes)
    case .log:
      let lines = try LoggedLines(contents, upTo: 100)
      require(lines.length <= bytes.count && lines.seconds >= 0 && lines.seconds.isFinite)
    case .configuration:
      let document = try JSONValue(contents, options: .init(allowingComments: true))
      let options = try ConfiguredOptions(
        document, file: contents.path, command: "train", takesValue: Self.options)
      require(options.words.allSatisfy { $0.hasPrefix("--") })
    }
  }

  /// What messages call the file.
  static let fileName = "fuzzed"

  /// Options of `train`, and whether each takes a value.
  private static let options = [
    "steps": true, "batch": true, "learning-rate": true, "optimizer": true, "seed": true,
    "metrics": true, "quiet": false, "resume": false,
  ]

  // MARK: JSON and laws

  private func readJSON(_ contents: FileContents) throws(StorageError) {
    let value = try JSONValue(contents, options: .init(allowingComments: true))
    let text = value.canonicalText
    require((try? JSONValue(reading: text))?.canonicalText == text, "what is written reads back")
    require((try? JSONValue(reading: value.prettyText)) == value, "what is written reads back")
  }

  private func readLaw(_ contents: FileContents) throws(StorageError) {
    let document = try JSONValue(contents, options: .init(allowingComments: true))
    let reader = LawReader(file: contents.path) { _ throws(StorageError) in Self.points }
    let (law, _, record) = try reader.read(document)
    use(law)
    // A checkpoint keeps the record, so it must be as good as the file.
    let again = try? reader.read(record)
    require(again?.law.moments == law.moments, "a record reads back")
    // A whole curve costs a thousand times what reading does.
    if Self.isChosen(contents) { check(law.noiseRange) }
  }

  /// The points of every file that a law names.
  private static let points: PointFile = {
    let contents = FileContents(Array("x,y\n0,1\n2,-3\n".utf8), name: "points.csv")
    do { return try PointFile(contents) } catch { fatalError("\(error)") }
  }()

  private func useLaw(of points: Matrix<Double>) {
    require(points.elements.allSatisfy(\.isFinite))
    guard points.elements.count <= 256, let law = try? PointsLaw(points: points) else { return }
    use(law)
  }

  /// Asks a law for what every command does.
  private func use(_ law: any Law) {
    let moments = law.moments
    require(moments.mean.count == law.dimension && law.dimension >= 1)
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
      require(score.elements.allSatisfy(\.isFinite) && !density.isNaN, "a law answers")
    }
  }

  private func check(_ range: NoiseRange) {
    require(range.minimum > 0 && range.maximum.isFinite && range.minimum < range.maximum)
  }

  /// One in 64 contents, always the same ones.
  private static func isChosen(_ contents: FileContents) -> Bool {
    contents.withBytes { bytes in
      var hash: UInt32 = 2_166_136_261
      for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
      return hash >> 26 == 0
    }
  }

  // MARK: Predictions

  /// The bytes are the arrays one after the other: each begins with the magic number of its kind.
  private func readPredictions(_ bytes: [UInt8]) throws(StorageError) {
    let magic = NumpyHeader.magic
    var starts = bytes.indices.filter { bytes[$0...].starts(with: magic) }
    starts.append(bytes.count)
    let names = ["z", "sigma", "prediction", "sample"]
    let folder = try PredictionFolder(path: Self.fileName) { path throws(StorageError) in
      guard let index = names.firstIndex(where: { path == "\(Self.fileName)/\($0).npy" }),
        index + 1 < starts.count
      else { throw .notFound(path: path) }
      return FileContents(Array(bytes[starts[index]..<starts[index + 1]]), name: path)
    }
    require(folder.sigmas.count == folder.count && folder.dimension >= 1)
    for block in folder.blocks.prefix(4) { _ = try folder.rows(block) }
  }

  // MARK: Checkpoints

  /// Reads the file as it is, and as a forger would have finished it.
  private func readCheckpoint(_ bytes: [UInt8]) throws(StorageError) {
    if let forged = forgedCheckpoint(bytes), forged != bytes {
      do throws(StorageError) { try readFinished(forged) } catch { Self.check(error) }
    }
    try readFinished(bytes)
  }

  private func readFinished(_ bytes: [UInt8]) throws(StorageError) {
    let contents = FileContents(bytes, name: Self.fileName)
    let file = try SafetensorsFile(contents)
    let checkpoint = try Checkpoint(file, path: Self.fileName)
    let state = checkpoint.state
    require(state.preconditioning.scale > 0 && state.preconditioning.scale.isFinite)
    for check in [checkpoint.checkLedger, checkpoint.checkEmbedding] {
      do throws(StorageError) { try check(Self.fileName) } catch { Self.check(error) }
    }
    _ = checkpoint.ledger.integral
    if Self.isChosen(contents) {
      require(file.encoded == bytes, "equal content is equal bytes")
      require(
        checkpoint.file(weightsOnly: !checkpoint.hasOptimizerState) == file, "nothing is lost")
    }
    guard state.network.shape.parameterCount <= 1024 else { return }
    // A network may answer what is not finite; it must answer.
    let dimension = state.network.shape.dimension
    let answer = checkpoint.score().score(
      at: Matrix(rows: 1, columns: dimension), sigma: checkpoint.configuration.range.maximum)
    require(answer.columns == dimension)
  }

  // MARK: Errors

  /// Traps unless the error is one line about the file, of bounded length.
  static func check(_ error: StorageError) {
    if case .notFound = error { return }
    require(error.kind == .malformedData, "\(error)")
    let text = error.description
    require(text.contains(fileName), text)
    require(text.utf8.count < 2000, "a long message")
    require(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, text)
  }
}

/// Traps with the place in this file unless the condition holds; unlike `precondition` it says so
/// when optimised too.
private func require(
  _ condition: Bool, _ message: @autoclosure () -> String = "", line: UInt = #line
) {
  if !condition { fatalError("line \(line): a promise is broken: \(message())") }
}
