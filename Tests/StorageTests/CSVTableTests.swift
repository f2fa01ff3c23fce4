import Glibc
import LinearAlgebra
import Storage
import Testing

private func table(_ text: String) throws -> CSVTable {
  try CSVTable(FileContents(Array(text.utf8), name: "a.csv"))
}

@Suite struct CSVTableTests {
  @Test(
    "Lines of numbers are rows",
    arguments: [
      "1,2\n3,4\n", "1,2\n3,4", "1,2\r\n3,4\r\n", "\u{FEFF}1,2\n3,4", " 1 ,\t2\n3,4 ",
      "1.0,+2\n3e0,.4E1\n\n \r\n", "01,2.\n300e-2,4\r",
    ])
  func rows(text: String) throws {
    let read = try table(text)
    #expect(read.columnNames == nil)
    #expect(read.rows == Matrix([[1, 2], [3, 4]]))
  }

  @Test(
    "A first line that is not of numbers names the columns",
    arguments: [
      ("x,y\n1,2", ["x", "y"]), ("\u{FEFF}x, y \r\n1,2\r\n", ["x", "y"]),
      ("\"a,b\" , \"say \"\"x\"\"\"\n1,2", ["a,b", "say \"x\""]), (",y\n1,2", ["", "y"]),
      ("\"1\",\"2\"\n1,2", ["1", "2"]), ("\"0x1\",\"−1\"\n1,2", ["0x1", "−1"]),
      ("\"NA\",NA\n1,2", ["NA", "NA"]), ("NA,x\n1,2", ["NA", "x"]),
      ("# x,y\n\"1\",\"2\"", ["# x", "y"]),
      ("näme,σ\n1,2", ["näme", "σ"]), ("nano,infimum\n1,2", ["nano", "infimum"]),
    ])
  func header(text: String, names: [String]) throws {
    let read = try table(text)
    #expect(read.columnNames == names)
    #expect(read.rows == Matrix([[1, 2]]))
  }

  @Test("One column needs no commas")
  func oneColumn() throws {
    #expect(try table("x\n1\n2\n") == CSVTable(columnNames: ["x"], rows: Matrix([[1], [2]])))
    #expect(try table("5") == CSVTable(columnNames: nil, rows: Matrix([[5]])))
  }

  @Test(
    "What is wrong is named by line and column",
    arguments: [
      ("", "line 1: expected numbers, found an empty file"),
      ("\n1,2", "line 1: expected numbers, found an empty line"),
      ("x,y\n", "line 2: expected a line of numbers, found the end of the file"),
      ("x,y", "line 1: expected a line of numbers, found the end of the file"),
      ("1,2\n3,abc", "line 2, column 2: expected a finite number, found 'abc'"),
      ("1,2\n3,", "line 2, column 2: expected a finite number, found an empty cell"),
      ("1,x\n3,4", "line 1, column 2: expected a finite number, found 'x'"),
      ("1,2\n3", "line 2, column 2: expected 2 numbers as in the first line, found 1"),
      ("1,2\n3,4,5,6", "line 2, column 3: expected 2 numbers as in the first line, found more"),
      ("x,y\n1,2\n\n3,4", "line 3: expected numbers, or nothing but blank lines to the end"),
      ("1,nan", "line 1, column 2: expected a finite number, found 'nan'"),
      ("NaN,1", "line 1, column 1: expected a finite number, found 'NaN'"),
      ("-inf,1", "line 1, column 1: expected a finite number, found '-inf'"),
      ("+Infinity", "line 1, column 1: expected a finite number, found '+Infinity'"),
      ("1\n1e999", "line 2, column 1: expected a finite number, found '1e999'"),
      ("1\n0x10", "line 2, column 1: expected a finite number, found '0x10'"),
      ("x\n3;4", "line 2, column 1: expected a finite number, found '3;4'; separate columns by c"),
      (
        "1;2\n3;4", "line 1, column 1: expected a finite number, found '1;2'; separate columns by c"
      ),
      ("x\ty\n1\t2", "line 2, column 1: expected a finite number, found '1\\t2'; separate"),
      ("1,2\n# 3,4", "line 2, column 1: expected a finite number, found '# 3'; comments are not"),
      (
        "# of mine\n1,2",
        "line 2, column 2: expected 1 number as in the first line, found more; com"
      ),
      ("1,2\n\"\",4", "line 2, column 1: expected a finite number, found '\"\"'"),
      ("1,2\n\"3,5\",4", "line 2, column 1: expected a finite number, found '\"3'"),
      ("x,2\n3,4", "line 1, column 2: expected a column name, like the first cell of the line"),
      ("\"x,y\n1,2", "line 1, column 1: expected a closing quote in the line, found none"),
      ("\"x\"y,z\n1,2", "line 1, column 1: expected ',' after the closing quote, found more text"),
      (
        "1 2\n",
        "line 1, column 1: expected a finite number, found '1 2'; a column name that begins"
      ),
      ("1\r2\r3", "line 1, column 1: expected a finite number, found '1\\r2\\r3'; end lines with"),
      ("x,y\r1,2\r", "line 1, column 2: expected a column name, like the first cell of the line"),
      ("NA,NA\n1,2", "line 1, column 1: expected a finite number, found 'NA' in every cell; rem"),
      ("1\n2\03", "line 2, column 1: expected a finite number, found '2\\0"),
      (
        "1\n" + String(repeating: "abc", count: 100),
        "found 'abcabcabcabcabcabcabcabcabcabcabcabcabca…'"
      ),
    ])
  func errors(text: String, expected: String) {
    let found = message { _ = try table(text) }
    #expect(found.hasPrefix("a.csv, ") && found.contains(expected), "\(found)")
  }

  @Test(
    "A first cell that begins like a number is a mistyped one, not a name",
    arguments: ["1.5.2", "0x10", "1 5", "−1", "1e5f", "-", "+x", ".a"])
  func mistyped(cell: String) {
    for (line, column) in [("\(cell),1", 1), ("x,\(cell)", 2)] {
      let found = message { _ = try table("\(line)\n1,2\n") }
      #expect(found.hasPrefix("a.csv, line 1, column \(column): expected a "), "\(found)")
      #expect(found.contains("begins like a number goes into quotes"), "\(found)")
    }
  }

  @Test("Numbers in quotes are numbers below a header")
  func quotedNumbers() throws {
    let read = try table("\"x\",\"y\"\r\n\"1\",\"2\"\r\n \"-3e1\" , 4\r\n")
    #expect(read == CSVTable(columnNames: ["x", "y"], rows: Matrix([[1, 2], [-30, 4]])))
  }

  @Test("A ragged row far down is named by its line")
  func raggedFarDown() {
    let text = String(repeating: "1,2\n", count: 999_999) + "3\n" + "4,5\n"
    #expect(
      message { _ = try table(text) }.hasPrefix("a.csv, line 1000000, column 2: expected 2 numbers")
    )
  }

  @Test("A file of commas or of blank lines takes no more memory than it has bytes")
  func emptyCells() {
    #expect(throws: StorageError.self) { try table(String(repeating: ",", count: 3_000_000)) }
    #expect(throws: StorageError.self) { try table("1" + String(repeating: ",", count: 3_000_000)) }
    let wide = String(repeating: "1,", count: 500_000) + "1"
    #expect(throws: Never.self) { try table(wide + String(repeating: "\n", count: 1_000_000)) }
  }

  @Test("Bytes that are not text are refused")
  func binary() {
    for bytes: [UInt8] in [
      [0xFF, 0xFE, 0x31, 0x00], [0x00], [0x78, 0xFF, 0x0A, 0x31], [0x1F, 0x8B, 0x08, 0x00],
      [0x31, 0x0A, 0xFF],
    ] {
      #expect(throws: StorageError.self) { try CSVTable(FileContents(bytes, name: "a.csv")) }
    }
  }

  @Test("A byte changed is read or refused, and never traps")
  func mutations() {
    let text = Array("\"a\",b\r\n1.5,-2e3\n 3 ,4\n\n".utf8)
    for index in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[index] = byte
        guard let read = try? CSVTable(FileContents(changed, name: "a.csv")) else { continue }
        #expect(read.rows.rows > 0 && read.rows.elements.allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("What is written reads back bit for bit")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    var generator = SplitMix(state: 4)
    var elements: [Double] = [0, -0.0, 1, 0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    while elements.count < 3000 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { elements.append(value) }
    }
    for names in [
      nil, ["x", "", "a,\"b\" "], ["1", " s", "inf"], ["inf", "0x1", "−y"], ["NA", "NA", "NA"],
    ] {
      let written = CSVTable(
        columnNames: names, rows: Matrix(rows: 1000, columns: 3, elements: elements))
      try written.write(to: folder["a.csv"])
      let read = try CSVTable(FileContents(path: folder["a.csv"]))
      #expect(read.columnNames == names)
      #expect(read.rows.elements.map(\.bitPattern) == elements.map(\.bitPattern))
    }
  }

  @Test(
    "Numbers are read and written with a point in every locale",
    .enabled(if: setlocale(LC_ALL, nil) != nil))
  func locale() throws {
    // Where no locale with a decimal comma is installed this only repeats what other tests say.
    for name in ["de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"] { setlocale(LC_ALL, name) }
    defer { setlocale(LC_ALL, "C") }
    let folder = try TemporaryFolder()
    let written = CSVTable(columnNames: nil, rows: Matrix([[1.5, 0.1234567890123456789]]))
    try written.write(to: folder["a.csv"])
    #expect(try folder.bytes("a.csv") == Array("1.5,0.12345678901234568\n".utf8))
    #expect(try CSVTable(FileContents(path: folder["a.csv"])) == written)
  }
}
