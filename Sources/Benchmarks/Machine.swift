internal import Glibc
internal import LinearAlgebra
internal import Report

/// The machine that the figures belong to.
enum Machine {
  /// Its processor, how many of them there are, the kernels of OpenBLAS, and the date.
  static var description: String {
    var clock = time(nil)
    var date = tm()
    gmtime_r(&clock, &date)
    func padded(_ n: Int32) -> String { n < 10 ? "0\(n)" : "\(n)" }
    return "\(processor), \(Workers.availableProcessors) processors; OpenBLAS \(BLAS.version), "
      + "kernels \(BLAS.coreType); \(1900 + date.tm_year)-\(padded(date.tm_mon + 1))-"
      + padded(date.tm_mday)
  }

  private static var processor: String {
    guard let file = fopen("/proc/cpuinfo", "r") else { return "an unknown processor" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let parts = text.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].hasPrefix("model name") {
        return String(parts[1].drop { $0 == " " }.prefix { $0 != "\n" })
      }
    }
    return "an unknown processor"
  }
}

/// `sgemm` on a hidden layer's shape: a batch of 1024 rows times a square weight, on one thread.
struct PeakProduct {
  let width: Int
  private let arena: Arena<Float>
  private let x: MatrixView<Float>
  private let w: MatrixView<Float>
  private let y: MatrixView<Float>

  init(width: Int, rows: Int = 1024) {
    self.width = width
    arena = Arena(
      capacity: Arena<Float>.capacity(for: [rows * width, width * width, rows * width]))
    (x, w, y) = (
      arena.matrix(rows, width), arena.matrix(width, width), arena.matrix(rows, width)
    )
    x.vector.fill(0.5)
    w.vector.fill(0.25)
  }

  /// Multiplications and additions of `run`.
  var operations: Double { Double(2 * x.rows * width * width) }

  /// One product, `x Wᵀ` as in a forward pass.
  func run() { y.setProduct(.plain(x), .transposed(w)) }
}

/// A number with as many digits as a benchmark has.
func figure(_ value: Double) -> String { formatNumber(value, significant: 3) }

/// A share in per cent.
func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
