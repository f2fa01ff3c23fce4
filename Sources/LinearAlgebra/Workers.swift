internal import COpenBLAS
internal import Glibc

/// A fixed team of threads that runs numbered tasks; the only place that starts threads.
///
/// Which thread runs which task is left to chance, so a task must write only what belongs to its
/// number, and sums over tasks are taken afterwards in the order of their numbers. Then results do
/// not depend on the number of threads.
public final class Workers: Sendable {
  /// The number of threads, the caller's included.
  public let count: Int
  private let tasks = TaskQueue()
  private let threads: [pthread_t]

  /// A team of `count` threads, at least one; the caller of `run` is one of them.
  public init(count: Int) {
    precondition(count >= 1)
    _ = BLAS.isReady
    self.count = count
    // Fewer threads than asked only cost time: results do not depend on their number.
    threads = (1..<max(count, 1)).compactMap { [tasks] in TaskQueue.start(tasks, worker: $0) }
  }

  deinit {
    tasks.stop()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// The number of processors this process may run on, its affinity mask respected.
  public static var availableProcessors: Int { max(1, Int(openblas_get_num_procs())) }

  /// Runs `body(0) … body(tasks − 1)`, each once, on the team's threads; returns when all are done.
  ///
  /// A call from within a task, or from another thread while the team is at work, does its tasks on
  /// the calling thread alone.
  public func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let wasIdle = runIfIdle(count) { task, _ in body(task) }
    if !wasIdle { for task in 0..<count { body(task) } }
  }

  /// Runs `body(task, worker)` for every task; no two tasks of one worker run at the same time.
  ///
  /// Workers are numbered from 0 to `count − 1`: a task may use memory of its worker's, so that it
  /// stays in one core's cache. What it computes must not depend on the number. The team must be
  /// idle: a nested call would meet its own worker.
  public func run(_ count: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    let wasIdle = runIfIdle(count, body)
    precondition(wasIdle, "the team is at work already")
  }

  /// Runs every task of a list, as above, and allocates nothing.
  public func run(_ list: TaskList) {
    guard count > 1 && list.count > 1 else {
      for task in 0..<list.count { list.body.pointee(task, 0) }
      return
    }
    let wasIdle = tasks.withExclusiveUse { tasks.publish(list.count, list.body) }
    precondition(wasIdle, "the team is at work already")
  }

  /// Runs the tasks unless the team is busy; whether it did.
  private func runIfIdle(_ count: Int, _ body: @Sendable (Int, Int) -> Void) -> Bool {
    precondition(count >= 0)
    guard self.count > 1 && count > 1 else {
      for task in 0..<count { body(task, 0) }
      return true
    }
    return tasks.withExclusiveUse {
      for first in stride(from: 0, to: count, by: TaskQueue.maximumTasks) {
        let round = min(TaskQueue.maximumTasks, count - first)
        withoutActuallyEscaping({ @Sendable in body(first + $0, $1) }) { shifted in
          withUnsafePointer(to: shifted) { tasks.publish(round, $0) }
        }
      }
    }
  }
}
