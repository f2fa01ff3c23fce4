internal import COpenBLAS
internal import CVectorMath
internal import Glibc
internal import Synchronization

/// A fixed team of threads that runs numbered tasks; the only place that starts threads.
///
/// Which thread runs which task is left to chance, so a task must write only what belongs to its
/// number, and sums over tasks are taken afterwards in the order of their numbers. Then results do
/// not depend on the number of threads.
public final class Workers: @unchecked Sendable {
  // Sendable: `body` is written by `run` before the tasks are published (a releasing store) and
  // read only by a thread that has claimed one of them (an acquiring operation); `run` returns, and
  // may write it again, only after every claimed task has finished.

  /// The number of threads, the caller's included.
  public let count: Int

  /// The tasks at hand in one word, so that a claim sees a consistent set: 24 bits of the run's
  /// number, 20 bits of how many tasks, 20 bits of the next unclaimed one.
  private let claims = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let isBusy = Atomic<Bool>(false)
  private var body: UnsafePointer<@Sendable (Int, Int) -> Void>?
  private var generation: UInt64 = 0
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private var threads: [pthread_t] = []

  /// The most tasks one run may have.
  public static let maximumTasks = 1 << 19

  /// A team of `count` threads, at least one; the caller of `run` is one of them.
  public init(count: Int) {
    precondition(count >= 1)
    _ = BLAS.singleThreaded
    self.count = count
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    for worker in 1..<max(count, 1) {
      var thread = pthread_t()
      // The thread borrows the team: `deinit` joins it before the memory goes.
      let start = Unmanaged.passRetained(ThreadStart(team: self, worker: worker))
      let status = pthread_create(
        &thread, nil,
        { argument in
          if let argument {
            let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            start.team.work(worker: start.worker)
          }
          return nil
        }, start.toOpaque())
      // Fewer threads than asked only cost time: results do not depend on their number.
      if status == 0 { threads.append(thread) } else { start.release() }
    }
  }

  deinit {
    stopping.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    for thread in threads { pthread_join(thread, nil) }
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(wake)
    mutex.deallocate()
    wake.deallocate()
  }

  /// The number of processors this process may run on, its affinity mask respected.
  public static var availableProcessors: Int { max(1, Int(openblas_get_num_procs())) }

  /// Runs `body(0) … body(tasks − 1)`, each once, on the team's threads; returns when all are done.
  ///
  /// A call from within a task, or from another thread while the team is at work, does its tasks on
  /// the calling thread alone.
  public func run(_ tasks: Int, _ body: @Sendable (Int) -> Void) {
    run(tasks) { task, _ in body(task) }
  }

  /// Runs `body(task, worker)` for every task; no two tasks of one worker run at the same time.
  ///
  /// Workers are numbered from 0 to `count − 1`: a task may use memory of its worker's, so that it
  /// stays in one core's cache. What it computes must not depend on the number.
  public func run(_ tasks: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    precondition(tasks >= 0 && tasks < Self.maximumTasks)
    guard tasks > 0 else { return }
    guard count > 1 && tasks > 1 && !isBusy.exchange(true, ordering: .acquiring) else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    defer { isBusy.store(false, ordering: .releasing) }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { publish(tasks, $0) }
    }
  }

  /// Hands the tasks to the team, takes part, and waits for the last of them.
  private func publish(_ tasks: Int, _ body: UnsafePointer<@Sendable (Int, Int) -> Void>) {
    self.body = body
    finished.store(0, ordering: .relaxed)
    generation = (generation + 1) & 0xFF_FFFF
    claims.store(generation << 40 | UInt64(tasks) << 20, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
    while runOneTask(worker: 0) {}
    var turns = 0
    while finished.load(ordering: .acquiring) < tasks { Self.pause(&turns) }
    self.body = nil
  }

  /// Calls the body.
  ///
  /// Out of line, so that this thread's hold on the closure ends with the call, before the task counts
  /// as finished: otherwise `run` could return while a reference lives, and its closure had escaped.
  @inline(never)
  private static func call(
    _ body: UnsafePointer<@Sendable (Int, Int) -> Void>, _ task: Int, _ worker: Int
  ) {
    body.pointee(task, worker)
  }

  /// Claims and runs one task; false when none is left.
  private func runOneTask(worker: Int) -> Bool {
    // Looking first keeps idle threads from counting the claim field out of its 20 bits.
    guard Self.hasTask(claims.load(ordering: .relaxed)) else { return false }
    let (claim, _) = claims.wrappingAdd(1, ordering: .acquiring)
    guard Self.hasTask(claim), let body else { return false }
    Self.call(body, Int(claim & 0xF_FFFF), worker)
    finished.wrappingAdd(1, ordering: .releasing)
    return true
  }

  private static func hasTask(_ claim: UInt64) -> Bool {
    claim & 0xF_FFFF < claim >> 20 & 0xF_FFFF
  }

  /// The life of one thread: run tasks, wait a little in a loop, then sleep.
  private func work(worker: Int) {
    var turns = 0
    while !stopping.load(ordering: .acquiring) {
      if runOneTask(worker: worker) {
        turns = 0
      } else if turns < 20_000 {
        Self.pause(&turns)
      } else {
        sleep()
        turns = 0
      }
    }
  }

  private func sleep() {
    pthread_mutex_lock(mutex)
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while !Self.hasTask(claims.load(ordering: .sequentiallyConsistent))
      && !stopping.load(ordering: .sequentiallyConsistent)
    {
      pthread_cond_wait(wake, mutex)
    }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  /// Waits for a moment: the processor's hint at first, then the rest of the time slice.
  private static func pause(_ turns: inout Int) {
    turns += 1
    if turns % 64 == 0 { sched_yield() } else { ts_pause() }
  }
}

/// What a new thread is told: its team, borrowed, and its number in it.
private final class ThreadStart {
  unowned(unsafe) let team: Workers
  let worker: Int

  init(team: Workers, worker: Int) {
    self.team = team
    self.worker = worker
  }
}

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
