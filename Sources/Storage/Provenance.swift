internal import JSONText
internal import LinearAlgebra

/// With what a checkpoint was made; no times, so that equal runs give equal files.
public struct Provenance: Sendable, Equatable {
  /// The version of tinyscore.
  public let version: String
  /// The version of OpenBLAS.
  public let openBLAS: String
  /// The processor type whose kernels OpenBLAS used: results have the same bits only on one.
  public let coreType: String

  /// The version of this program.
  public static let currentVersion = "0.1.0"

  /// This program on this machine.
  public static var current: Provenance {
    Provenance(version: currentVersion, openBLAS: BLAS.version, coreType: BLAS.coreType)
  }
}
