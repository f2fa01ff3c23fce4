internal import CVectorMath

/// Calls `body` with numbers below the smallest normal one (1e-38 in single precision) taken for 0
/// on this thread.
///
/// Processors are slow with them by a factor of a hundred. Networks make many: a unit far below its
/// threshold has the value `a exp(a)`.
public func flushingDenormals<Result>(_ body: () throws -> Result) rethrows -> Result {
  let state = ts_flush_denormals()
  defer { ts_restore_denormals(state) }
  return try body()
}
