internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Storage

/// How far the functions are apart that two checkpoints have learned, by their averaged weights.
struct FunctionComparison {
  /// A distance on samples of a data set.
  struct Measured {
    let distance: ScoreDistance
    /// The name of the data set, that of the first checkpoint if it is at hand.
    let dataset: String
    let samples: Int
    let seed: UInt64
  }

  /// The distance, or why there is none.
  let result: Result<Measured, Failure>

  /// Noise levels, log-spaced over the range that both have trained on.
  static let levelCount = 24
  /// Samples of a level, and how few a large network makes do with.
  private static let (mostSamples, fewestSamples) = (4096, 128)
  /// Multiply-adds of both networks together: about a second.
  private static let budget = 2e10

  init(_ left: Inspection, _ right: Inspection, seed: UInt64, workers: Workers) {
    do {
      result = .success(try Self.measure(left, right, seed: seed, workers: workers))
    } catch {
      result = .failure(Failure(error) ?? Failure(.malformedData, "\(error)"))
    }
  }

  private static func measure(
    _ left: Inspection, _ right: Inspection, seed: UInt64, workers: Workers
  ) throws -> Measured {
    let shapes = [left, right].map { $0.checkpoint.state.network.shape }
    guard shapes[0].dimension == shapes[1].dimension else {
      throw Failure(
        .malformedData,
        "the networks are of dimensions \(shapes[0].dimension) and \(shapes[1].dimension)")
    }
    let ranges = [left, right].map { $0.checkpoint.configuration.range }
    guard
      let range = NoiseRange(
        minimum: max(ranges[0].minimum, ranges[1].minimum),
        maximum: min(ranges[0].maximum, ranges[1].maximum))
    else {
      throw Failure(.malformedData, "the ranges of noise levels have no part in common")
    }
    let data = try dataset(left, right)
    let work = shapes.reduce(0) { $0 + Double($1.parameterCount) } * Double(levelCount)
    let samples = max(fewestSamples, min(mostSamples, Int(budget / work)))
    let distance = ScoreDistance(
      left.checkpoint.score(), right.checkpoint.score(), source: data.law,
      at: range.levels(levelCount), samples: samples, seed: seed, workers: workers)
    guard distance.isFinite else {
      throw Failure(.notFinite, "the predicted noise leaves the finite numbers")
    }
    return Measured(distance: distance, dataset: data.name, samples: samples, seed: seed)
  }

  /// The data of the first checkpoint, or of the second if those are not at hand.
  private static func dataset(_ left: Inspection, _ right: Inspection) throws -> Dataset {
    do {
      return try left.trainingData()
    } catch {
      if let data = try? right.trainingData() { return data }
      guard let reason = left.missingData(error) else { throw error }
      throw Failure(.noInput, "the data: \(reason)")
    }
  }
}
