import Glibc
import Storage
import Testing

@Suite struct LawReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func dataset(_ text: String) throws -> Dataset {
    try writeDurably(Array(text.utf8), to: folder["law.json"])
    return try Dataset(folder["law.json"], shareFolders: [])
  }

  @Test(
    "Every kind of law reads from JSON, and again from what a checkpoint keeps",
    arguments: [
      (
        #"{"distribution": "gaussian-mixture", "components": [{"weight": 0.25, "mean": [0, 1], "#
          + #""standardDeviation": 2}, {"weight": 0.75, "covariance": [[1, 0.5], [0.5, 2]]}]}"#, 2
      ),
      (#"{"distribution": "hypersphere", "dimension": 8, "radius": 2}"#, 8),
      (#"{"distribution": "box", "lower": [0, 1, 2], "upper": [1, 1, 4]}"#, 3),
      (#"{"distribution": "checkerboard", "cells": 4, "width": 1}"#, 2),
      (#"{"distribution": "curve", "shape": "swiss-roll", "scale": 2, "noise": 0.1}"#, 2),
      (#"{"distribution": "curve", "shape": "circle"}"#, 2),
    ])
  func reads(_ text: String, dimension: Int) throws {
    let dataset = try dataset(text)
    #expect(dataset.law.dimension == dimension)
    let again = try Dataset(record: dataset.record, checkpoint: "x", folders: [])
    #expect(again.law.moments == dataset.law.moments)
  }

  @Test(
    "Errors name the key",
    arguments: [
      (#""distribution": "gaussian-mixture", "components": []"#, "components"),
      (
        #""distribution": "gaussian-mixture", "components": [{"weight": 1, "mean": [0], "#
          + #""standardDeviation": 1}, {"weight": -1, "mean": [0], "standardDeviation": 1}]"#,
        "components[1].weight"
      ),
      (
        #""distribution": "gaussian-mixture", "components": [{"weight": 0.9, "mean": [0], "#
          + #""standardDeviation": 1}]"#, "components"
      ),
      (
        #""distribution": "gaussian-mixture", "components": [{"weight": 1, "mean": [0, 0], "#
          + #""covariance": [[1, 2], [2, 1]]}]"#, "components[0].covariance"
      ),
      (
        #""distribution": "gaussian-mixture", "components": [{"weight": 1, "mean": [0], "#
          + #""standardDeviation": 1, "width": 2}]"#, "components[0].width"
      ),
      (
        #""distribution": "gaussian-mixture", "components": [{"weight": 1, "dimension": 1e15, "#
          + #""standardDeviation": 1}]"#, "components[0].dimension"
      ),
      (
        #""distribution": "hypersphere", "dimension": 1000000000000000000, "radius": 1"#,
        "dimension"
      ),
      (#""distribution": "hypersphere", "dimension": 0, "radius": 1"#, "dimension"),
      (#""distribution": "hypersphere", "dimension": 3, "radius": -1"#, "radius"),
      (#""distribution": "box", "lower": [0], "upper": [1, 2]"#, "upper"),
      (#""distribution": "box", "lower": [0, 3], "upper": [1, 2]"#, "upper"),
      (#""distribution": "checkerboard", "cells": 1000000000, "width": 1"#, "cells"),
      (#""distribution": "checkerboard", "cells": 4, "width": 0"#, "width"),
      (#""distribution": "curve", "shape": "square""#, "shape"),
      (#""distribution": "curve", "shape": "circle", "noise": -1"#, "noise"),
      (#""distribution": "curve", "shape": "circle", "radius": 1"#, "radius"),
      (#""distribution": "donut""#, "distribution"),
    ])
  func errors(_ members: String, key: String) {
    let text = message { _ = try dataset("{\(members)}") }
    #expect(text.contains("'\(key)'") || text.contains(" \(key):") || text.contains("\(key)"))
  }

  @Test("A file that a law names is a regular one: no pipe is waited for, no device is read")
  func otherKindsOfFiles() throws {
    #expect(mkfifo(folder["pipe.csv"], 0o600) == 0)
    #expect(symlink("/dev/zero", folder["zero.npy"]) == 0)
    #expect(mkdir(folder["folder.npy"], 0o700) == 0)
    #expect(symlink("loop.npy", folder["loop.npy"]) == 0)
    for (name, text) in [
      ("pipe.csv", "expected a regular file, found a pipe or a device"),
      ("zero.npy", "expected a regular file, found a pipe or a device"),
      ("folder.npy", "cannot be read: it is a folder, not a file"),
      ("loop.npy", "expected a file, found none"),
      ("law.json", "expected a point file, .npy or .csv, found another ending"),
      ("a\\u0000.npy", "expected a file, found none"),
    ] {
      let found = message {
        _ = try dataset(#"{"distribution": "points", "file": "\#(name)"}"#)
      }
      #expect(found.hasPrefix("\(folder["law.json"]), key 'file': \(folder.path)/"), "\(found)")
      #expect(found.contains(text), "\(found)")
    }
  }

  @Test(
    "A message says what is wrong with the key that the user wrote",
    arguments: [
      (#""distribution": "box", "lower": [0], "upper": [1e-300]"#, "upper: expected sides of"),
      (#""distribution": "box", "lower": [0], "upper": [1e300]"#, "square in range"),
      (
        #""distribution": "gaussian", "covariance": [[1e308, 1e308], [1e308, 1e308]]"#,
        "covariance: expected a matrix with eigenvalues in range"
      ),
      (#""distribution": "box", "lower": [1], "upper": [0]"#, "not below those of 'lower'"),
      (
        #""distribution": "gaussian", "standardDeviations": [1e200]"#,
        "standardDeviations: expected numbers that are not negative, with a square in range"
      ),
      (
        #""distribution": "gaussian", "dimension": 2, "standardDeviation": 1e300"#,
        "standardDeviation: expected a number that is not negative, with a square in range"
      ),
      (#""distribution": "curve", "shape": "circle", "noise": 1e300"#, "with a square in range"),
      (
        #""distribution": "gaussian", "standardDeviation": 1, "dimension": 9223372036854775807"#,
        "dimension: expected an integer from 1 to 1000000, found 9223372036854775807"
      ),
      (
        #""distribution": "hypersphere", "radius": 1, "dimension": 1e30"#,
        "dimension: expected an integer from 1 to 1000000"
      ),
      (#""distribution": "checkerboard", "cells": 1e30, "width": 1"#, "an integer from 1 to 64"),
      (
        #""distribution": "gaussian", "mean": [], "standardDeviation": 1"#,
        "mean: expected at least one number"
      ),
      (#""distribution": "points""#, "expected either 'points' or 'file', found neither"),
      (#""distribution": "points", "file": """#, "file: expected the name of a point file"),
      (#""distribution": "points", "file": "no.csv""#, "law.json, key 'file': "),
      (#""distribution": "points", "file": "law.json""#, "law.json, key 'file': "),
      (
        #""distribution": "box", "lower": [0], "upper": [1], "colour": 1"#,
        "colour: expected one of the keys 'distribution', 'name', 'description', 'lower', 'upper'"
      ),
    ])
  func messages(_ members: String, expected: String) {
    let text = message { _ = try dataset("{\(members)}") }
    #expect(text.hasPrefix(folder["law.json"]) && text.contains(expected), "\(text)")
  }
}
