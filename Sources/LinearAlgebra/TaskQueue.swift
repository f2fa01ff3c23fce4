internal import CVectorMath
internal import Glibc
internal import Synchronization

/// The tasks of a team, and what its threads share: who claims which task, and how the idle wait.
final class TaskQueue: @unchecked Sendable {
  // Sendable: `body` is written by `publish` before the tasks are (a releasing store) and read only
  // by a thread that has claimed one of them (an acquiring operation); `publish` returns, and may
  // be called again, only after every claimed task has finished.

  typealias Body = @Sendable (_ task: Int, _ worker: Int) -> Void

  /// The tasks at hand in one word, so that a claim sees a consistent set: 24 bits of the run's
  /// number, 20 bits of how many tasks, 20 bits of the next unclaimed one.
  private let claims = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let isBusy = Atomic<Bool>(false)
  private var body: UnsafePointer<Body>?
  private var generation: UInt64 = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// The most tasks published at once; threads that look in vain still fit into the claim field.
  static let maximumTasks = 1 << 19

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(wake)
    mutex.deallocate()
    wake.deallocate()
  }

  // MARK: Threads

  /// Starts a thread that takes tasks as `worker`; nil when the system has none to give.
  ///
  /// The thread keeps the queue alive, not the team, so that the team can end and stop it.
  static func start(_ queue: TaskQueue, worker: Int) -> pthread_t? {
    var thread = pthread_t()
    let start = Unmanaged.passRetained(ThreadStart(queue: queue, worker: worker))
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument {
          let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
          start.queue.work(as: start.worker)
        }
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      start.release()
      return nil
    }
    return thread
  }

  /// Ends the threads once they are idle.
  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    wakeAll()
  }

  /// The life of one thread: run tasks, wait a little in a loop, then sleep.
  private func work(as worker: Int) {
    var turns = 0
    while !stopping.load(ordering: .acquiring) {
      if runOneTask(worker) {
        turns = 0
      } else if turns < 20_000 {
        Self.pause(&turns)
      } else {
        sleep()
        turns = 0
      }
    }
  }

  // MARK: Tasks

  /// Calls `body` if nobody else is using the queue; whether it did.
  func withExclusiveUse(_ body: () -> Void) -> Bool {
    guard !isBusy.exchange(true, ordering: .acquiring) else { return false }
    defer { isBusy.store(false, ordering: .releasing) }
    body()
    return true
  }

  /// Hands out tasks `0 ..< count`, takes part as worker 0, and waits for the last of them.
  func publish(_ count: Int, _ body: UnsafePointer<Body>) {
    self.body = body
    finished.store(0, ordering: .relaxed)
    generation = (generation + 1) & 0xFF_FFFF
    claims.store(generation << 40 | UInt64(count) << 20, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
    while runOneTask(0) {}
    var turns = 0
    while finished.load(ordering: .acquiring) < count { Self.pause(&turns) }
    self.body = nil
  }

  /// Claims and runs one task; false when none is left.
  private func runOneTask(_ worker: Int) -> Bool {
    // Looking first keeps idle threads from counting the claim field out of its 20 bits.
    guard Self.hasTask(claims.load(ordering: .relaxed)) else { return false }
    let (claim, _) = claims.wrappingAdd(1, ordering: .acquiring)
    guard Self.hasTask(claim), let body else { return false }
    Self.call(body, Int(claim & 0xF_FFFF), worker)
    finished.wrappingAdd(1, ordering: .releasing)
    return true
  }

  /// Calls the body.
  ///
  /// Out of line, so that this thread's hold on the closure ends with the call, before the task
  /// counts as finished: otherwise `publish` could return while a reference lives, and its closure
  /// had escaped.
  @inline(never)
  private static func call(_ body: UnsafePointer<Body>, _ task: Int, _ worker: Int) {
    body.pointee(task, worker)
  }

  private static func hasTask(_ claim: UInt64) -> Bool {
    claim & 0xF_FFFF < claim >> 20 & 0xF_FFFF
  }

  // MARK: Waiting

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

  private func wakeAll() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  /// Waits for a moment: the processor's hint at first, then the rest of the time slice.
  private static func pause(_ turns: inout Int) {
    turns += 1
    if turns % 64 == 0 { sched_yield() } else { ts_pause() }
  }
}

/// What a new thread is told: the queue, and its number in the team.
private final class ThreadStart {
  let queue: TaskQueue
  let worker: Int

  init(queue: TaskQueue, worker: Int) {
    self.queue = queue
    self.worker = worker
  }
}
