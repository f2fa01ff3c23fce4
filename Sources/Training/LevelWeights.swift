internal import Glibc
internal import LinearAlgebra

/// How much a sample counts in the gradient, by the band of its noise level.
///
/// The smaller the loss that no network can avoid, the more a sample tells of the rest: the best
/// weights of a regression are the inverse variances of its noise. The recent loss L of the band
/// stands for the unavoidable one, softened to `(L/L_max + 0.02)^−3/4`, so that levels at which
/// almost nothing is left do not take over. Losses that are reported are never weighted.
final class LevelWeights: Sendable {
  /// The weights of the bands, `(bands)`, their mean 1; set by `prepare`.
  let weights: VectorView<Float>
  private let optimizer: OptimizerState
  private var losses: VectorView<Double> { optimizer.levelLosses }
  private let arena: Arena<Float>

  private static let (floor, power) = (0.02, -0.75)
  /// How much a step's mean loss moves the recent one.
  private static let share = 0.02

  /// The weights that follow from the recent losses in `optimizer`, which `note` keeps.
  init(_ optimizer: OptimizerState) {
    self.optimizer = optimizer
    arena = Arena(capacity: Arena<Float>.capacity(for: [optimizer.levelLosses.count]))
    weights = arena.vector(optimizer.levelLosses.count)
  }

  /// Sets the weights for the next step.
  func prepare() {
    var (largest, sum) = (0.0, 0.0)
    for band in 0..<losses.count { largest = max(largest, losses[band]) }
    for band in 0..<losses.count {
      let weight = largest > 0 ? pow(losses[band] / largest + Self.floor, Self.power) : 1
      weights[band] = Float(weight)
      sum += weight
    }
    let mean = Float(sum / Double(losses.count))
    for band in 0..<losses.count { weights[band] /= mean }
  }

  /// Takes note of a step's losses.
  ///
  /// A band that lies in two shards is moved by each: the order is that of the shards.
  func note(_ shards: [Shard]) {
    for shard in shards {
      for (row, band) in shard.bands.enumerated() where shard.ledger[row, 0] > 0 {
        losses[band] += Self.share * (shard.ledger[row, 1] / shard.ledger[row, 0] - losses[band])
      }
    }
  }
}
