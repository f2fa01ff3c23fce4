internal import Statistics

/// What the batches of samples of one noise level, or of the integrals over all, come to.
struct RateFit: Sendable {
  /// The dimension D of the space.
  let dimension: Double
  /// The means of L, `D − A` and a combination of the two.
  let rates: ControlledMeans
  /// The score-matching loss, where it is known.
  let mismatch: Estimate?
  /// How the losses are spread over the samples.
  let losses: RareEvents

  /// The fit of some batches.
  init(_ batches: [RateSums], dimension: Int) {
    self.dimension = Double(dimension)
    rates = ControlledMeans(batches.map(\.moments))
    losses = batches.reduce(into: RareEvents()) { $0.merge($1.losses) }
    let mismatches = batches.reduce(into: RareEvents()) { $0.merge($1.mismatches) }
    let compared = batches.map(\.mismatch).filter { $0.pairs > 0 }
    mismatch =
      compared.isEmpty
      ? nil : mismatches.checkedMismatch(ControlledMeans(compared).combination(0, [1]))
  }
}
