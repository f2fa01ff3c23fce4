internal import Glibc

extension PredictionTable {
  /// What stands in the place of the predicted noise, where it is something else.
  public enum Mistake: String, Sendable, CaseIterable {
    /// `−ẑ`.
    case negativeNoise
    /// `s = −ẑ/σ`.
    case score
    /// `σ ẑ`, what was added to y.
    case addedNoise
    /// `E[y|x]`.
    case denoised
    /// `ẑ − ŷ`, the velocity of a straight path from y to z (Lipman and others 2023).
    case flowVelocity
    /// `(ẑ − σ ŷ)/√(1 + σ²)`, the velocity of a variance-preserving model (Salimans and Ho 2022).
    case velocity
  }

  /// The mistake that explains the predictions at least twice as well as that they are the noise.
  ///
  /// A prediction p that is a linear combination of ẑ, x and y has an error of which that of ẑ follows.
  /// For the best predictor, that error is least for what it is, at every noise level: so a predictor must
  /// be far from it to be suspected. Losses count in units of D, and no row for more than 4, so that the
  /// smallest noise, where some of these are large, does not decide alone. nil where nothing is clear.
  public var mistake: Mistake? {
    func mean(_ loss: (Int) -> Double) -> Double {
      losses.indices.reduce(0) { $0 + min(loss($1) / Double(dimension), 4) } / Double(losses.count)
    }
    let given = mean { losses[$0] }
    let candidates = Mistake.allCases.filter { hasCleanSamples || !$0.needsCleanSamples }
      .map { mistake in (mistake, mean { max(0, loss(of: $0, if: mistake)) }) }
    guard let best = candidates.min(by: { $0.1 < $1.1 }), best.1 < given / 2, best.1 < 1 else {
      return nil
    }
    return best.0
  }

  /// The loss of ẑ in a row if the prediction is something else: the square of `a z + b y + c p`.
  private func loss(of row: Int, if mistake: Mistake) -> Double {
    let sigma = sigmas[row]
    let root = hypot(1, sigma)
    switch mistake {
    case .negativeNoise: return square(row, 1, 0, 1)
    case .score: return square(row, 1, 0, sigma)
    case .addedNoise: return square(row, 1, 0, -1 / sigma)
    case .denoised: return square(row, 0, 1 / sigma, -1 / sigma)
    case .flowVelocity: return square(row, 1 / (1 + sigma), -1 / (1 + sigma), -1 / (1 + sigma))
    case .velocity: return square(row, 1 / (root * root), -sigma / (root * root), -1 / root)
    }
  }

  /// `‖a z + b y + c p‖²` in a row.
  private func square(_ row: Int, _ a: Double, _ b: Double, _ c: Double) -> Double {
    let noise = noises[row]
    let along = noise - alongs[row]
    let predicted = losses[row] - noise + 2 * along
    let own = a * a * noise + 2 * a * c * along + c * c * predicted
    guard b != 0 else { return own }
    let y = clean[row]
    return own + b * b * y.square + 2 * b * (a * y.alongNoise + c * y.alongPrediction)
  }
}

extension PredictionTable.Mistake {
  /// Whether it can be told only where the clean samples are known.
  var needsCleanSamples: Bool {
    switch self {
    case .negativeNoise, .score, .addedNoise: false
    case .denoised, .flowVelocity, .velocity: true
    }
  }
}

extension PredictionTable {
  /// What z may be where it is not standard normal noise.
  public enum NoiseFault: Sendable, Equatable {
    /// `σ z`, what was added to y.
    case isScaled
    /// Its mean square is this multiple of D.
    case hasSquare(Double)
  }

  /// Eight standard errors, and 1 %: noise that was rounded to half precision passes.
  private static let (mostErrors, mostDifference) = (8.0, 0.01)

  /// What is wrong with z: its mean square is not D; nil where it is, but for sampling.
  public var noiseFault: NoiseFault? {
    let count = Double(losses.count)
    let d = Double(dimension)
    let square = noises.reduce(0, +) / (count * d)
    let error = (2 / (count * d)).squareRoot()
    guard abs(square - 1) > max(Self.mostDifference, Self.mostErrors * error) else { return nil }
    let unscaled =
      zip(noises, sigmas).reduce(0) { $0 + $1.0 / ($1.1 * $1.1) } / (count * d)
    return abs(unscaled - 1) < max(0.05, Self.mostErrors * error) ? .isScaled : .hasSquare(square)
  }
}
