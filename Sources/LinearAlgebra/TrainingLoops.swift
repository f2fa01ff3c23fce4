internal import CVectorMath

// The fused elementwise loops of the network and the training step, with their shapes checked.

extension MatrixView {
  /// Replaces each element `a` by `f(a + bias)` and writes `f′(a + bias)` into `slope`.
  ///
  /// The matrix and `slope` are `(B, width)`, `bias` is `(width)`.
  public func activate(
    _ activation: Activation, bias: VectorView<Element>, slope: MatrixView
  ) {
    precondition(isContiguous && slope.isContiguous && bias.count == columns)
    precondition(slope.rows == rows && slope.columns == columns)
    Element.library.routines.activate(activation.code, rows, columns, base, bias.base, slope.base)
  }

  /// Replaces each element `a` by `f(a + bias)`.
  public func activate(_ activation: Activation, bias: VectorView<Element>) {
    precondition(isContiguous && bias.count == columns)
    Element.library.routines.activateOnly(activation.code, rows, columns, base, bias.base)
  }

  /// Multiplies the matrix elementwise by `slope` and writes the sums of its columns into `sums`.
  public func scale(by slope: MatrixView, summingColumnsInto sums: VectorView<Element>) {
    precondition(isContiguous && slope.isContiguous && sums.count == columns)
    precondition(slope.rows == rows && slope.columns == columns)
    Element.library.routines.scaleAndSum(rows, columns, base, slope.base, sums.base)
  }

  /// The most outputs of a layer that goes through `setNarrowProduct` and `setNarrowGradient`.
  ///
  /// The products of so narrow a layer are memory traffic: fused, they take the least of it, and
  /// OpenBLAS would spend most of its time on arranging them.
  public static var narrowOutputs: Int { 4 }

  /// Overwrites the matrix, `(B, out)`, with `h · weightᵀ`, `h` `(B, in)`, `weight` `(out, in)`.
  public func setNarrowProduct(_ h: MatrixView, _ weight: MatrixView) {
    precondition(columns >= 1 && columns <= Self.narrowOutputs && isContiguous)
    precondition(h.isContiguous && h.rows == rows)
    precondition(weight.isContiguous && weight.rows == columns && weight.columns == h.columns)
    Element.library.routines.narrowForward(rows, h.columns, columns, h.base, weight.base, base)
  }

  /// Takes a gradient `dY`, `(B, out)`, back through a narrow layer and the activation before it.
  ///
  /// Overwrites the matrix, `(B, in)`, with `(dY · weight) ⊙ slope`, `sums` `(in)` with the sums of
  /// its columns, and `weightGradient` `(out, in)` with `dYᵀ · h`. `h` and `slope` are `(B, in)`.
  public func setNarrowGradient(
    _ dY: MatrixView, weight: MatrixView, h: MatrixView, slope: MatrixView,
    sums: VectorView<Element>, weightGradient: MatrixView
  ) {
    let outputs = dY.columns
    precondition(outputs >= 1 && outputs <= Self.narrowOutputs && sums.count == columns)
    for (view, shape) in [
      (self, (rows, columns)), (h, (rows, columns)), (slope, (rows, columns)),
      (dY, (rows, outputs)), (weight, (outputs, columns)), (weightGradient, (outputs, columns)),
    ] {
      precondition(view.isContiguous && (view.rows, view.columns) == shape)
    }
    Element.library.routines.narrowBackward(
      rows, columns, outputs, dY.base, weight.base, h.base, slope.base, base, sums.base,
      weightGradient.base)
  }

  /// Writes `cos(x_r f_k)` into column `k` and `sin(x_r f_k)` into column `K + k`.
  ///
  /// `x` is `(B)`, `frequencies` is `(K)`, the matrix `(B, 2K)`, any stride. Absolute error below
  /// `4ε (1 + |x f|)`.
  public func setFourierFeatures(of x: VectorView<Element>, frequencies: VectorView<Element>) {
    precondition(x.count == rows && columns == 2 * frequencies.count)
    Element.library.routines.fourier(
      rows, frequencies.count, x.base, frequencies.base, base, stride)
  }

  /// Overwrites the matrix with `inputScale_r (y_r − shift + σ_r z_r)` and notes each row's
  /// moments.
  ///
  /// `y` and `z` are `(B, D)`; `moments` is `(B, 3)`: `‖z‖²`, `y·z`, `‖y‖²`.
  public func setPerturbed(
    y: MatrixView, z: MatrixView, shift: VectorView<Element>, sigma: VectorView<Element>,
    inputScale: VectorView<Element>, moments: MatrixView
  ) {
    precondition(y.isContiguous && z.isContiguous && moments.isContiguous)
    precondition(y.rows == rows && z.rows == rows && sigma.count == rows && moments.rows == rows)
    precondition(y.columns == columns && z.columns == columns && shift.count == columns)
    precondition(inputScale.count == rows && moments.columns == 3)
    Element.library.routines.perturb(
      rows, columns, y.base, z.base, shift.base, sigma.base, inputScale.base, base, stride,
      moments.base)
  }

  /// Turns network outputs `f` (this matrix) into gradients of the denoising loss, and notes the
  /// loss.
  ///
  /// With the residual `r = z − keep u + gain (f + bias)` of each row, the error of the noise
  /// predictor: `loss` `(B)` receives `‖r‖²` and the matrix `(B, D)` becomes `2 weight gain · r`,
  /// the gradient of the sum of `weight · ‖r‖²`. Returns the sum of `share · ‖r‖²`.
  public func setDenoisingGradient(
    z: MatrixView, u: MatrixView, keep: VectorView<Element>, gain: VectorView<Element>,
    share: VectorView<Element>, weight: VectorView<Element>, bias: VectorView<Element>,
    loss: VectorView<Element>
  ) -> Double {
    precondition(isContiguous && z.isContiguous && z.rows == rows && z.columns == columns)
    precondition(u.rows == rows && u.columns == columns && bias.count == columns)
    precondition(keep.count == rows && gain.count == rows && share.count == rows)
    precondition(loss.count == rows && weight.count == rows)
    return Element.library.routines.denoisingLoss(
      rows, columns, z.base, u.base, u.stride, keep.base, gain.base, share.base, weight.base,
      bias.base, base, loss.base)
  }
}

extension VectorView {
  /// Sums over these losses and the controls of their samples, as `ControlledMoments` keeps them.
  ///
  /// `moments` `(B, 3)` are those of `setPerturbed`. Overwrites `sums` `(15)` with those of the
  /// loss and of `‖z‖² − dimension`, `y·z` and `‖y‖² − totalVariance`; the last counts as 0 within
  /// `rounding` of it.
  public func sumLedger(
    moments: MatrixView<Element>, dimension: Int, totalVariance: Double, rounding: Double,
    into sums: VectorView<Double>
  ) {
    precondition(moments.rows == count && moments.columns == 3 && moments.isContiguous)
    precondition(sums.count == 15)
    Element.library.routines.ledgerSums(
      count, base, moments.base, Double(dimension), totalVariance, rounding, sums.base)
  }

  /// Fills the vector with noise levels `ln(σ/scale)`, and others with what follows from them.
  ///
  /// Level r lies at the relative position `offset` between `edges[r]` and `edges[r + 1]`. With `ρ
  /// = √(σ² + scale²)`, `inputScale` is `1/ρ`, `keep` `σ/ρ`, `gain` `scale/ρ`; `share` is the
  /// distance of the edges over `width`. All are `(B)`, `edges` is `(B + 1)`.
  public func setNoiseLevels(
    between edges: VectorView<Double>, at offset: Double, scale: Double, width: Double,
    sigma: VectorView, inputScale: VectorView, keep: VectorView, gain: VectorView,
    share: VectorView
  ) {
    precondition(edges.count == count + 1 && share.count == count && sigma.count == count)
    precondition(inputScale.count == count && keep.count == count && gain.count == count)
    Element.library.routines.noiseLevels(
      count, edges.base, offset, scale, width, base, sigma.base, inputScale.base, keep.base,
      gain.base, share.base)
  }

  /// Fills the vector with standard normals `first, first + 1, …` of a stream of Philox words.
  ///
  /// `first` is a multiple of 4. The stream is named by `key`, `position` and `domain`.
  package func fillNormal(key: UInt64, position: UInt32, domain: UInt32, first: UInt64) {
    precondition(first % 4 == 0)
    Element.library.routines.normal(
      ts_stream(key: key, position: position, domain: domain), first, count, base)
  }

  /// Applies one Adam update with the exponential average of the parameters to this slice.
  ///
  /// Kingma and Ba (2015), Algorithm 1; `rate` and `epsilon` carry the bias correction.
  public func updateByAdam(
    gradient: VectorView, first: VectorView, second: VectorView, average: VectorView,
    beta1: Element, beta2: Element, rate: Element, epsilon: Element, averageWeight: Element
  ) {
    precondition(gradient.count == count && first.count == count && second.count == count)
    precondition(average.count == count)
    Element.library.routines.adam(
      count, gradient.base, base, first.base, second.base, average.base, beta1, beta2, rate,
      epsilon, averageWeight)
  }

  /// Takes this vector for a gradient, updates Adam's moments by it, and replaces it by the
  /// direction `m̂/(√v̂ + ε)`, up to the bias correction that `epsilon` and the caller's rate
  /// carry.
  ///
  /// No component exceeds `(1 − β₁)/√((1 − β₂)(1 − β₁²/β₂))`, which averages of the same gradients
  /// cannot (Cauchy and Schwarz); those whose basis has turned can, by any factor. `β₁² < β₂`.
  public func becomeAdamDirection(
    first: VectorView, second: VectorView, beta1: Element, beta2: Element, epsilon: Element
  ) {
    precondition(first.count == count && second.count == count)
    precondition(beta1 * beta1 < beta2)
    let limit = (1 - beta1) / ((1 - beta2) * (1 - beta1 * beta1 / beta2)).squareRoot()
    Element.library.routines.adamDirection(
      count, base, first.base, second.base, beta1, beta2, epsilon, limit)
  }

  /// Moves this slice of the parameters by `−rate · direction`, and their average after it.
  public func descend(
    _ direction: VectorView, rate: Element, average: VectorView, averageWeight: Element
  ) {
    precondition(direction.count == count && average.count == count)
    Element.library.routines.descend(count, direction.base, base, average.base, rate, averageWeight)
  }
}

extension MatrixView {
  /// The numbers that `orthonormalizeRows` works in, for a matrix of n rows.
  public static func orthonormalizationSize(_ n: Int) -> Int { 65 * n }

  /// Replaces the rows of a square matrix by an orthonormal basis: row k spans, with those before
  /// it, what the first k rows did (Householder's QR decomposition, LAPACK's `geqrf` and `orgqr`).
  ///
  /// Rows that depend on others, zeros too, become whatever completes the basis. `workspace` holds
  /// `orthonormalizationSize(rows)` numbers, overwritten.
  public func orthonormalizeRows(_ workspace: VectorView<Element>) {
    precondition(rows == columns && isContiguous)
    precondition(workspace.count == Self.orthonormalizationSize(rows))
    _ = BLAS.isReady
    let code = Element.library.routines.orthonormalize(
      rows, base, workspace.base, workspace.base + rows, 64 * rows)
    precondition(code == 0, "LAPACK refuses an argument")
  }
}
