import Foundation
import LinearAlgebra
import Testing

@Suite struct WorkersTests {
  @Test("Every task runs exactly once, in any number of threads", arguments: [1, 2, 3, 4, 7])
  func everyTaskOnce(threads: Int) {
    let workers = Workers(count: threads)
    for tasks in [0, 1, 2, 5, 64, 1000] {
      let counts = TaskResults(count: tasks, initial: 0)
      for _ in 0..<20 { workers.run(tasks) { counts[$0] += 1 } }
      #expect(counts.values.allSatisfy { $0 == 20 })
    }
  }

  @Test("A team may be used from within a task and from several threads")
  func nested() async {
    let workers = Workers(count: 3)
    let nested = workers.map(20) { i in workers.map(10) { i * 10 + $0 }.reduce(0, +) }
    #expect(nested == (0..<20).map { 100 * $0 + 45 })
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<200).allSatisfy { _ in workers.map(7) { $0 } == Array(0..<7) }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test("A team's threads end with it")
  func threadsEnd() throws {
    func threads() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }
    let before = try threads()
    for _ in 0..<20 { #expect(Workers(count: 4).map(5) { $0 } == [0, 1, 2, 3, 4]) }
    // Other tests start and end threads meanwhile; 20 teams that stay would be 60 more.
    #expect(try threads() < before + 40)
  }

  @Test("More tasks than fit at once still run once each")
  func manyTasks() {
    let workers = Workers(count: 2)
    let count = (1 << 19) + 1000
    let counts = TaskResults(count: count, initial: UInt8(0))
    workers.run(count) { counts[$0] += 1 }
    #expect(counts.values.allSatisfy { $0 == 1 })
  }

  @Test("Results come in the order of the tasks")
  func order() {
    let workers = Workers(count: 3)
    #expect(workers.map(500) { $0 * $0 } == (0..<500).map { $0 * $0 })
  }

  @Test("A team that has gone to sleep wakes up again")
  func wakesUp() {
    let workers = Workers(count: 3)
    var total = 0
    for round in 0..<3 {
      total += workers.map(9) { $0 + round }.reduce(0, +)
      var spin = 0.0
      // Long enough for idle threads to leave their waiting loop.
      for i in 0..<20_000_000 { spin += Double(i & 3) }
      #expect(spin > 0)
    }
    #expect(total == 3 * 36 + 9 * 3)
  }

  @Test("The tree sum adds every vector once, to the same bits whatever the slices")
  func treeSum() {
    for count in [1, 2, 3, 7, 8, 13] {
      let (n, arena) = (100, Arena<Float>(capacity: 4096))
      func parts() -> [VectorView<Float>] {
        (0..<count).map { part in
          let vector = arena.vector(n)
          for i in 0..<n { vector[i] = Float((part + 1) * (i + 1)) / 7 }
          return vector
        }
      }
      let (whole, sliced) = (parts(), parts())
      let squares = TreeSum(whole).reduce(0..<n)
      let sum = TreeSum(sliced)
      _ = sum.reduce(0..<33)
      _ = sum.reduce(33..<n)
      #expect(whole[0].elements == sliced[0].elements)
      let factor = Double(count * (count + 1) / 2) / 7
      for i in 0..<n { #expect(abs(Double(whole[0][i]) / (factor * Double(i + 1)) - 1) < 1e-6) }
      let exact = (1...n).reduce(0.0) { $0 + Double($1 * $1) } * factor * factor
      #expect(abs(squares / exact - 1) < 1e-5)
    }
  }
}
