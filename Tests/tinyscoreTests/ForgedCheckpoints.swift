import JSONText
import Storage

extension Workplace {
  /// Writes the checkpoint `source` as `name` with changes that its hash does not tell, made by
  /// whoever knows how the file is written.
  ///
  /// `elements` gets the elements of the tensor `tensor` in double precision; `metadata` the texts.
  func forge(
    _ source: String, _ name: String, tensor: String? = nil,
    elements change: (inout [Double]) -> Void = { _ in },
    metadata edit: (inout [String: String]) -> Void = { _ in }
  ) throws {
    let file = try SafetensorsFile(path: self[source])
    var (texts, tensors) = (file.metadata, file.tensors)
    edit(&texts)
    if let tensor, let old = tensors[tensor] {
      switch old.values {
      case .single(let values):
        var doubles = values.map(Double.init)
        change(&doubles)
        tensors[tensor] = Tensor(doubles.map { Float($0) }, shape: old.shape)
      case .double(var values):
        change(&values)
        tensors[tensor] = Tensor(values, shape: old.shape)
      }
    }
    try SafetensorsFile(metadata: texts, tensors: tensors).write(to: self[name])
  }
}
