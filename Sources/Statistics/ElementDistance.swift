/// How far two lists of finite numbers are apart.
public struct ElementDistance: Sendable, Equatable {
  /// The index of the first element that has other bits: 0 and −0 differ.
  public let firstDifference: Int?
  /// The largest difference, `max |a − b|`.
  public let largest: Double
  /// The root of the mean squared difference.
  public let rms: Double
  /// The distance relative to the first list, `‖a − b‖/‖a‖`; nil where that is all zeros.
  public let relative: Double?

  /// The distance of two lists of the same length.
  public init(_ a: [Double], _ b: [Double]) {
    precondition(a.count == b.count)
    firstDifference = a.indices.first { a[$0].bitPattern != b[$0].bitPattern }
    let differences = zip(a, b).map { $0 - $1 }
    largest = differences.reduce(0) { max($0, $1.magnitude) }
    let norm = euclideanNorm(differences)
    rms = a.isEmpty ? 0 : norm / Double(a.count).squareRoot()
    let size = euclideanNorm(a)
    relative = size > 0 ? norm / size : nil
  }
}
