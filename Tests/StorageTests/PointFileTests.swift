import JSONText
import LinearAlgebra
import Storage
import Testing

@Suite struct PointFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("The ending of a point file says how it reads")
  func endings() throws {
    let points = Matrix<Double>([[1, 2], [3, 4]])
    try NumpyFile.write(points, to: folder["a.npy"])
    try CSVTable(columnNames: ["x", "y"], rows: points).write(to: folder["a.CSV"])
    let numpy = try PointFile(path: folder["a.npy"])
    let csv = try PointFile(path: folder["a.CSV"])
    #expect(numpy.points == points && csv.points == points)
    #expect(numpy.coordinateNames == nil && csv.coordinateNames == ["x", "y"])
    #expect(csv.sha256 == SHA256.hexDigest(of: Array("x,y\n1,2\n3,4\n".utf8).span.bytes))
    #expect(message { _ = try PointFile(path: "a.txt") }.contains("expected a point file"))
  }

  @Test("A JSON file reads as its document, and errors name file and place")
  func jsonFiles() throws {
    try writeDurably(Array("// x\n{\"a\": 1}".utf8), to: folder["a.json"])
    let options = JSONReadingOptions(allowingComments: true)
    #expect(try JSONValue(path: folder["a.json"], options: options) == ["a": 1])
    #expect(
      message { _ = try JSONValue(path: folder["a.json"]) }
        == "\(folder["a.json"]), line 1, column 1: expected a value, found '/'")
    try writeDurably([], to: folder["b.json"])
    #expect(
      message { _ = try JSONValue(path: folder["b.json"]) }
        == "\(folder["b.json"]), line 1, column 1: expected a value, found the end of the text")
  }
}
