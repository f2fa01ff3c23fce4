internal import Glibc

/// The widths of an adaptive method's steps, from its errors: proportional and integral control.
///
/// Gustafsson (1991) as in DOPRI5 (Hairer, Nørsett and Wanner 1993, Section IV.2 of volume II): the
/// next step is wider by `0.9 e^(−0.17) e′^0.04` for the error e of this step and e′ of the one
/// before, both in units of what is allowed.
struct StepControl {
  /// The width of the next step.
  private(set) var width: Double
  private var lastError = 1e-4
  private var wasRejected = false

  /// How much of the last error remains, and the exponent of this one for a method of order five.
  private static let memory = 0.04
  private static let exponent = 0.2 - 0.75 * memory
  /// Aims below what is allowed, so that the next step is seldom refused.
  private static let safety = 0.9
  /// The bounds of the change from a step to the next.
  private static let changes = 0.2...5.0

  /// Control that begins with a step of this width.
  init(firstWidth: Double) { width = firstWidth }

  /// Takes note of a step of width `taken` with `error`, in units of what is allowed; whether it is
  /// accepted.
  ///
  /// An error that is not a number is as good as infinite.
  mutating func accepts(error: Double, of taken: Double) -> Bool {
    guard error <= 1 else {
      let change = Self.safety * pow(error, -Self.exponent)
      width = taken * (change > Self.changes.lowerBound ? min(change, 1) : Self.changes.lowerBound)
      wasRejected = true
      return false
    }
    // An error of 0 would ask for an infinite step.
    let error = max(error, 1e-10)
    let change = Self.safety * pow(error, -Self.exponent) * pow(lastError, Self.memory)
    let most = wasRejected ? 1 : Self.changes.upperBound
    width = taken * min(max(change, Self.changes.lowerBound), most)
    (lastError, wasRejected) = (max(error, 1e-4), false)
    return true
  }
}
