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

  /// By what a mistake must lower the losses, and the prediction those of a mistake.
  ///
  /// On points and Gaussians, under log-normal and log-uniform noise levels, a predictor `f ẑ` with
  /// f from 0 to 2 leaves 0.62 of the larger at least. Of what is a mistake a velocity leaves less
  /// than half only where the noise levels are spread widely; else it goes unnoticed.
  private static let mostLeft = 0.5

  /// The mistake that explains the predictions much better than that they are the noise.
  ///
  /// Where a prediction p is a linear combination of ẑ, x and y, the error of ẑ follows from its
  /// own. For the best predictor this is least for what p is, at every noise level; so one must be
  /// far from the best to be suspected. It must also owe the low loss to p: a network that predicts
  /// next to nothing would pass for one that denoises at large noise. Losses count in units of D,
  /// and no row for more than 4, so that the smallest noise, where some of these are large, does
  /// not decide alone. nil where nothing is clear.
  public var mistake: Mistake? {
    func mean(_ loss: (Int) -> Double) -> Double {
      losses.indices.reduce(0) { $0 + min(max(0, loss($1)) / Double(dimension), 4) }
        / Double(losses.count)
    }
    let given = mean { losses[$0] }
    let clear = Mistake.allCases.filter { hasCleanSamples || !$0.needsCleanSamples }
      .map { mistake in (mistake, mean { square($0, mistake.factors(sigma: sigmas[$0])) }) }
      .filter { mistake, loss in
        let withNothing = mean { row in
          let factors = mistake.factors(sigma: sigmas[row])
          return square(row, (factors.z, factors.y, 0))
        }
        return loss < Self.mostLeft * min(given, withNothing)
      }
    return clear.min { $0.1 < $1.1 }?.0
  }

  /// `‖a z + b y + c p‖²` in a row.
  private func square(_ row: Int, _ factors: (z: Double, y: Double, p: Double)) -> Double {
    let (a, b, c) = factors
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
  var needsCleanSamples: Bool { factors(sigma: 1).y != 0 }

  /// The factors by which the error `z − ẑ` is, up to its sign, a sum of z, y and the prediction p.
  func factors(sigma: Double) -> (z: Double, y: Double, p: Double) {
    let square = 1 + sigma * sigma
    return switch self {
    case .negativeNoise: (1, 0, 1)
    case .score: (1, 0, sigma)
    case .addedNoise: (1, 0, -1 / sigma)
    case .denoised: (0, 1 / sigma, -1 / sigma)
    case .flowVelocity: (1 / (1 + sigma), -1 / (1 + sigma), -1 / (1 + sigma))
    case .velocity: (1 / square, -sigma / square, -1 / square.squareRoot())
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

  /// As many independent rows as would give the mean of `‖z‖²` the error that it has: rows with the
  /// same noise, as a grid may have it at all of its levels, err alike.
  ///
  /// In one dimension rounding makes equal noise as well, which then counts for less than it tells.
  private var independentNoises: Double {
    let repeats = noises.reduce(into: [Double: Double]()) { $0[$1, default: 0] += 1 }.values
    let count = Double(noises.count)
    return count * count / repeats.reduce(0) { $0 + $1 * $1 }
  }

  /// What is wrong with z: its mean square is not D; nil where it is, but for sampling.
  public var noiseFault: NoiseFault? {
    let count = Double(losses.count)
    let d = Double(dimension)
    let square = noises.reduce(0, +) / (count * d)
    let error = (2 / (independentNoises * d)).squareRoot()
    guard abs(square - 1) > max(Self.mostDifference, Self.mostErrors * error) else { return nil }
    let unscaled =
      zip(noises, sigmas).reduce(0) { $0 + $1.0 / ($1.1 * $1.1) } / (count * d)
    return abs(unscaled - 1) < max(0.05, Self.mostErrors * error) ? .isScaled : .hasSquare(square)
  }
}
