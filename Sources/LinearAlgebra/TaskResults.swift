extension Workers {
  /// The values of `body(0) … body(count − 1)` in this order, computed on the team's threads.
  public func map<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Value
  ) -> [Value] {
    let results = TaskResults<Value?>(count: count, initial: nil)
    run(count) { results[$0] = body($0) }
    return results.values.compactMap(\.self)
  }
}

/// One value from each task of a run, in the order of the tasks.
public final class TaskResults<Value: Sendable>: @unchecked Sendable {
  // Sendable: each task writes its own element only, and `values` is read after the run.
  private let buffer: UnsafeMutableBufferPointer<Value>

  /// Room for `count` values.
  public init(count: Int, initial: Value) {
    buffer = .allocate(capacity: count)
    buffer.initialize(repeating: initial)
  }

  deinit { buffer.deinitialize().deallocate() }

  /// The value of task `index`.
  public subscript(index: Int) -> Value {
    get { buffer[checked(index)] }
    set { buffer[checked(index)] = newValue }
  }

  /// The values, first to last.
  public var values: [Value] { Array(buffer) }

  private func checked(_ index: Int) -> Int {
    precondition(index >= 0 && index < buffer.count)
    return index
  }
}

extension TaskResults where Value == Double {
  /// The sum of all values, first to last.
  public var sum: Double { buffer.reduce(0, +) }
}
