public import LinearAlgebra

/// The options of a run that nobody chose; one set for all data sets.
public enum TrainingDefaults {
  /// Samples of a step.
  public static let batch = 1024
  /// Units of a hidden layer.
  public static let width = 128
  /// Hidden layers.
  public static let depth = 3
  /// The activation function of the hidden layers.
  public static let activation = Activation.silu
  /// How gradients become updates.
  public static let optimizer = OptimizerKind.soap

  /// The largest learning rate.
  public static func learningRate(_ optimizer: OptimizerKind) -> Double {
    switch optimizer {
    case .adam: 0.01
    case .soap: 0.015
    }
  }

  /// Optimisation steps; functions of one coordinate need fewer.
  public static func steps(dimension: Int) -> Int { dimension == 1 ? 3000 : 8000 }

  /// The decay per step of the weights' average: a horizon of 3 % of the run, within which the
  /// decaying learning rate hardly moves the weights at the end.
  public static func averageDecay(steps: Int) -> Double { 1 - 1 / max(1, 0.03 * Double(steps)) }
}
