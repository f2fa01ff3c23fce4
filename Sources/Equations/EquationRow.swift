/// An equation of the paper with its two sides measured.
public struct EquationRow: Sendable {
  /// The number in the paper, or where it stands: `after 3`.
  public let equation: String
  /// What it says, as printed.
  public let statement: String
  /// The printed form measured.
  public let printed: EquationComparison?
  /// What holds instead; nil where the printed form holds.
  public let correctedStatement: String?
  /// The corrected form measured; nil where the printed one holds.
  public let corrected: EquationComparison?
  /// The equation measured on the trained network, where it must hold for any network.
  public let network: EquationComparison?
  /// What was compared, how it is corrected, and where the error comes from.
  public let note: String

  init(
    _ equation: String, _ statement: String, printed: EquationComparison?,
    correctedStatement: String? = nil, corrected: EquationComparison? = nil,
    network: EquationComparison? = nil, note: String
  ) {
    self.equation = equation
    self.statement = statement
    self.printed = printed
    self.correctedStatement = correctedStatement
    self.corrected = corrected
    self.network = network
    self.note = note
  }

  /// Whether the equation holds in its right form, and is seen to fail in a wrong printed one.
  public var isConfirmed: Bool {
    guard let form = corrected ?? printed else { return false }
    let isAsListed = corrected == nil || printed?.failsClearly ?? false
    return form.holds && isAsListed && network?.holds ?? true
  }
}
