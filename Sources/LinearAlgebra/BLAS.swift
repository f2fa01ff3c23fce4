internal import COpenBLAS

/// The OpenBLAS library that does the matrix products.
public enum BLAS {
  /// Makes OpenBLAS compute each product on the calling thread, parallelism being `Workers`'
  /// business, and with kernels that fit the processor.
  ///
  /// Evaluated once, before the first product and before the threads of any `Workers`.
  static let isReady: Void = {
    ts_openblas_choose_kernels()
    openblas_set_num_threads(1)
  }()

  /// The processor type whose kernels OpenBLAS chose, for example `Haswell`.
  ///
  /// Results have the same bits only on one core type.
  public static var coreType: String {
    _ = isReady
    return String(cString: openblas_get_corename())
  }

  /// The version of OpenBLAS, for example `0.3.21`.
  public static var version: String {
    let words = String(cString: openblas_get_config()).split(separator: " ")
    return words.count > 1 ? String(words[1]) : "unknown"
  }
}
