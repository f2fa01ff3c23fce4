extension Estimate {
  /// The variance of independent values, unbiased, and its standard error from their fourth moments.
  ///
  /// With fewer than two values both are infinite.
  public init(varianceOf values: [Double]) {
    self.init(varianceOf: values, minus: 0, times: values)
  }

  /// `(1 + w) Var a − w Var b` for pairs of values, each pair independent of the others, with its
  /// standard error.
  ///
  /// What Richardson (1911) makes of two variances whose errors are as `1 + w` to `w`: the error is that
  /// of the mean of `(1 + w)(a − ā)² − w (b − b̄)²`, which the pairs' likeness makes small.
  public init(varianceOf first: [Double], minus w: Double, times second: [Double]) {
    precondition(first.count == second.count)
    guard first.count > 1 else {
      self.init(.infinity, standardError: .infinity)
      return
    }
    let n = Double(first.count)
    let (a, b) = (first.reduce(0, +) / n, second.reduce(0, +) / n)
    let squares = zip(first, second).map {
      (1 + w) * ($0 - a) * ($0 - a) - w * ($1 - b) * ($1 - b)
    }
    self = Estimate(meanOf: squares).scaled(by: n / (n - 1))
  }
}
