/// Numbered tasks that a team runs again and again: made once, where a closure that is written at
/// the call costs an allocation each time.
public final class TaskList: @unchecked Sendable {
  // Sendable: immutable, and so is what the pointer refers to, which lives as long.

  /// The most tasks of a list.
  public static var maximumCount: Int { TaskQueue.maximumTasks }
  /// How many tasks there are, at most `maximumCount`.
  public let count: Int
  let body: UnsafePointer<TaskQueue.Body>

  /// Tasks `0 ..< count`; see `Workers.run`.
  public init(count: Int, _ body: @escaping @Sendable (_ task: Int, _ worker: Int) -> Void) {
    precondition(count >= 0 && count <= Self.maximumCount)
    self.count = count
    let memory = UnsafeMutablePointer<TaskQueue.Body>.allocate(capacity: 1)
    memory.initialize(to: body)
    self.body = UnsafePointer(memory)
  }

  deinit {
    let memory = UnsafeMutablePointer(mutating: body)
    memory.deinitialize(count: 1)
    memory.deallocate()
  }
}
