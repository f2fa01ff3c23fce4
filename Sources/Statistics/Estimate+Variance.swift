extension Estimate {
  /// The variance of independent values, unbiased, and its standard error from their fourth
  /// moments.
  ///
  /// With fewer than two values both are infinite.
  public init(varianceOf values: [Double]) {
    self.init(sumOfVariances: [(1, values)])
  }

  /// The sum of `weight · Var` over quantities that are known together, sample by sample, with its
  /// standard error.
  ///
  /// The error is that of the mean of the weighted `(a − ā)²`, which is small where they are alike
  /// and their weights cancel.
  public init(sumOfVariances parts: [(weight: Double, values: [Double])]) {
    guard let count = parts.first?.values.count, count > 1 else {
      self.init(.infinity, standardError: .infinity)
      return
    }
    precondition(parts.allSatisfy { $0.values.count == count })
    let n = Double(count)
    var squares = [Double](repeating: 0, count: count)
    for part in parts {
      let mean = part.values.reduce(0, +) / n
      for k in 0..<count {
        squares[k] += part.weight * (part.values[k] - mean) * (part.values[k] - mean)
      }
    }
    self = Estimate(meanOf: squares).scaled(by: n / (n - 1))
  }
}
