public import LinearAlgebra
internal import Statistics

/// What a stream of random numbers is for; streams of different purposes are independent.
public enum RandomPurpose: UInt32, Sendable {
  /// Which data point, component or position a sample takes.
  case data = 1
  /// The Gaussian numbers of a sample of continuous data.
  case dataNormal = 2
  /// The perturbing noise `z`.
  case noise = 3
  /// The noise level.
  case level = 4
  /// The network's initial weights.
  case initialization = 5
  /// The split into training and held-out points.
  case holdout = 6
  /// Probe vectors of trace estimates.
  case probe = 8
  /// The noise of a sampler.
  case sampler = 9
  /// Where in its stratum a sample lies.
  case stratum = 11
  /// The increments of conditional and unconditional reverse paths.
  case path = 12
  /// Random numbers of tests and benchmarks.
  case test = 10
}

/// A stream of random numbers keyed by seed, step and purpose, in which every number has an
/// address.
///
/// Philox4x32-10 (Salmon et al., SC 2011): number `i` of sample `j` is a function of its address
/// and the key alone, so draws do not depend on the order or the thread in which they are made, and
/// the whole state of a generator is `(seed, step)`.
public struct RandomStream: Sendable {
  /// The seed of the run.
  public let seed: UInt64
  /// The training step, level or other position in the run that the stream belongs to.
  public let step: UInt32
  /// What the numbers are for.
  public let purpose: RandomPurpose
  /// The strata of the samples; nil where samples are independent.
  public let strata: Strata?

  /// The first of the steps that are noise levels of an evaluation: no training takes as many
  /// steps, so a network is never evaluated on the very noise it was trained on.
  public static let evaluationSteps: UInt32 = 1 << 31

  /// The stream of `purpose` at `step` under `seed`.
  ///
  /// With `strata`, numbers that belong to a sample are those of its cell: `uniforms(sample:)`,
  /// `words(sample:)`, `fillNormal`. Others are as ever.
  public init(seed: UInt64, step: UInt32, purpose: RandomPurpose, strata: Strata? = nil) {
    self.seed = seed
    self.step = step
    self.purpose = purpose
    self.strata = strata
  }

  /// The same seed and step with another purpose.
  public func with(_ purpose: RandomPurpose) -> RandomStream {
    RandomStream(seed: seed, step: step, purpose: purpose, strata: strata)
  }

  /// The four random 32-bit words at `address`.
  public func words(at address: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
    philoxBlock(key: seed, block: address, position: step, domain: purpose.rawValue)
  }

  /// Two independent uniforms in the open interval (0, 1) at `address`, multiples of 2⁻⁵³ off zero.
  public func uniforms(at address: UInt64) -> (Double, Double) {
    let w = words(at: address)
    return (Self.uniform(w.0, w.1), Self.uniform(w.2, w.3))
  }

  static func uniform(_ high: UInt32, _ low: UInt32) -> Double {
    uniform(UInt64(high) << 32 | UInt64(low))
  }

  /// The uniform number whose leading digits are those of `bits`.
  static func uniform(_ bits: UInt64) -> Double { (Double(bits >> 12) + 0.5) * 0x1p-52 }

  /// Fills rows `0 ..< B` of a contiguous `(B, D)` matrix with the standard normals of samples
  /// `first ..< first + B`.
  ///
  /// `first · D` must be a multiple of 4. Box and Muller (1958): floats reach |z| < 6.77, doubles
  /// 8.58.
  public func fillNormal<Element: Scalar>(_ view: MatrixView<Element>, firstSample first: Int) {
    view.vector.fillNormal(
      key: seed, position: step, domain: purpose.rawValue, first: UInt64(first * view.columns))
    guard let strata else { return }
    for j in 0..<view.columns {
      guard let place = strata.place(purpose, j) else { continue }
      for row in 0..<view.rows {
        let u = Self.uniform(coordinate(place, of: first + row, strata))
        view[row, j] = Element(normalQuantile(u))
      }
    }
  }

  /// A `(count, D)` matrix of the standard normals of samples `first ..< first + count`.
  public func normals(_ count: Int, _ dimension: Int, firstSample first: Int = 0) -> Matrix<Double>
  {
    var result = Matrix<Double>(rows: count, columns: dimension)
    result.withView { fillNormal($0, firstSample: first) }
    return result
  }
}
