internal import Glibc
public import LinearAlgebra
internal import Randomness

/// One weight and one bias for each layer of a network, in one arena: the parameters themselves,
/// their gradients, their average, or an optimiser's moments.
public final class NetworkParameters<Element: Scalar>: Sendable {
  /// One layer: `y = W x + b`.
  public struct Layer: Sendable {
    /// `W`, `(out, in)` as in PyTorch.
    public let weight: MatrixView<Element>
    /// `b`, `(out)`.
    public let bias: VectorView<Element>
  }

  /// The shape of the network they belong to.
  public let shape: NetworkShape
  /// The layers, first to last.
  public let layers: [Layer]
  private let arena: Arena<Element>

  /// Parameters that are all zero.
  public init(shape: NetworkShape) {
    let shapes = shape.layerShapes
    let arena = Arena<Element>(
      capacity: Arena<Element>.capacity(for: shapes.flatMap { [$0.output * $0.input, $0.output] }))
    self.shape = shape
    self.arena = arena
    layers = shapes.map {
      Layer(weight: arena.matrix($0.output, $0.input), bias: arena.vector($0.output))
    }
  }

  /// All parameters as one vector, padding (zeros) included.
  public var all: VectorView<Element> { arena.all }

  /// Fills the hidden layers with random weights and zero biases, and zeroes the output layer.
  ///
  /// Weights are normal with variance `1/in` (LeCun et al. 1998). In the first layer the point and
  /// the embedded level count as inputs of their own, `1/D` and `1/2K`: with `1/(D + 2K)` for both,
  /// the units would hardly see where in a plane the point is, and what varies fast over space is
  /// learned slowly (25 narrow Gaussians in the plane: after 10 000 steps 1.05 nats too many, and
  /// 0.02 as it is). A network whose last layer is zero starts as the best denoiser that is linear
  /// in x with the data scale alone.
  public func initialize(seed: UInt64) {
    all.fill(0)
    for (index, layer) in layers.dropLast().enumerated() {
      let stream = RandomStream(seed: seed, step: UInt32(index), purpose: .initialization)
      let (rows, columns) = (layer.weight.rows, layer.weight.columns)
      let groups = index > 0 ? [0..<columns] : shape.inputGroups
      let scales = groups.flatMap {
        repeatElement(1 / Double($0.count).squareRoot(), count: $0.count)
      }
      let normals = stream.normals(rows, columns).elements
      layer.weight.copy(
        from: normals.enumerated().map { Element($0.element * scales[$0.offset % columns]) })
    }
  }

  /// A copy with memory of its own, in another precision if asked.
  public func copy<Other: Scalar>(as type: Other.Type = Other.self) -> NetworkParameters<Other> {
    let result = NetworkParameters<Other>(shape: shape)
    for (from, to) in zip(layers, result.layers) {
      to.weight.copy(from: from.weight.elements.map { Other($0) })
      to.bias.copy(from: from.bias.elements.map { Other($0) })
    }
    return result
  }
}
