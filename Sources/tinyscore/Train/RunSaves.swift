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
  /// When a save that failed is tried again, and after how many seconds the one after that; nil if
  /// none has failed.
  private var retry: (time: Double, delay: Double)?

  /// Seconds to the first new try on the way, and the most from one to the next.
  private static let (firstDelay, longestDelay) = (10.0, 600.0)
  /// Seconds between the tries of a save that the run ends with.
  private static let lastDelays = [0.25, 0.5, 1]

  /// The saves of a run; `isBegun` says whether the file at `path` is an earlier state of it.
  init(path: String, period: Int, weightsOnly: Bool, isBegun: Bool) {
    self.path = path
    self.period = period
    self.weightsOnly = weightsOnly
    self.isBegun = isBegun
    files = RunFiles(output: path)
  }

  /// Whether the run is to be saved after `step` steps, at the time `now`.
  func isDue(step: Int, time now: Double) -> Bool {
    period > 0 && step % period == 0 || retry.map { now >= $0.time } ?? false
  }

  /// Saves the run on its way; says so if that fails.
  mutating func saveOnTheWay(_ checkpoint: Checkpoint, time now: Double) {
    do throws(StorageError) {
      try save(checkpoint)
      if retry != nil { Terminal.complain("\(path): saved again, at step \(checkpoint.step)") }
      retry = nil
    } catch {
      let delay = retry?.delay ?? Self.firstDelay
      retry = (now + delay, min(2 * delay, Self.longestDelay))
      Terminal.complain("\(error); the run goes on, and tries again")
    }
  }

  /// Saves the run as it is to be left, in a few tries.
  mutating func saveToLeave(_ checkpoint: Checkpoint, isDone: Bool) throws(StorageError) {
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
    // What another run kept beside its output must not be taken for an earlier state of this one.
    if !isBegun { files.removePrevious() }
    try checkpoint.write(to: path, weightsOnly: weightsOnly, keepingPrevious: isBegun)
    isBegun = true
  }
}
