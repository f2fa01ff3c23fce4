public import LinearAlgebra

/// The memory of one forward and backward pass over a block of `rows` points.
///
/// Everything is allocated here once; passes over the network only overwrite it.
public final class NetworkWorkspace<Element: Scalar>: Sendable {
  /// The shape of the network it fits.
  public let shape: NetworkShape
  /// The rows R of the block.
  public let rows: Int
  /// The input, `(R, D + 2K)`: the scaled point and the embedded noise level.
  public let input: MatrixView<Element>
  /// The values after each hidden layer's activation, `(R, width)` each.
  public let hidden: [MatrixView<Element>]
  /// The slopes of the activations where they were evaluated, `(R, width)` each.
  public let slopes: [MatrixView<Element>]
  /// The output F, `(R, D)`; before a backward pass the gradient of the loss by it.
  public let output: MatrixView<Element>
  /// The gradients of the loss by hidden values, `(R, width)`: two, used in turns.
  public let hiddenGradients: [MatrixView<Element>]
  /// The gradient of the loss by the input, `(R, D + 2K)`; absent when only weights are trained.
  public let inputGradient: MatrixView<Element>?
  private let arena: Arena<Element>

  /// A workspace for `rows` points.
  public init(shape: NetworkShape, rows: Int, inputGradient needsInputGradient: Bool = false) {
    precondition(rows >= 1)
    let hiddenSize = rows * shape.width
    let inputSize = rows * shape.inputWidth
    let arena = Arena<Element>(
      capacity: Arena<Element>.capacity(
        for: [inputSize, rows * shape.dimension, needsInputGradient ? inputSize : 0]
          + Array(repeating: hiddenSize, count: 2 * shape.depth + 2)))
    self.shape = shape
    self.rows = rows
    self.arena = arena
    input = arena.matrix(rows, shape.inputWidth)
    hidden = (0..<shape.depth).map { _ in arena.matrix(rows, shape.width) }
    slopes = (0..<shape.depth).map { _ in arena.matrix(rows, shape.width) }
    output = arena.matrix(rows, shape.dimension)
    hiddenGradients = (0..<2).map { _ in arena.matrix(rows, shape.width) }
    inputGradient = needsInputGradient ? arena.matrix(rows, shape.inputWidth) : nil
  }

  /// The columns of the input that hold the scaled point, `(R, D)`.
  public var point: MatrixView<Element> { input.columns(0..<shape.dimension) }

  /// The columns of the input that hold the embedded noise level, `(R, 2K)`.
  public var embedding: MatrixView<Element> {
    input.columns(shape.dimension..<shape.inputWidth)
  }
}
