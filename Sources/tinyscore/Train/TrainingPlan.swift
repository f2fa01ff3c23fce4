internal import Distributions
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import Report
internal import ScoreNetwork
internal import Storage
internal import Training

/// What `train --dry-run` says about a run that it does not make.
struct TrainingPlan {
  let configuration: TrainingConfiguration
  let data: Dataset
  /// The checkpoint.
  let output: String
  let metrics: String?
  /// Steps that the run to go on from has done, 0 for one that begins.
  let stepsDone: Int
  /// What a run that is thrown away has shown.
  private let trial: Trial
  /// Bytes of the run with the program and its data.
  private let memory: Double
  private let outputExists: Bool
  private let metricsExist: Bool

  /// What a run that is thrown away has shown.
  private struct Trial {
    /// Seconds of a step, as measured here and now; nil where none could be measured.
    let secondsPerStep: Double?
    /// Why it came to an early end; nil if it did not.
    let failure: Failure?
  }

  /// Operations of the largest step that is measured: a third of a second on one core.
  private static let measuredOperations = 3e10
  /// Seconds that the measurement takes, and how many of them at most go by before it counts.
  private static let (duration, warmUp) = (0.5, 0.2)
  /// Steps before it counts: SOAP refreshes its bases in each of the first.
  private static let warmUpSteps = 20

  init(
    _ configuration: TrainingConfiguration, data: Dataset, output: String, metrics: String?,
    stepsDone: Int, workers: Workers
  ) {
    self.configuration = configuration
    self.data = data
    self.output = output
    self.metrics = metrics
    self.stepsDone = stepsDone
    outputExists = fileExists(output)
    metricsExist = metrics.map { $0 != "-" && fileExists($0) } ?? false
    memory = usedMemory() + configuration.memoryNeeded(dimension: data.law.dimension)
    trial = Self.trial(configuration, data: data, workers: workers)
  }

  /// Makes steps of as many samples as are done in time, for as long as the measurement takes.
  private static func trial(
    _ configuration: TrainingConfiguration, data: Dataset, workers: Workers
  ) -> Trial {
    var trial = configuration
    let shape = configuration.networkShape(dimension: data.law.dimension)
    let affordable = Int(measuredOperations / Double(shape.trainingFLOPsPerRow))
    trial.batch = min(configuration.batch, max(affordable, 256 * workers.count))
    let trainer = Trainer(configuration: trial, source: data.law, workers: workers)
    let begin = Terminal.now
    var (start, first, now) = (begin, 0, begin)
    var failure: Failure?
    while now - begin < duration {
      do throws(TrainingError) {
        try trainer.advance()
      } catch {
        failure = Failure(error)
        break
      }
      now = Terminal.now
      if trainer.step <= warmUpSteps && now - begin < warmUp {
        (start, first) = (now, trainer.step)
      }
    }
    let steps = trainer.step - first
    return Trial(
      secondsPerStep: steps > 0
        ? (now - start) / Double(steps) * Double(configuration.batch) / Double(trial.batch) : nil,
      failure: failure)
  }

  private var dimension: Int { data.law.dimension }
  private var shape: NetworkShape { configuration.networkShape(dimension: dimension) }
  private var stepsLeft: Int { max(0, configuration.steps - stepsDone) }
  private var expectedSeconds: Double? { trial.secondsPerStep.map { Double(stepsLeft) * $0 } }

  /// The plan for a program.
  var json: JSONValue {
    [
      "schema": "tinyscore.plan.v1", "dataset": .string(data.name),
      "distribution": .string(data.distribution), "dimension": .number(Double(dimension)),
      "dataScale": .number(data.law.moments.scale), "config": configuration.json,
      "parameters": .number(Double(shape.parameterCount)),
      "operationsPerStep": .number(
        Double(shape.trainingFLOPsPerRow) * Double(configuration.batch)),
      "memoryBytes": .number(memory), "stepsDone": .number(Double(stepsDone)),
      "stepsLeft": .number(Double(stepsLeft)), "secondsPerStep": JSONValue(trial.secondsPerStep),
      "expectedSeconds": JSONValue(expectedSeconds), "output": .string(output),
      "outputExists": .bool(outputExists),
      "trialFailure": trial.failure.map { .string($0.message) } ?? .null,
    ]
  }

  /// The plan for people.
  var text: String {
    let steps =
      stepsDone > 0
      ? "for the last \(stepsLeft) of \(configuration.steps) steps"
      : "for \(configuration.steps) steps"
    var files = [outputExists ? "replaces \(output)" : "writes \(output)"]
    if let metrics {
      let verb = !metricsExist ? "writes" : stepsDone > 0 ? "goes on with" : "replaces"
      files.append("\(verb) \(metrics)")
    }
    return "would train \(shape.parameterCount) parameters \(steps) on \(data.name) "
      + "(D = \(dimension)): \(expectedSeconds.map { "about " + formatDuration($0) } ?? "time unknown") and "
      + "\(memoryText(memory)); " + files.joined(separator: ", ")
  }

  /// What is to be feared of the run; nil if nothing is.
  var warning: String? {
    trial.failure.map { "the run is likely to fail: in a trial \($0.message)" }
  }
}
