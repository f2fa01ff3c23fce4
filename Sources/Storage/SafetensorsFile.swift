internal import JSONText

/// Named tensors with texts about them: the content of a checkpoint.
///
/// A safetensors file is
///
///     offset   bytes
///          0       8   the length L of the header, little-endian
///          8       L   the header: a JSON object, then spaces
///      8 + L           the data: the elements of all tensors, little-endian, row-major
///
/// The header has a member for each tensor,
/// `"name":{"data_offsets":[begin,end],"dtype":"F32","shape":[2,3]}` with the offsets counted from
/// the start of the data, and one member `__metadata__`, an object of texts.
///
/// Every reader of safetensors reads a file of tinyscore, but tinyscore reads only those that are
/// exactly as it writes them: equal content is equal bytes, and what differs is damaged.
/// - The header is `JSONValue.canonicalText`: no spaces, keys in the order of their UTF-8 bytes. It is
///   filled up with the fewest spaces that make the data begin at a multiple of 64.
/// - Tensors follow each other without gaps, first those of F64 and then those of F32, each in the
///   order of their names. So the elements of each begin at a multiple of their size.
/// - The metadata have `format` = `tinyscore`, `version` = `1`, and `sha256`, which covers all else:
///   see `SafetensorsHeader.digest`.
public struct SafetensorsFile: Sendable, Equatable {
  /// The texts, without `format`, `version` and `sha256`.
  public let metadata: [String: String]
  /// The tensors by name.
  public let tensors: [String: Tensor]

  /// The name of the format, in the metadata of every file.
  public static let format = "tinyscore"
  /// The version of the format, in the metadata of every file.
  public static let version = "1"

  /// The content of a file as given.
  ///
  /// `metadata` has none of the three keys that every file has, and no tensor is `__metadata__`.
  public init(metadata: [String: String], tensors: [String: Tensor]) {
    precondition(MetadataKey.allCases.allSatisfy { metadata[$0.rawValue] == nil })
    precondition(tensors[SafetensorsHeader.metadataName] == nil)
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The tensors in the order of their data.
  public var orderedTensors: [(name: String, tensor: Tensor)] {
    tensors.sorted { left, right in
      left.value.elementSize == right.value.elementSize
        ? left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
        : left.value.elementSize > right.value.elementSize
    }.map { ($0.key, $0.value) }
  }

  /// The keys of the metadata that every file has.
  enum MetadataKey: String, CaseIterable {
    case format
    case version
    case sha256
  }
}

/// An array of numbers of any shape, row-major.
public struct Tensor: Sendable, Equatable {
  /// The lengths of the axes; none for a single number.
  public let shape: [Int]
  /// The elements, the last index running fastest.
  public let values: Values

  /// The elements of a tensor in one of two precisions.
  public enum Values: Sendable, Equatable {
    /// Single precision, `F32`.
    case single([Float])
    /// Double precision, `F64`.
    case double([Double])
  }

  /// A tensor of single precision; a vector if no shape is given.
  public init(_ elements: [Float], shape: [Int]? = nil) {
    self.init(.single(elements), count: elements.count, shape: shape)
  }

  /// A tensor of double precision; a vector if no shape is given.
  public init(_ elements: [Double], shape: [Int]? = nil) {
    self.init(.double(elements), count: elements.count, shape: shape)
  }

  /// The bytes of an element.
  public var elementSize: Int {
    switch values {
    case .single: MemoryLayout<Float>.size
    case .double: MemoryLayout<Double>.size
    }
  }

  private init(_ values: Values, count: Int, shape: [Int]?) {
    let shape = shape ?? [count]
    precondition(shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count)
    self.shape = shape
    self.values = values
  }
}
