internal import Report

/// Tells a meter which stage of an evaluation has begun.
final class EvaluationStages {
  static let count = 4
  private(set) var meter: ProgressMeter
  private var done: Int
  private let total: Int

  /// The stages of a model, so many of them `before` it.
  init(before: Int, of models: Int, meter: ProgressMeter) {
    self.meter = meter
    (done, total) = (before * Self.count, models * Self.count)
  }

  /// Says that the stage called `name` begins.
  func begin(_ name: String) {
    meter.update(step: done, of: total, note: name, time: Terminal.now)
    done += 1
  }
}
