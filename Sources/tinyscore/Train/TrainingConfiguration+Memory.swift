internal import LinearAlgebra
internal import ScoreNetwork
internal import Storage
internal import Training

extension TrainingConfiguration {
  /// Throws if a run takes more memory than the machine has.
  func checkMemory(dimension: Int) throws {
    let needed = memoryNeeded(dimension: dimension)
    guard let memory = availableMemory(), needed > memory else { return }
    throw Failure.usage(
      "width", expected: "a network and a batch that fit into \(memoryText(memory)) of memory",
      found: "about \(memoryText(needed)), with --depth \(depth), --batch \(batch) and "
        + "D = \(dimension)")
  }

  /// The bytes that a run takes beside the program and its data, within a fifth.
  func memoryNeeded(dimension: Int) -> Double {
    let shape = networkShape(dimension: dimension)
    let (parameters, bases) = (Double(shape.parameterCount), basesSize(shape))
    // A checkpoint in the making is three copies of the state; every shard has a gradient, SOAP the
    // memory of its products, every thread the activations of a shard and their gradients.
    let state = 4 * parameters + bases
    let gradients = Double((batch + 255) / 256) * parameters
    let products = optimizer == .soap ? 2 * parameters + bases : 0
    let row = Double(2 * depth + 2) * Double(width) + 6 * Double(dimension)
    let activations = Double(Workers.availableProcessors * min(batch, 256)) * row
    return (4 * state + gradients + products + activations) * Double(MemoryLayout<Float>.size)
  }

  /// The numbers of SOAP's factors and bases.
  private func basesSize(_ shape: NetworkShape) -> Double {
    guard optimizer == .soap else { return 0 }
    let sides = shape.layerShapes.flatMap { [$0.input, $0.output] }
    return sides.reduce(0) { $1 <= LayerBases.longestSide ? $0 + 2 * Double($1) * Double($1) : $0 }
  }
}
