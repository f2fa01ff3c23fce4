public import LinearAlgebra

/// What the outputs of a noise predictor come to, row by row: the few products that every estimate
/// follows from.
///
/// Everything is written in the error `e = z − ẑ`, as in `RateSums`: at large noise its products
/// keep the digits that differences of those of ẑ would lose.
public struct PredictionTable: Sendable {
  /// The dimension D of the space.
  public let dimension: Int
  /// The noise level σ of each row.
  public private(set) var sigmas: [Double] = []
  /// `‖z − ẑ‖²`, the loss of each row.
  public private(set) var losses: [Double] = []
  /// `z·(z − ẑ)`, whose mean is `D − A`.
  public private(set) var alongs: [Double] = []
  /// `‖z‖²`.
  public private(set) var noises: [Double] = []
  /// The products with the clean sample y; none where it is not known.
  private(set) var clean: [Clean] = []

  /// The products of a clean sample.
  struct Clean: Sendable {
    /// `(y − ȳ)·z`, whose mean is 0 whatever ȳ, since z knows nothing of y.
    var centred: Double
    /// `‖y‖²`, `y·z` and `y·ẑ`.
    var square: Double
    var alongNoise: Double
    var alongPrediction: Double
  }

  /// A table of no rows yet.
  public init(dimension: Int) {
    precondition(dimension >= 1)
    self.dimension = dimension
  }

  /// Adds rows of noise and of its prediction, both `(B, D)`, at the noise levels `sigmas`, `(B)`.
  ///
  /// `clean` are the samples y under them and about their mean ȳ, in every row of a table or in
  /// none.
  public mutating func add(
    sigmas: ArraySlice<Double>, noise z: Matrix<Double>, predicted: Matrix<Double>,
    clean: (samples: Matrix<Double>, mean: [Double])?
  ) {
    precondition(sigmas.count == z.rows && z.columns == dimension)
    precondition(predicted.rows == z.rows && predicted.columns == dimension)
    precondition(self.sigmas.isEmpty || (clean == nil) == self.clean.isEmpty)
    self.sigmas += sigmas
    for row in 0..<z.rows {
      let (z, predicted) = (z.row(row), predicted.row(row))
      var (loss, along, square) = (0.0, 0.0, 0.0)
      for (noise, guess) in zip(z, predicted) {
        let error = noise - guess
        loss += error * error
        along += noise * error
        square += noise * noise
      }
      losses.append(loss)
      alongs.append(along)
      noises.append(square)
      if let clean {
        self.clean.append(
          Clean(clean.samples.row(row), mean: clean.mean, z: z, predicted: predicted))
      }
    }
  }

  /// Whether the clean samples are known.
  public var hasCleanSamples: Bool { !clean.isEmpty }

  /// Whether half of the rows or more have the noise of another, so that they are no independent
  /// samples.
  ///
  /// Never in one dimension, where equal noise may be chance, by rounding.
  public var repeatsNoise: Bool { dimension > 1 && 2 * Set(noises).count <= noises.count }

  /// The first row in which a product is not a finite number; nil where all are.
  public var firstOverflow: Int? {
    losses.indices.first { row in
      !(losses[row].isFinite && alongs[row].isFinite && noises[row].isFinite)
        || (hasCleanSamples && !clean[row].isFinite)
    }
  }
}

extension PredictionTable.Clean {
  fileprivate init(
    _ y: ArraySlice<Double>, mean: [Double], z: ArraySlice<Double>, predicted: ArraySlice<Double>
  ) {
    self.init(centred: 0, square: 0, alongNoise: 0, alongPrediction: 0)
    for (j, (y, (z, guess))) in zip(y, zip(z, predicted)).enumerated() {
      centred += (y - mean[j]) * z
      square += y * y
      alongNoise += y * z
      alongPrediction += y * guess
    }
  }

  fileprivate var isFinite: Bool {
    centred.isFinite && square.isFinite && alongNoise.isFinite && alongPrediction.isFinite
  }
}
