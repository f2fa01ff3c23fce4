internal import Glibc

/// Seconds since an arbitrary moment.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The middle value, or the upper of the two in the middle.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// The median seconds of each body over interleaved repeats, so that a machine that is busy for a
/// while is so for all of them.
///
/// Each body is run once before, and in every repeat as often as takes about `seconds`.
func interleavedMedians(
  repeats: Int, seconds: Double = 0.05, _ bodies: [() throws -> Void]
) throws -> [Double] {
  func time(_ count: Int, _ body: () throws -> Void) throws -> Double {
    let start = now()
    for _ in 0..<count { try body() }
    return (now() - start) / Double(count)
  }
  let counts = try bodies.map { body in
    _ = try time(1, body)
    return max(1, Int(seconds / max(1e-9, try time(1, body))))
  }
  var times = bodies.map { _ in [Double]() }
  for _ in 0..<repeats {
    for (index, body) in bodies.enumerated() { times[index].append(try time(counts[index], body)) }
  }
  return times.map(median)
}
