internal import Distributions
internal import JSONText
internal import LinearAlgebra

extension LawReader {
  /// The dimensions that a law can ask for by number.
  private static let dimensions = 1...1_000_000
  /// The most numbers that the short forms of a spread may stand for.
  private static let largestSpread = 10_000_000

  /// The Gaussian whose mean and spread are members of `reader`; others are left to the caller.
  func gaussian(_ reader: inout JSONObjectReader) throws(JSONError) -> GaussianLaw {
    let mean = try reader.optionalNumbers("mean")
    let covariance = try reader.optionalRows("covariance")
    let deviations = try reader.optionalNumbers("standardDeviations")
    let deviation = try reader.optionalNumber("standardDeviation")
    let dimension = try reader.optionalInteger("dimension", in: Self.dimensions)
    let subspace = try reader.optionalInteger(
      "subspaceDimension", in: 0...Self.dimensions.upperBound)
    // A misspelt key is named before what is missing for want of it.
    try reader.finish()
    let spreads = [covariance != nil, deviations != nil, deviation != nil]
    guard spreads.filter({ $0 }).count == 1 else {
      throw .unexpected(
        path: reader.path(of: "covariance"),
        expected: "one of 'covariance', 'standardDeviations' and 'standardDeviation'",
        found: spreads.contains(true) ? "more than one" : "none")
    }
    for (key, count) in [
      ("mean", mean?.count), ("covariance", covariance?.count),
      ("standardDeviations", deviations?.count),
    ] where count == 0 {
      throw .unexpected(
        path: reader.path(of: key), expected: "at least one number", found: "an empty list")
    }
    guard let count = mean?.count ?? covariance?.count ?? deviations?.count ?? dimension else {
      throw .missing(path: reader.path(of: "dimension"))
    }
    if let dimension, dimension != count {
      throw .unexpected(
        path: reader.path(of: "dimension"), expected: "\(count), as the mean or the spread has",
        found: "\(dimension)")
    }
    try check(deviation, subspace, count, reader)
    let center = mean ?? Array(repeating: 0, count: count)
    if let covariance {
      return try law(reader) { () throws in
        try GaussianLaw(mean: center, covariance: Matrix(covariance))
      }
    }
    let all = deviations ?? (0..<count).map { $0 < subspace ?? count ? deviation ?? 0 : 0 }
    return try law(reader) { () throws in
      try GaussianLaw(mean: center, standardDeviations: all)
    }
  }

  /// Throws unless the short form of a spread is one of `count` numbers whose squares are finite.
  private func check(
    _ deviation: Double?, _ subspace: Int?, _ count: Int, _ reader: JSONObjectReader
  ) throws(JSONError) {
    if let subspace, deviation == nil || subspace > count {
      throw .unexpected(
        path: reader.path(of: "subspaceDimension"),
        expected: deviation == nil
          ? "this key only beside 'standardDeviation'" : "an integer from 0 to \(count)",
        found: deviation == nil ? "it" : "\(subspace)")
    }
    if let deviation, !GaussianLaw.isStandardDeviation(deviation) {
      throw .unexpected(
        path: reader.path(of: "standardDeviation"),
        expected: "a number that is not negative, with a square in range (1e-153 to 1e154)",
        found: "\(deviation)")
    }
  }

  /// The mixture of the Gaussians in the list `components`, each with its `weight`.
  func gaussianMixture(_ reader: inout JSONObjectReader) throws(JSONError) -> GaussianMixtureLaw {
    var (components, weights): ([GaussianLaw], [Double]) = ([], [])
    var size = 0
    for var member in try reader.objects("components") {
      weights.append(try member.number("weight"))
      let component = try gaussian(&member)
      components.append(component)
      size += component.dimension
      guard size <= Self.largestSpread else {
        throw .unexpected(
          path: member.path,
          expected: "at most \(Self.largestSpread) coordinates in all components", found: "more")
      }
    }
    try reader.finish()
    return try law(reader) { () throws in
      try GaussianMixtureLaw(components: components, weights: weights)
    }
  }

  /// The sphere of a `dimension` and a `radius`.
  func hypersphere(_ reader: inout JSONObjectReader) throws(JSONError) -> HypersphereLaw {
    let dimension = try reader.integer("dimension", in: Self.dimensions)
    let radius = try reader.number("radius")
    try reader.finish()
    return try law(reader) { () throws in
      try HypersphereLaw(dimension: dimension, radius: radius)
    }
  }

  /// The box between the corners `lower` and `upper`.
  func box(_ reader: inout JSONObjectReader) throws(JSONError) -> BoxLaw {
    let (lower, upper) = (try reader.numbers("lower"), try reader.numbers("upper"))
    try reader.finish()
    return try law(reader) { () throws in try BoxLaw(lower: lower, upper: upper) }
  }

  /// The board of `cells` by `cells` squares of side `width`.
  func checkerboard(_ reader: inout JSONObjectReader) throws(JSONError) -> CheckerboardLaw {
    let cells = try reader.integer("cells", in: 1...CheckerboardLaw.mostCells)
    let width = try reader.number("width")
    try reader.finish()
    return try law(reader) { () throws in try CheckerboardLaw(cells: cells, width: width) }
  }

  /// The curve of a `shape`, with a `scale` and `noise`.
  func curve(_ reader: inout JSONObjectReader) throws(JSONError) -> CurveLaw {
    let name = try reader.string("shape")
    let scale = try reader.optionalNumber("scale") ?? 1
    let noise = try reader.optionalNumber("noise") ?? 0
    try reader.finish()
    guard let shape = CurveShape(rawValue: name) else {
      throw .unexpected(
        path: reader.path(of: "shape"),
        expected: "one of "
          + CurveShape.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "),
        found: "\(excerpt(name))")
    }
    return try law(reader) { () throws in
      try CurveLaw(shape: shape, scale: scale, noise: noise)
    }
  }
}
