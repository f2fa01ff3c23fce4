internal import Glibc

/// The bytes of memory that this process can still ask for; nil where the system does not say.
///
/// They are those of the machine, whoever has them now, or fewer where a limit of the process
/// (`ulimit -v`, `ulimit -d`) leaves fewer.
public func availableMemory() -> Double? {
  let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
  guard pages > 0 && size > 0 else { return nil }
  var available = Double(pages) * Double(size)
  // The kernel counts in pages what each limit is about: the first number is all that is mapped,
  // the sixth the data (proc(5), /proc/PID/statm).
  let used = memoryCounts()
  for (resource, field) in [(RLIMIT_AS, 0), (RLIMIT_DATA, 5)] where used.count > field {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
      limit.rlim_cur != rlim_t.max
    else { continue }
    available = min(available, max(0, Double(limit.rlim_cur) - used[field] * Double(size)))
  }
  return available
}

/// The bytes of memory that this process has now; 0 where the system does not say.
public func usedMemory() -> Double {
  let counts = memoryCounts()
  return counts.count > 1 ? counts[1] * Double(max(0, sysconf(Int32(_SC_PAGESIZE)))) : 0
}

/// The numbers in `/proc/self/statm`, none where there is no such file.
private func memoryCounts() -> [Double] {
  var bytes: [UInt8] = []
  guard let file = try? SystemFile("/proc/self/statm", O_RDONLY),
    (try? file.read(4096, appendingTo: &bytes)) != nil
  else { return [] }
  return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    .compactMap { Double($0) }
}

/// Throws if `rows` points of `columns` coordinates in double precision have no room in memory,
/// with what a law keeps beside each of them; `place` is what the file says about their number.
func checkMemory(
  forPoints rows: Double, columns: Int, file: String, place: String
) throws(StorageError) {
  let coordinate = Double(columns) * Double(MemoryLayout<Double>.size)
  let needed = rows * (coordinate + bytesBesidePoint) + rowsOfWork * coordinate
  guard let available = availableMemory(), needed > available else { return }
  throw .malformed(
    file: file, place: place,
    expected: "points that fit into \(memoryText(available)) of memory as float64",
    found: "a need of \(memoryText(needed))", remedy: "take a part of the points")
}

/// The points in the works whatever the number of those in the file: samples, noise and gradients
/// of a block.
private let rowsOfWork = 1200.0

/// What `PointsLaw` holds at most beside the coordinates of a point.
private let bytesBesidePoint = 50.0

/// An amount of memory as messages say it: in whole megabytes, or in gigabytes to a tenth.
public func memoryText(_ bytes: Double) -> String {
  bytes < 999.5e6
    ? "\(Int((bytes / 1e6).rounded())) MB" : "\((bytes / 1e8).rounded() / 10) GB"
}
