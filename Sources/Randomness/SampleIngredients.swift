/// The numbers of a stream that a sample of data is made of.
public struct SampleIngredients: Sendable, Equatable {
  /// How many uniform numbers, of purpose `.data`, the first ones telling most.
  public let uniforms: Int
  /// How many normal numbers, of purpose `.dataNormal`.
  public let normals: Int

  /// So many of either.
  public init(uniforms: Int, normals: Int) {
    precondition(uniforms >= 0 && normals >= 0)
    (self.uniforms, self.normals) = (uniforms, normals)
  }
}
