internal import Glibc

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
    // As it was named where that is the file itself: messages name what stands beside it.
    target = FileName.isRegular(path) ? path : (try? FileName.resolved(path)) ?? path
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

  /// The newest saved state that is whole and that a run can go on from: the output, unless a killed
  /// run left a later state of the same run in a temporary file, or else the best of the others.
  ///
  /// Throws if there is none, with what is wrong with the output or that there is nothing, and if a
  /// file cannot be read: then it may be the newest all the same.
  public func newest() throws(StorageError) -> Saved {
    var skipped: [StorageError] = []
    var best = try state(in: path, &skipped).map { (checkpoint: $0, file: path) }
    let output = best?.checkpoint
    let others = ((output == nil ? [previous] : []) + temporaries).filter(FileName.isRegular)
    for file in others {
      guard let checkpoint = try state(in: file, &skipped),
        checkpoint.step > best?.checkpoint.step ?? -1,
        output.map({ checkpoint.isOfSameRun(as: $0) }) ?? true
      else { continue }
      best = (checkpoint, file)
    }
    if let best { return Saved(checkpoint: best.checkpoint, file: best.file, skipped: skipped) }
    guard case .notFound = skipped[0] else { throw skipped[0] }
    guard skipped.count == 1 else { throw skipped[1] }
    throw .notFound(path: path, remedy: "leave --resume out to begin, or check the name")
  }

  /// The state in a file; nil, with the reason added to `skipped`, if there is none to go on from.
  private func state(
    in file: String, _ skipped: inout [StorageError]
  ) throws(StorageError) -> Checkpoint? {
    do throws(StorageError) {
      let contents = try FileContents(path: file, access: .copied, onlyRegular: true)
      let checkpoint = try Checkpoint(SafetensorsFile(contents), path: file)
      guard checkpoint.hasOptimizerState else {
        throw .malformed(
          file: file, expected: "a checkpoint that a run can go on from",
          found: "one with weights only")
      }
      return checkpoint
    } catch {
      guard [.malformedData, .noInput].contains(error.kind) else { throw error }
      if case .unreadable = error { throw error }
      skipped.append(error)
      return nil
    }
  }

  /// Makes `saved` the output, durably, and removes what else killed runs left.
  ///
  /// An output that was passed over is kept as `.NAME.damaged`.
  public func restore(_ saved: Saved) throws(StorageError) {
    if saved.file != path {
      do throws(SystemFailure) {
        // Whoever was killed may not have come to this.
        try SystemFile(saved.file, O_RDONLY).synchronize()
        if FileName.exists(target) && isDamaged(saved) {
          try FileName.rename(target, to: FileName.damaged(target))
        }
        try FileName.rename(saved.file, to: target)
      } catch {
        throw .cannotWrite(path: path, reason: error.reason)
      }
      try synchronizeFolder(of: target)
    }
    removeTemporaries()
  }

  /// Whether the output was passed over for `saved`.
  private func isDamaged(_ saved: Saved) -> Bool {
    saved.skipped.contains {
      if case .malformed(path, _, _, _, _) = $0 { true } else { false }
    }
  }

  /// Removes what killed runs left while they wrote.
  public func removeTemporaries() {
    for file in temporaries { try? FileName.remove(file) }
  }

  /// Removes the file before the output; false if there is none.
  @discardableResult
  public func removePrevious() -> Bool { (try? FileName.remove(previous)) != nil }
}

extension Checkpoint {
  /// Whether both are states of a run with the same options on the same data.
  fileprivate func isOfSameRun(as other: Checkpoint) -> Bool {
    configuration == other.configuration && dataset.canonicalText == other.dataset.canonicalText
  }
}
