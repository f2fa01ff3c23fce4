internal import Distributions
internal import ForwardProcess
internal import JSONText
internal import Storage

/// What the commands call MODEL: a learned score with its data set, or a data set, whose score is
/// exact.
enum Model {
  case network(Checkpoint, path: String)
  case exact(Dataset, path: String)

  /// The model that a command line names.
  init(_ argument: String) throws {
    if argument.lowercased().hasSuffix(".safetensors") {
      self = .network(try Checkpoint(path: argument), path: argument)
    } else {
      self = .exact(try Dataset(argument, shareFolders: shareFolders), path: argument)
    }
  }

  /// The name of the model as the user wrote it.
  var path: String {
    switch self {
    case .network(_, let path), .exact(_, let path): path
    }
  }

  /// The dimension D of its space.
  var dimension: Int {
    switch self {
    case .network(let checkpoint, _): checkpoint.state.network.shape.dimension
    case .exact(let dataset, _): dataset.law.dimension
    }
  }

  /// The data set of the model, and the points that were kept aside in its training, if any.
  ///
  /// `replacement` is the data set that `--dataset` names.
  func dataset(replacement: String?) throws -> (data: Dataset, heldOut: (any Law)?) {
    switch self {
    case .exact(let dataset, let path):
      guard replacement == nil else {
        throw Failure.usage(
          "dataset", expected: "a checkpoint as MODEL", found: "the data set \(path)")
      }
      return (dataset, nil)
    case .network(let checkpoint, let path):
      let dataset =
        if let replacement {
          try Dataset(replacement, shareFolders: shareFolders)
        } else {
          try Dataset(
            record: checkpoint.dataset, checkpoint: path,
            folders: [folder(of: path), "", "datasets"] + shareFolders)
        }
      guard dataset.law.dimension == checkpoint.state.network.shape.dimension else {
        throw Failure(
          .malformedData,
          "\(replacement ?? path): expected data of dimension "
            + "\(checkpoint.state.network.shape.dimension), as the network of \(path) has, found "
            + "\(dataset.law.dimension)")
      }
      // A law that stands in for the points has none of them aside.
      guard dataset.law is PointsLaw || replacement == nil else {
        return (dataset, nil)
      }
      let (holdout, seed) = (checkpoint.configuration.holdout, checkpoint.configuration.seed)
      do {
        return try dataset.split(holdout: holdout, seed: seed)
      } catch let failure as Failure {
        throw Failure(
          .malformedData, "\(path), as it was trained with --holdout: \(failure.message)")
      }
    }
  }

  private func folder(of path: String) -> String {
    path.contains("/")
      ? path.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast().joined(separator: "/") : "."
  }
}

extension Dataset {
  /// The data set without the points that are kept aside, and those; only points can be.
  func split(
    holdout: Double, seed: UInt64
  ) throws -> (data: Dataset, heldOut: (any Law)?) {
    guard holdout > 0 else { return (self, nil) }
    guard let points = law as? PointsLaw, let parts = points.split(heldOut: holdout, seed: seed)
    else {
      throw Failure.usage(
        "holdout", expected: "a set of points, some of which stay and some go",
        found: "\(name), \(distribution)")
    }
    return (replacingLaw(with: parts.training), parts.heldOut)
  }
}
