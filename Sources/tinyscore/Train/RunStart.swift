internal import LinearAlgebra
internal import ScoreNetwork
internal import Storage
internal import Training

/// What a run begins with: its options, its data, and the saved state that it goes on from.
struct RunStart {
  let configuration: TrainingConfiguration
  let data: Dataset
  /// Nil for a run from the beginning.
  let saved: RunFiles.Saved?

  /// Whether the saved state is that of a run with the same options.
  var isUnchanged: Bool { saved?.checkpoint.configuration == configuration }

  /// Throws unless the saved state is one of a run with these options on these data.
  func check() throws {
    guard let saved else { return }
    let shape = configuration.networkShape(dimension: data.law.dimension)
    guard saved.checkpoint.state.network.shape == shape else {
      throw Failure(
        .malformedData,
        "\(saved.file): expected the \(shape.frequencyCount) frequencies and \(shape.dimension) "
          + "coordinates of its configuration, found tensors of another network")
    }
    try saved.checkpoint.checkLedger(path: saved.file)
    try saved.checkpoint.checkEmbedding(path: saved.file)
    try saved.checkpoint.checkMoments(data.law.moments, path: saved.file)
  }

  /// Says where the run goes on from, if that is not plainly the output, and whether it can end in
  /// the same bits.
  func report(output: String) {
    guard let saved else { return }
    for problem in saved.skipped { Terminal.complain("passed over: \(problem)") }
    if saved.file != output {
      Terminal.complain(
        "going on from \(saved.file), saved after step \(saved.checkpoint.step) of "
          + "\(saved.checkpoint.configuration.steps)")
    }
    let (then, now) = (saved.checkpoint.provenance.coreType, Provenance.current.coreType)
    if then != now {
      Terminal.complain(
        "\(output) was begun with the kernels of \(then), not \(now): the result will differ in "
          + "its last bits")
    }
  }

  /// The run, not yet going on.
  func trainer(workers: Workers) -> Trainer {
    guard let saved = saved?.checkpoint else {
      return Trainer(configuration: configuration, source: data.law, workers: workers)
    }
    return Trainer(
      configuration: configuration, source: data.law, state: saved.state, ledger: saved.ledger,
      history: saved.history, step: saved.step, workers: workers)
  }
}
