/// The options of a run that nobody chose; one set for all data sets.
public enum TrainingDefaults {
  /// Samples of a step.
  public static let batch = 1024
  /// Units of a hidden layer.
  public static let width = 128
  /// Hidden layers.
  public static let depth = 3
  /// The largest learning rate; a tenth of it is far behind after the same steps.
  public static let learningRate = 0.01
  /// The decay per step of the weights' average: a horizon of 200 steps, within which the decaying
  /// learning rate hardly moves the weights at the end.
  public static let averageDecay = 0.995

  /// Optimisation steps; functions of one coordinate need fewer.
  public static func steps(dimension: Int) -> Int { dimension == 1 ? 6000 : 10_000 }
}
