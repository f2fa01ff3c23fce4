internal import Estimation

/// How far a run was at some of its steps: at most four hundred of each of its parts, which the
/// part's number of steps fixes.
///
/// A run that stopped and went on has the rows of one that did not.
public struct TrainingHistory: Sendable, Equatable {
  /// What the ledger and the gradient said after a step.
  public struct Row: Sendable, Equatable {
    /// Steps done.
    public let step: Int
    /// The integral of the recent losses over `ln σ`, in nats: `LossLedger.integral`.
    public let entropy: Double
    /// Its standard error.
    public let standardError: Double
    /// The Euclidean norm of the step's gradient.
    public let gradientNorm: Double

    /// A row as given.
    public init(step: Int, entropy: Double, standardError: Double, gradientNorm: Double) {
      self.step = step
      self.entropy = entropy
      self.standardError = standardError
      self.gradientNorm = gradientNorm
    }
  }

  /// The rows, by ascending step; none for steps after which the integral was not known.
  public private(set) var rows: [Row]

  /// The intervals into which a long run is cut.
  private static let intervals = 200

  /// A history with these rows, by ascending step.
  public init(rows: [Row] = []) { self.rows = rows }

  /// Whether there is a row after step `step` of a part of `total` steps.
  static func isDue(step: Int, of total: Int) -> Bool {
    step == total || step % max(1, total / intervals) == 0
  }

  /// Adds the row of step `step`, if the ledger knows a loss in every band.
  mutating func note(step: Int, ledger: LossLedger, gradientNorm: Double) {
    guard let entropy = ledger.integral, entropy.value.isFinite, entropy.standardError.isFinite
    else { return }
    rows.append(
      Row(
        step: step, entropy: entropy.value, standardError: entropy.standardError,
        gradientNorm: gradientNorm))
  }
}
