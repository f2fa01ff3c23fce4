/// The files in which a run may be saved: its output, the one before that, which is kept as long as
/// the run is under way, and what a run leaves that is killed while it writes.
///
/// Whoever changes them holds the lock of the output.
public struct RunFiles: Sendable {
  /// The output as it was named.
  private let path: String
  /// The output without symbolic links.
  private let target: String

  /// The files of the run with the output `path`.
  public init(output path: String) {
    self.path = path
    target = (try? FileName.resolved(path)) ?? path
  }

  private var previous: String { FileName.previous(of: target) }

  /// The temporary files of this output, of any process.
  private var temporaries: [String] {
    let names = TemporaryName(target: target)
    return ((try? FileName.all(in: names.folder)) ?? []).sorted().filter(names.matches)
      .map { "\(names.folder)/\($0)" }
  }

  /// A run as it was saved.
  public struct Saved: Sendable {
    /// The state to go on from.
    public let checkpoint: Checkpoint
    /// The file that it is in.
    public let file: String
    /// What is wrong with the files that were passed over.
    public let skipped: [StorageError]
  }

  /// The saved state with the most steps, of the files that are whole and that a run can go on from.
  ///
  /// Throws if there is none: what is wrong with the output, or that there is nothing.
  public func newest() throws(StorageError) -> Saved {
    var best: (checkpoint: Checkpoint, file: String)?
    var skipped: [StorageError] = []
    let others = ([previous] + temporaries).filter(FileName.exists)
    for file in [path] + others {
      do throws(StorageError) {
        let checkpoint = try Checkpoint(path: file)
        guard checkpoint.hasOptimizerState else {
          throw .malformed(
            file: file, expected: "a checkpoint that a run can go on from",
            found: "one with weights only")
        }
        if checkpoint.step > best?.checkpoint.step ?? -1 { best = (checkpoint, file) }
      } catch {
        skipped.append(error)
      }
    }
    if let best { return Saved(checkpoint: best.checkpoint, file: best.file, skipped: skipped) }
    guard others.isEmpty, case .notFound = skipped[0] else { throw skipped[0] }
    throw .notFound(path: path, remedy: "leave --resume out to begin, or check the name")
  }

  /// Makes `saved` the output, durably, and removes what else killed runs left.
  public func restore(_ saved: Saved) throws(StorageError) {
    if saved.file != path {
      do throws(SystemFailure) {
        try FileName.rename(saved.file, to: target)
      } catch {
        throw .cannotWrite(path: path, reason: error.reason)
      }
      try synchronizeFolder(of: target)
    }
    removeTemporaries()
  }

  /// Removes what killed runs left while they wrote.
  public func removeTemporaries() {
    for file in temporaries { try? FileName.remove(file) }
  }

  /// Removes the file before the output; false if there is none.
  @discardableResult
  public func removePrevious() -> Bool { (try? FileName.remove(previous)) != nil }
}
