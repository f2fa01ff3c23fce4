import Glibc
import LinearAlgebra
import Storage
import Testing

@Suite struct PredictionFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The numbers 0, 1, 2 … in an array of this shape.
  private func put(_ shape: [Int], _ name: String) throws {
    let count = shape.reduce(1, *)
    try NumpyFile.write((0..<count).map(Double.init), shape: shape, to: folder[name])
  }

  private func put(sigma: [Double], shape: [Int]) throws {
    try NumpyFile.write(sigma, shape: shape, to: folder["sigma.npy"])
  }

  @Test("An array of any number of axes is the same rows in C's and in Fortran's order")
  func orders() throws {
    // A (2, 3, 2) array a[i, j, k] = 100 i + 10 j + k, as numpy.save writes it in Fortran's order.
    let cells: [UInt8] = [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121]
    let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }"
    let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + cells
    let file = try NumpyFile(FileContents(bytes, name: "a.npy"))
    let byOne = NumpyRows(file, leadingAxes: 1)
    #expect(byOne.count == 2 && byOne.columns == 6)
    #expect(try byOne.rows(1..<2) == Matrix([[100, 101, 110, 111, 120, 121]]))
    let byTwo = NumpyRows(file, leadingAxes: 2)
    #expect(try byTwo.rows(2..<4) == Matrix([[20, 21], [100, 101]]))
    try put([2, 3, 2], "c.npy")
    let c = NumpyRows(try NumpyFile(FileContents(path: folder["c.npy"])), leadingAxes: 2)
    #expect(try c.rows(1..<3) == Matrix([[2, 3], [4, 5]]))
  }

  @Test("A pipe in the folder is not waited for")
  func pipe() throws {
    #expect(mkfifo(folder["z.npy"], 0o600) == 0)
    #expect(
      message { _ = try PredictionFolder(path: folder.path) }
        == "\(folder["z.npy"]): expected a regular file, found a pipe or a device")
  }

  @Test("The axes of sigma tell rows from a grid, and all other axes are coordinates")
  func forms() throws {
    for name in ["z.npy", "prediction.npy"] { try put([4, 3, 2], name) }
    try put(sigma: [1, 3, 2, 1], shape: [4])
    let rows = try PredictionFolder(path: folder.path)
    #expect(rows.levels == nil && rows.count == 4 && rows.dimension == 6)
    #expect(rows.sigmas == [1, 3, 2, 1] && rows.moments == nil)
    #expect(try rows.rows(1..<2).z == Matrix([[6, 7, 8, 9, 10, 11]]))
    try put(sigma: [4, 3, 2, 1], shape: [4, 1])
    let grid = try PredictionFolder(path: folder.path + "/")
    #expect(grid.levels == 4 && grid.count == 12 && grid.dimension == 2)
    #expect(grid.sigmas == [4, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1])
    #expect(grid.blocks == [0..<3, 3..<6, 6..<9, 9..<12])
    try put([3, 2], "sample.npy")
    let shared = try PredictionFolder(path: folder.path)
    #expect(shared.moments?.mean == [2, 3] && shared.moments?.totalVariance == 8)
    #expect(try shared.rows(4..<6).sample == Matrix([[2, 3], [4, 5]]))
    #expect(try shared.rows(4..<6).prediction == Matrix([[8, 9], [10, 11]]))
    try put([4, 3, 2], "sample.npy")
    #expect(try PredictionFolder(path: folder.path).rows(4..<5).sample == Matrix([[8, 9]]))
  }

  @Test("Arrays that do not fit are refused, and the file is named")
  func errors() throws {
    func refusal() -> String { message { _ = try PredictionFolder(path: folder.path) } }
    #expect(refusal().contains("z.npy: expected a file, found none; --predictions wants"))
    try put([4, 3, 2], "z.npy")
    #expect(refusal().contains("sigma.npy: expected a file"))
    try put(sigma: [1, 2, 3], shape: [3])
    #expect(refusal().contains("expected (4,) or (4, 1) beside z of (4, 3, 2), found (3,)"))
    try put(sigma: [1, 3, 2, 4], shape: [4])
    #expect(refusal().contains("prediction.npy: expected a file"))
    try put([4, 6], "prediction.npy")
    #expect(refusal().contains("expected (4, 3, 2), as z.npy has, found (4, 6)"))
    try put([4, 3, 2], "prediction.npy")
    #expect(refusal() == "no error")
    try put(sigma: [1, 2, 3, 4], shape: [4])
    #expect(
      refusal().contains("all levels in order, as of a grid; for a grid write sigma.reshape(-1, 1)")
    )
    try put(sigma: [1, 3, 2, 4], shape: [4, 1])
    #expect(refusal().contains("found another order; for a noise level of each row write"))
    try put(sigma: [1, 0, 2, 4], shape: [4])
    #expect(
      refusal().contains("entry 1 (from 0): expected a noise level from 1e-30 to 1e30, found 0.0"))
    try put(sigma: [1, 3, 2, .nan], shape: [4])
    #expect(refusal().contains("element [3]: expected a finite number, found nan"))
    try put(sigma: [1, 3, 2, 4], shape: [4])
    try put([3, 2], "sample.npy")
    #expect(
      refusal().contains("expected (4, 3, 2), as z.npy has, found (3, 2); or take the file away"))
    for shape in [[4], [4, 0], [0, 3, 2]] {
      try put(shape, "z.npy")
      #expect(refusal() != "no error")
    }
  }

  @Test("One row that has no room in memory is refused before it is read")
  func longRow() throws {
    // A file with nothing in it but its length.
    let columns = try #require(availableMemory().map { Int($0 / 32) })
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, \(columns)), }"
    let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    for name in ["z.npy", "prediction.npy"] {
      let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8)
      try bytes.withUnsafeBytes { bytes in
        let file = try #require(fopen(folder[name], "wb"))
        defer { fclose(file) }
        #expect(fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count)
        #expect(ftruncate(fileno(file), bytes.count + columns) == 0)
      }
    }
    try put(sigma: [1], shape: [1])
    let refusal = message { _ = try PredictionFolder(path: folder.path) }
    #expect(refusal.contains("z.npy") && refusal.contains("memory"), "\(refusal)")
  }

  @Test("An element that is no number is named by its place")
  func places() throws {
    var values = (0..<24).map(Double.init)
    values[15] = .infinity
    try NumpyFile.write(values, shape: [4, 3, 2], to: folder["z.npy"])
    let rows = NumpyRows(try NumpyFile(FileContents(path: folder["z.npy"])), leadingAxes: 1)
    #expect(message { _ = try rows.rows(1..<4) }.contains("element [2, 1, 1]: expected a finite"))
    #expect(try rows.rows(0..<2).rows == 2)
  }
}
