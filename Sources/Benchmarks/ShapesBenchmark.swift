internal import LinearAlgebra
internal import Report
internal import ScoreNetwork

/// The matrix products of a step one by one, in the shapes that a shard gives them, against `sgemm`
/// on the whole batch: what the step could reach if nothing else took time.
enum ShapesBenchmark {
  private static let batch = 1024
  private static let rows = 256

  static func table(repeats: Int) throws -> TextTable {
    var table = TextTable(
      title: "The products of a step (shards of \(rows) rows, D = 2) against sgemm, one thread",
      columns: [
        .init("width"), .init("product", alignment: .left), .init("time a batch", unit: "us"),
        .init("at sgemm's speed", unit: "us"), .init("share"),
      ],
      footer: ["No step can reach a larger share than that of all its products."])
    for width in [64, 128, 256] { try add(width, to: &table, repeats: repeats) }
    return table
  }

  private static func add(_ width: Int, to table: inout TextTable, repeats: Int) throws {
    let input = NetworkShape(
      dimension: 2, frequencyCount: 16, width: width, depth: 3, activation: .silu
    ).inputWidth
    let arena = Arena<Float>(
      capacity: Arena<Float>.capacity(for: [
        rows * input, rows * width, rows * width, width * width, width * input, width * width,
        width * input,
      ]))
    let (x, h, g) = (
      arena.matrix(rows, input), arena.matrix(rows, width), arena.matrix(rows, width)
    )
    let (w, w0) = (arena.matrix(width, width), arena.matrix(width, input))
    let (dW, dW0) = (arena.matrix(width, width), arena.matrix(width, input))
    for matrix in [x, h, g, w, w0] { matrix.vector.fill(0.01) }
    let products: [(String, Int, Int, () -> Void)] = [
      ("input layer, forward", 1, input, { g.setProduct(.plain(x), .transposed(w0)) }),
      ("hidden layer, forward", 2, width, { g.setProduct(.plain(h), .transposed(w)) }),
      ("hidden layer, back to its input", 2, width, { g.setProduct(.plain(h), .plain(w)) }),
      ("hidden layer, weights", 2, width, { dW.setProduct(.transposed(g), .plain(h)) }),
      ("input layer, weights", 1, input, { dW0.setProduct(.transposed(g), .plain(x)) }),
    ]
    let peak = PeakProduct(width: width)
    let times = try interleavedMedians(
      repeats: repeats, seconds: 0.02, [peak.run] + products.map(\.3))
    let limit = peak.operations / times[0]
    var (total, ideal) = (0.0, 0.0)
    for (product, time) in zip(products, times.dropFirst()) {
      let shards = Double(product.1 * batch / rows)
      let operations = Double(2 * rows * width * product.2) * shards
      total += time * shards
      ideal += operations / limit
      table.append([
        "\(width)", product.0, "\(Int(time * shards * 1e6))", "\(Int(operations / limit * 1e6))",
        percent(operations / limit / (time * shards)),
      ])
    }
    table.append([
      "\(width)", "all", "\(Int(total * 1e6))", "\(Int(ideal * 1e6))", percent(ideal / total),
    ])
  }
}
