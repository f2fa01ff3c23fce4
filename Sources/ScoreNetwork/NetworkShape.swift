public import LinearAlgebra

/// The sizes of a multilayer perceptron that reads a point and a noise level.
public struct NetworkShape: Sendable, Equatable {
  /// The dimension D of points and outputs.
  public let dimension: Int
  /// How many frequencies the noise level is embedded with: two features each.
  public let frequencyCount: Int
  /// The width of the hidden layers.
  public let width: Int
  /// The number of hidden layers, at least one.
  public let depth: Int
  /// The activation function of the hidden layers.
  public let activation: Activation

  /// A shape; every size is at least 1.
  public init(
    dimension: Int, frequencyCount: Int, width: Int, depth: Int, activation: Activation
  ) {
    precondition(dimension >= 1 && frequencyCount >= 1 && width >= 1 && depth >= 1)
    self.dimension = dimension
    self.frequencyCount = frequencyCount
    self.width = width
    self.depth = depth
    self.activation = activation
  }

  /// The columns of the input: the point, then cosines and sines of the noise level.
  public var inputWidth: Int { dimension + 2 * frequencyCount }

  /// The columns of the input that hold the point, and those that hold the embedded noise level.
  var inputGroups: [Range<Int>] { [0..<dimension, dimension..<inputWidth] }

  /// The `(out, in)` shape of each layer's weight, first to last.
  public var layerShapes: [(output: Int, input: Int)] {
    [(width, inputWidth)] + Array(repeating: (width, width), count: depth - 1)
      + [(dimension, width)]
  }

  /// The number of weights and biases.
  public var parameterCount: Int {
    layerShapes.reduce(0) { $0 + $1.output * ($1.input + 1) }
  }

  /// Multiplications and additions of the matrix products of one training step, a row of the batch.
  ///
  /// Forward 2 a weight, backward 4, but the first layer's input gradient is not needed.
  public var trainingFLOPsPerRow: Int {
    let weights = layerShapes.reduce(0) { $0 + $1.output * $1.input }
    return 6 * weights - 2 * width * inputWidth
  }
}
