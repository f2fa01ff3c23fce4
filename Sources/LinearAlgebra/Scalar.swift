internal import COpenBLAS
internal import CVectorMath

/// A floating-point type with matrix products by OpenBLAS and elementwise loops in C: `Float` or
/// `Double`.
///
/// The requirements are the routines themselves, by pointer; code outside this target calls them
/// through `MatrixView` and `VectorView`, which check shapes.
public protocol Scalar: BinaryFloatingPoint, Sendable where Self: CVarArg {
  /// The routines for this type.
  static var library: Library<Self> { get }
}

/// The home of a table of routines, so that generic code reaches one of them without copying them
/// all.
public final class Library<Element>: Sendable {
  let routines: Routines<Element>

  init(_ routines: Routines<Element>) { self.routines = routines }
}

/// The routines of one scalar type, by pointer.
///
/// Shapes are checked by the callers in this target.
public struct Routines<Element>: Sendable {
  typealias Input = UnsafePointer<Element>?
  typealias Output = UnsafeMutablePointer<Element>?

  /// `(transposeA, transposeB, m, n, k, α, a, lda, b, ldb, β, c, ldc)`, row-major.
  let multiply:
    @Sendable (Bool, Bool, Int, Int, Int, Element, Input, Int, Input, Int, Element, Output, Int)
      -> Void
  /// `(transpose, n, k, α, a, lda, β, c, ldc)`, row-major: the lower triangle of `α a aᵀ + β c`.
  let symmetricSquare: @Sendable (Bool, Int, Int, Element, Input, Int, Element, Output, Int) -> Void
  /// `(m, n, s, lds, b, ldb, c, ldc)`, row-major: `c = b s`, of s the lower triangle.
  let multiplySymmetric: @Sendable (Int, Int, Input, Int, Input, Int, Output, Int) -> Void
  /// `(n, a, τ, work, its length)`: the rows of a, `(n, n)`, become orthonormal; LAPACK's code.
  let orthonormalize: @Sendable (Int, Output, Output, Output, Int) -> Int
  let activate: @Sendable (Int32, Int, Int, Output, Input, Output) -> Void
  let activateOnly: @Sendable (Int32, Int, Int, Output, Input) -> Void
  let scaleAndSum: @Sendable (Int, Int, Output, Input, Output) -> Void
  let narrowForward: @Sendable (Int, Int, Int, Input, Input, Output) -> Void
  let narrowBackward:
    @Sendable (Int, Int, Int, Input, Input, Input, Input, Output, Output, Output) -> Void
  let columnSums: @Sendable (Int, Int, Input, Output) -> Void
  let addRows: @Sendable (Int, Int, Output, Input) -> Void
  let outerScale: @Sendable (Int, Int, Int, Input, Input, Output) -> Void
  let repeatScale: @Sendable (Int, Int, Int, Output, Input) -> Void
  let fromDouble: @Sendable (Int, UnsafePointer<Double>, UnsafeMutablePointer<Element>) -> Void
  let differenceFromDouble:
    @Sendable (
      Int, UnsafePointer<Double>, UnsafePointer<Double>, UnsafeMutablePointer<Element>
    ) -> Void
  let toDouble: @Sendable (Int, UnsafePointer<Element>, UnsafeMutablePointer<Double>) -> Void
  let fourier: @Sendable (Int, Int, Input, Input, Output, Int) -> Void
  let noiseLevels:
    @Sendable (
      Int, UnsafePointer<Double>?, Double, Double, Double, Output, Output, Output, Output, Output,
      Output
    ) -> Void
  let normal: @Sendable (ts_stream, UInt64, Int, Output) -> Void
  let perturb: @Sendable (Int, Int, Input, Input, Input, Input, Input, Output, Int, Output) -> Void
  let denoisingLoss:
    @Sendable (
      Int, Int, Input, Input, Int, Input, Input, Input, Input, Input, Output, Output
    ) -> Double
  let ledgerSums:
    @Sendable (Int, Input, Input, Double, Double, Double, UnsafeMutablePointer<Double>?) -> Void
  let treeSum: @Sendable (Int, UnsafePointer<Output>?, Int, Int) -> Double
  let adamDirection:
    @Sendable (Int, Output, Output, Output, Element, Element, Element, Element) -> Void
  let descend: @Sendable (Int, Input, Output, Output, Element, Element) -> Void
  let adam:
    @Sendable (
      Int, Input, Output, Output, Output, Output, Element, Element, Element, Element, Element
    ) -> Void
}

extension Float: Scalar {
  /// The single-precision routines.
  public static let library = Library<Float>(
    Routines(
      multiply: ts_multiply_s, symmetricSquare: ts_symmetric_square_s,
      multiplySymmetric: ts_multiply_symmetric_s, orthonormalize: ts_orthonormalize_s,
      activate: ts_activate_s, activateOnly: ts_activate_only_s, scaleAndSum: ts_scale_and_sum_s,
      narrowForward: ts_narrow_forward_s, narrowBackward: ts_narrow_backward_s,
      columnSums: ts_column_sums_s, addRows: ts_add_rows_s,
      outerScale: ts_outer_scale_s, repeatScale: ts_repeat_scale_s,
      fromDouble: { n, x, y in for i in 0..<n { y[i] = Float(x[i]) } },
      differenceFromDouble: { n, a, b, y in for i in 0..<n { y[i] = Float(a[i] - b[i]) } },
      toDouble: { n, x, y in for i in 0..<n { y[i] = Double(x[i]) } },
      fourier: ts_fourier_s, noiseLevels: ts_noise_levels_s, normal: ts_normal_s,
      perturb: ts_perturb_s,
      denoisingLoss: ts_denoising_loss_s, ledgerSums: ts_ledger_sums_s,
      treeSum: ts_tree_sum_s, adamDirection: ts_adam_direction_s,
      descend: ts_descend_s, adam: ts_adam_s))
}

extension Double: Scalar {
  /// The double-precision routines.
  public static let library = Library<Double>(
    Routines(
      multiply: ts_multiply_d, symmetricSquare: ts_symmetric_square_d,
      multiplySymmetric: ts_multiply_symmetric_d, orthonormalize: ts_orthonormalize_d,
      activate: ts_activate_d, activateOnly: ts_activate_only_d, scaleAndSum: ts_scale_and_sum_d,
      narrowForward: ts_narrow_forward_d, narrowBackward: ts_narrow_backward_d,
      columnSums: ts_column_sums_d, addRows: ts_add_rows_d,
      outerScale: ts_outer_scale_d, repeatScale: ts_repeat_scale_d,
      fromDouble: { n, x, y in for i in 0..<n { y[i] = Double(x[i]) } },
      differenceFromDouble: { n, a, b, y in for i in 0..<n { y[i] = Double(a[i] - b[i]) } },
      toDouble: { n, x, y in for i in 0..<n { y[i] = Double(x[i]) } },
      fourier: ts_fourier_d, noiseLevels: ts_noise_levels_d, normal: ts_normal_d,
      perturb: ts_perturb_d,
      denoisingLoss: ts_denoising_loss_d, ledgerSums: ts_ledger_sums_d,
      treeSum: ts_tree_sum_d, adamDirection: ts_adam_direction_d,
      descend: ts_descend_d, adam: ts_adam_d))
}
