internal import Distributions
internal import Estimation
internal import JSONText
internal import Statistics
internal import Storage

/// What `inspect` knows of one checkpoint.
struct Inspection {
  let path: String
  let checkpoint: Checkpoint
  let file: SafetensorsFile
  /// The SHA-256 of the whole file, as `sha256sum` prints it.
  let sha256: String
  let fileBytes: Int

  init(path: String) throws {
    self.path = path
    let contents = try Self.contents(of: path)
    file = try SafetensorsFile(contents)
    checkpoint = try Checkpoint(file, path: path)
    sha256 = contents.sha256
    fileBytes = contents.withBytes { $0.count }
  }

  /// The bytes of the file; a data set in its place is an error that says what to do with one.
  private static func contents(of path: String) throws -> FileContents {
    let remedy =
      "'tinyscore train \(path)' makes a checkpoint of it, 'tinyscore evaluate \(path)' shows its exact curves"
    do {
      let contents = try FileContents(path: path, access: .copied)
      guard [".json", ".npy", ".csv"].contains(where: { path.lowercased().hasSuffix($0) }) else {
        return contents
      }
      throw Failure(
        .malformedData,
        "\(path): expected a checkpoint (.safetensors), found a data set; \(remedy)")
    } catch StorageError.notFound(let path, _)
      where Dataset.names(shareFolders: shareFolders).contains(path)
    {
      throw Failure(
        .noInput, "\(path): expected a checkpoint, found the name of a data set; \(remedy)")
    }
  }

  /// The name of the data set that the network was trained on.
  var datasetName: String {
    if case .string(let name)? = checkpoint.dataset["name"] { name } else { "unnamed" }
  }

  /// Whether the file has the whole law, or only says which point file it was.
  var hasWholeLaw: Bool {
    guard checkpoint.dataset["distribution"] != nil else { return false }
    guard case .object? = checkpoint.dataset["file"] else { return true }
    return false
  }

  /// The data that the network was trained on, without the points that were kept aside.
  func trainingData() throws -> Dataset {
    try Model.network(checkpoint, path: path).dataset(replacement: nil).data
  }

  /// Why the training data are not at hand; nil for an error that is the checkpoint's own.
  ///
  /// A point file that has moved or changed is not the checkpoint's fault; a law inside it is.
  func missingData(_ error: any Error) -> String? {
    guard !hasWholeLaw, let error = error as? StorageError else { return nil }
    let record = checkpoint.dataset["file"] ?? checkpoint.dataset
    guard case .string(let name)? = record["name"] else { return nil }
    return excerpt(name)
      + (error.kind == .noInput ? " is not at hand" : " is not the file of the training")
  }

  /// The entropy of the data in nats, where the file has the law and that is of points; and how
  /// many they are, if all weigh the same.
  var dataEntropy: (value: Double, evenPoints: Int?)? {
    // Other laws are not made for nothing.
    guard hasWholeLaw, checkpoint.dataset["distribution"] == "points",
      let law = try? trainingData().law as? PointsLaw, let entropy = law.entropy,
      entropy > 0
    else { return nil }
    let isEven = law.weights.allSatisfy { $0 == law.weights[0] }
    return (entropy, isEven ? law.points.rows : nil)
  }

  /// The number of points of the data, where they are points.
  var pointCount: Int? {
    if case .array(let points)? = checkpoint.dataset["points"] { return points.count }
    let record = checkpoint.dataset["file"] ?? checkpoint.dataset
    guard case .array(let shape)? = record["shape"], case .number(let count)? = shape.first else {
      return nil
    }
    return Int(exactly: count)
  }

  /// The tensors in the order of their names.
  var tensors: [(name: String, tensor: Tensor)] {
    file.tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension Tensor {
  /// The name of the element type in the file.
  var typeName: String {
    switch values {
    case .single: "F32"
    case .double: "F64"
    }
  }

  /// The elements in double precision.
  var doubles: [Double] {
    switch values {
    case .single(let values): values.map(Double.init)
    case .double(let values): values
    }
  }

  /// The shape as text.
  var shapeText: String { shape.map(String.init).joined(separator: " × ") }

  /// The indices of the element `offset`, one for each axis.
  func indices(of offset: Int) -> [Int] {
    var (rest, result) = (offset, [Int]())
    for length in shape.reversed() {
      result.append(rest % length)
      rest /= length
    }
    return result.reversed()
  }
}
