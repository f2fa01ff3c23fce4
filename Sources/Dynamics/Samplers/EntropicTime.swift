internal import Glibc
internal import Statistics

/// The clock in which a diffusion decides at a constant rate.
///
/// Stančević, Handke and Ambrogioni (2025): entropic time is the entropy `H(σ) = ∫ C d ln σ` that
/// is still open at a noise level, rescaled entropic time `∫ C dσ = ∫ σ C d ln σ`. Both are
/// integrals of a curve of entropy rates `C(σ)`, exact or an estimate such as a network's loss. A
/// noise level is the same coordinate under every schedule σ(t), so this clock does not depend on
/// the one that the curve was measured in; nor do its equal steps on a constant factor of the
/// rates.
///
/// The rates are interpolated over `ln σ` by a curve that rises and falls only where they do
/// (`ShapePreservingSpline`), and integrated by Gauss and Legendre's rule, exact for it to
/// rounding.
public struct EntropicTime: Sendable {
  /// The two clocks.
  public enum Kind: Sendable, CaseIterable {
    /// `∫ C d ln σ`, in nats.
    case entropic
    /// `∫ σ C d ln σ`, in nats times the units of the data.
    case rescaled
  }

  /// The smallest and largest noise level at which time is known.
  public let bounds: ClosedRange<Double>
  /// The time between the two, positive.
  public var total: Double { times[times.count - 1] }

  private let kind: Kind
  private let curve: ShapePreservingSpline
  /// The time at each place of the curve, from 0.
  private var times: [Double]
  private let rule = GaussLegendre(12)

  /// The clock of entropy rates `C(σ)`, in nats per unit of `ln σ`, at strictly ascending noise
  /// levels; nil if no time passes, or a rate is not finite.
  ///
  /// A rate below 0, which can be by the error of an estimate alone, counts as 0.
  public init?(_ kind: Kind, sigmas: [Double], rates: [Double]) {
    precondition(sigmas.count == rates.count && sigmas.count >= 2 && sigmas[0] > 0)
    guard rates.allSatisfy(\.isFinite) else { return nil }
    self.kind = kind
    bounds = sigmas[0]...sigmas[sigmas.count - 1]
    curve = ShapePreservingSpline(places: sigmas.map { log($0) }, values: rates.map { max(0, $0) })
    times = [0]
    for piece in 0..<sigmas.count - 1 {
      times.append(times[piece] + time(to: curve.places[piece + 1], piece: piece))
    }
    guard total > 0 && total.isFinite else { return nil }
  }

  /// The time from the smallest noise level to `sigma`.
  public func time(sigma: Double) -> Double {
    precondition(bounds.contains(sigma))
    let place = min(max(log(sigma), curve.places[0]), curve.places[curve.places.count - 1])
    let piece = Self.piece(of: place, in: curve.places)
    return times[piece] + time(to: place, piece: piece)
  }

  /// The noise level at which so much `time` has passed since the smallest: where none passes for a
  /// while, one of those levels.
  public func sigma(time: Double) -> Double {
    guard time > 0 else { return bounds.lowerBound }
    guard time < total else { return bounds.upperBound }
    let piece = Self.piece(of: time, in: times)
    var (low, high) = (curve.places[piece], curve.places[piece + 1])
    var place = (low + high) / 2
    // Newton's iteration, kept between bounds that close in.
    for _ in 0..<100 where high - low > 4 * .ulpOfOne * max(1, abs(low), abs(high)) {
      let excess = times[piece] + self.time(to: place, piece: piece) - time
      if excess > 0 { high = place } else { low = place }
      let next = place - excess / rate(at: place, piece: piece)
      let isInside = next > low && next < high
      let move = abs(next - place)
      place = isInside ? next : (low + high) / 2
      if isInside && move <= 2 * .ulpOfOne * max(1, abs(place)) { break }
    }
    return min(max(exp(place), bounds.lowerBound), bounds.upperBound)
  }

  /// The time per unit of `ln σ` at a place of the curve.
  private func rate(at place: Double, piece: Int) -> Double {
    let rate = max(0, curve.value(at: place, piece: piece))
    return kind == .entropic ? rate : rate * exp(place)
  }

  /// The time from the beginning of a piece to a place in it.
  private func time(to place: Double, piece: Int) -> Double {
    let half = (place - curve.places[piece]) / 2
    return zip(rule.nodes, rule.weights).reduce(0) {
      $0 + half * $1.1 * rate(at: curve.places[piece] + half * (1 + $1.0), piece: piece)
    }
  }

  /// The last piece of ascending `bounds` that begins at `value` or before.
  private static func piece(of value: Double, in bounds: [Double]) -> Int {
    var (low, high) = (0, bounds.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }
}
