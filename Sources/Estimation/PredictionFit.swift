internal import ForwardProcess
internal import Glibc
internal import Statistics

/// What the rows of one level come to.
struct PredictionFit {
  let sigma: Double
  /// The means of L and `D − A`.
  let rates: RegressedMeans
  let losses: RareEvents
  /// The loss of each row.
  let rowLosses: [Double]

  init(_ table: PredictionTable, _ level: PredictionLevels.Level) {
    sigma = level.sigma
    rowLosses = level.rows.map { table.losses[$0] }
    let d = Double(table.dimension)
    var controls = [level.rows.map { table.noises[$0] - d }]
    if table.hasCleanSamples { controls.append(level.rows.map { table.clean[$0].centred }) }
    if level.band != nil {
      let (middle, half) = (log(level.sigma), level.logWidth / 2)
      let places = level.rows.map { (log(table.sigmas[$0]) - middle) / half }
      controls += [places, places.map { $0 * $0 - 1 / 3 }]
    }
    rates = RegressedMeans(
      targets: [rowLosses, level.rows.map { table.alongs[$0] }],
      controls: controls)
    losses = rowLosses.reduce(into: RareEvents()) { $0.add($1) }
  }

  /// What one more event that went unseen would add to the mean loss.
  func unseen(_ data: DataMoments) -> Double {
    losses.unseen(sigma: sigma, totalVariance: data.totalVariance)
  }

  func estimate(dimension: Int, data: DataMoments) -> NoiseLevelEstimate {
    NoiseLevelEstimate(
      sigma: sigma, dimension: Double(dimension), mismatch: nil,
      isRare: losses.matter(sigma: sigma, dataScale: data.scale),
      rates: { rates.combination([$0, $1]) },
      widened: { losses.widened($0, sigma: sigma, totalVariance: data.totalVariance) })
  }
}
