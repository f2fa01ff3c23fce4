internal import Estimation
internal import Glibc
internal import JSONText
internal import Report
internal import Storage
internal import Training

/// Where a run is saved, and when: a save on the way that fails is put off, and the run goes on.
struct RunSaves {
  /// The checkpoint.
  let path: String
  /// Steps between saves on the way, 0 for none.
  let period: Int
  /// Whether the last save leaves out what only a resumed run needs.
  let weightsOnly: Bool
  private let files: RunFiles
  /// Whether the file at `path` is this run's, to be kept beside its successor.
  private var isBegun: Bool
  /// The step of the state at `path`, if it has the options of this run.
  private var savedStep: Int?
  /// What is wrong since a save has failed; nil if none has.
  private var trouble: Trouble?

  private struct Trouble {
    /// When the next save is tried, if none is due before.
    let retry: Double
    /// Seconds from a try to the next.
    let delay: Double
    /// When it was said, and what.
    let said: (time: Double, error: StorageError)
  }

  /// Seconds to the first new try on the way, and the most from one to the next.
  private static let (firstDelay, longestDelay) = (10.0, 600.0)
  /// Seconds until the same trouble is said again.
  private static let silence = 60.0
  /// Seconds between the tries of a save that the run ends with.
  private static let lastDelays = [0.25, 0.5, 1]

  /// The saves of a run; `isBegun` says whether the file at `path` is an earlier state of it, and
  /// `savedStep` of which step, if it is with the same options.
  init(path: String, period: Int, weightsOnly: Bool, isBegun: Bool, savedStep: Int?) {
    self.path = path
    self.period = period
    self.weightsOnly = weightsOnly
    self.isBegun = isBegun
    self.savedStep = savedStep
    files = RunFiles(output: path)
  }

  /// Whether the run is to be saved after `step` steps, at the time `now`.
  func isDue(step: Int, time now: Double) -> Bool {
    period > 0 && step % period == 0 || trouble.map { now >= $0.retry } ?? false
  }

  /// Saves the run on its way; says so if that fails.
  mutating func saveOnTheWay(_ checkpoint: Checkpoint, time now: Double) {
    do throws(StorageError) {
      try save(checkpoint)
      if trouble != nil { Terminal.complain("\(path): saved again, at step \(checkpoint.step)") }
      trouble = nil
    } catch {
      note(error, time: now)
    }
  }

  private mutating func note(_ error: StorageError, time now: Double) {
    let said = trouble.flatMap {
      $0.said.error == error && now - $0.said.time < Self.silence ? $0.said : nil
    }
    if said == nil { Terminal.complain("\(error); the run goes on, and tries again") }
    let delay = trouble.map { now < $0.retry ? $0.delay : min(2 * $0.delay, Self.longestDelay) }
    trouble = Trouble(
      retry: now + (delay ?? Self.firstDelay), delay: delay ?? Self.firstDelay,
      said: said ?? (now, error))
  }

  /// Saves the run as it is to be left, in a few tries.
  mutating func saveToLeave(_ checkpoint: Checkpoint, isDone: Bool) throws(StorageError) {
    // The same once more would only push out the save before.
    if !isDone && checkpoint.step == savedStep { return }
    // What went into a pipe cannot be taken back.
    for delay in isStream(path) ? [] : Self.lastDelays {
      do throws(StorageError) {
        return try saveOnce(checkpoint, isDone: isDone)
      } catch {
        usleep(useconds_t(1e6 * delay))
      }
    }
    try saveOnce(checkpoint, isDone: isDone)
  }

  private mutating func saveOnce(_ checkpoint: Checkpoint, isDone: Bool) throws(StorageError) {
    try save(checkpoint, weightsOnly: isDone && weightsOnly)
    if isDone { files.removePrevious() }
  }

  private mutating func save(
    _ checkpoint: Checkpoint, weightsOnly: Bool = false
  ) throws(StorageError) {
    do throws(StorageError) {
      try checkpoint.write(to: path, weightsOnly: weightsOnly, keepingPrevious: isBegun)
    } catch .cannotWrite(_, _, isFull: true) where isBegun && files.removePrevious() {
      // The file before is the first to go where the disk has no room for it.
      try checkpoint.write(to: path, weightsOnly: weightsOnly)
    }
    // What another run kept beside its output has nothing to do with this one.
    if !isBegun { files.removePrevious() }
    (isBegun, savedStep) = (true, checkpoint.step)
  }
}
